/* SPDX-License-Identifier: Apache-2.0 */
#include "open/opener.h"

#include "artifact/identify.h"

#define OPENER(name) extern const struct opener opener_##name;
#include "open/opener.def"
#undef OPENER

static const struct opener *const openers[] = {
#define OPENER(name) &opener_##name,
#include "open/opener.def"
#undef OPENER
    NULL,
};

void open_node(struct node *node)
{
    if (node->opened)
        return;
    node->opened = true;
    if (node->kind == KIND_UNKNOWN)
        node->kind = identify(node->content, node->type, node->name);
    if (!budget_time_left(node->tree->budget)) {
        node_limit(node, LIMIT_MILLISECONDS);
        return;
    }
    const struct opener *best = NULL;
    int highest = 0;
    for (size_t i = 0; openers[i] != NULL; i++) {
        int bid = openers[i]->bid(node);
        if (bid > highest)
            highest = bid, best = openers[i];
    }
    if (best != NULL)
        best->open(node);
}

void open_tree(struct node *root)
{
    open_node(root);
    for (struct node *node = node_walk(root, root); node != NULL; node = node_walk(root, node))
        open_node(node);
}

bool open_take_bytes(struct node *node, size_t len)
{
    if (budget_take(node->tree->budget, LIMIT_BYTES_OUT, len))
        return true;
    node_limit(node, LIMIT_BYTES_OUT);
    return false;
}
