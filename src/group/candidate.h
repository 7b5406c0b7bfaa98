/* SPDX-License-Identifier: Apache-2.0
 *
 * Which pairs of sites are worth comparing: neighbours in time among those that share something. */
#ifndef NOROSHI_GROUP_CANDIDATE_H
#define NOROSHI_GROUP_CANDIDATE_H

#include "group/cluster.h"

struct candidates {
    struct cluster_edge *edge; /* under the parent; strongest first, ties by site, none twice */
    uint64_t count, room;
};

/* Pairs of EVIDENCE's sites whose probability is at least LEAST. */
void candidate_edges(struct candidates *out, const void *parent,
                     const struct evidence_base *evidence, double least);

#endif
