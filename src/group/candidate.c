/* SPDX-License-Identifier: Apache-2.0 */
#include "group/candidate.h"

#include "group/bulk.h"

#include <math.h>
#include <stdlib.h>

#define NEIGHBOUR_SHORTEST 5u
#define NEIGHBOUR_LONGEST 14u
#define RADIX_BITS 11u

struct keyed {
    uint64_t key;
    uint32_t minute, site;
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
    LOOK_NEIGHBOUR,
    LOOK_COUNT
};
static const struct {
    double days;
    uint32_t back;
} looks[LOOK_COUNT] = {{365, 2}, {1, 2},  {4, 3},  {60, 2}, {30, 3}, {40, 2}, {40, 3},
                       {40, 3},  {30, 2}, {30, 2}, {60, 4}, {30, 2}, {40, 1}};

static uint64_t look_key(const struct evidence_base *e, enum look look, uint32_t i)
{
    const struct site *site = &e->feed->site[i];
    const struct traits *t = &e->templates->traits[i];
    uint64_t key = 0;
    switch (look) {
    case LOOK_REGISTERED:
        return evidence_key(e, EVIDENCE_REGISTERED, i);
    case LOOK_BATCH:
        return (e->off >> EVIDENCE_BATCH & 1) != 0 ? 0 : evidence_key(e, EVIDENCE_BATCH, i);
    case LOOK_BURST:
        return evidence_key(e, EVIDENCE_BURST, i);
    case LOOK_LABEL:
        return evidence_key(e, EVIDENCE_LABEL, i);
    case LOOK_LABEL_BRAND:
        return t->label == 0 ? 0 : tally_mix(tally_mix(t->label, t->suffix), site->brand);
    case LOOK_SUB:
        return t->sub_literal > 0 ? t->sub : 0;
    case LOOK_SUB_SUFFIX:
        return t->sub == 0 ? 0 : tally_mix(tally_mix(t->sub, t->suffix), t->label);
    case LOOK_WHOLE:
        key = tally_mix(tally_mix(t->label, t->sub), tally_mix(t->path, t->suffix));
        return t->label == 0 ? 0 : key;
    case LOOK_PATH_BRAND:
        return t->path == 0 ? 0 : tally_mix(t->path, site->brand);
    case LOOK_PATH_SUFFIX:
        return t->path == 0 ? 0 : tally_mix(tally_mix(t->path, t->suffix), 7);
    case LOOK_SCHEME:
        return evidence_key(e, EVIDENCE_SCHEME, i);
    case LOOK_ADDRESS:
        return evidence_key(e, EVIDENCE_ADDRESS, i);
    default:
        return 0;
    }
}

/* Stable LSD radix sort by key, then minute (site order is kept, and that is the order of hashes). */
static struct keyed *sort_keyed(struct keyed *at, struct keyed *other, uint32_t count)
{
    for (uint32_t pass = 0; pass < 9; pass++) {
        uint32_t bucket[1u << RADIX_BITS] = {0}, from = 0;
        uint32_t shift = pass < 3 ? pass * RADIX_BITS : (pass - 3) * RADIX_BITS;
        for (uint32_t i = 0; i < count; i++)
            bucket[(pass < 3 ? at[i].minute >> shift : at[i].key >> shift) &
                   ((1u << RADIX_BITS) - 1)]++;
        if (count > 0 && bucket[(pass < 3 ? at[0].minute >> shift : at[0].key >> shift) &
                                ((1u << RADIX_BITS) - 1)] == count)
            continue;
        for (uint32_t b = 0; b < 1u << RADIX_BITS; b++) {
            uint32_t n = bucket[b];
            bucket[b] = from;
            from += n;
        }
        for (uint32_t i = 0; i < count; i++)
            other[bucket[(pass < 3 ? at[i].minute >> shift : at[i].key >> shift) &
                         ((1u << RADIX_BITS) - 1)]++] = at[i];
        struct keyed *swap = at;
        at = other;
        other = swap;
    }
    return at;
}

static void add_edge(struct candidates *out, const void *parent, const struct evidence_base *e,
                     uint32_t a, uint32_t b, double least)
{
    struct link link;
    evidence_compare(e, a, b, &link);
    if (link.score < least || a == b)
        return;
    if (out->count == out->room) {
        out->room = out->room == 0 ? 65536 : out->room + out->room / 2;
        out->edge = bulk_grow(parent, out->edge, out->room, sizeof *out->edge);
    }
    out->edge[out->count++] =
        (struct cluster_edge){(float)link.score, a < b ? a : b, a < b ? b : a};
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

/* Labels that differ in one place have one masked form in common. */
static uint32_t mask_keys(const struct evidence_base *e, uint32_t site, size_t at,
                          struct keyed *out)
{
    const struct site *s = &e->feed->site[site];
    const struct traits *t = &e->templates->traits[site];
    struct bytes label = site_label(s);
    if ((s->flags & SITE_IP) != 0 || label.len < NEIGHBOUR_SHORTEST ||
        label.len > NEIGHBOUR_LONGEST || at >= label.len)
        return 0;
    uint8_t copy[NEIGHBOUR_LONGEST];
    memcpy(copy, label.at, label.len);
    copy[at] = '?';
    *out = (struct keyed){
        tally_mix(tally_mix(bytes_hash(bytes_of(copy, label.len)), t->suffix), s->brand),
        s->first_minute, site};
    return 1;
}

static int compare_edges(const void *left, const void *right)
{
    const struct cluster_edge *a = left, *b = right;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return (a->b > b->b) - (a->b < b->b);
}

static void sort_unique(struct candidates *out)
{
    if (out->count > 1)
        qsort(out->edge, out->count, sizeof *out->edge, compare_edges);
    uint64_t kept = 0;
    for (uint64_t i = 0; i < out->count; i++)
        if (kept == 0 || out->edge[kept - 1].a != out->edge[i].a ||
            out->edge[kept - 1].b != out->edge[i].b)
            out->edge[kept++] = out->edge[i];
    out->count = kept;
}

void candidate_edges(struct candidates *out, const void *parent, const struct evidence_base *e,
                     double least)
{
    double score = log(least / (1 - least));
    struct keyed *at = bulk_array(NULL, e->feed->count + 1u, sizeof(struct keyed));
    struct keyed *other = bulk_array(NULL, e->feed->count + 1u, sizeof(struct keyed));
    *out = (struct candidates){0};
    for (int look = 0; look < LOOK_NEIGHBOUR; look++) {
        uint32_t count = 0;
        for (uint32_t i = 0; i < e->feed->count; i++) {
            uint64_t key = look_key(e, (enum look)look, i);
            if (key != 0)
                at[count++] = (struct keyed){key, e->feed->site[i].first_minute, i};
        }
        chain(out, parent, e, sort_keyed(at, other, count), count, (enum look)look, score);
    }
    for (size_t place = 0; place < NEIGHBOUR_LONGEST && (e->off >> EVIDENCE_NEIGHBOUR & 1) == 0;
         place++) {
        uint32_t count = 0;
        for (uint32_t i = 0; i < e->feed->count; i++)
            count += mask_keys(e, i, place, &at[count]);
        chain(out, parent, e, sort_keyed(at, other, count), count, LOOK_NEIGHBOUR, score);
    }
    bulk_free(at);
    bulk_free(other);
    sort_unique(out);
}
