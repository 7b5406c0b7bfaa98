/* SPDX-License-Identifier: Apache-2.0
 *
 * Address lists: From, To, Cc, Reply-To, Sender (RFC 5322 3.4, obsolete forms 4.4, RFC 6532).
 *
 * Takes the raw value of a field (folds, comments, encoded words and all) and answers every mailbox in
 * it, in order: the name a person sees, decoded, and the address a mail goes to, without comments and
 * blanks.  Made for what is really sent: names with unquoted commas or '@', commas inside encoded
 * words, quotes that never end, two addresses in one place, an address hidden in an encoded word.
 * Where nothing is quoted as it must be, the text still comes out as somebody's name. O(bytes). */
#ifndef NOROSHI_OPEN_MAILBOX_H
#define NOROSHI_OPEN_MAILBOX_H

#include "base/arena.h"

struct mailbox {
    struct bytes raw;           /* as written, slice of the input */
    struct bytes display;       /* name, UTF-8, quotes off; absent where none */
    struct bytes address;       /* "local@domain"; empty for "<>"; absent where there is none */
    struct bytes local, domain; /* of address, at the last '@'; absent without '@' */
    struct bytes comment;       /* the last "(...)" beside it, decoded; absent where none */
    struct bytes group;         /* name of the group it is in, decoded; absent outside groups */
    bool in_word;               /* found only after decoding an encoded word */
};

struct mailboxes {
    struct mailbox *item;
    uint32_t count;
    bool over_limit; /* more than 4,096; the rest was not read */
    bool malformed;  /* a quote, comment or '<' without its end */
};

/* Read RAW; strings that needed decoding live in ARENA.  An empty group gives no mailbox. */
void mailboxes_read(struct mailboxes *out, struct arena *arena, struct bytes raw);

#endif
