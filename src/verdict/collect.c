/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict/collect.h"

#include "artifact/digest.h"

#define NOT_READ_MAX 64u

static uint32_t count_anomalies(const struct tree *tree)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < tree->count; i++)
        for (const struct anomaly *a = tree->node[i]->first_anomaly; a != NULL; a = a->next)
            count++;
    return count;
}

static void note_unread(struct verdict *v, const struct tree *tree,
                        const struct anomaly_report *report)
{
    if (v->reason.at == NULL && report->blocks)
        v->reason = report->name;
    if (v->coverage.not_read_count == NOT_READ_MAX)
        return;
    if (v->coverage.not_read == NULL)
        v->coverage.not_read = arena_array_of(tree->arena, NOT_READ_MAX, struct bytes);
    struct bytes line =
        report->detail.len == 0
            ? arena_printf(tree->arena, "%.*s: %.*s", BYTES_FMT(report->path),
                           BYTES_FMT(report->name))
            : arena_printf(tree->arena, "%.*s: %.*s (%.*s)", BYTES_FMT(report->path),
                           BYTES_FMT(report->name), BYTES_FMT(report->detail));
    v->coverage.not_read[v->coverage.not_read_count++] = line;
}

static void collect_node(struct verdict *v, const struct tree *tree, const struct node *node)
{
    bool blocked = false;
    struct bytes path = node->first_anomaly == NULL ? BYTES_NONE : node_path(tree->arena, node);
    for (const struct anomaly *a = node->first_anomaly; a != NULL; a = a->next) {
        const struct anomaly_row *row = &anomaly_rows[a->code];
        struct anomaly_report *report = &v->anomaly[v->anomaly_count++];
        *report = (struct anomaly_report){.name = bytes_of_string(row->name),
                                          .path = path,
                                          .detail = a->detail,
                                          .offset = a->offset,
                                          .len = a->len,
                                          .severity = row->severity,
                                          .blocks = row->blocks};
        if (row->blocks || a->code == ANOMALY_SKIMMED)
            note_unread(v, tree, report);
        blocked = blocked || row->blocks;
    }
    v->coverage.nodes++;
    v->coverage.opened += node->opened;
    v->coverage.skipped += blocked;
    if (!node->is_view)
        v->coverage.bytes_decoded += node->content.len;
}

void verdict_collect(struct verdict *v, const struct tree *tree)
{
    v->sha256 = digest_hex(tree->arena, DIGEST_SHA256, tree->root->content);
    v->kind = bytes_of_string(kind_rows[tree->root->kind].name);
    v->coverage = (struct coverage){.bytes_in = tree->root->content.len};
    v->anomaly = arena_array_of(tree->arena, count_anomalies(tree), struct anomaly_report);
    v->anomaly_count = 0;
    for (uint32_t i = 0; i < tree->count; i++)
        collect_node(v, tree, tree->node[i]);
}
