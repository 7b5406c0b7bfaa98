/* SPDX-License-Identifier: Apache-2.0 */
#include "group/pace.h"

#include "group/bulk.h"

#include <math.h>
#include <stdlib.h>

#define WINDOW_MINUTES (PACE_DAYS * 1440u)
#define CLASSES 24u
#define GAPS 15u /* the last is longer than the window */
#define PRIOR 1.0 /* gaps taken as seen beforehand */

struct moment {
    uint32_t brand, minute, site;
};
struct gaps {
    double chance[CLASSES + 1][GAPS]; /* first what is expected; the last row is for all of them */
    uint32_t counted[CLASSES + 1][GAPS];
};

static int compare_moments(const void *left, const void *right)
{
    const struct moment *a = left, *b = right;
    int order = (a->brand > b->brand) - (a->brand < b->brand);
    if (order == 0)
        order = (a->minute > b->minute) - (a->minute < b->minute);
    return order != 0 ? order : (a->site > b->site) - (a->site < b->site);
}

/* 0: the same minute; 1: one minute; 2: two and three ... */
static uint32_t gap_class(uint32_t minutes)
{
    uint32_t class = minutes == 0 ? 0 : 32u - (uint32_t)__builtin_clz(minutes);
    return class < GAPS ? class : GAPS - 1;
}

static uint32_t pace_class(uint32_t sites)
{
    uint32_t class = 31u - (uint32_t)__builtin_clz(sites | 1u);
    return class < CLASSES ? class : CLASSES - 1;
}

/* Minutes are whole: a gap of G is one of G - 1/2 to G + 1/2. */
static double gap_begin(uint32_t class)
{
    return class == 0 ? 0 : (double)(1u << (class - 1)) - 0.5;
}

static void expect(double *expected, uint32_t sites)
{
    double rate = sites / (double)WINDOW_MINUTES, left = 1;
    for (uint32_t gap = 0; gap < GAPS; gap++) {
        double later = exp(-rate * gap_begin(gap + 1));
        expected[gap] += left - later;
        left = later;
    }
}

/* Walk over the sites of one brand, COUNT at AT in order of time: the gap before each and its pace. */
struct walk {
    const struct moment *at;
    uint32_t count, i, from, end;
    uint32_t sites, class, gap; /* in the window around site I; GAPS: too long ago */
};

static bool walk_next(struct walk *w)
{
    uint32_t half = WINDOW_MINUTES / 2;
    if (++w->i >= w->count)
        return false;
    uint32_t now = w->at[w->i].minute, gap = now - w->at[w->i - 1].minute;
    while (now - w->at[w->from].minute > half)
        w->from++;
    while (w->end < w->count && w->at[w->end].minute <= now + half)
        w->end++;
    w->sites = w->end - w->from;
    w->class = pace_class(w->sites);
    w->gap = gap > WINDOW_MINUTES ? GAPS : gap_class(gap);
    return true;
}

static void count_brand(struct gaps *gaps, struct walk walk)
{
    while (walk_next(&walk))
        if (walk.gap < GAPS) {
            gaps->counted[walk.class][walk.gap]++;
            expect(gaps->chance[walk.class], walk.sites);
        }
}

/* Gaps up to the one that chance explains least are like that one; a longer gap never says more, and
 * one longer than MEAN nothing. */
static void make_monotone(double *chance, double mean)
{
    uint32_t peak = 0;
    for (uint32_t gap = 0; gap < GAPS; gap++) {
        chance[gap] = gap_begin(gap) > mean ? 1 : chance[gap];
        peak = chance[gap] < chance[peak] ? gap : peak;
    }
    for (uint32_t gap = 0; gap < GAPS; gap++)
        chance[gap] = gap <= peak ? chance[peak] : fmax(chance[gap], chance[gap - 1]);
}

/* Make of what is expected the part that chance explains; of few gaps in a pace little is learned, and
 * the list as a whole speaks. */
static void judge(struct gaps *gaps)
{
    double *all = gaps->chance[CLASSES];
    for (uint32_t gap = 0; gap < GAPS; gap++) {
        for (uint32_t class = 0; class < CLASSES; class++) {
            all[gap] += gaps->chance[class][gap];
            gaps->counted[CLASSES][gap] += gaps->counted[class][gap];
        }
        all[gap] = (all[gap] + PRIOR) / (gaps->counted[CLASSES][gap] + PRIOR);
        for (uint32_t class = 0; class < CLASSES; class++)
            gaps->chance[class][gap] = (gaps->chance[class][gap] + PRIOR * all[gap]) /
                                       (gaps->counted[class][gap] + PRIOR);
    }
    for (uint32_t class = 0; class < CLASSES; class++)
        make_monotone(gaps->chance[class], WINDOW_MINUTES / (double)(1u << class));
}

/* Number the bursts of one brand from *BURSTS on. */
static void mark_brand(const struct gaps *gaps, struct walk walk, uint32_t *bursts, struct pace *out)
{
    uint32_t first = 0;
    double most = 0;
    for (bool more = true; more;) {
        more = walk_next(&walk);
        double chance = more && walk.gap < GAPS ? gaps->chance[walk.class][walk.gap] : 1;
        if (chance < PACE_CHANCE) {
            most = fmax(most, chance);
            continue;
        }
        *bursts += walk.i - first > 1;
        for (uint32_t i = first; walk.i - first > 1 && i < walk.i; i++)
            out[walk.at[i].site] = (struct pace){*bursts, (float)most};
        first = walk.i;
        most = 0;
    }
}

static uint32_t collect(const struct feed *feed, struct moment *at)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < feed->count; i++)
        if (feed->site[i].brand != 0 && feed->site[i].first_minute != 0)
            at[count++] = (struct moment){(uint32_t)(feed->brand[feed->site[i].brand].hash >> 32),
                                          feed->site[i].first_minute, i};
    qsort(at, count, sizeof *at, compare_moments);
    return count;
}

/* The walk over the brand that begins at *FROM, which is moved behind it. */
static struct walk brand_walk(const struct moment *at, uint32_t count, uint32_t *from)
{
    struct walk walk = {.at = at + *from};
    for (uint32_t brand = at[*from].brand; *from < count && at[*from].brand == brand; ++*from)
        walk.count++;
    return walk;
}

struct pace *pace_learn(const void *parent, const struct feed *feed)
{
    struct pace *out = bulk_array(parent, feed->count + 1u, sizeof *out);
    struct gaps *gaps = bulk_array(NULL, 1, sizeof *gaps);
    struct moment *at = bulk_array(NULL, feed->count + 1u, sizeof *at);
    uint32_t count = collect(feed, at), bursts = 0;
    for (uint32_t from = 0; from < count;)
        count_brand(gaps, brand_walk(at, count, &from));
    judge(gaps);
    for (uint32_t from = 0; from < count;)
        mark_brand(gaps, brand_walk(at, count, &from), &bursts, out);
    bulk_free(at);
    bulk_free(gaps);
    return out;
}
