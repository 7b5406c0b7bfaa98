/* SPDX-License-Identifier: Apache-2.0
 *
 * From pairs to waves (days) and groups (months).
 *
 * Candidates: for each kind of evidence the sites are sorted by (value, time) and each is compared with
 * the few before it, so the number of pairs is linear in the list.  Pairs above a line become edges.
 * Edges are taken from the strongest down; two clusters are joined where the mean probability over
 * samples of their members (the SKETCH smallest hashes of each) is high enough: average linkage at a
 * bounded price, and a hub that looks like everybody joins nobody.  Waves use pairs at most WAVE_DAYS
 * apart; those that come back on one registered domain within two weeks are one.  Groups start from the waves
 * and go on with all pairs.  The edges that joined are a
 * maximum spanning forest: why A and B are together is the path between them.
 *
 * Must-link pairs are joined first, cannot-link pairs are never brought together.  Ties are broken by hashes
 * of hosts: the partition does not depend on the order of input or on threads.
 *
 * cost: O(n log n); memory about 12 bytes an edge and 50 a site. */
#ifndef NOROSHI_GROUP_CLUSTER_H
#define NOROSHI_GROUP_CLUSTER_H

#include "group/edge.h"
#include "group/evidence.h"

#define CLUSTER_SKETCH 4u

struct cluster_pair {
    uint32_t a, b;
};

struct cluster_params {
    double wave_days, wave_least, group_least; /* days; least mean probability */
    const struct cluster_pair *must, *cannot;
    uint32_t must_count, cannot_count;
};
/* Groups of more sites need more: the line rises by this power of half the sites. */
#define CLUSTER_GROUP_RISE 0.40
#define CLUSTER_DEFAULTS                                                                           \
    {                                                                                              \
        .wave_days = 3.0, .wave_least = 0.55, .group_least = 0.01                                  \
    }

struct clusters {
    uint32_t *wave, *group;           /* per site: index of the member with the smallest hash */
    uint32_t *wave_size, *group_size; /* at that index */
    struct edge *forest;      /* the joins of waves, then those of groups */
    uint32_t forest_count, wave_joins;
    struct edge *contested; /* strong edges between different groups, strongest first */
    uint32_t contested_count;
    uint64_t edges;
};

struct clusters *cluster_sites(const void *parent, const struct evidence_base *evidence,
                               const struct cluster_params *params);
/* The joins from A to B through the forest, in order, at most MOST of them; 0: not together (or more). */
uint32_t cluster_path(const struct clusters *clusters, uint32_t sites, uint32_t a, uint32_t b,
                      struct edge *out, uint32_t most);

#endif
