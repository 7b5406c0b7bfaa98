/* SPDX-License-Identifier: Apache-2.0 */
#include "group/candidate.h"

#include "group/bulk.h"
#include "group/crew.h"

#include <math.h>
#include <talloc.h>

#define RADIX_BITS 11u
#define SHORT_RUN 256u
#define AHEAD 12u       /* sites that are asked for before they are compared */
#define WORKERS_MOST 4u /* each takes 16 bytes a site */

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

static uint32_t mix_all(uint32_t a, uint32_t b)
{
    return a == 0 || b == 0 ? 0 : mix(a, b);
}

/* What LOOK wants to be the same in partners of site I; 0: it has no partners. */
static uint32_t look_key(const struct evidence_base *e, enum look look, uint32_t i)
{
    const struct profile *p = &e->profile[i];
    uint32_t label = (p->flags & PROFILE_ADDRESS) != 0 ? 0 : p->name;
    switch (look) {
    case LOOK_REGISTERED:
        return p->registered;
    case LOOK_BATCH:
        return e->pace != NULL                  ? e->pace[i].burst
               : e->weight[EVIDENCE_BATCH] > 0 ? mix_all(p->brand, p->minute)
                                               : 0;
    case LOOK_BURST:
        return mix_all(p->brand, p->suffix);
    case LOOK_LABEL:
        return (p->flags & PROFILE_LITERAL) != 0 ? label : 0;
    case LOOK_LABEL_BRAND:
        return label == 0 ? 0 : mix(mix(label, p->suffix), p->brand);
    case LOOK_SUB:
        return e->templates->traits[i].sub_literal > 0 ? p->subdomain : 0;
    case LOOK_SUB_SUFFIX:
        return p->subdomain == 0 ? 0 : mix(mix(p->subdomain, p->suffix), label);
    case LOOK_WHOLE:
        return label == 0 ? 0 : mix(mix(label, p->subdomain), mix(p->path, p->suffix));
    case LOOK_PATH_BRAND:
        return p->path == 0 ? 0 : mix(p->path, p->brand);
    case LOOK_PATH_SUFFIX:
        return p->path == 0 ? 0 : mix(mix(p->path, p->suffix), 7);
    case LOOK_SCHEME:
        return p->scheme;
    case LOOK_ADDRESS:
        return (p->flags & PROFILE_ADDRESS) != 0 ? p->name : 0;
    case LOOK_ZONE:
        return (p->flags & PROFILE_ZONE) != 0 ? mix_all(label, p->brand) : 0;
    default:
        return 0;
    }
}

/* Labels that differ in one place have their first or their second half in common. */
static uint32_t half_key(const struct evidence_base *e, uint32_t site, size_t half)
{
    const struct profile *p = &e->profile[site];
    if (p->label_len < NEIGHBOUR_SHORTEST || p->label_len > NEIGHBOUR_LONGEST)
        return 0;
    struct bytes label = feed_site_label(&e->feed->site[site]);
    size_t middle = label.len / 2;
    label = half == 0 ? bytes_sub(label, 0, middle) : bytes_from(label, middle);
    return mix(mix((uint32_t)bytes_hash(label), p->label_len),
               mix(p->suffix, p->brand) + (uint32_t)half);
}

/* Stable sort by the upper half, with OTHER as room; answers which of the two holds it. */
static uint64_t *sort_upper(uint64_t *at, uint64_t *other, uint32_t count)
{
    for (uint32_t shift = 32; shift < 64 && count > 0; shift += RADIX_BITS) {
        uint32_t bucket[1u << RADIX_BITS] = {0}, mask = (1u << RADIX_BITS) - 1, from = 0;
        for (uint32_t i = 0; i < count; i++)
            bucket[at[i] >> shift & mask]++;
        if (bucket[at[0] >> shift & mask] == count)
            continue;
        for (uint32_t b = 0; b <= mask; b++) {
            uint32_t n = bucket[b];
            bucket[b] = from;
            from += n;
        }
        for (uint32_t i = 0; i < count; i++)
            other[bucket[at[i] >> shift & mask]++] = at[i];
        uint64_t *swap = at;
        at = other;
        other = swap;
    }
    return at;
}

/* One search: what all workers read, and a list of edges for each. */
struct search {
    const struct evidence_base *e;
    double least;
    void *parent[WORKERS_MOST]; /* each worker's own: see group/crew.h */
    uint64_t *room[WORKERS_MOST][2];
    struct edges found[WORKERS_MOST];
};

static void add_edge(struct search *s, uint32_t worker, uint32_t a, uint32_t b)
{
    double score;
    uint32_t low = a < b ? a : b, high = a < b ? b : a;
    if (a != b && evidence_reaches(s->e, low, high, s->least, &score))
        edges_add(&s->found[worker], s->parent[worker], (struct edge){(float)score, low, high});
}

/* Compare each of COUNT sites that share a key (AT: minute, site) with the few before it. */
static void chain(struct search *s, uint32_t worker, const uint64_t *at, uint32_t count,
                  enum look look)
{
    double most = looks[look].days * 1440;
    for (uint32_t i = 1; i < count; i++) {
        if (i + AHEAD < count)
            evidence_expect(s->e, (uint32_t)at[i + AHEAD]);
        for (uint32_t k = 1; k <= looks[look].back && k <= i; k++)
            if ((at[i] >> 32) - (at[i - k] >> 32) <= most)
                add_edge(s, worker, (uint32_t)at[i - k], (uint32_t)at[i]);
    }
}

/* Sort COUNT entries (key, site) of ROOM[0], and chain the runs of one key by time. */
static void chain_runs(struct search *s, uint32_t worker, uint64_t *const room[2], uint32_t count,
                       enum look look)
{
    uint64_t *at = sort_upper(room[0], room[1], count), *run = at == room[0] ? room[1] : room[0];
    for (uint32_t from = 0, end; from < count; from = end) {
        for (end = from; end < count && at[end] >> 32 == at[from] >> 32; end++) {
            uint32_t site = (uint32_t)at[end];
            if (end + AHEAD < count)
                evidence_expect(s->e, (uint32_t)at[end + AHEAD]);
            run[end] = (uint64_t)s->e->profile[site].minute << 32 | site;
        }
        uint64_t *sorted = run + from;
        if (end - from <= SHORT_RUN)
            bulk_sort_short(sorted, end - from);
        else
            sorted = sort_upper(sorted, at + from, end - from);
        chain(s, worker, sorted, end - from, look);
    }
}

/* Sites that share a fact worth something; an icon is a brand's. */
static void look_facts(struct search *s, uint32_t worker)
{
    const struct host_facts *facts = &s->e->feed->facts;
    uint64_t *room[2] = {bulk_array(s->parent[worker], facts->count + 1u, sizeof(uint64_t)),
                         bulk_array(s->parent[worker], facts->count + 1u, sizeof(uint64_t))};
    uint32_t count = 0;
    for (uint32_t i = 0; i < facts->count; i++) {
        const struct host_fact *fact = &facts->fact[i];
        if (fact->scale > 0 && fact->kind != FACT_FAVICON &&
            s->e->weight[EVIDENCE_KEYED + fact->kind] > 0)
            room[0][count++] =
                tally_mix(fact->value, fact->kind) >> 32 << 32 | (uint64_t)fact->site;
    }
    chain_runs(s, worker, room, count, LOOK_FACT);
    bulk_free(room[0]);
    bulk_free(room[1]);
}

/* One look over all sites; PART is enum look, once more for the second halves of neighbours. */
static void look_part(void *of, uint32_t part, uint32_t worker)
{
    struct search *s = of;
    enum look look = part == LOOK_COUNT ? LOOK_NEIGHBOUR : (enum look)part;
    const struct feed *feed = s->e->feed;
    if (look == LOOK_FACT) {
        look_facts(s, worker);
        return;
    }
    if (look == LOOK_NEIGHBOUR && s->e->weight[EVIDENCE_NEIGHBOUR] <= 0)
        return;
    for (int i = 0; i < 2; i++)
        if (s->room[worker][i] == NULL)
            s->room[worker][i] = bulk_array(s->parent[worker], feed->count + 1u, sizeof(uint64_t));
    uint32_t count = 0;
    for (uint32_t i = 0; i < feed->count; i++) {
        if (look == LOOK_NEIGHBOUR)
            feed_expect(feed, i);
        uint32_t key = look == LOOK_NEIGHBOUR ? half_key(s->e, i, part == LOOK_COUNT)
                                              : look_key(s->e, look, i);
        if (key != 0)
            s->room[worker][0][count++] = (uint64_t)key << 32 | i;
    }
    chain_runs(s, worker, s->room[worker], count, look);
}

static void sort_part(void *of, uint32_t part, uint32_t worker)
{
    struct search *s = of;
    (void)worker;
    edges_sort(&s->found[part]);
}

struct edges candidate_edges(const void *parent, const struct evidence_base *e, double least)
{
    struct search s = {.e = e, .least = log(least / (1 - least))};
    uint32_t workers = e->feed->workers < WORKERS_MOST ? e->feed->workers : WORKERS_MOST;
    for (uint32_t i = 0; i < workers; i++)
        s.parent[i] = talloc_new(NULL);
    crew_run(workers, LOOK_COUNT + 1, look_part, &s);
    for (uint32_t i = 0; i < workers; i++) {
        bulk_free(s.room[i][0]);
        bulk_free(s.room[i][1]);
    }
    crew_run(workers, workers, sort_part, &s);
    struct edges out = edges_merge(parent, s.found, workers);
    for (uint32_t i = 0; i < workers; i++)
        talloc_free(s.parent[i]);
    return out;
}
