/* SPDX-License-Identifier: Apache-2.0
 *
 * Mailboxes in one file: mboxo, mboxrd, mboxcl and mboxcl2 (RFC 4155; qmail's mbox(5)).
 *
 * A mail begins at a "From " line at the start or behind an empty line.  Because bodies hold such lines
 * too, the line must carry a time, or a header field must follow it; without the empty line before it
 * both.  Where a Content-Length field ends exactly at the next "From " line or the end, it is believed
 * (mboxcl, mboxcl2) and the body is left as it is; otherwise one '>' comes off ">From ", ">>From " and
 * so on (mboxrd; for mboxo the same but for lines that had a '>' before).
 *
 * Every byte is in some mail; memory is one mail, at most INPUT_ITEM_MAX_BYTES; O(bytes). */
#ifndef NOROSHI_INPUT_MBOX_H
#define NOROSHI_INPUT_MBOX_H

#include "input/stream.h"

struct mbox_mail {
    struct bytes envelope; /* "From " line without its line end */
    struct bytes content;  /* until the next call */
    bool truncated;
};

/* Whether HEAD is the start of an mbox. */
bool mbox_starts(struct bytes head);
/* The next mail of STREAM, which is at a "From " line (or blanks before one); false at the end. */
bool mbox_next(struct stream *stream, struct mbox_mail *out);

#endif
