/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"

#include "tap.h"

static const struct {
    const char *date, *expected; /* NULL: no date */
} rows[] = {
    {"Wed, 6 Nov 2024 02:47:40 +0000", "2024-11-06T02:47:40Z"},
    {"Fri, 25 Nov 2022 23:16:45 +0300 (MSK)", "2022-11-25T20:16:45Z"},
    {"6 Nov 24 02:47 EST", "2024-11-06T07:47:00Z"},
    {" Tue,\r\n 1 Jan 1980 00:00:00 -0800", "1980-01-01T08:00:00Z"},
    {"Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z"},
    {"Sun Nov  6 08:49:37 JST 1994", "1994-11-06T08:49:37Z"},
    {"2024-11-06T02:47:40.25+09:00", "2024-11-05T17:47:40.250000Z"},
    {"Thu, 13 Feb 1969 23:32:54 (comment (nested)) -0330", "1969-02-14T03:02:54Z"},
    {"29 Feb 2024 12:00:00 GMT+0900", "2024-02-29T03:00:00Z"},
    {"Nov 6, 2024 02:47:40 GMT", "2024-11-06T02:47:40Z"},
    {"Wednesday, 06-Nov-24 02:47:40 GMT", "2024-11-06T02:47:40Z"},
    {"no date", NULL},
    {"", NULL},
    {"99 Foo 2024", NULL},
};

int main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t at;
        char seen[TIME_TEXT_BYTES] = "";
        if (time_from_mail(bytes_of_string(rows[i].date), &at, NULL))
            time_to_text(at, seen);
        tap_string(bytes_of_string(seen), rows[i].expected == NULL ? "" : rows[i].expected, rows[i].date);
    }
    bool all = true;
    for (int64_t day = -800000; day < 800000; day += 97) {
        struct civil c = time_to_civil(day * TIME_DAY_US);
        all = all && time_from_civil(c) == day * TIME_DAY_US && c.weekday == ((day + 4) % 7 + 7) % 7;
    }
    tap_ok(all, "civil dates there and back");
    return tap_end();
}
