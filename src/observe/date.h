/* SPDX-License-Identifier: Apache-2.0
 *
 * Dates of mail headers (RFC 5322, 3.3, with the obsolete forms) as UTC and the offset they were written in.
 *
 * Lenient where senders are wrong: the weekday is not checked, two-digit years are mended, a missing
 * zone is +0000, comments are skipped.  Nothing here asks the clock. */
#ifndef NOROSHI_OBSERVE_DATE_H
#define NOROSHI_OBSERVE_DATE_H

#include "base/arena.h"

struct date {
    int64_t seconds;       /* since 1970-01-01T00:00:00Z */
    int offset_minutes;    /* east of UTC, as written */
    bool has_zone;
};

bool date_parse(struct bytes text, struct date *out);
/* "2024-02-07T13:57:50Z" */
struct bytes date_text(struct arena *arena, int64_t seconds);
/* "+0900" */
struct bytes date_offset_text(struct arena *arena, int offset_minutes);

#endif
