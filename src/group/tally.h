/* SPDX-License-Identifier: Apache-2.0
 *
 * Counts of hashed things in one row of counters: a count may be too high by a collision, never too low.
 *
 * Adding commutes, so counts do not tell the order of input.  The row has at least four counters per
 * expected thing; tally_noise() is what a counter holds on average. */
#ifndef NOROSHI_GROUP_TALLY_H
#define NOROSHI_GROUP_TALLY_H

#include "base/bytes.h"

struct tally {
    uint32_t *n;
    uint64_t mask, total;
};

/* Counters for about THINGS different things, under the talloc PARENT. */
void tally_init(struct tally *tally, const void *parent, uint64_t things);

/* Mix two hashes into one (order matters). */
static inline uint64_t tally_mix(uint64_t a, uint64_t b)
{
    uint64_t h = (a ^ (b * UINT64_C(0x9E3779B97F4A7C15))) * UINT64_C(0xBF58476D1CE4E5B9);
    h ^= h >> 29;
    h *= UINT64_C(0x94D049BB133111EB);
    return h ^ (h >> 32);
}
static inline void tally_add(struct tally *tally, uint64_t hash)
{
    tally->n[tally_mix(hash, 1) & tally->mask]++;
    tally->total++;
}
static inline uint32_t tally_get(const struct tally *tally, uint64_t hash)
{
    return tally->n[tally_mix(hash, 1) & tally->mask];
}
static inline double tally_noise(const struct tally *tally)
{
    return (double)tally->total / (double)(tally->mask + 1);
}

#endif
