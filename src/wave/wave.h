/* SPDX-License-Identifier: Apache-2.0
 *
 * Waves in the store: what is counted how often, what rose, what is new, what changed inside a
 * campaign.
 *
 * One pass over the label counts of a dimension gives dense daily series; days on which nothing at
 * all was collected although much usually is are missing, not zero.  Surges are found by
 * wave/surge.h. Sentences are made from the numbers, in English and in Japanese, never written by
 * hand. */
#ifndef NOROSHI_WAVE_WAVE_H
#define NOROSHI_WAVE_WAVE_H

#include "store/store.h"
#include "wave/surge.h"

enum wave_unit { WAVE_HOUR, WAVE_DAY, WAVE_WEEK, WAVE_MONTH };
extern const char *const wave_unit_names[4];

struct wave_series {
    struct bytes name;
    int32_t *count; /* per day; SURGE_MISSING where nothing was collected */
    int64_t total;
    int first_seen; /* first day with a count */
    struct surge_day *day;
    struct surge *surge;
    uint32_t surge_count;
};

struct waves {
    struct arena *arena;
    enum dimension dimension;
    int64_t first_day; /* day number since the epoch of count[0] */
    int days;
    int64_t *collected;         /* artifacts of any verdict per day */
    struct wave_series *series; /* largest total first */
    uint32_t count;
};

/* The waves of DIMENSION over the whole store, surges of at most FALSE_ALARMS_PER_YEAR per series
 * (0: not tested); under ARENA.  NULL and ERR; an empty store gives days == 0. */
struct waves *wave_load(struct arena *arena, struct store *store, enum dimension dimension,
                        double false_alarms_per_year, struct error *err);

/* "IcedID: 143 on 2021-03-15, 11 expected, since 03-12"; where no day has SURGE_LEAST counts, the
 * sum of the days: "IcedID: 9 from 2021-03-12 to 03-16, 0.3 expected".  LANGUAGE 0 English, 1
 * Japanese. */
struct bytes wave_sentence(const struct waves *waves, const struct wave_series *series,
                           const struct surge *surge, int language);
/* Is it new to the collection?  At the share of its first four weeks it would have been seen before
 * with a probability of 99.9 %, and the collection is older than four weeks. */
bool wave_is_new(const struct waves *waves, const struct wave_series *series);
/* "2021-03-15" of a day number since the epoch. */
/* What SERIES is called where people read it, LANGUAGE 0 or 1: its name; of a campaign that no one has named,
 * the words it is known by and its first day ("Free trial" of 2021-03-15), the same in every month. */
struct bytes wave_label(const struct waves *waves, const struct wave_series *series, int language);
struct bytes wave_day(struct arena *arena, int64_t day);
/* Where a day stands in a larger unit: the Monday of its week, the first of its month (day
 * numbers). */
int64_t wave_fold(enum wave_unit unit, int64_t day);

/* A value of DIMENSION that came up, or went, within what is labelled (WITH, NAME). */
struct wave_change {
    enum dimension dimension;
    struct bytes value;
    int64_t day; /* first day of the week where the share changed */
    double share_before, share_after;
    uint64_t count_after;
};
/* Week by week: shares that moved by more than 25 points and whose difference has p < 0.001
 * (two-proportion test); at most MOST, oldest first. */
bool wave_changes(struct arena *arena, struct store *store, enum dimension with, struct bytes name,
                  struct wave_change *change_out, uint32_t most, uint32_t *count_out,
                  struct error *err);

#endif
