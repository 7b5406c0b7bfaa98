/* SPDX-License-Identifier: Apache-2.0 */
#include "group/candidate.h"

#include "group/bulk.h"

#include <math.h>
#include <stdlib.h>

#define RADIX_BITS 11u

struct keyed {
    uint32_t key, minute, site;
};

/* Where partners are looked for: what must be the same, the longest gap, how many before are compared. */
enum look {
    LOOK_REGISTERED,
    LOOK_BATCH,
    LOOK_BURST,
    LOOK_LABEL,
    LOOK_LABEL_BRAND,
    LOOK_SUB,
    LOOK_SUB_SUFFIX,
    LOOK_WHOLE,
    LOOK_PATH_BRAND,
    LOOK_PATH_SUFFIX,
    LOOK_SCHEME,
    LOOK_ADDRESS,
    LOOK_ZONE,
    LOOK_NEIGHBOUR,
    LOOK_FACT,
    LOOK_COUNT
};
static const struct {
    double days;
    uint32_t back;
} looks[LOOK_COUNT] = {{365, 2}, {1, 2},  {4, 3},  {60, 2}, {30, 3}, {40, 2}, {40, 3}, {40, 3},
                       {30, 2},  {30, 2}, {60, 4}, {30, 2}, {20, 3}, {40, 4}, {365, 4}};

static uint32_t mix(uint32_t a, uint32_t b)
{
    return (uint32_t)(tally_mix(a, b) >> 32) | 1u;
}

/* What LOOK wants to be the same in partners of site I; 0: it has no partners. */
static uint32_t look_key(const struct evidence_base *e, enum look look, uint32_t i)
{
    const uint32_t *key = e->profile[i].key;
    const struct traits *t = &e->templates->traits[i];
    uint32_t label = key[EVIDENCE_LABEL] | key[EVIDENCE_CLASS];
    uint32_t sub = key[EVIDENCE_SUBDOMAIN], path = key[EVIDENCE_PATH];
    uint32_t brand = key[EVIDENCE_BRAND], suffix = key[EVIDENCE_SUFFIX];
    switch (look) {
    case LOOK_REGISTERED:
        return key[EVIDENCE_REGISTERED];
    case LOOK_BATCH:
        return e->weight[EVIDENCE_BATCH] > 0 ? key[EVIDENCE_BATCH] : 0;
    case LOOK_BURST:
        return key[EVIDENCE_BURST];
    case LOOK_LABEL:
        return key[EVIDENCE_LABEL];
    case LOOK_LABEL_BRAND:
        return label == 0 ? 0 : mix(mix(label, suffix), brand);
    case LOOK_SUB:
        return t->sub_literal > 0 ? sub : 0;
    case LOOK_SUB_SUFFIX:
        return sub == 0 ? 0 : mix(mix(sub, suffix), label);
    case LOOK_WHOLE:
        return label == 0 ? 0 : mix(mix(label, sub), mix(path, suffix));
    case LOOK_PATH_BRAND:
        return path == 0 ? 0 : mix(path, brand);
    case LOOK_PATH_SUFFIX:
        return path == 0 ? 0 : mix(mix(path, suffix), 7);
    case LOOK_SCHEME:
        return key[EVIDENCE_SCHEME];
    case LOOK_ADDRESS:
        return key[EVIDENCE_ADDRESS];
    case LOOK_ZONE:
        return key[EVIDENCE_ZONE];
    default:
        return 0;
    }
}

static uint32_t digit(const struct keyed *row, uint32_t pass)
{
    uint32_t shift = pass % 3 * RADIX_BITS;
    return (pass < 3 ? row->minute >> shift : row->key >> shift) & ((1u << RADIX_BITS) - 1);
}

/* Stable LSD radix sort by key, then minute (site order is kept, and that is the order of hashes). */
static struct keyed *sort_keyed(struct keyed *at, struct keyed *other, uint32_t count)
{
    for (uint32_t pass = 0; pass < 6; pass++) {
        uint32_t bucket[1u << RADIX_BITS] = {0}, from = 0;
        for (uint32_t i = 0; i < count; i++)
            bucket[digit(&at[i], pass)]++;
        if (count == 0 || bucket[digit(&at[0], pass)] == count)
            continue;
        for (uint32_t b = 0; b < 1u << RADIX_BITS; b++) {
            uint32_t n = bucket[b];
            bucket[b] = from;
            from += n;
        }
        for (uint32_t i = 0; i < count; i++)
            other[bucket[digit(&at[i], pass)]++] = at[i];
        struct keyed *swap = at;
        at = other;
        other = swap;
    }
    return at;
}

static void add_edge(struct candidates *out, const void *parent, const struct evidence_base *e,
                     uint32_t a, uint32_t b, double least)
{
    double score = a == b ? -HUGE_VAL : evidence_score(e, a, b);
    if (score < least)
        return;
    if (out->count == out->room) {
        out->room = out->room == 0 ? 65536 : out->room + out->room / 2;
        out->edge = bulk_grow(parent, out->edge, out->room, sizeof *out->edge);
    }
    out->edge[out->count++] = (struct cluster_edge){(float)score, a < b ? a : b, a < b ? b : a};
}

static void chain(struct candidates *out, const void *parent, const struct evidence_base *e,
                  const struct keyed *at, uint32_t count, enum look look, double least)
{
    double most = looks[look].days * 1440;
    for (uint32_t i = 1; i < count; i++)
        for (uint32_t k = 1; k <= looks[look].back && k <= i && at[i - k].key == at[i].key; k++)
            if (at[i].minute - at[i - k].minute <= most)
                add_edge(out, parent, e, at[i - k].site, at[i].site, least);
}

/* Labels that differ in one place have their first or their second half in common. */
static uint32_t half_key(const struct evidence_base *e, uint32_t site, size_t half)
{
    const struct profile *p = &e->profile[site];
    struct bytes label = site_label(&e->feed->site[site]);
    if (p->label_len < NEIGHBOUR_SHORTEST || p->label_len > NEIGHBOUR_LONGEST)
        return 0;
    size_t middle = label.len / 2;
    label = half == 0 ? bytes_sub(label, 0, middle) : bytes_from(label, middle);
    return mix(mix((uint32_t)bytes_hash(label), p->label_len),
               mix(p->key[EVIDENCE_SUFFIX], p->key[EVIDENCE_BRAND]) + (uint32_t)half);
}

/* Digit PASS of an edge: its ends, b first, then its score, the highest first. */
static uint32_t edge_digit(const struct cluster_edge *edge, uint32_t pass)
{
    uint32_t shift = pass % 3 * RADIX_BITS, bits;
    memcpy(&bits, &edge->score, sizeof bits);
    bits = ~(bits >> 31 != 0 ? ~bits : bits | 1u << 31);
    uint32_t value = pass < 3 ? edge->b : pass < 6 ? edge->a : bits;
    return value >> shift & ((1u << RADIX_BITS) - 1);
}

static void sort_unique(struct candidates *out, const void *parent)
{
    struct cluster_edge *other = bulk_array(parent, out->count + 1, sizeof *other);
    for (uint32_t pass = 0; pass < 9; pass++) {
        uint64_t bucket[1u << RADIX_BITS] = {0}, from = 0;
        for (uint64_t i = 0; i < out->count; i++)
            bucket[edge_digit(&out->edge[i], pass)]++;
        for (uint32_t b = 0; b < 1u << RADIX_BITS; b++) {
            uint64_t n = bucket[b];
            bucket[b] = from;
            from += n;
        }
        for (uint64_t i = 0; i < out->count; i++)
            other[bucket[edge_digit(&out->edge[i], pass)]++] = out->edge[i];
        struct cluster_edge *swap = out->edge;
        out->edge = other;
        other = swap;
    }
    bulk_free(other);
    uint64_t kept = 0;
    for (uint64_t i = 0; i < out->count; i++)
        if (kept == 0 || out->edge[kept - 1].a != out->edge[i].a ||
            out->edge[kept - 1].b != out->edge[i].b)
            out->edge[kept++] = out->edge[i];
    out->count = kept;
}

/* The sites that have a key, sorted by it and by time. */
static void look(struct candidates *out, const void *parent, const struct evidence_base *e,
                 struct keyed *room[2], enum look look, size_t place, double least)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < e->feed->count; i++) {
        uint32_t key = look == LOOK_NEIGHBOUR ? half_key(e, i, place) : look_key(e, look, i);
        if (key != 0)
            room[0][count++] = (struct keyed){key, e->profile[i].minute, i};
    }
    chain(out, parent, e, sort_keyed(room[0], room[1], count), count, look, least);
}

/* Sites that share a fact worth something; an icon is a brand's. */
static void look_facts(struct candidates *out, const void *parent, const struct evidence_base *e,
                       double least)
{
    const struct host_facts *facts = &e->feed->facts;
    struct keyed *room[2] = {bulk_array(NULL, facts->count + 1u, sizeof(struct keyed)),
                             bulk_array(NULL, facts->count + 1u, sizeof(struct keyed))};
    uint32_t count = 0;
    for (uint32_t i = 0; i < facts->count; i++) {
        const struct host_fact *fact = &facts->fact[i];
        if (fact->scale > 0 && fact->kind != FACT_FAVICON &&
            e->weight[EVIDENCE_KEYED + fact->kind] > 0)
            room[0][count++] = (struct keyed){(uint32_t)(tally_mix(fact->value, fact->kind) >> 32),
                                              e->profile[fact->site].minute, fact->site};
    }
    chain(out, parent, e, sort_keyed(room[0], room[1], count), count, LOOK_FACT, least);
    bulk_free(room[0]);
    bulk_free(room[1]);
}

void candidate_edges(struct candidates *out, const void *parent, const struct evidence_base *e,
                     double least)
{
    double score = log(least / (1 - least));
    struct keyed *room[2] = {bulk_array(NULL, e->feed->count + 1u, sizeof(struct keyed)),
                             bulk_array(NULL, e->feed->count + 1u, sizeof(struct keyed))};
    *out = (struct candidates){0};
    for (int kind = 0; kind < LOOK_NEIGHBOUR; kind++)
        look(out, parent, e, room, (enum look)kind, 0, score);
    for (size_t place = 0; place < 2 && e->weight[EVIDENCE_NEIGHBOUR] > 0; place++)
        look(out, parent, e, room, LOOK_NEIGHBOUR, place, score);
    bulk_free(room[0]);
    bulk_free(room[1]);
    look_facts(out, parent, e, score);
    sort_unique(out, parent);
}
