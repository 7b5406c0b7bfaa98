/* SPDX-License-Identifier: Apache-2.0
 *
 * One Received field taken apart (RFC 5321, 4.4): from, by, via, with, id, for, date.
 *
 * Every server writes them a little differently, so sections are cut at the keywords that stand
 * outside comments and quotes, and each is handed on as written.  The comment after `from` and `by`
 * (TCP-info) belongs to its section; other comments are `additional`. */
#ifndef NOROSHI_OBSERVE_RECEIVED_H
#define NOROSHI_OBSERVE_RECEIVED_H

#include "base/time.h"

struct received {
    struct bytes from, by, via, with, id, for_, additional; /* absent where not there */
    struct bytes by_host;                                   /* the first word of by */
    int64_t at_us;
    int32_t zone_minutes;
    bool has_date;
};

/* VALUE unfolded. */
void received_parse(struct bytes value, struct received *out);
/* Call SEE for every host name and address literal in TEXT ("from" and "by" sections); a word with
 * a colon or only digits and dots is an address. */
void received_hosts(struct bytes text, void (*see)(void *own, struct bytes word), void *own);

#endif
