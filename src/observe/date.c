/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/date.h"

#include "base/civil.h"

#include <stdlib.h>

/* The next word or number of a date: letters, or digits, or a signed number; comments skipped. */
static bool next_token(struct bytes *rest, struct bytes *out)
{
    size_t i = 0;
    int depth = 0;
    while (i < rest->len && (depth > 0 || !(ascii_is_alnum(rest->at[i]) || rest->at[i] == '+' ||
                                            rest->at[i] == '-'))) {
        depth += rest->at[i] == '(';
        depth -= rest->at[i] == ')' && depth > 0;
        i++;
    }
    size_t from = i;
    if (i < rest->len && (rest->at[i] == '+' || rest->at[i] == '-'))
        i++;
    bool digits = i < rest->len && ascii_is_digit(rest->at[i]);
    while (i < rest->len && (digits ? ascii_is_digit(rest->at[i]) : ascii_is_alpha(rest->at[i])))
        i++;
    *out = bytes_sub(*rest, from, i - from);
    *rest = bytes_from(*rest, i);
    return out->len > 0;
}

static int month_of(struct bytes word)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    if (word.len < 3)
        return 0;
    for (int m = 0; m < 12; m++)
        if (bytes_equal_fold(bytes_sub(word, 0, 3), bytes_of(names + 3 * m, 3)))
            return m + 1;
    return 0;
}

static bool number(struct bytes token, int64_t least, int64_t most, int64_t *out)
{
    return bytes_to_int(token, least, most, out);
}

/* "+0900", "-0500", "GMT", "EST" ... RFC 5322, 4.3. */
static int zone_minutes(struct bytes token)
{
    static const struct {
        const char *name;
        int minutes;
    } zones[] = {{"EST", -300}, {"EDT", -240}, {"CST", -360}, {"CDT", -300}, {"MST", -420},
                 {"MDT", -360}, {"PST", -480}, {"PDT", -420}, {"JST", 540},  {"CET", 60},
                 {"CEST", 120}};
    if (token.len >= 5 && (token.at[0] == '+' || token.at[0] == '-')) {
        int64_t n;
        if (!number(bytes_sub(token, 1, 4), 0, 9999, &n))
            return 0;
        int minutes = (int)(n / 100 * 60 + n % 100);
        return token.at[0] == '-' ? -minutes : minutes;
    }
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++)
        if (bytes_equal_fold(token, bytes_of_string(zones[i].name)))
            return zones[i].minutes;
    return 0;
}

/* hour:minute[:second] whose hour is TOKEN. */
static bool read_clock(struct bytes *rest, struct bytes token, int64_t *seconds_out)
{
    int64_t hour, minute, second = 0;
    if (!number(token, 0, 24, &hour) || !next_token(rest, &token) || !number(token, 0, 59, &minute))
        return false;
    if (rest->len > 0 && rest->at[0] == ':' && next_token(rest, &token))
        number(token, 0, 60, &second);
    *seconds_out = hour * 3600 + minute * 60 + second;
    return true;
}

bool date_parse(struct bytes text, struct date *out)
{
    struct bytes token, rest = bytes_sub(text, 0, 256);
    int64_t day = 0, year = -1, clock = -1;
    int month = 0;
    *out = (struct date){0};
    while (month == 0 || day == 0 || year < 0 || clock < 0) { /* asctime has the year last */
        if (!next_token(&rest, &token))
            return false;
        if (token.at[0] == '-') /* 7-Feb-2024 */
            token = bytes_from(token, 1);
        if (rest.len > 0 && rest.at[0] == ':' && clock < 0 && read_clock(&rest, token, &clock))
            continue;
        if (month == 0 && token.len > 0 && ascii_is_alpha(token.at[0]))
            month = month_of(token);
        else if (day == 0 && token.len <= 2)
            number(token, 1, 31, &day);
        else if (year < 0)
            number(token, 0, 9999, &year);
    }
    if (next_token(&rest, &token)) {
        out->has_zone = true;
        out->offset_minutes = zone_minutes(token);
    }
    year += year < 50 ? 2000 : year < 1000 ? 1900 : 0;
    out->seconds = civil_days(year, month, (int)day) * 86400 + clock - out->offset_minutes * 60;
    return true;
}

struct bytes date_text(struct arena *arena, int64_t seconds)
{
    return civil_iso(arena, seconds * 1000000);
}

struct bytes date_offset_text(struct arena *arena, int offset_minutes)
{
    int minutes = abs(offset_minutes);
    return arena_printf(arena, "%c%02d%02d", offset_minutes < 0 ? '-' : '+', minutes / 60, minutes % 60);
}
