/* SPDX-License-Identifier: Apache-2.0 */
#include "wave/wave.h"

#include "base/table.h"

#include <math.h>
#include <talloc.h>

#define DAY_US ((int64_t)86400 * 1000000)
#define WEEKS_MAX 520
#define LEAST_SHARE 0.25 /* points a share must move */
#define LEAST_COUNT 10   /* artifacts on either side */
#define Z_MIN 3.29       /* two-sided p < 0.001 */

struct tally {
    struct arena *arena;
    struct table *value; /* name -> double[2]: before, this week */
    int column;
};

static bool add_value(void *own, const struct store_cell *cell)
{
    struct tally *t = own;
    double *pair = table_get(t->value, cell->name);
    if (pair == NULL) {
        pair = arena_array_of(t->arena, 2, double);
        table_set(t->value, arena_copy(t->arena, cell->name), pair);
    }
    pair[t->column] += (double)cell->count;
    return true;
}

static bool add_total(void *own, const struct store_cell *cell)
{
    *(double *)own += (double)cell->count;
    return true;
}

static void compare(const struct tally *t, enum dimension dimension, int64_t day,
                    const double total[2], struct wave_change *change, uint32_t most,
                    uint32_t *count)
{
    for (uint32_t i = 0; i < t->value->count && *count < most; i++) {
        const double *n = t->value->row[i].value;
        double before = n[0] / total[0], after = n[1] / total[1],
               pooled = (n[0] + n[1]) / (total[0] + total[1]);
        double error = sqrt(pooled * (1 - pooled) * (1 / total[0] + 1 / total[1]));
        if (fabs(after - before) < LEAST_SHARE || error <= 0 ||
            fabs(after - before) / error < Z_MIN)
            continue;
        change[(*count)++] = (struct wave_change){dimension, t->value->row[i].key, day, before,
                                                  after,     (uint64_t)n[1]};
    }
}

bool wave_changes(struct arena *arena, struct store *store, enum dimension with, struct bytes name,
                  struct wave_change *change_out, uint32_t most, uint32_t *count_out,
                  struct error *err)
{
    static const enum dimension watched[] = {DIMENSION_FILE_TYPE, DIMENSION_TECHNIQUE,
                                             DIMENSION_LANGUAGE, DIMENSION_CATEGORY};
    struct store_stats stats;
    *count_out = 0;
    if (!store_stats(store, &stats, err))
        return false;
    int64_t first = wave_fold(WAVE_WEEK, stats.first_us / DAY_US), last = stats.last_us / DAY_US;
    if ((last - first) / 7 > WEEKS_MAX)
        first = wave_fold(WAVE_WEEK, last - (int64_t)7 * WEEKS_MAX);
    for (size_t d = 0; d < sizeof watched / sizeof *watched; d++) {
        struct tally tally = {arena, table_new(arena), 1};
        double total[2] = {0, 0};
        for (int64_t week = first; week <= last; week += 7) {
            int64_t since = week * DAY_US, until = since + 7 * DAY_US;
            total[1] = 0;
            for (uint32_t i = 0; i < tally.value->count; i++)
                ((double *)tally.value->row[i].value)[1] = 0;
            if (!store_cross(store, with, with, name, since, until, add_total, &total[1], err))
                return false;
            if (total[1] < 1)
                continue;
            if (!store_cross(store, watched[d], with, name, since, until, add_value, &tally, err))
                return false;
            if (total[0] >= LEAST_COUNT && total[1] >= LEAST_COUNT)
                compare(&tally, watched[d], week, total, change_out, most, count_out);
            for (uint32_t i = 0; i < tally.value->count; i++) {
                double *n = tally.value->row[i].value;
                n[0] += n[1];
            }
            total[0] += total[1];
        }
    }
    return true;
}
