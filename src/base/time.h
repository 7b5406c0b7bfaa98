/* SPDX-License-Identifier: Apache-2.0
 *
 * Points in time: microseconds UTC since 1970-01-01, and the ways mail writes them.
 *
 * Pure arithmetic on the proleptic Gregorian calendar, no time zone data, no clock, no locale.
 * Readers are tolerant (mail dates are written by anybody) and say no where no date can be made out. */
#ifndef NOROSHI_BASE_TIME_H
#define NOROSHI_BASE_TIME_H

#include "base/bytes.h"

#define TIME_SECOND_US INT64_C(1000000)
#define TIME_DAY_US (INT64_C(86400) * TIME_SECOND_US)

struct civil {
    int32_t year, month, day; /* 1.., 1..12, 1..31 */
    int32_t hour, minute, second, us;
    int32_t weekday; /* 0 Sunday .. 6; ignored by time_from_civil */
};

/* Out-of-range fields carry over (month 13 is January of the next year). */
int64_t time_from_civil(struct civil civil);
struct civil time_to_civil(int64_t at_us);

/* A date of a mail: RFC 5322 3.3 and 4.3 (two-digit years, zone names, comments, no weekday, no
 * seconds), asctime, RFC 3339.  *ZONE_MINUTES_OUT (may be NULL) is the written offset east of UTC.
 * Text behind the date is ignored.  False where IN is no date. */
bool time_from_mail(struct bytes in, int64_t *at_us_out, int32_t *zone_minutes_out);

#define TIME_TEXT_BYTES 32
/* "2024-11-06T02:47:40Z" (with ".123456" where there are microseconds), NUL-terminated. */
void time_to_text(int64_t at_us, char out[TIME_TEXT_BYTES]);

#endif
