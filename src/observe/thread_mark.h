/* SPDX-License-Identifier: Apache-2.0
 *
 * How quoted mail begins: reply lines, header lines and separators in the words of mail clients.
 *
 * Data and small matchers for thread.c.  Words are those clients write in English, Japanese,
 * German, French, Spanish, Italian, Portuguese, Dutch, Polish, Russian, Chinese, Korean, the
 * Scandinavian languages and Turkish.  Each matcher looks at one line (a reply line may run over up
 * to four). */
#ifndef NOROSHI_OBSERVE_THREAD_MARK_H
#define NOROSHI_OBSERVE_THREAD_MARK_H

#include "observe/thread.h"

enum thread_field {
    THREAD_FIELD_NONE,
    THREAD_FIELD_FROM,
    THREAD_FIELD_DATE,
    THREAD_FIELD_TO,
    THREAD_FIELD_CC,
    THREAD_FIELD_BCC,
    THREAD_FIELD_SUBJECT,
    THREAD_FIELD_OTHER, /* Reply-To, Importance, Attachments */
};

/* The line without quote marks, "*" and blanks around; *DEPTH_OUT counts the quote marks. */
struct bytes thread_line_strip(struct bytes line, unsigned *depth_out);
/* "From: x": which field, and its value. */
enum thread_field thread_line_field(struct bytes line, struct bytes *value_out);
/* "-----Original Message-----", "Begin forwarded message:", ... */
bool thread_line_separates(struct bytes line, bool *forward_out);
/* How LINE (stripped) may begin and end a reply line: "On ..." and "... wrote:". */
bool thread_line_opens(struct bytes line);
bool thread_line_closes(struct bytes line);
/* Whether a clock time stands in LINE. */
bool thread_line_has_time(struct bytes line);
/* A paragraph that is a gateway's warning. */
bool thread_is_banner(struct bytes paragraph);
/* "Name <address>", "Name [mailto:address]", "address" or "Name". */
struct thread_mailbox thread_mailbox_read(struct bytes text);
/* Sender and date of a reply line, as far as they can be told. */
void thread_reply_read(struct bytes preamble, struct thread_previous *previous);

#endif
