/* SPDX-License-Identifier: Apache-2.0 */
#include "group/cluster.h"

#include "group/bulk.h"
#include "group/candidate.h"

#include <math.h>
#include <talloc.h>

#define EDGE_LEAST 0.03
/* A cluster of one site in LARGE_SHARE of the list (and LARGE_SITES) grows only by what is likely without
 * the time of listing: one report, however large, holds no more together. */
#define LARGE_SHARE 68u
#define LARGE_SITES 100u
#define LARGE_PROBABILITY 0.9
/* Waves that share a registered domain: how long it may rest, and the mean probability that is enough. */
#define RETURN_DAYS 14.0
#define RETURN_LEAST 0.02
#define CONTESTED_MOST 100000u
#define NONE UINT32_MAX
#define AHEAD 12u /* edges whose sites are asked for before they are taken */

/* A site of the forest; what is more than UP counts at the root only. */
struct tree {
    uint32_t up, size;
    uint32_t sketch[CLUSTER_SKETCH]; /* smallest indices of members, NONE where fewer */
};

/* Union-find whose root is the smallest index, with a sketch of members. */
struct forest {
    const struct evidence_base *evidence;
    const struct cluster_params *params;
    struct tree *tree;
    uint32_t large; /* sites from which a cluster takes more convincing */
};

static uint32_t root(struct forest *f, uint32_t i)
{
    while (f->tree[i].up != i)
        i = f->tree[i].up = f->tree[f->tree[i].up].up;
    return i;
}

/* Spread the order of sketches over the list: indices are hashes in order, so the smallest are any
 * members. */
static void merge_sketch(uint32_t *into, const uint32_t *from)
{
    uint32_t merged[CLUSTER_SKETCH];
    for (uint32_t i = 0, a = 0, b = 0; i < CLUSTER_SKETCH; i++)
        merged[i] = into[a] <= from[b] ? into[a++] : from[b++];
    memcpy(into, merged, sizeof merged);
}

static void join(struct forest *f, uint32_t a, uint32_t b)
{
    uint32_t low = a < b ? a : b, high = a < b ? b : a;
    f->tree[high].up = low;
    f->tree[low].size += f->tree[high].size;
    merge_sketch(f->tree[low].sketch, f->tree[high].sketch);
}

static uint32_t sketch_count(const uint32_t *sketch)
{
    uint32_t count = 0;
    while (count < CLUSTER_SKETCH && sketch[count] != NONE)
        count++;
    return count;
}

/* How samples of clusters are compared: for waves, for groups (the time is for all how far apart the clusters
 * are where they touch), for what would be a large one. */
enum linkage { LINKAGE_WAVE, LINKAGE_GROUP, LINKAGE_LARGE };

static double linkage_score(const struct evidence_base *e, uint32_t a, uint32_t b,
                            enum linkage linkage, double days)
{
    switch (linkage) {
    case LINKAGE_WAVE:
        return evidence_score(e, a, b) - evidence_rival(e, a, b);
    case LINKAGE_GROUP:
        return evidence_score_at(e, a, b, days);
    default:
        return evidence_score_untimed(e, a, b);
    }
}

/* Whether the mean probability between the samples of two clusters is at least LEAST.  Ends as soon as
 * the pairs that are left change nothing. */
static bool is_linked(const struct forest *f, uint32_t a, uint32_t b, enum linkage linkage,
                      double days, double least)
{
    const uint32_t *left = f->tree[a].sketch, *right = f->tree[b].sketch;
    uint32_t lefts = sketch_count(left), rights = sketch_count(right), pairs = lefts * rights;
    double needed = least * pairs, sum = 0;
    for (uint32_t i = 0; i < lefts; i++)
        evidence_expect(f->evidence, left[i]);
    for (uint32_t i = 0; i < rights; i++)
        evidence_expect(f->evidence, right[i]);
    for (uint32_t i = 0; i < pairs && sum < needed && sum + (pairs - i) >= needed; i++) {
        uint32_t x = left[i / rights], y = right[i % rights];
        sum += evidence_probability(linkage_score(f->evidence, x, y, linkage, days));
    }
    return sum >= needed;
}

static bool barred(struct forest *f, uint32_t a, uint32_t b)
{
    for (uint32_t i = 0; i < f->params->cannot_count; i++) {
        uint32_t x = root(f, f->params->cannot[i].a), y = root(f, f->params->cannot[i].b);
        if ((x == a && y == b) || (x == b && y == a))
            return true;
    }
    return false;
}

static double gap_days(const struct evidence_base *e, uint32_t a, uint32_t b)
{
    double days = evidence_days(e, a, b);
    return days < 0 ? 0 : days;
}

/* Ask for what taking the edges after the I-th will read: sites first, then their roots. */
static void expect(const struct forest *f, const struct edges *edges, uint64_t i)
{
    if (i + 2 * AHEAD < edges->count) {
        const struct edge *edge = &edges->at[i + 2 * AHEAD];
        __builtin_prefetch(&f->tree[edge->a], 1, 2);
        __builtin_prefetch(&f->tree[edge->b], 1, 2);
        evidence_expect(f->evidence, edge->a);
        evidence_expect(f->evidence, edge->b);
    }
    if (i + AHEAD < edges->count) {
        const struct edge *edge = &edges->at[i + AHEAD];
        uint32_t a = f->tree[edge->a].up, b = f->tree[edge->b].up;
        __builtin_prefetch(&f->tree[a], 1, 2);
        __builtin_prefetch(&f->tree[b], 1, 2);
        evidence_expect(f->evidence, a);
        evidence_expect(f->evidence, b);
    }
}

/* The line for groups of TOGETHER sites. */
static double group_line(double least, uint32_t together)
{
    return fmin(least * pow(together / 2.0, CLUSTER_GROUP_RISE), LARGE_PROBABILITY);
}

/* Whether clusters A and B stay below what one report may make of them. */
static bool is_small(struct forest *f, uint32_t a, uint32_t b)
{
    return f->tree[a].size + f->tree[b].size <= f->large ||
           is_linked(f, a, b, LINKAGE_LARGE, 0, LARGE_PROBABILITY);
}

/* Whether clusters A and B, between which EDGE is, may be joined; of two sites the edge is the linkage. */
static bool agree(struct forest *f, const struct edge *edge, uint32_t a, uint32_t b, double least,
                  enum linkage linkage)
{
    uint32_t together = f->tree[a].size + f->tree[b].size;
    double days = evidence_days(f->evidence, edge->a, edge->b);
    if (together == 2 && days >= 0) {
        double rival = linkage == LINKAGE_WAVE ? evidence_rival(f->evidence, edge->a, edge->b) : 0;
        if (evidence_probability((double)edge->score - rival) < least)
            return false;
    } else if (!is_linked(f, a, b, linkage, days < 0 ? 0 : days,
                          linkage == LINKAGE_GROUP ? group_line(least, together) : least)) {
        return false;
    }
    return is_small(f, a, b) && !barred(f, a, b);
}

/* Whether EDGE ties sites of one registered domain that were not listed at one moment. */
static bool is_return(const struct forest *f, const struct edge *edge)
{
    const struct profile *a = &f->evidence->profile[edge->a], *b = &f->evidence->profile[edge->b];
    return a->registered == b->registered && a->registered != 0 && a->minute != b->minute;
}

/* Take edges from the strongest down; joins go to CLUSTERS->forest. */
static void agglomerate(struct forest *f, const struct edges *edges, double most_days, double least,
                        enum linkage linkage, struct clusters *out)
{
    double floor = linkage == LINKAGE_WAVE ? least : EDGE_LEAST, lowest = log(floor / (1 - floor));
    for (uint64_t i = 0; i < edges->count && (double)edges->at[i].score >= lowest; i++) {
        const struct edge *edge = &edges->at[i];
        expect(f, edges, i);
        uint32_t a = root(f, edge->a), b = root(f, edge->b);
        if (a == b || gap_days(f->evidence, edge->a, edge->b) > most_days ||
            (linkage == LINKAGE_WAVE && is_return(f, edge)) ||
            !agree(f, edge, a, b, least, linkage))
            continue;
        join(f, a, b);
        out->forest[out->forest_count++] = *edge;
    }
}

/* Join waves that come back on a registered domain.  Only when they are whole: the domain's sites would first
 * join one another, and then look half a stranger to either wave. */
static void join_returns(struct forest *f, const struct edges *edges, struct clusters *out)
{
    for (uint64_t i = 0; i < edges->count && edges->at[i].score >= 0; i++) {
        const struct edge *edge = &edges->at[i];
        if (!is_return(f, edge) || gap_days(f->evidence, edge->a, edge->b) > RETURN_DAYS)
            continue;
        uint32_t a = root(f, edge->a), b = root(f, edge->b);
        if (a == b || !is_linked(f, a, b, LINKAGE_WAVE, 0, RETURN_LEAST) || !is_small(f, a, b) ||
            barred(f, a, b))
            continue;
        join(f, a, b);
        out->forest[out->forest_count++] = *edge;
    }
}

static void number(struct forest *f, const void *parent, uint32_t **of_out, uint32_t **size_out)
{
    uint32_t count = f->evidence->feed->count;
    *of_out = bulk_array(parent, count + 1u, sizeof(uint32_t));
    *size_out = bulk_array(parent, count + 1u, sizeof(uint32_t));
    for (uint32_t i = 0; i < count; i++) {
        if (i + AHEAD < count)
            __builtin_prefetch(&f->tree[f->tree[i + AHEAD].up], 0, 2);
        (*of_out)[i] = root(f, i);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (i + AHEAD < count)
            __builtin_prefetch(&(*size_out)[(*of_out)[i + AHEAD]], 1, 2);
        (*size_out)[(*of_out)[i]]++;
    }
}

static void collect_contested(struct clusters *out, const struct edges *edges)
{
    out->contested = bulk_array(out, CONTESTED_MOST, sizeof(struct edge));
    for (uint64_t i = 0; i < edges->count && out->contested_count < CONTESTED_MOST; i++) {
        const struct edge *edge = &edges->at[i];
        if (out->group[edge->a] != out->group[edge->b] && edge->score > 0)
            out->contested[out->contested_count++] = *edge;
    }
}

struct clusters *cluster_sites(const void *parent, const struct evidence_base *evidence,
                               const struct cluster_params *params)
{
    struct clusters *out = talloc_zero(parent, struct clusters);
    uint32_t count = evidence->feed->count;
    struct forest f = {.evidence = evidence, .params = params};
    struct edges edges = candidate_edges(out, evidence, EDGE_LEAST);
    out->edges = edges.count;
    out->forest = bulk_array(out, count + 1u, sizeof(struct edge));
    void *scratch = talloc_new(NULL);
    f.large = count / LARGE_SHARE > LARGE_SITES ? count / LARGE_SHARE : LARGE_SITES;
    f.tree = bulk_array(scratch, count + 1u, sizeof *f.tree);
    for (uint32_t i = 0; i < count; i++)
        f.tree[i] = (struct tree){i, 1, {i, NONE, NONE, NONE}};
    for (uint32_t i = 0; i < params->must_count; i++) {
        uint32_t a = root(&f, params->must[i].a), b = root(&f, params->must[i].b);
        if (a == b)
            continue;
        join(&f, a, b);
        out->forest[out->forest_count++] =
            (struct edge){INFINITY, params->must[i].a, params->must[i].b};
    }
    agglomerate(&f, &edges, params->wave_days, params->wave_least, LINKAGE_WAVE, out);
    join_returns(&f, &edges, out);
    out->wave_joins = out->forest_count;
    number(&f, out, &out->wave, &out->wave_size);
    agglomerate(&f, &edges, 1e9, params->group_least, LINKAGE_GROUP, out);
    number(&f, out, &out->group, &out->group_size);
    collect_contested(out, &edges);
    talloc_free(scratch);
    bulk_free(edges.at);
    return out;
}

uint32_t cluster_path(const struct clusters *clusters, uint32_t sites, uint32_t a, uint32_t b,
                      struct edge *out, uint32_t most)
{
    void *scratch = talloc_new(NULL);
    uint32_t *head =
        bulk_array(scratch, sites + 1u, sizeof(uint32_t)); /* 1 + last half-edge of each site */
    uint32_t *next = bulk_array(scratch, 2 * clusters->forest_count + 1u, sizeof(uint32_t));
    uint32_t *came =
        bulk_array(scratch, sites + 1u, sizeof(uint32_t)); /* 1 + half-edge towards B */
    uint32_t *queue = bulk_array(scratch, sites + 1u, sizeof(uint32_t)), first = 0, last = 0,
             count = 0;
    for (uint32_t i = 0; i < 2 * clusters->forest_count; i++) {
        uint32_t from = i % 2 == 0 ? clusters->forest[i / 2].a : clusters->forest[i / 2].b;
        next[i] = head[from];
        head[from] = i + 1;
    }
    queue[last++] = b;
    while (first < last && came[a] == 0) {
        uint32_t at = queue[first++];
        for (uint32_t i = head[at]; i != 0; i = next[i - 1]) {
            const struct edge *edge = &clusters->forest[(i - 1) / 2];
            uint32_t to = (i - 1) % 2 == 0 ? edge->b : edge->a;
            if (came[to] == 0 && to != b) {
                came[to] = i;
                queue[last++] = to;
            }
        }
    }
    for (uint32_t at = a; at != b && came[at] != 0 && count < most;) {
        const struct edge *edge = &clusters->forest[(came[at] - 1) / 2];
        uint32_t to = edge->a == at ? edge->b : edge->a;
        out[count++] = (struct edge){edge->score, at, to};
        at = to;
    }
    if (a != b && (came[a] == 0 || count == 0 || out[count - 1].b != b))
        count = 0;
    talloc_free(scratch);
    return count;
}
