/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside the mail opener: a multipart body cut at its boundary lines (RFC 2046, 5.1.1). */
#ifndef NOROSHI_OPEN_MIME_SPLIT_H
#define NOROSHI_OPEN_MIME_SPLIT_H

#include "artifact/node.h"

struct mime_split {
    struct bytes preamble, epilogue; /* may be empty */
    struct mime_piece {
        struct bytes bytes; /* fields and body, without the line end before the next boundary */
        bool after_end;     /* stands behind the closing boundary */
    } * part;
    uint32_t count, capacity;
    bool closed; /* the closing boundary was there */
};

/* Cut NODE's content at BOUNDARY; false where no boundary line is there.  A boundary line is "--", the
 * boundary, "--" for the last, blanks, line end; LENIENT takes anything after the boundary. */
bool mime_split(struct mime_split *split, struct node *node, struct bytes boundary, bool lenient);
/* The boundary a body without a (right) one seems to use: what follows "--" on the first line that
 * is followed by a Content- field or an empty line.  Absent where none is. */
struct bytes mime_guess_boundary(struct bytes body);

#endif
