/* SPDX-License-Identifier: Apache-2.0
 *
 * One layer of a container image, member by member, in constant memory.
 *
 * A layer is a tar, stored or compressed by gzip or zstd (found from its bytes; media types lie).  Headers
 * are read by open/tar.h; of a file's content only what the caller asks for is kept, the rest runs through
 * the digest and is forgotten.  Nothing is written anywhere. */
#ifndef NOROSHI_OPEN_LAYER_H
#define NOROSHI_OPEN_LAYER_H

#include "artifact/piece.h"
#include "open/tar.h"

struct layer;

/* Read BLOB; everything lives under the talloc context PARENT. */
struct layer *layer_open(const void *parent, struct bytes blob);
/* The next member: names live in ARENA; data is absent, ask layer_content. */
bool layer_next(struct layer *layer, struct arena *arena, struct tar_member *member_out);
/* The first MOST bytes of the present member's content, in ARENA. */
struct bytes layer_content(struct layer *layer, struct arena *arena, size_t most);
/* After the last member: sha256 of the uncompressed tar, lower-case hex. */
struct bytes layer_diff_id(struct layer *layer, struct arena *arena);
/* What broke, if anything did; TRUNCATED where the tar ends inside a member. */
enum decompress_status layer_status(const struct layer *layer);
/* Uncompressed bytes read so far. */
uint64_t layer_bytes(const struct layer *layer);

#endif
