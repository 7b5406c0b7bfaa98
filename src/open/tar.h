/* SPDX-License-Identifier: Apache-2.0
 *
 * Tape archives, member by member: ustar, GNU and pax, and the old form without magic.
 *
 * A walk reads headers in place and copies nothing but joined names.  Long names and links (GNU types
 * L and K, pax path and linkpath), sizes past 8 GB (base 256, pax size) are applied to the member they
 * belong to; sparse files (GNU type S, pax GNU.sparse.*) are named as such and give their stored bytes.
 * Whiteouts and layers are the caller's matter.
 *
 * It refuses nothing: a bad checksum ends the walk (walk->end tells), a short last member is cut.
 *
 *     struct tar_walk walk;
 *     struct tar_member member;
 *     tar_begin(&walk, arena, content);
 *     while (tar_next(&walk, &member)) ...
 *
 * cost     O(headers)
 * source   POSIX.1-2017 pax interchange format; GNU tar manual 1.34, appendix D */
#ifndef NOROSHI_OPEN_TAR_H
#define NOROSHI_OPEN_TAR_H

#include "base/arena.h"

enum tar_type {
    TAR_FILE,
    TAR_HARD_LINK,
    TAR_SYMBOLIC_LINK,
    TAR_CHARACTER_DEVICE,
    TAR_BLOCK_DEVICE,
    TAR_FOLDER,
    TAR_FIFO,
    TAR_OTHER,
};

enum tar_hazard {
    TAR_ABSOLUTE = 1 << 0,     /* name begins with / or a drive */
    TAR_CLIMBS = 1 << 1,       /* name holds .. */
    TAR_LINK_ESCAPES = 1 << 2, /* link target is absolute or climbs */
    TAR_SET_ID = 1 << 3,       /* set-user-id or set-group-id file */
    TAR_DEVICE = 1 << 4,
    TAR_SPARSE = 1 << 5,
    TAR_CUT = 1 << 6, /* the archive ends inside the member */
};

enum tar_end {
    TAR_END_MARK,      /* two zero blocks, or one at the very end */
    TAR_END_MISSING,   /* the content ends after a whole member */
    TAR_END_CUT,       /* the content ends inside a header or member */
    TAR_END_MALFORMED, /* a header whose checksum is wrong */
};

struct tar_member {
    struct bytes name, link; /* link absent where there is none */
    struct bytes data;       /* a slice of the content */
    uint64_t size;           /* as declared */
    int64_t modified_s;      /* seconds since 1970 */
    uint32_t mode, uid, gid;
    enum tar_type type;
    uint32_t hazards; /* set of enum tar_hazard */
    size_t header_at; /* offset of the member's own header */
};

struct tar_walk {
    struct arena *arena;
    struct bytes content;
    size_t at;
    enum tar_end end; /* once tar_next() said false */
    size_t trailing;  /* non-zero bytes after the end mark begin here; 0: none */
};

/* Whether B begins with a plausible header (checksum right). */
bool tar_is(struct bytes b);
void tar_begin(struct tar_walk *walk, struct arena *arena, struct bytes content);
bool tar_next(struct tar_walk *walk, struct tar_member *member_out);

#endif
