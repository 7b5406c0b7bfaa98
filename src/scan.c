/* SPDX-License-Identifier: Apache-2.0 */
#include "scan.h"

#include "open/opener.h"
#include "verdict/collect.h"
#include "verdict/combine.h"

/* bytes -> artifact tree */
static void step_open(struct scan *scan)
{
    scan->tree = tree_new(scan->arena, &scan->budget, scan->input, scan->name);
    if (scan->truncated)
        node_anomaly(scan->tree->root, ANOMALY_TRUNCATED, scan->input.len, 0, BYTES("longer than is read"));
    open_tree(scan->tree->root);
}

/* artifact tree -> coverage, anomalies, digest */
static void step_collect(struct scan *scan)
{
    scan->verdict = arena_new_of(scan->arena, struct verdict);
    scan->verdict->path = scan->name;
    scan->verdict->date_us = INT64_MIN;
    verdict_collect(scan->verdict, scan->tree);
}

/* evidence -> verdict */
static void step_combine(struct scan *scan)
{
    verdict_combine(scan->verdict);
}

/* The life of an artifact, in order. */
static void (*const steps[])(struct scan *scan) = {
    step_open,
    step_collect,
    step_combine,
};

struct verdict *scan_bytes(struct arena *arena, const struct scan_settings *settings, struct bytes input,
                           struct bytes name, bool truncated)
{
    struct scan scan = {.arena = arena, .settings = settings, .input = input, .name = name, .truncated = truncated};
    budget_init(&scan.budget);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        steps[i](&scan);
    return scan.verdict;
}
