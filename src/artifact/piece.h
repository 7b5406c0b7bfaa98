/* SPDX-License-Identifier: Apache-2.0
 *
 * A stored, gzip or zstd stream read piece by piece, in constant memory: layers of container images.
 *
 * decompress.h gives the whole output at once; this gives as much as there is room for, as often as
 * asked, and keeps only the codec's window.  All members and frames follow one another, skippable frames
 * are skipped.  What breaks ends the stream; piece_status() says how. */
#ifndef NOROSHI_ARTIFACT_PIECE_H
#define NOROSHI_ARTIFACT_PIECE_H

#include "artifact/decompress.h"

struct piece;

/* Read IN (not copied) by CODEC, one of STORE, GZIP, ZSTD; lives under the talloc context PARENT. */
struct piece *piece_new(const void *parent, enum codec codec, struct bytes in);
/* At most ROOM bytes to TO; 0 at the end. */
size_t piece_read(struct piece *piece, uint8_t *to, size_t room);
/* OK until something broke. */
enum decompress_status piece_status(const struct piece *piece);

#endif
