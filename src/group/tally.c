/* SPDX-License-Identifier: Apache-2.0 */
#include "group/tally.h"

#include "group/bulk.h"

#define COUNTERS_LEAST 65536u
#define COUNTERS_MOST (UINT64_C(1) << 26)

void tally_init(struct tally *tally, const void *parent, uint64_t things)
{
    uint64_t counters = COUNTERS_LEAST;
    while (counters < things * 4 && counters < COUNTERS_MOST)
        counters *= 2;
    *tally =
        (struct tally){.n = bulk_array(parent, counters, sizeof(uint32_t)), .mask = counters - 1};
}

void tally_begin(struct tally_writer *w, struct tally *tally)
{
    memset(w, 0, sizeof *w);
    w->tally = tally;
}

static void add(const struct tally_writer *w, const struct tally_count *count)
{
    if (count->n > 0)
        __atomic_fetch_add(&w->tally->n[count->hash & w->tally->mask], count->n, __ATOMIC_RELAXED);
}

/* COUNT goes to the end of those that wait for their counter; the first of them is added. */
static void send(struct tally_writer *w, const struct tally_count *count)
{
    struct tally_count *at = &w->wait[w->waiting++ % TALLY_WAITING];
    add(w, at);
    *at = *count;
    __builtin_prefetch(&w->tally->n[count->hash & w->tally->mask], 1, 1);
}

void tally_put(struct tally_writer *w, uint64_t hash)
{
    uint64_t mixed = tally_mix(hash, 1);
    struct tally_count *slot = &w->slot[(mixed >> 40) % TALLY_SLOTS];
    w->total++;
    if (slot->hash == mixed) {
        slot->n++;
        return;
    }
    if (slot->n > 0)
        send(w, slot);
    *slot = (struct tally_count){mixed, 1};
}

void tally_end(struct tally_writer *w)
{
    for (uint32_t i = 0; i < TALLY_SLOTS; i++)
        add(w, &w->slot[i]);
    for (uint32_t i = 0; i < TALLY_WAITING; i++)
        add(w, &w->wait[i]);
    __atomic_fetch_add(&w->tally->total, w->total, __ATOMIC_RELAXED);
}
