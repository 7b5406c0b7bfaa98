/* SPDX-License-Identifier: Apache-2.0
 *
 * Openers turn a node's bytes into children, facts and anomalies.
 *
 * Each opener bids on the first bytes (and, weakly, on the declared type: a label may lie, but text
 * has nothing else); the highest bid over 0 opens the node; then its children are tasted again, until
 * nobody bids or the budget is drawn down.  An opener never fails and never prints: what is malformed,
 * locked, cut or over a limit becomes an anomaly on the node, and what can be read is hung below.
 * It must stop when budget_time_left() says no, count output with LIMIT_BYTES_OUT, and be linear.
 *
 * Adding one touches its file, its row in opener.def, its fixtures and its fuzz target. */
#ifndef NOROSHI_OPEN_OPENER_H
#define NOROSHI_OPEN_OPENER_H

#include "artifact/node.h"

struct opener {
    const char *name;
    /* 0: not mine; 1..49: only the label says so; 50..89: looks like it; 90..100: magic number. */
    int (*bid)(const struct node *node);
    void (*open)(struct node *node);
    /* Whether this node was asked for under a kind already set by its parent (for example MIME text). */
};

/* Set node->kind from the bytes, open NODE with the best bidder, then everything below it. */
void open_tree(struct node *node);
/* One node only; its children are left for the caller. */
void open_node(struct node *node);
/* Reserve LEN decoded bytes of NODE's budget: false, and an anomaly, over LIMIT_BYTES_OUT. */
bool open_take_bytes(struct node *node, size_t len);

#endif
