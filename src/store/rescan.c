/* SPDX-License-Identifier: Apache-2.0 */
#include "store/hunt.h"

#include "observe/facts.h"
#include "rule/expr.h"
#include "verdict/combine.h"
#include "verdict/judge.h"

#include <talloc.h>

struct rescan {
    const struct rule_set *set;
    struct arena *arena;
    struct hunt_result *result;
    bool (*visit)(void *own, const struct rescan_change *change);
    void *own;
};

static bool is_undecided(const struct rule_result *found, struct bytes rule)
{
    for (uint32_t i = 0; i < found->undecided_count; i++)
        if (bytes_equal(found->undecided[i].rule->name, rule))
            return true;
    return false;
}

/* Whether EXPR needs nothing but fields and functions of texts: other functions read the message
 * itself, or knowledge that a rescan does not load, and their no is not a no. */
static bool is_of_facts(const struct expr *expr, uint32_t depth)
{
    if (depth > EXPR_DEPTH_MAX)
        return false;
    if (expr->op == OP_CALL && !bytes_starts(expr->text, BYTES("strings.")) &&
        !bytes_starts(expr->text, BYTES("regex.")))
        return false;
    for (uint32_t i = 0; i < expr->count; i++)
        if (!is_of_facts(expr->child[i], depth + 1))
            return false;
    return true;
}

/* Whether evidence of the rule called NAME stands as it was stored when the rule does not match
 * now. */
static bool stands(const struct rescan *rescan, const struct rule_result *found, struct bytes name)
{
    const struct rule *rule = rule_set_find(rescan->set, name);
    return rule == NULL || rule->tree == NULL || !is_of_facts(rule->tree, 0) ||
           is_undecided(found, name);
}

static bool has_evidence(const struct verdict *v, struct bytes rule)
{
    for (uint32_t i = 0; i < v->evidence_count; i++)
        if (bytes_equal(v->evidence[i].rule, rule))
            return true;
    return false;
}

static void name_differences(struct text *out, const struct verdict *v, const struct verdict *other,
                             const char *mark)
{
    for (uint32_t i = 0; i < v->evidence_count; i++)
        if (!has_evidence(other, v->evidence[i].rule)) {
            text_add_string(out, out->len > 0 ? "; " : "");
            text_add_string(out, mark);
            text_add(out, v->evidence[i].rule);
        }
}

/* Stored weights are what each sign added, so the sum of the old signs is computed again in the
 * same way, and the difference between the two sums moves the stored log-odds. */
static void reclass(struct arena *arena, const struct verdict *before, struct verdict *after)
{
    struct verdict *again = arena_new_of(arena, struct verdict);
    *again = *before;
    again->evidence = NULL;
    again->evidence_count = 0;
    for (uint32_t i = 0; i < before->evidence_count; i++)
        judge_add(again, arena, &before->evidence[i]);
    verdict_combine(again);
    verdict_combine(after);
    double moved = before->log_odds + after->log_odds - again->log_odds;
    after->log_odds = moved;
    if (moved >= COMBINE_MALICIOUS)
        after->class = after->class == VERDICT_MALICIOUS || before->class == VERDICT_MALICIOUS
                           ? VERDICT_MALICIOUS
                           : VERDICT_SUSPICIOUS;
    else if (moved >= COMBINE_SUSPICIOUS)
        after->class = VERDICT_SUSPICIOUS;
    else
        after->class = before->coverage.skipped > 0 ? VERDICT_UNSCANNABLE : VERDICT_CLEAN;
}

static bool rescan_item(void *own, const struct store_item *item)
{
    struct rescan *rescan = own;
    struct rule_result found;
    struct rule_run_options options = {.only = NULL};
    arena_reset(rescan->arena);
    rescan->result->looked_at++;
    const struct verdict *before = item->verdict;
    struct model *model =
        before->facts.at == NULL ? NULL : facts_model(rescan->arena, before->facts);
    if (model == NULL)
        return true;
    rule_set_run(rescan->set, model, rescan->arena, &options, &found);
    rescan->result->undecided += found.undecided_count > 0;
    struct verdict *after = arena_new_of(rescan->arena, struct verdict);
    *after = *before;
    after->evidence = NULL;
    after->evidence_count = 0;
    judge_rules(after, model, &found);
    for (uint32_t i = 0; i < before->evidence_count; i++) {
        struct bytes rule = before->evidence[i].rule;
        if (stands(rescan, &found, rule) && !has_evidence(after, rule))
            judge_add(after, rescan->arena, &before->evidence[i]);
    }
    struct text because;
    text_init(&because, rescan->arena, 0);
    name_differences(&because, after, before, "+");
    name_differences(&because, before, after, "-");
    if (because.len == 0)
        return true;
    reclass(rescan->arena, before, after);
    if (after->class == before->class)
        return true;
    rescan->result->matched++;
    struct rescan_change change = {item, after, text_bytes(&because)};
    return rescan->visit(rescan->own, &change);
}

bool rescan_run(struct store *store, const struct rule_set *set, const struct store_filter *filter,
                bool (*visit)(void *own, const struct rescan_change *change), void *own,
                struct hunt_result *result, struct error *err)
{
    *result = (struct hunt_result){0};
    struct rescan rescan = {set, arena_new(NULL), result, visit, own};
    bool ok = store_each(store, filter, rescan_item, &rescan, err);
    talloc_free(rescan.arena);
    return ok;
}
