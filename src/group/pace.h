/* SPDX-License-Identifier: Apache-2.0
 *
 * How soon sites of a brand follow one another, against chance: a burst, learned from the list.
 *
 * A brand of N sites in the PACE_DAYS around a site would, listed at random moments, have its next
 * site within G minutes with probability 1 - exp(-N G / window).  Over the list, the gaps between one
 * site of a brand and the next are counted by pace (N, in powers of two) and length (minutes, in powers
 * of two), beside what those chances add up to.  Expected over counted is the part of such gaps that
 * chance explains (Efron's local false discovery rate).  Sites of a brand are one burst as long as that
 * is less than PACE_CHANCE from each to the next; a longer gap never says more than a shorter one, and
 * one longer than the mean says nothing.
 *
 * A list whose sites come one by one has no bursts, one made of reports has them within the minute, one
 * that is typed in has them a few minutes apart: neither is told to the program.
 *
 * cost: O(n log n), once; 20 bytes a site while learning, 8 then. */
#ifndef NOROSHI_GROUP_PACE_H
#define NOROSHI_GROUP_PACE_H

#include "group/feed.h"

#define PACE_DAYS 7u
#define PACE_CHANCE 0.1

struct pace {
    uint32_t burst; /* number; 0: of none */
    float chance;   /* of the burst's likeliest gap */
};

/* The burst of each site of FEED, from bulk_array of PARENT. */
struct pace *pace_learn(const void *parent, const struct feed *feed);

#endif
