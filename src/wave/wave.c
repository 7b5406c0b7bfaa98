/* SPDX-License-Identifier: Apache-2.0 */
#include "wave/wave.h"

#include "base/civil.h"
#include "base/table.h"

#include <stdlib.h>
#include <talloc.h>

#define DAY_US ((int64_t)86400 * 1000000)
#define SERIES_MAX 20000u
#define DAYS_MAX 40000
#define GAP_DAYS 14
#define NEW_DAYS 28
#define NEW_MISSED 6.9 /* expected and not one seen: e^-6.9 is one in a thousand */

const char *const wave_unit_names[4] = {"hour", "day", "week", "month"};

struct bytes wave_day(struct arena *arena, int64_t day)
{
    struct civil c = civil_of_us(day * DAY_US);
    return arena_printf(arena, "%04lld-%02d-%02d", (long long)c.year, c.month, c.day);
}

int64_t wave_fold(enum wave_unit unit, int64_t day)
{
    struct civil c = civil_of_us(day * DAY_US);
    if (unit == WAVE_WEEK)
        return day - (c.weekday + 6) % 7; /* ISO 8601: weeks begin on Monday */
    return unit == WAVE_MONTH ? day - (c.day - 1) : day;
}

struct loader {
    struct waves *waves;
    struct table *by_name;
    uint32_t capacity;
};

static bool add_collected(void *own, const struct store_cell *cell)
{
    struct waves *w = own;
    int64_t at = cell->index - w->first_day;
    if (at >= 0 && at < w->days)
        w->collected[at] += (int64_t)cell->count;
    return true;
}

static bool add_cell(void *own, const struct store_cell *cell)
{
    struct loader *l = own;
    struct waves *w = l->waves;
    int64_t at = cell->index - w->first_day;
    struct wave_series *last = w->count > 0 ? &w->series[w->count - 1] : NULL;
    if (at < 0 || at >= w->days)
        return true;
    if (last == NULL || !bytes_equal(last->name, cell->name)) { /* cells come ordered by name */
        if (w->count == SERIES_MAX)
            return false;
        if (w->count == l->capacity) {
            l->capacity = l->capacity == 0 ? 64 : l->capacity * 2;
            struct wave_series *more = arena_array_of(w->arena, l->capacity, struct wave_series);
            if (w->count > 0)
                memcpy(more, w->series, w->count * sizeof *more);
            w->series = more;
        }
        last = &w->series[w->count++];
        last->name = arena_copy(w->arena, cell->name);
        last->count = arena_array_of(w->arena, (size_t)w->days, int32_t);
        last->first_seen = (int)at;
    }
    last->count[at] = cell->count > INT32_MAX ? INT32_MAX : (int32_t)cell->count;
    last->total += (int64_t)cell->count;
    return true;
}

/* A day without any artifact is missing where a Poisson count of the mean of the four weeks around
 * it would be zero less than once in a thousand days, and where it lies in a fortnight of such days:
 * then nobody collected. */
static bool is_gap(const struct waves *w, int day)
{
    double sum = 0;
    int n = 0, from = day, to = day + 1;
    if (w->collected[day] > 0)
        return false;
    while (from > 0 && day - from < GAP_DAYS && w->collected[from - 1] == 0)
        from--;
    while (to < w->days && to - from < GAP_DAYS && w->collected[to] == 0)
        to++;
    if (to - from >= GAP_DAYS)
        return true;
    for (int d = day - 14; d <= day + 14; d++)
        if (d >= 0 && d < w->days && w->collected[d] > 0)
            sum += (double)w->collected[d], n++;
    return n == 0 || sum / 29 >= 6.9;
}

static int by_total(const void *a, const void *b)
{
    const struct wave_series *x = a, *y = b;
    return x->total != y->total ? (x->total < y->total ? 1 : -1) : bytes_compare(x->name, y->name);
}

/* "your-free-trial-afb7": a group's made-up name ends in four hex digits. */
static bool is_made_up(struct bytes name)
{
    if (name.len < 6 || name.at[name.len - 5] != '-')
        return false;
    for (size_t i = name.len - 4; i < name.len; i++)
        if (!ascii_is_digit(name.at[i]) && (name.at[i] < 'a' || name.at[i] > 'f'))
            return false;
    return true;
}

/* A campaign with a name of its own is also a group under a made-up name: the same messages are told
 * once.  SERIES is sorted by total. */
static void drop_twins(struct waves *w)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < w->count; i++) {
        struct wave_series *s = &w->series[i];
        bool twin = false;
        for (uint32_t k = 0; !twin && k < w->count && is_made_up(s->name); k++) {
            const struct wave_series *other = &w->series[k];
            twin = (k < kept || k > i) && s->total >= SURGE_LEAST && other->total == s->total &&
                   !is_made_up(other->name) &&
                   memcmp(other->count, s->count, (size_t)w->days * sizeof *s->count) == 0;
        }
        if (!twin)
            w->series[kept++] = *s;
    }
    w->count = kept;
}

static int64_t floor_day(int64_t us)
{
    return us >= 0 ? us / DAY_US : -((DAY_US - 1 - us) / DAY_US);
}

struct waves *wave_load(struct arena *arena, struct store *store, enum dimension dimension,
                        double false_alarms_per_year, struct error *err)
{
    struct waves *w = arena_new_of(arena, struct waves);
    struct store_stats stats;
    *w = (struct waves){.arena = arena, .dimension = dimension};
    if (!store_stats(store, &stats, err))
        return NULL;
    if (stats.artifacts == 0)
        return w;
    w->first_day = floor_day(stats.first_us);
    int64_t days = floor_day(stats.last_us) - w->first_day + 1;
    if (days > DAYS_MAX) { /* one mail of another century must not cost a dense century */
        w->first_day += days - DAYS_MAX;
        days = DAYS_MAX;
    }
    w->days = (int)days;
    w->collected = arena_array_of(arena, (size_t)days, int64_t);
    struct loader loader = {.waves = w};
    if (!store_counts(store, DIMENSION_CLASS, 86400, 0, 0, add_collected, w, err) ||
        !store_counts(store, dimension, 86400, 0, 0, add_cell, &loader, err))
        return NULL;
    bool *gap = arena_array_of(arena, (size_t)days, bool);
    for (int d = 0; d < w->days; d++)
        gap[d] = is_gap(w, d);
    struct surge_params params = {false_alarms_per_year,
                                  civil_of_us(w->first_day * DAY_US).weekday};
    for (uint32_t i = 0; i < w->count; i++) {
        struct wave_series *s = &w->series[i];
        for (int d = 0; d < w->days; d++)
            if (gap[d])
                s->count[d] = SURGE_MISSING;
        if (false_alarms_per_year > 0 && s->total >= SURGE_LEAST)
            s->surge = surge_find(arena, s->count, w->days, &params, &s->day, &s->surge_count);
    }
    if (w->count > 0)
        qsort(w->series, w->count, sizeof *w->series, by_total);
    if (dimension == DIMENSION_CAMPAIGN)
        drop_twins(w);
    return w;
}

static struct bytes day_without_year(struct arena *arena, int64_t day, int64_t beside)
{
    struct bytes whole = wave_day(arena, day);
    return bytes_equal(bytes_sub(whole, 0, 4), bytes_sub(wave_day(arena, beside), 0, 4))
               ? bytes_from(whole, 5)
               : whole;
}

/* "11", "0.4", "fewer than 0.1": a count that was expected. */
static struct bytes expected_text(struct arena *arena, double expected, int language)
{
    if (expected < 0.05)
        return language == 0 ? BYTES("fewer than 0.1") : BYTES("0.1件未満");
    return arena_printf(arena, expected < 9.95 ? "%.1f%s" : "%.0f%s", expected,
                        language == 0 ? "" : "件");
}

/* Where no single day is a surge by itself, the sum of its days is what rose. */
static struct bytes sum_sentence(const struct waves *w, const struct wave_series *series,
                                 const struct surge *surge, int language)
{
    int64_t first = w->first_day + surge->first, last = w->first_day + surge->last;
    struct bytes since = wave_day(w->arena, first),
                 until = day_without_year(w->arena, last, first),
                 expected = expected_text(w->arena, surge->expected, language);
    if (surge->ongoing)
        return arena_printf(w->arena,
                            language == 0 ? "%.*s: %lld since %.*s, %.*s expected"
                                          : "%.*s: 合計%lld件、%.*sから増加（予測%.*s）",
                            BYTES_FMT(series->name), (long long)surge->count, BYTES_FMT(since),
                            BYTES_FMT(expected));
    return arena_printf(w->arena,
                        language == 0 ? "%.*s: %lld from %.*s to %.*s, %.*s expected"
                                      : "%.*s: 合計%lld件、%.*sから%.*sまで増加（予測%.*s）",
                        BYTES_FMT(series->name), (long long)surge->count, BYTES_FMT(since),
                        BYTES_FMT(until), BYTES_FMT(expected));
}

struct bytes wave_sentence(const struct waves *w, const struct wave_series *series,
                           const struct surge *surge, int language)
{
    if (surge->peak_count < SURGE_LEAST)
        return sum_sentence(w, series, surge, language);
    int64_t peak = w->first_day + surge->peak;
    struct bytes on = wave_day(w->arena, peak),
                 since = day_without_year(w->arena, w->first_day + surge->first, peak),
                 until = day_without_year(w->arena, w->first_day + surge->last, peak),
                 expected = expected_text(w->arena, surge->peak_expected, language);
    long long count = (long long)surge->peak_count;
    struct bytes name = series->name;
    if (language == 0)
        return surge->ongoing
                   ? arena_printf(w->arena, "%.*s: %lld on %.*s, %.*s expected, since %.*s",
                                  BYTES_FMT(name), count, BYTES_FMT(on), BYTES_FMT(expected),
                                  BYTES_FMT(since))
                   : arena_printf(w->arena, "%.*s: %lld on %.*s, %.*s expected, from %.*s to %.*s",
                                  BYTES_FMT(name), count, BYTES_FMT(on), BYTES_FMT(expected),
                                  BYTES_FMT(since), BYTES_FMT(until));
    return surge->ongoing
               ? arena_printf(w->arena, "%.*s: %.*sに%lld件（予測%.*s）、%.*sから増加",
                              BYTES_FMT(name), BYTES_FMT(on), count, BYTES_FMT(expected),
                              BYTES_FMT(since))
               : arena_printf(w->arena, "%.*s: %.*sに%lld件（予測%.*s）、%.*sから%.*sまで増加",
                              BYTES_FMT(name), BYTES_FMT(on), count, BYTES_FMT(expected),
                              BYTES_FMT(since), BYTES_FMT(until));
}

bool wave_is_new(const struct waves *w, const struct wave_series *series)
{
    int64_t before = 0, since = 0, mine = 0;
    int first = series->first_seen;
    if (first < NEW_DAYS || series->total < SURGE_LEAST)
        return false;
    for (int d = 0; d < first; d++)
        before += w->collected[d];
    for (int d = first; d < w->days && d < first + NEW_DAYS; d++) {
        since += w->collected[d];
        mine += series->count[d] > 0 ? series->count[d] : 0;
    }
    return since > 0 && (double)mine / (double)since * (double)before >= NEW_MISSED;
}
