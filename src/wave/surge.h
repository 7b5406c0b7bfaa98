/* SPDX-License-Identifier: Apache-2.0
 *
 * Has something risen?  A test of daily counts with a stated false-alarm rate.
 *
 * In comes one series of daily counts, where a day on which nothing was collected is missing and
 * not zero; out come, for each day, what was expected, and the surges with first day, peak and end.
 *
 * Each day is compared with a quasi-Poisson regression on the HISTORY_DAYS before it (the
 * GUARD_DAYS next to it left out): logarithm of the mean = level + trend + weekday, fitted by
 * iterated reweighted least squares; past outbreaks are weighted down by their Anscombe residuals,
 * days inside a surge are left out.  The counts of the last 1, 3 and 7 days are then held against a
 * negative binomial distribution with the fitted mean and a variance that adds dispersion and the
 * uncertainty of the fit.  This is the scheme of Farrington et al., J. R. Stat. Soc. A 159 (1996)
 * 547, as improved by Noufaily et al., Stat. Med. 32 (2013) 1206 (trend always fitted, weights
 * above 2.58, negative binomial quantiles), moved from weeks to days; the weak priors on trend and
 * weekdays are ours and keep sparse series calm.
 *
 * The false alarms allowed in a year are spread evenly over its days and the three windows.  A
 * window with fewer than LEAST counts is never a surge: novelty is told elsewhere (wave/wave.h).
 * Surges GUARD_DAYS or less apart are told as one.
 *
 * Cost: one fit of at most 8 parameters a day.  It breaks where a collection begins to grow tenfold
 * in a week: that is a surge, rightly told for the wrong reason; look at the verdict totals first.
 */
#ifndef NOROSHI_WAVE_SURGE_H
#define NOROSHI_WAVE_SURGE_H

#include "base/arena.h"

#define SURGE_HISTORY_DAYS 63
#define SURGE_GUARD_DAYS 7
#define SURGE_LEARN_DAYS 14 /* collected days before the first test */
#define SURGE_LEAST 5
#define SURGE_LONGEST_DAYS 42 /* after that a surge is the new normal */
#define SURGE_MISSING (-1)

struct surge_params {
    double false_alarms_per_year; /* of one series, > 0 */
    int first_weekday;            /* of day 0: 0 Sunday .. 6 Saturday */
};

struct surge_day {
    double expected; /* mean of the fit; NAN where there was too little history */
    double bound;    /* count that would alarm alone on this day */
    double p;        /* smallest tail of the windows that end here; 1 where not tested */
    bool missing, alarm, in_surge;
    uint8_t window; /* days of the window whose tail was smallest */
};

struct surge {
    int first, last, peak; /* day numbers */
    bool ongoing;          /* not over on the last day of the series */
    int64_t peak_count;
    double peak_expected;
    int64_t count;   /* of all its days */
    double expected; /* the same */
    double p;        /* smallest */
};

/* Test COUNT[DAYS]; DAY (DAYS rows) and the surges, oldest first, live in ARENA. */
struct surge *surge_find(struct arena *arena, const int32_t *count, int days,
                         const struct surge_params *params, struct surge_day **day_out,
                         uint32_t *surge_count_out);

#endif
