/* SPDX-License-Identifier: Apache-2.0 */
#include "base/civil.h"

#define US_PER_SECOND INT64_C(1000000)
#define US_PER_DAY (INT64_C(86400) * US_PER_SECOND)

int64_t civil_days(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

struct civil civil_of_us(int64_t at_us)
{
    int64_t days = at_us / US_PER_DAY, rest = at_us % US_PER_DAY;
    if (rest < 0)
        days--, rest += US_PER_DAY;
    int64_t shifted = days + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_index = (5 * day_of_year + 2) / 153;
    int month = (int)(month_index < 10 ? month_index + 3 : month_index - 9);
    int64_t seconds = rest / US_PER_SECOND;
    return (struct civil){
        .year = year_of_era + era * 400 + (month <= 2),
        .month = month,
        .day = (int)(day_of_year - (153 * month_index + 2) / 5 + 1),
        .hour = (int)(seconds / 3600),
        .minute = (int)(seconds / 60 % 60),
        .second = (int)(seconds % 60),
        .weekday = (int)(((days % 7) + 11) % 7),
    };
}

struct bytes civil_iso(struct arena *arena, int64_t at_us)
{
    struct civil c = civil_of_us(at_us);
    return arena_printf(arena, "%04lld-%02d-%02dT%02d:%02d:%02dZ", (long long)c.year, c.month,
                        c.day, c.hour, c.minute, c.second);
}

/* Two or four digits at AT, followed by AFTER (0: anything). */
static bool take_number(struct bytes *text, size_t digits, int64_t min, int64_t max, int64_t *out)
{
    if (text->len < digits || !bytes_to_int(bytes_sub(*text, 0, digits), min, max, out))
        return false;
    *text = bytes_from(*text, digits);
    return true;
}

static bool take_byte(struct bytes *text, const char *any)
{
    if (text->len == 0 || strchr(any, text->at[0]) == NULL || text->at[0] == 0)
        return false;
    *text = bytes_from(*text, 1);
    return true;
}

static bool take_clock(struct bytes *text, int64_t *seconds_out)
{
    int64_t hour, minute, second = 0, sign, zone_hour, zone_minute = 0;
    if (!take_number(text, 2, 0, 23, &hour) || !take_byte(text, ":") ||
        !take_number(text, 2, 0, 59, &minute))
        return false;
    if (take_byte(text, ":") && !take_number(text, 2, 0, 60, &second))
        return false;
    if (take_byte(text, ".,"))
        while (text->len > 0 && ascii_is_digit(text->at[0]))
            *text = bytes_from(*text, 1);
    *seconds_out = hour * 3600 + minute * 60 + second;
    if (take_byte(text, "Zz") || text->len == 0)
        return text->len == 0;
    sign = text->at[0] == '-' ? 1 : -1;
    if (!take_byte(text, "+-") || !take_number(text, 2, 0, 23, &zone_hour))
        return false;
    take_byte(text, ":");
    if (text->len > 0 && !take_number(text, 2, 0, 59, &zone_minute))
        return false;
    *seconds_out += sign * (zone_hour * 3600 + zone_minute * 60);
    return text->len == 0;
}

bool civil_parse(struct bytes text, int64_t *at_us_out)
{
    int64_t year, month, day = 1, seconds = 0;
    if (!take_number(&text, 4, 0, 9999, &year) || !take_byte(&text, "-/") ||
        !take_number(&text, 2, 1, 12, &month))
        return false;
    if (take_byte(&text, "-/") && !take_number(&text, 2, 1, 31, &day))
        return false;
    if (take_byte(&text, "Tt ") && !take_clock(&text, &seconds))
        return false;
    int64_t days = civil_days(year, (int)month, (int)day);
    if (text.len != 0 || civil_of_us(days * US_PER_DAY).day != day) /* 02-30 is in March */
        return false;
    *at_us_out = days * US_PER_DAY + seconds * US_PER_SECOND;
    return true;
}
