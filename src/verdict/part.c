/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict/part.h"

/* Why NODE's own bytes are not all there.  A container whose members are locked is whole itself, so
 * only what stands between the transport and the node counts: an empty node, or one cut short. */
static struct bytes missing(const struct node *node)
{
    for (const struct anomaly *a = node->first_anomaly; a != NULL; a = a->next) {
        bool cut = a->code == ANOMALY_TRUNCATED || a->code == ANOMALY_LIMIT_EXCEEDED ||
                   a->code == ANOMALY_UNDECODABLE;
        if (anomaly_rows[a->code].blocks && (node->content.len == 0 || (cut && a->in_raw)))
            return bytes_of_string(anomaly_rows[a->code].name);
    }
    return BYTES_NONE;
}

static void add(struct verdict *v, const struct tree *tree, const struct node *node,
                size_t *left_bytes)
{
    if (node->content.len > *left_bytes) {
        v->part_left++;
        return;
    }
    *left_bytes -= node->content.len;
    v->part[v->part_count++] = (struct part){
        .path = node_path(tree->arena, node),
        .name = node->name,
        .content = node->content,
        .extension = bytes_of_string(kind_rows[node->kind].extension),
        .missing = missing(node),
        .is_view = node->is_view,
    };
}

void verdict_parts(struct verdict *v, const struct tree *tree, struct bytes path)
{
    size_t left_bytes = PART_BYTES_MAX;
    v->part = arena_array_of(tree->arena, tree->count, struct part);
    v->part_count = v->part_left = 0;
    bool all = bytes_equal(path, BYTES(PART_ALL));
    const struct node *one = all ? NULL : tree_find(tree, path);
    for (uint32_t i = 1; all && i < tree->count; i++)
        add(v, tree, tree->node[i], &left_bytes);
    if (one != NULL)
        add(v, tree, one, &left_bytes);
}
