/* SPDX-License-Identifier: Apache-2.0 */
#include "group/cluster.h"

#include "group/bulk.h"
#include "group/candidate.h"

#include <math.h>
#include <stdlib.h>
#include <talloc.h>

#define EDGE_LEAST 0.04
/* A cluster of one site in LARGE_SHARE of the list (and LARGE_SITES) grows only by what is likely. */
#define LARGE_SHARE 75u
#define LARGE_SITES 500u
#define LARGE_PROBABILITY 0.9
#define CONTESTED_MOST 100000u
#define NONE UINT32_MAX

/* Union-find whose root is the smallest index, with a sketch of members. */
struct forest {
    const struct evidence_base *evidence;
    const struct cluster_params *params;
    uint32_t *up;
    uint32_t *size;                     /* at the root */
    uint32_t large;                     /* sites from which a cluster takes more convincing */
    uint32_t (*sketch)[CLUSTER_SKETCH]; /* smallest indices, NONE where fewer */
};

static uint32_t root(struct forest *f, uint32_t i)
{
    while (f->up[i] != i)
        i = f->up[i] = f->up[f->up[i]];
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
    f->up[high] = low;
    f->size[low] += f->size[high];
    merge_sketch(f->sketch[low], f->sketch[high]);
}

/* Mean probability between the samples of two clusters; DAYS, where not negative, is taken for the time
 * between all of them: how far apart the clusters are where they touch. */
static double linkage(const struct forest *f, uint32_t a, uint32_t b, double days)
{
    double sum = 0;
    uint32_t pairs = 0;
    for (uint32_t i = 0; i < CLUSTER_SKETCH && f->sketch[a][i] != NONE; i++)
        for (uint32_t k = 0; k < CLUSTER_SKETCH && f->sketch[b][k] != NONE; k++, pairs++) {
            uint32_t x = f->sketch[a][i], y = f->sketch[b][k];
            sum += evidence_probability(days < 0 ? evidence_score(f->evidence, x, y)
                                                 : evidence_score_at(f->evidence, x, y, days));
        }
    return sum / pairs;
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
    uint32_t x = e->feed->site[a].first_minute, y = e->feed->site[b].first_minute;
    return x == 0 || y == 0 ? 0 : fabs((double)x - (double)y) / 1440;
}

/* Take edges from the strongest down; joins go to CLUSTERS->forest. */
static void agglomerate(struct forest *f, const struct candidates *edges, double most_days,
                        double least, bool chained, struct clusters *out)
{
    for (uint64_t i = 0; i < edges->count; i++) {
        const struct cluster_edge *edge = &edges->edge[i];
        uint32_t a = root(f, edge->a), b = root(f, edge->b);
        double days = gap_days(f->evidence, edge->a, edge->b);
        if (a == b || days > most_days || evidence_probability(edge->score) < least)
            continue;
        bool large = f->size[a] + f->size[b] > f->large;
        if (linkage(f, a, b, chained ? days : -1) <
                (large && least < LARGE_PROBABILITY ? LARGE_PROBABILITY : least) ||
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
    for (uint32_t i = 0; i < count; i++)
        (*size_out)[(*of_out)[i] = root(f, i)]++;
}

static void collect_contested(struct clusters *out, const struct candidates *edges)
{
    out->contested = bulk_array(out, CONTESTED_MOST, sizeof(struct cluster_edge));
    for (uint64_t i = 0; i < edges->count && out->contested_count < CONTESTED_MOST; i++) {
        const struct cluster_edge *edge = &edges->edge[i];
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
    struct candidates edges;
    candidate_edges(&edges, out, evidence, EDGE_LEAST);
    out->edges = edges.count;
    out->forest = bulk_array(out, count + 1u, sizeof(struct cluster_edge));
    void *scratch = talloc_new(NULL);
    f.up = bulk_array(scratch, count + 1u, sizeof(uint32_t));
    f.size = bulk_array(scratch, count + 1u, sizeof(uint32_t));
    f.large = count / LARGE_SHARE > LARGE_SITES ? count / LARGE_SHARE : LARGE_SITES;
    f.sketch = bulk_array(scratch, count + 1u, sizeof *f.sketch);
    for (uint32_t i = 0; i < count; i++) {
        f.up[i] = i;
        f.size[i] = 1;
        memset(f.sketch[i], 0xFF, sizeof f.sketch[i]);
        f.sketch[i][0] = i;
    }
    for (uint32_t i = 0; i < params->must_count; i++) {
        uint32_t a = root(&f, params->must[i].a), b = root(&f, params->must[i].b);
        if (a == b)
            continue;
        join(&f, a, b);
        out->forest[out->forest_count++] =
            (struct cluster_edge){INFINITY, params->must[i].a, params->must[i].b};
    }
    agglomerate(&f, &edges, params->wave_days, params->wave_least, false, out);
    out->wave_joins = out->forest_count;
    number(&f, out, &out->wave, &out->wave_size);
    agglomerate(&f, &edges, 1e9, params->group_least, true, out);
    number(&f, out, &out->group, &out->group_size);
    collect_contested(out, &edges);
    talloc_free(scratch);
    bulk_free(edges.edge);
    return out;
}

uint32_t cluster_path(const struct clusters *clusters, uint32_t sites, uint32_t a, uint32_t b,
                      struct cluster_edge *out, uint32_t most)
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
            const struct cluster_edge *edge = &clusters->forest[(i - 1) / 2];
            uint32_t to = (i - 1) % 2 == 0 ? edge->b : edge->a;
            if (came[to] == 0 && to != b) {
                came[to] = i;
                queue[last++] = to;
            }
        }
    }
    for (uint32_t at = a; at != b && came[at] != 0 && count < most;) {
        const struct cluster_edge *edge = &clusters->forest[(came[at] - 1) / 2];
        uint32_t to = edge->a == at ? edge->b : edge->a;
        out[count++] = (struct cluster_edge){edge->score, at, to};
        at = to;
    }
    if (a != b && (came[a] == 0 || count == 0 || out[count - 1].b != b))
        count = 0;
    talloc_free(scratch);
    return count;
}
