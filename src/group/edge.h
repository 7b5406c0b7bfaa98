/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of scored pairs, and their one order: strongest first, ties by the lower and then the higher site.
 *
 * cost of sorting: one pass in place by the upper half of the score, then passes over pieces that fit the
 * cache; memory beside the list: its largest piece. */
#ifndef NOROSHI_GROUP_EDGE_H
#define NOROSHI_GROUP_EDGE_H

#include "base/bytes.h"

struct edge {
    float score;
    uint32_t a, b; /* a < b */
};

struct edges {
    struct edge *at; /* from bulk_array of the parent, or NULL */
    uint64_t count, room;
};

void edges_add(struct edges *edges, const void *parent, struct edge edge);
/* Sort, and leave one of those that are the same pair (with the same score). */
void edges_sort(struct edges *edges);
/* One list, under PARENT, of COUNT sorted ones, which are freed; a pair is in it once. */
struct edges edges_merge(const void *parent, struct edges *list, uint32_t count);

#endif
