/* SPDX-License-Identifier: Apache-2.0
 *
 * A body text cut into the newest message and the mails quoted below it.
 *
 * Works on lines of plain text or of display_text; for HTML the marks mail clients leave in the
 * page (html_doc.mark) are cuts too.  A cut is: a reply line ("On ... wrote:" in ten languages), a
 * block of header lines (From/Sent/To/Subject as Outlook, Apple Mail, Gmail and Japanese clients
 * write it), a separator ("-----Original Message-----", "---------- Forwarded message ---------"),
 * a run of lines quoted with ">" at the end, or a client's mark.  Header lines need two fields of
 * different kind within a few lines, so that "From: the team" in a text is no cut.
 *
 * A mail that is a forward and nothing else would have no newest message, and a made-up header
 * block on top would hide a text from every rule: there the first quoted mail is the newest message
 * too, with its preamble.
 *
 * Warnings that gateways put on top ("[EXTERNAL]", "CAUTION: This email originated from outside
 * ...") are set apart as banners.  Nothing here decides whether the quoted mail is genuine. Slices
 * point into the given text.  Cost: linear; at most THREADS_MAX threads. */
#ifndef NOROSHI_OBSERVE_THREAD_H
#define NOROSHI_OBSERVE_THREAD_H

#include "open/html.h"

#define THREADS_MAX 100

struct thread_mailbox {
    struct bytes display_name, email; /* trimmed, without quotes; absent where not given */
};

struct thread_previous {
    struct bytes preamble; /* the reply line or header block, as written */
    struct bytes text;     /* without quote marks at the line starts where it was quoted with ">" */
    size_t text_at, text_end; /* span of the whole thread (preamble included) in the given text */
    struct thread_mailbox sender;
    struct thread_mailbox *to, *cc, *bcc;
    uint32_t to_count, cc_count, bcc_count;
    struct bytes date;    /* as written; absent where none */
    struct bytes subject; /* as written; absent where none */
    bool forwarded;       /* a forward mark stands before it */
};

struct thread {
    struct bytes text;        /* newest message, banners and quotes left out */
    size_t text_at, text_end; /* its span in the given text */
    struct bytes
        preamble; /* of a bare forward, whose first quoted mail is `text` too; else absent */
    struct bytes *banner;
    uint32_t banner_count;
    struct thread_previous *previous; /* most recent first */
    uint32_t previous_count;
};

/* Split TEXT (plain text, or DOC's display_text with DOC given; DOC may be NULL). */
struct thread *thread_split(struct arena *arena, struct bytes text, const struct html_doc *doc);

#endif
