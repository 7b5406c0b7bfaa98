/* SPDX-License-Identifier: Apache-2.0 */
#include "group/host_fact.h"

#include "group/bulk.h"
#include "group/feed.h"

#include <math.h>
#include <stdlib.h>

#define PAGE_SHARE_LEAST 0.35 /* of the parts, by weight: less is what any two pages share */
#define PAGE_SHARE_FULL 0.75
#define PAGE_PARTS_LEAST 3u

void host_fact_add(struct host_facts *facts, const void *parent, const struct host_fact *fact)
{
    if (facts->count == facts->room) {
        facts->room = facts->room * 2 + 1024;
        facts->fact = bulk_grow(parent, facts->fact, facts->room, sizeof *facts->fact);
    }
    facts->fact[facts->count++] = *fact;
}

void host_fact_genuine(struct host_facts *facts, const void *parent, uint64_t value)
{
    if (facts->genuine_count == facts->genuine_room) {
        facts->genuine_room = facts->genuine_room * 2 + 256;
        facts->genuine =
            bulk_grow(parent, facts->genuine, facts->genuine_room, sizeof *facts->genuine);
    }
    facts->genuine[facts->genuine_count++] = value;
}

static int compare_u64(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_hashes(const void *left, const void *right)
{
    return compare_u64(*(const uint64_t *)left, *(const uint64_t *)right);
}

/* By kind, value, domain, host, time. */
static int compare_values(const void *left, const void *right)
{
    const struct host_fact *a = left, *b = right;
    int order = (a->kind > b->kind) - (a->kind < b->kind);
    order = order != 0 ? order : compare_u64(a->value, b->value);
    order = order != 0 ? order : compare_u64(a->domain, b->domain);
    order = order != 0 ? order : compare_u64(a->of, b->of);
    return order != 0 ? order : compare_u64(a->first_minute, b->first_minute);
}

static int compare_sites(const void *left, const void *right)
{
    const struct host_fact *a = left, *b = right;
    int order = compare_u64(a->site, b->site);
    return order != 0 ? order : compare_values(left, right);
}

static double trust(uint32_t fan)
{
    double full = log(FACT_FAN_NONE / FACT_FAN_FULL);
    return fan <= FACT_FAN_FULL ? 1 : fan >= FACT_FAN_NONE ? 0 : log(FACT_FAN_NONE / fan) / full;
}

/* Runs of one value: how many domains have it; one fact a host and value, with the widest window. */
static void count_fans(struct host_facts *facts)
{
    uint32_t kept = 0;
    for (uint32_t from = 0, to; from < facts->count; from = to) {
        struct host_fact *first = &facts->fact[from];
        uint32_t fan = 0, start = kept;
        for (to = from; to < facts->count && facts->fact[to].kind == first->kind &&
                        facts->fact[to].value == first->value;
             to++)
            fan += to == from || facts->fact[to].domain != facts->fact[to - 1].domain;
        bool genuine =
            first->kind == FACT_PAGE &&
            bsearch(&first->value, facts->genuine == NULL ? &first->value : facts->genuine,
                    facts->genuine_count, sizeof first->value, compare_hashes) != NULL;
        for (uint32_t i = from; i < to && !genuine; i++) {
            struct host_fact one = facts->fact[i];
            one.fan = fan;
            one.scale = (float)trust(fan);
            struct host_fact *last = kept > start ? &facts->fact[kept - 1] : NULL;
            if (last == NULL || last->of != one.of)
                facts->fact[kept++] = one;
            else if (one.last_minute > last->last_minute)
                last->last_minute = one.last_minute;
        }
    }
    facts->count = kept;
}

static uint32_t site_from(const struct feed_site *sites, uint32_t count, uint64_t hash)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (sites[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct below { /* a site by its registered domain */
    uint64_t domain;
    uint32_t site;
};

static int compare_below(const void *left, const void *right)
{
    const struct below *a = left, *b = right;
    int order = compare_u64(a->domain, b->domain);
    return order != 0 ? order : compare_u64(a->site, b->site);
}

static void give(struct host_facts *to, const void *parent, const struct host_fact *fact,
                 uint32_t site)
{
    struct host_fact one = *fact;
    one.site = site;
    host_fact_add(to, parent, &one);
}

void host_fact_seal(struct host_facts *facts, const void *parent, const struct feed_site *sites,
                    uint32_t count)
{
    if (facts->count == 0)
        return;
    if (facts->genuine_count > 0)
        qsort(facts->genuine, facts->genuine_count, sizeof *facts->genuine, compare_hashes);
    qsort(facts->fact, facts->count, sizeof *facts->fact, compare_values);
    count_fans(facts);
    struct below *below = bulk_array(NULL, count + 1u, sizeof *below);
    for (uint32_t i = 0; i < count; i++)
        below[i] = (struct below){sites[i].registered, i};
    qsort(below, count, sizeof *below, compare_below);
    struct host_facts given = {0};
    for (uint32_t i = 0; i < facts->count; i++) {
        const struct host_fact *fact = &facts->fact[i];
        if (fact->of != fact->domain) {
            for (uint32_t k = site_from(sites, count, fact->of);
                 k < count && sites[k].hash == fact->of; k++)
                give(&given, parent, fact, k);
            continue;
        }
        uint32_t low = 0, high = count;
        while (low < high) {
            uint32_t middle = low + (high - low) / 2;
            if (below[middle].domain < fact->of)
                low = middle + 1;
            else
                high = middle;
        }
        for (; low < count && below[low].domain == fact->of; low++)
            give(&given, parent, fact, below[low].site);
    }
    bulk_free(below);
    bulk_free(facts->fact);
    facts->fact = given.fact;
    facts->count = given.count;
    facts->room = given.room;
    if (facts->count > 0)
        qsort(facts->fact, facts->count, sizeof *facts->fact, compare_sites);
}

static uint32_t gap(const struct host_fact *a, const struct host_fact *b)
{
    if (a->first_minute == 0 || b->first_minute == 0)
        return 0;
    uint32_t a_last = a->last_minute > a->first_minute ? a->last_minute : a->first_minute;
    uint32_t b_last = b->last_minute > b->first_minute ? b->last_minute : b->first_minute;
    return a->first_minute > b_last   ? a->first_minute - b_last
           : b->first_minute > a_last ? b->first_minute - a_last
                                      : 0;
}

static double part_weight(const struct host_fact *fact)
{
    return fact->kind == FACT_PAGE ? 1 / (1 + log((double)(fact->fan > 0 ? fact->fan : 1))) : 0;
}

void host_fact_share(const struct host_facts *facts, uint32_t a, uint32_t b,
                     struct host_fact_share out[FACT_KINDS])
{
    const struct host_fact *end = facts->fact + facts->count, *p = facts->fact + a,
                           *q = facts->fact + b;
    uint32_t left = p->site, right = q->site;
    double all[2] = {0, 0}, shared = 0;
    uint32_t parts = 0, steps = 0;
    memset(out, 0, FACT_KINDS * sizeof *out);
    while ((p < end && p->site == left) || (q < end && q->site == right)) {
        bool has_p = p < end && p->site == left, has_q = q < end && q->site == right;
        int order = !has_p ? 1 : !has_q ? -1 : (p->kind > q->kind) - (p->kind < q->kind);
        order = order != 0 ? order : compare_u64(p->value, q->value);
        if (order <= 0)
            all[0] += part_weight(p);
        if (order >= 0)
            all[1] += part_weight(q);
        if (order == 0 && p->kind == FACT_PAGE) {
            shared += part_weight(p);
            parts++;
        } else if (order == 0 && (double)p->scale > out[p->kind].scale) {
            out[p->kind] =
                (struct host_fact_share){(double)p->scale, p->fan, gap(p, q),
                                         p->first_minute != 0 && q->first_minute != 0, p->text};
        }
        p += order <= 0;
        q += order >= 0;
        if (++steps > 2 * FACT_EACH_MOST)
            break;
    }
    double most = all[0] > all[1] ? all[0] : all[1], share = most > 0 ? shared / most : 0;
    if (parts >= PAGE_PARTS_LEAST && share > PAGE_SHARE_LEAST)
        out[FACT_PAGE] = (struct host_fact_share){share >= PAGE_SHARE_FULL
                                                      ? 1
                                                      : (share - PAGE_SHARE_LEAST) /
                                                            (PAGE_SHARE_FULL - PAGE_SHARE_LEAST),
                                                  parts, 0, false, BYTES_NONE};
}
