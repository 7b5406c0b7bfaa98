/* SPDX-License-Identifier: Apache-2.0
 *
 * Which pairs of sites are worth comparing: neighbours in time among those that share something. */
#ifndef NOROSHI_GROUP_CANDIDATE_H
#define NOROSHI_GROUP_CANDIDATE_H

#include "group/edge.h"
#include "group/evidence.h"

/* Pairs of EVIDENCE's sites whose probability is at least LEAST, in the order of edges, none twice; the
 * list is under PARENT. */
struct edges candidate_edges(const void *parent, const struct evidence_base *evidence,
                             double least);

#endif
