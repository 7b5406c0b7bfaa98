/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"

#include <stdio.h>

/* Days since 1970-01-01 of a civil date (H. Hinnant, chrono-compatible date algorithms, 2013). */
static int64_t days_of(int64_t year, int32_t month, int32_t day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int64_t time_from_civil(struct civil c)
{
    int64_t months = (int64_t)c.year * 12 + c.month - 1;
    int64_t year = months >= 0 ? months / 12 : -((11 - months) / 12);
    int64_t days = days_of(year, (int32_t)(months - year * 12) + 1, 1) + c.day - 1;
    int64_t seconds = days * 86400 + (int64_t)c.hour * 3600 + (int64_t)c.minute * 60 + c.second;
    return seconds * TIME_SECOND_US + c.us;
}

struct civil time_to_civil(int64_t at_us)
{
    int64_t days = at_us / TIME_DAY_US, rest = at_us % TIME_DAY_US;
    if (rest < 0)
        rest += TIME_DAY_US, days--;
    struct civil c = {.us = (int32_t)(rest % TIME_SECOND_US)};
    int32_t seconds = (int32_t)(rest / TIME_SECOND_US);
    c.hour = seconds / 3600, c.minute = seconds / 60 % 60, c.second = seconds % 60;
    c.weekday = (int32_t)((days % 7 + 11) % 7);
    int64_t shifted = days + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t of_era = shifted - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;
    c.day = (int32_t)(of_year - (153 * month + 2) / 5 + 1);
    c.month = (int32_t)(month < 10 ? month + 3 : month - 9);
    c.year = (int32_t)(year + era * 400 + (c.month <= 2));
    return c;
}

void time_to_text(int64_t at_us, char out[TIME_TEXT_BYTES])
{
    struct civil c = time_to_civil(at_us);
    int len = snprintf(out, TIME_TEXT_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d", c.year, c.month,
                       c.day, c.hour, c.minute, c.second);
    if (len > 0 && len < TIME_TEXT_BYTES - 9)
        snprintf(out + len, (size_t)(TIME_TEXT_BYTES - len), c.us != 0 ? ".%06dZ" : "Z", c.us);
}

/* One run of letters, one number or one other character; blanks and comments are stepped over. */
struct token {
    struct bytes text;
    int64_t number; /* -1: no number */
    uint8_t sign;   /* other character */
};

static size_t skip_comment(struct bytes in, size_t at)
{
    int depth = 0;
    for (; at < in.len; at++) {
        if (in.at[at] == '(')
            depth++;
        else if (in.at[at] == ')' && --depth == 0)
            return at + 1;
    }
    return in.len;
}

static bool token_next(struct bytes *rest, struct token *out)
{
    size_t at = 0;
    while (at < rest->len && (ascii_is_space(rest->at[at]) || rest->at[at] == '('))
        at = rest->at[at] == '(' ? skip_comment(*rest, at) : at + 1;
    if (at >= rest->len)
        return false;
    size_t end = at + 1;
    *out = (struct token){.number = -1};
    if (ascii_is_digit(rest->at[at])) {
        while (end < rest->len && ascii_is_digit(rest->at[end]))
            end++;
        if (!bytes_to_int(bytes_sub(*rest, at, end - at), 0, INT32_MAX, &out->number))
            return false;
    } else if (ascii_is_alpha(rest->at[at])) {
        while (end < rest->len && ascii_is_alpha(rest->at[end]))
            end++;
    } else {
        out->sign = rest->at[at];
    }
    out->text = bytes_sub(*rest, at, end - at);
    *rest = bytes_from(*rest, end);
    return true;
}

static int32_t month_of(struct bytes name)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    if (name.len < 3)
        return 0;
    for (int32_t i = 0; i < 12; i++)
        if (bytes_equal_fold(bytes_sub(name, 0, 3), bytes_of(names + 3 * i, 3)))
            return i + 1;
    return 0;
}

/* RFC 5322 4.3; the military letters carry no information and count as UTC. */
static int32_t zone_of(struct bytes name)
{
    static const struct {
        const char *name;
        int32_t minutes;
    } rows[] = {{"EST", -300}, {"EDT", -240}, {"CST", -360}, {"CDT", -300}, {"MST", -420},
                {"MDT", -360}, {"PST", -480}, {"PDT", -420}, {"JST", 540},  {"CET", 60},
                {"CEST", 120}, {"BST", 60},   {"MSK", 180},  {"KST", 540},  {"IST", 330},
                {"EET", 120},  {"EEST", 180}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (bytes_equal_fold(name, bytes_of_string(rows[i].name)))
            return rows[i].minutes;
    return 0;
}

static bool clock_read(struct bytes *rest, struct civil *c)
{
    struct token t;
    int32_t *const fields[] = {&c->minute, &c->second};
    for (int i = 0; i < 2; i++) {
        struct bytes before = *rest;
        if (!token_next(rest, &t) || (t.sign != ':' && t.sign != '.')) {
            *rest = before;
            return i == 1;
        }
        if (!token_next(rest, &t) || t.number < 0 || t.number > 60)
            return false;
        *fields[i] = (int32_t)t.number;
    }
    struct bytes before = *rest;
    if (token_next(rest, &t) && t.sign == '.' && token_next(rest, &t) && t.number >= 0) {
        int64_t us = t.number;
        for (size_t digits = t.text.len; digits < 6; digits++)
            us *= 10;
        for (size_t digits = t.text.len; digits > 6; digits--)
            us /= 10;
        c->us = (int32_t)us;
    } else {
        *rest = before;
    }
    return true;
}

/* "+0900", "+09:00", "-9", "GMT", "GMT+0900", "Z" or nothing. */
static int32_t zone_read(struct bytes rest)
{
    struct token t;
    int32_t named = 0;
    while (token_next(&rest, &t)) {
        if (t.sign == 0 && t.number < 0) {
            named = zone_of(t.text);
            continue;
        }
        if (t.sign != '+' && t.sign != '-')
            break;
        bool west = t.sign == '-';
        if (!token_next(&rest, &t) || t.number < 0)
            break;
        int64_t minutes = t.text.len <= 2 ? t.number * 60 : t.number / 100 * 60 + t.number % 100;
        if (t.text.len <= 2 && token_next(&rest, &t) && t.sign == ':' && token_next(&rest, &t) &&
            t.number >= 0)
            minutes += t.number;
        return minutes > 24 * 60 ? 0 : (int32_t)(west ? -minutes : minutes);
    }
    return named;
}

static int32_t year_of(const struct token *t)
{
    if (t->text.len > 4)
        return 0;
    if (t->text.len == 2)
        return (int32_t)(t->number < 50 ? 2000 + t->number : 1900 + t->number);
    return (int32_t)(t->text.len == 3 ? 1900 + t->number : t->number);
}

/* Day, month, year in the order they come; *T ends on the first token of the clock. */
static bool date_read(struct bytes *rest, struct civil *c, struct token *t)
{
    c->day = c->month = c->year = 0;
    while (token_next(rest, t)) {
        if (t->number < 0 && t->sign == 0) {
            if (c->month == 0 && month_of(t->text) != 0 && (c->day != 0 || t->text.len == 3))
                c->month = month_of(t->text);
        } else if (t->number >= 0) {
            struct bytes peek = *rest;
            struct token next;
            bool is_clock = token_next(&peek, &next) && next.sign == ':';
            if (is_clock && c->day != 0 && c->month != 0)
                break;
            if (c->day == 0 && c->month == 0 && t->text.len == 4)
                c->year = year_of(t);
            else if (c->year != 0 && c->month == 0)
                c->month = (int32_t)t->number;
            else if (c->day == 0 && t->number <= 31)
                c->day = (int32_t)t->number;
            else if (c->month != 0 && c->year == 0)
                c->year = year_of(t);
        }
    }
    return c->day >= 1 && c->month >= 1 && c->month <= 12;
}

bool time_from_mail(struct bytes in, int64_t *at_us_out, int32_t *zone_minutes_out)
{
    struct bytes rest = bytes_sub(in, 0, 256);
    struct token t = {.number = -1};
    struct civil c = {0};
    if (!date_read(&rest, &c, &t))
        return false;
    if (t.number >= 0 && rest.len > 0 && t.number <= 24) {
        c.hour = (int32_t)t.number;
        if (!clock_read(&rest, &c))
            return false;
    }
    struct bytes before = rest;
    if (c.year == 0) { /* asctime: the year stands last */
        while (token_next(&rest, &t) && t.number < 0)
            before = rest;
        c.year = t.number >= 0 ? year_of(&t) : 0;
        before = rest;
    }
    if (c.year < 1)
        return false;
    int32_t zone = zone_read(before);
    *at_us_out = time_from_civil(c) - (int64_t)zone * 60 * TIME_SECOND_US;
    if (zone_minutes_out != NULL)
        *zone_minutes_out = zone;
    return true;
}
