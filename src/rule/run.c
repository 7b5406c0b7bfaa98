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

/* The root of a rule: all conditions of its outermost `and` (and those right in it) must be true.  One that
 * is false or NULL settles it (no value of an UNKNOWN one could make the rule match). */
static struct value eval_outermost(struct run *run, const struct expr *expr)
{
    uint32_t unknown = 0;
    if (expr->op != OP_AND)
        return eval(run, expr);
    for (uint32_t i = 0; i < expr->count; i++) {
        if (i + 1 < expr->count)
            __builtin_prefetch(expr->child[i + 1]);
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

/* Set bit N of START for every rule N to be evaluated. */
static void choose_rules(struct run *run, uint64_t *start)
{
    const struct rule_set *set = run->set;
    const struct graph *graph = set->graph;
    uint32_t words = (set->rule_count + 63) / 64;
    bool mail = run->model->root->type == TYPE_Message;
    if (!run->options->naive && mail)
        guards_start(run, graph->guards, start);
    else
        memset(start, 0xFF, words * sizeof *start);
    for (uint32_t w = 0; w < words; w++) {
        start[w] &= mail ? graph->over_mail[w] : ~graph->over_mail[w];
        if (run->options->no_queries)
            start[w] &= ~graph->query[w];
    }
}

/* The number of the first rule of START from FROM on; rule_count where there is none. */
static uint32_t next_rule(const struct rule_set *set, const uint64_t *start, uint32_t from)
{
    while (from < set->rule_count) {
        uint64_t bits = start[from / 64] >> (from % 64);
        if (bits != 0)
            return from + (uint32_t)__builtin_ctzll(bits);
        from = (from / 64 + 1) * 64;
    }
    return set->rule_count;
}

/* What a rule is made of has mostly left the cache since the last message: it is asked for one ahead. */
static void run_rules(struct run *run, const uint64_t *start, struct rule_result *result)
{
    const struct rule_set *set = run->set;
    enum type root = run->model->root->type;
    for (uint32_t i = next_rule(set, start, 0), next; i < set->rule_count; i = next) {
        next = next_rule(set, start, i + 1);
        if (next < set->rule_count) {
            __builtin_prefetch(set->rule[next]);
            __builtin_prefetch(set->graph->root[next]);
        }
        const struct rule *rule = set->rule[i];
        if ((root == TYPE_Message || rule->root == root) &&
            (run->options->only == NULL || run->options->only == rule))
            run_rule(run, rule, result);
    }
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
    choose_rules(&run, set->graph->start);
    run_rules(&run, set->graph->start, result);
    graph_reset(set->graph);
    talloc_free(run.dynamic);
    set->graph->busy = false;
}
