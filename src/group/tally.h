/* SPDX-License-Identifier: Apache-2.0
 *
 * Counts of hashed things in one row of counters: a count may be too high by a collision, never too low.
 *
 * Adding commutes, so counts do not tell the order of input, nor which thread added.  The row has at least
 * four counters per expected thing (up to 64 million); tally_noise() is what a counter holds on average.
 * Things are put through a writer, one a thread: it adds up what comes again and again (a suffix, a brand)
 * before it touches the row, and asks for counters a while before it needs them, for the row is far larger
 * than the caches. */
#ifndef NOROSHI_GROUP_TALLY_H
#define NOROSHI_GROUP_TALLY_H

#include "base/bytes.h"

#define TALLY_SLOTS 512u
#define TALLY_WAITING 32u

struct tally {
    uint32_t *n; /* from threads: by atomic access only */
    uint64_t mask, total;
};

struct tally_count {
    uint64_t hash;
    uint32_t n;
};
struct tally_writer {
    struct tally *tally;
    uint64_t total;
    uint32_t waiting; /* how many were ever sent off */
    struct tally_count slot[TALLY_SLOTS], wait[TALLY_WAITING];
};

/* Counters for about THINGS different things, under the talloc PARENT. */
void tally_init(struct tally *tally, const void *parent, uint64_t things);
void tally_begin(struct tally_writer *writer, struct tally *tally);
/* Until tally_end a count may lack what was put. */
void tally_put(struct tally_writer *writer, uint64_t hash);
void tally_end(struct tally_writer *writer);

/* Mix two hashes into one (order matters). */
static inline uint64_t tally_mix(uint64_t a, uint64_t b)
{
    uint64_t h = (a ^ (b * UINT64_C(0x9E3779B97F4A7C15))) * UINT64_C(0xBF58476D1CE4E5B9);
    h ^= h >> 29;
    h *= UINT64_C(0x94D049BB133111EB);
    return h ^ (h >> 32);
}
static inline const uint32_t *tally_at(const struct tally *tally, uint64_t hash)
{
    return &tally->n[tally_mix(hash, 1) & tally->mask];
}
static inline uint32_t tally_get(const struct tally *tally, uint64_t hash)
{
    return __atomic_load_n(tally_at(tally, hash), __ATOMIC_RELAXED);
}
/* Ask for the counter of HASH, which will be read soon. */
static inline void tally_expect(const struct tally *tally, uint64_t hash)
{
    __builtin_prefetch(tally_at(tally, hash), 0, 1);
}
static inline double tally_noise(const struct tally *tally)
{
    return (double)tally->total / (double)(tally->mask + 1);
}

#endif
