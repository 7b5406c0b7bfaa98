/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/evidence.h"
#include "rule/guard.h"

#include "base/table.h"
#include "base/text.h"
#include "observe/xpath.h"

#include <assert.h>
#include <stdlib.h>
#include <talloc.h>

#define STEPS_MAX UINT64_C(12000000)
#define STEPS_NAIVE_MAX UINT64_C(2000000000)

struct pattern *run_pattern(struct run *run, struct bytes text, bool fold)
{
    if (run->dynamic == NULL)
        run->dynamic = patterns_new(NULL);
    return patterns_at(run->dynamic, text, fold);
}

#define XPATHS_MAX 4096 /* expressions made from a message's text past that are NULL */

const struct xpath *run_xpath(struct run *run, struct bytes expression)
{
    struct table *known = run->graph->xpath;
    struct xpath **found = table_get(known, expression);
    if (found != NULL)
        return *found;
    if (known->count >= XPATHS_MAX)
        return NULL;
    struct xpath **slot = talloc_zero(known, struct xpath *);
    char *copy =
        slot == NULL ? NULL : talloc_strndup(known, (const char *)expression.at, expression.len);
    if (copy == NULL)
        abort();
    *slot = xpath_compile(known, expression);
    table_set(known, bytes_of(copy, expression.len), slot);
    return *slot;
}

/* Digits of TEXT at AT as a number; -1 where they are none. */
static int64_t digits(struct bytes text, size_t at, size_t count)
{
    int64_t number;
    return bytes_to_int(bytes_sub(text, at, count), 0, 9999, &number) ? number : -1;
}

/* headers.date is "2024-02-07T13:57:50Z". */
int64_t run_date_us(struct run *run)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    struct object *root = run->model->root;
    if (root->type != TYPE_Message)
        return INT64_MAX;
    struct value headers = object_get(root, FIELD_Message_headers);
    if (headers.tag != VALUE_OBJECT)
        return INT64_MAX;
    struct bytes text = value_bytes(object_get(headers.as.object, FIELD_Headers_date));
    int64_t year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2),
            hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
    if (year < 1970 || month < 1 || month > 12 || day < 1 || hour < 0 || minute < 0 || second < 0)
        return INT64_MAX;
    int64_t leaps = year - (month <= 2);
    leaps = leaps / 4 - leaps / 100 + leaps / 400 - (1969 / 4 - 1969 / 100 + 1969 / 400);
    int64_t days = (year - 1970) * 365 + leaps + before[month - 1] + day - 1;
    return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000000;
}

/* The root of a rule: all conditions of its outermost `and` (and those right in it) must be true.
 * One that is false or NULL
 * settles it (no value of an UNKNOWN one could make the rule match). */
static struct value eval_outermost(struct run *run, const struct expr *expr)
{
    uint32_t unknown = 0;
    if (expr->op != OP_AND)
        return eval(run, expr);
    for (uint32_t i = 0; i < expr->count; i++) {
        struct value v = eval_outermost(run, expr->child[i]);
        if (v.tag == VALUE_UNKNOWN)
            unknown |= v.len;
        else if (!value_is_true(v))
            return value_bool(false);
    }
    return unknown != 0 ? value_unknown(unknown) : value_bool(true);
}

static struct value eval_rule(struct run *run, const struct rule *rule)
{
    const struct expr *root = run->options->naive ? rule->tree : rule->graph;
    return rule->type == RULE_TYPE_query ? eval(run, root) : eval_outermost(run, root);
}

static struct bytes needs_text(struct arena *arena, const struct rule *rule, uint32_t needs)
{
    struct text text;
    text_init(&text, arena, 0);
    text_reserve(&text, 1);
    if (needs >> CAPABILITY_LIST & 1)
        text_add(&text, rule->lists);
    for (int i = 0; i < 32; i++) {
        if (i == CAPABILITY_LIST || !(needs >> i & 1))
            continue;
        text_add_string(&text, text.len > 0 ? ", " : "");
        text_add_string(&text, i < CAPABILITY_COUNT ? capability_rows[i].name : "stored_fact");
    }
    return text_bytes(&text);
}

static void add_hit(struct run *run, const struct rule *rule, struct value v,
                    struct rule_result *result)
{
    struct rule_hit *hit = &result->hit[result->hit_count++];
    *hit = (struct rule_hit){.rule = rule, .value = v};
    if (!run->options->no_evidence && rule->type != RULE_TYPE_query)
        evidence_collect(run, rule, hit);
}

static void run_rule(struct run *run, const struct rule *rule, struct rule_result *result)
{
    result->started++;
    struct value v = eval_rule(run, rule);
    if (v.tag == VALUE_UNKNOWN)
        result->undecided[result->undecided_count++] = (struct rule_gap){
            .rule = rule, .needs = v.len, .text = needs_text(run->arena, rule, v.len)};
    else if (rule->type == RULE_TYPE_query ? v.tag != VALUE_NULL : value_is_true(v))
        add_hit(run, rule, v, result);
}

void rule_set_run(const struct rule_set *set, struct model *model, struct arena *arena,
                  const struct rule_run_options *options, struct rule_result *result)
{
    struct run run = {.set = set,
                      .model = model,
                      .arena = arena,
                      .options = options,
                      .graph = set->graph,
                      .steps_left = options->naive ? STEPS_NAIVE_MAX : STEPS_MAX};
    assert(set->graph != NULL && !set->graph->busy);
    set->graph->busy = true;
    *result = (struct rule_result){0};
    /* room for all, which mostly stays untouched, so it is not cleared */
    result->hit = arena_alloc_raw(arena, set->rule_count * sizeof *result->hit);
    result->undecided = arena_alloc_raw(arena, set->rule_count * sizeof *result->undecided);
    const uint32_t skipped = options->no_queries ? RULE_TYPE_query : UINT32_MAX;
    bool guarded = !options->naive && model->root->type == TYPE_Message;
    if (guarded)
        guards_start(&run, set->graph->guards, set->graph->start);
    for (uint32_t i = 0; i < set->rule_count; i++) {
        const struct rule *rule = set->rule[i];
        if (guarded && !(set->graph->start[i / 64] >> (i % 64) & 1))
            continue;
        if (rule->root == model->root->type && rule->type != skipped &&
            (options->only == NULL || options->only == rule))
            run_rule(&run, rule, result);
    }
    graph_reset(set->graph);
    talloc_free(run.dynamic);
    set->graph->busy = false;
}
