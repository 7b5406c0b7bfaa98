/* SPDX-License-Identifier: Apache-2.0 */
#include "scan.h"

#include "base/json.h"
#include "base/table.h"
#include "learn/lesson.h"
#include "observe/facts.h"
#include "open/opener.h"
#include "verdict/allow.h"
#include "open/password.h"
#include "verdict/attribute.h"
#include "verdict/attribute_script.h"
#include "verdict/collect.h"
#include "verdict/combine.h"
#include "verdict/describe.h"
#include "verdict/fingerprint.h"
#include "verdict/image.h"
#include "verdict/history.h"
#include "verdict/judge.h"
#include "verdict/learned.h"
#include "verdict/outline.h"
#include "verdict/part.h"
#include "verdict/script.h"
#include "verdict/sibling.h"

/* bytes -> artifact tree */
static void step_open(struct scan *scan)
{
    scan->tree = tree_new(scan->arena, &scan->budget, scan->input, scan->name);
    if (scan->truncated)
        node_anomaly(scan->tree->root, ANOMALY_TRUNCATED, scan->input.len, 0,
                     BYTES("longer than is read"));
    for (uint32_t i = 0; i < scan->settings->password_count; i++)
        password_add(scan->tree, scan->settings->password[i], BYTES("the user's list"));
    const struct scan_keys *keys = scan->settings->sibling_keys == NULL
                                       ? NULL
                                       : table_get(scan->settings->sibling_keys, scan->name);
    for (uint32_t i = 0; keys != NULL && i < keys->count; i++)
        password_add(scan->tree, keys->word[i], keys->phrase[i]);
    scan->tree->page_trees =
        scan->settings->rules != NULL && rule_set_asks_pages(scan->settings->rules);
    open_tree(scan->tree->root);
}

/* artifact tree -> facts (computed when a rule asks) */
static void step_observe(struct scan *scan)
{
    scan->model = model_new(scan->tree, scan->tree->root, &scan->settings->observe);
}

/* artifact tree -> coverage, anomalies, digest; facts -> who it says it is */
static void step_collect(struct scan *scan)
{
    scan->verdict = arena_new_of(scan->arena, struct verdict);
    scan->verdict->path = scan->name;
    scan->verdict->date_us = INT64_MIN;
    verdict_collect(scan->verdict, scan->tree);
    if (scan->tree->root->kind == KIND_MAIL)
        verdict_describe(scan->verdict, scan->model);
}

/* facts -> rule evidence */
static void step_rules(struct scan *scan)
{
    if (scan->settings->rules == NULL)
        return;
    const struct rule_run_options options = {.profile = scan->settings->profile,
                                             .no_queries = true};
    rule_set_run(scan->settings->rules, scan->model, scan->arena, &options, &scan->result);
    judge_rules(scan->verdict, scan->model, &scan->result);
}

/* facts -> what the user's own mail taught */
static void step_learned(struct scan *scan)
{
    const struct scan_settings *have = scan->settings;
    if (scan->tree->root->kind != KIND_MAIL)
        return;
    if (have->learned != NULL)
        judge_learned(scan->verdict, scan->model, have->learned);
    if (have->threads != NULL)
        judge_threads(scan->verdict, scan->model, have->threads, have->senders);
}

/* shell scripts, container images -> evidence with its place */
static void step_scripts(struct scan *scan)
{
    judge_scripts(scan->verdict, scan->model, scan->settings->rules);
    judge_images(scan->verdict, scan->model);
}

/* evidence -> what the user allowed speaks for it */
static void step_allow(struct scan *scan)
{
    if (scan->settings->allow != NULL)
        judge_allow(scan->verdict, scan->model, scan->settings->allow);
}

/* evidence -> verdict, who */
static void step_verdict(struct scan *scan)
{
    if (scan->settings->rules != NULL)
        attribute_rules(scan->verdict, scan->arena, &scan->result, scan->settings->families);
    attribute_scripts(scan->verdict, scan->model, scan->settings->script_families);
    verdict_combine(scan->verdict);
}

/* what was asked for besides the verdict */
static void step_extras(struct scan *scan)
{
    const struct scan_settings *want = scan->settings;
    struct text out;
    struct json json;
    if (want->want_fingerprint && scan->tree->root->kind == KIND_MAIL) {
        struct fingerprint *print = arena_new_of(scan->arena, struct fingerprint);
        *print = fingerprint_of(scan->model);
        scan->verdict->fingerprint = bytes_of(print, sizeof *print);
    }
    if (want->want_lesson && scan->tree->root->kind == KIND_MAIL) {
        text_init(&out, scan->arena, 0);
        lesson_write(&out, scan->model);
        scan->verdict->lesson = text_bytes(&out);
    }
    if (want->want_siblings && scan->tree->root->kind == KIND_MAIL && !scan->truncated) {
        scan->verdict->sibling = sibling_write(scan->arena, scan->verdict, scan->model);
        if (scan->input.len <= SIBLING_BYTES_MAX && sibling_locked(scan->verdict))
            scan->verdict->locked_raw = scan->input;
    }
    if (want->want_facts) {
        text_init(&out, scan->arena, 0);
        facts_write(&out, scan->model->root);
        scan->verdict->facts = text_bytes(&out);
    }
    if (want->extract.len > 0)
        verdict_parts(scan->verdict, scan->tree, want->extract);
    if (want->want_raw)
        scan->verdict->raw = scan->input;
    if (want->want_drawing) {
        text_init(&out, scan->arena, 0);
        outline_draw(&out, scan->tree);
        scan->verdict->drawing = text_bytes(&out);
    }
    if (!want->want_model && !want->want_nodes)
        return;
    text_init(&out, scan->arena, 0);
    json_init(&json, &out, 0);
    json_begin_map(&json);
    if (want->want_nodes) {
        json_key(&json, "nodes");
        outline_json(&json, scan->tree);
    }
    if (want->want_model) {
        json_key(&json, "model");
        schema_json(&json, value_object(scan->model->root));
    }
    json_end_map(&json);
    scan->verdict->extra = text_bytes(&out);
}

/* The life of an artifact, in order. */
static void (*const steps[])(struct scan *scan) = {
    step_open,    step_observe, step_collect, step_rules,  step_learned,
    step_scripts, step_allow,   step_verdict, step_extras,
};

struct verdict *scan_bytes(struct arena *arena, const struct scan_settings *settings,
                           struct bytes input, struct bytes name, bool truncated)
{
    struct scan scan = {
        .arena = arena, .settings = settings, .input = input, .name = name, .truncated = truncated};
    budget_init(&scan.budget);
    if (settings->memory_bytes != 0) { /* the rest is for what is made of it */
        scan.budget.most[LIMIT_BYTES_OUT] = settings->memory_bytes / 4 * 3;
        scan.budget.most[LIMIT_MEMORY] = settings->memory_bytes / 8 * 5;
    }
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        steps[i](&scan);
    return scan.verdict;
}
