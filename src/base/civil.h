/* SPDX-License-Identifier: Apache-2.0
 *
 * Days and dates of the proleptic Gregorian calendar, UTC only, and their ISO 8601 text.
 *
 * No locale, no time zone files: a worker may open neither.  Source of the day arithmetic: Howard
 * Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2013. */
#ifndef NOROSHI_BASE_CIVIL_H
#define NOROSHI_BASE_CIVIL_H

#include "base/arena.h"

struct civil {
    int64_t year;
    int month, day;           /* 1..12, 1..31 */
    int hour, minute, second; /* 0..23, 0..59, 0..59 */
    int weekday;              /* 0 Sunday .. 6 Saturday */
};

/* Days since 1970-01-01 of a civil date. */
int64_t civil_days(int64_t year, int month, int day);
/* The civil date and time of microseconds since the epoch. */
struct civil civil_of_us(int64_t at_us);
/* "2021-03-15T17:08:57Z" into ARENA. */
struct bytes civil_iso(struct arena *arena, int64_t at_us);
/* "2021-03-15", "2021-03" or a full ISO date and time (Z or +hh:mm); false where it is none. */
bool civil_parse(struct bytes text, int64_t *at_us_out);

#endif
