/* SPDX-License-Identifier: Apache-2.0
 *
 * Compressed streams and tars as input: wraps libarchive's streaming reader for this folder.
 *
 * (Archives inside mails are the openers' business, open/archive; they work on memory under a budget.
 * Here the source is the user's own file of any size.) */
#ifndef NOROSHI_INPUT_UNPACK_H
#define NOROSHI_INPUT_UNPACK_H

#include "input/stream.h"

struct unpack;

/* Read SOURCE through gzip, xz, zstd, bzip2 and tar.  NULL where it is none of these. */
struct unpack *unpack_new(const void *parent, struct stream *source);
/* The same over bytes in memory, which may be the start of something longer. */
struct unpack *unpack_probe(const void *parent, struct bytes head);
/* Whether it is a tar; else it is one compressed stream, which is the only entry. */
bool unpack_is_tar(const struct unpack *unpack);
/* Go to the next regular file; its NAME (as stored) lives until the next call.  1 there is one, 0 the
 * end, -1 broken (*err). */
int unpack_next(struct unpack *unpack, struct bytes *name_out, struct error *err);
/* Bytes of the current entry: for stream_of().  -1 where the archive is broken. */
ssize_t unpack_read(void *unpack, uint8_t *to, size_t room);

#endif
