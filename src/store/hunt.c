/* SPDX-License-Identifier: Apache-2.0 */
#include "store/hunt.h"

#include "observe/facts.h"
#include "rule/expr.h"

#include <talloc.h>

struct rule_set *hunt_rule(const void *parent, const char *expression, struct error *err)
{
    struct rule_options options = {.source = expression};
    struct rule_set *set = rule_set_load(parent, &options, err);
    if (set != NULL && rule_set_count(set) == 0) {
        *err = rule_set_problem_count(set) > 0 ? rule_set_problem(set, 0)->err : *err;
        if (err->message[0] == 0)
            error_set(err, ERROR_SYNTAX, "an empty expression");
        err->line -= err->line > 3 ? 3 : 0; /* of the expression, not of the rule around it */
        err->column -= err->column > 2 ? 2 : 0;
        talloc_free(set);
        return NULL;
    }
    return set;
}

/* The label that PATH == TEXT comes to, where the index holds all of that path. */
static bool label_of(struct bytes path, enum dimension *dimension_out)
{
    if (bytes_equal(path, BYTES("sender.email.domain.root_domain")))
        *dimension_out = DIMENSION_SENDER;
    else if (bytes_equal(path, BYTES(".href_url.domain.root_domain")))
        *dimension_out = DIMENSION_DOMAIN;
    else if (bytes_equal(path, BYTES(".sha256")))
        *dimension_out = DIMENSION_HASH;
    else
        return false;
    return true;
}

/* EXPR, a condition that must hold, as a label: of the message, or of one item of what any() walks.
 */
static bool find_label(struct arena *arena, const struct expr *expr, bool in_any,
                       struct hunt_result *result)
{
    if (expr->op == OP_AND) {
        for (uint32_t i = 0; i < expr->count; i++)
            if (find_label(arena, expr->child[i], in_any, result))
                return true;
        return false;
    }
    if (expr->op == OP_ANY && expr->count == 2 && !in_any) {
        struct bytes over = expr_text(arena, expr->child[0], 80);
        return (bytes_equal(over, BYTES("body.links")) ||
                bytes_equal(over, BYTES("attachments"))) &&
               find_label(arena, expr->child[1], true, result);
    }
    if (expr->op != OP_EQUAL || expr->count != 2 || expr->child[1]->op != OP_CONSTANT ||
        expr->child[1]->constant.tag != VALUE_STRING)
        return false;
    struct bytes path = expr_text(arena, expr->child[0], 120);
    if (in_any == (path.len > 0 && path.at[0] != '.') || !label_of(path, &result->dimension))
        return false;
    result->name = value_bytes(expr->child[1]->constant);
    result->indexed = result->name.len > 0 && result->name.len <= 200;
    return result->indexed;
}

#define NEEDED_MAX 8
#define NEEDED_MIN_BYTES 2

/* Texts a record must hold, or the expression is neither true nor undecided. */
struct needed {
    struct bytes text[NEEDED_MAX];
    uint32_t count;
};

/* Whether PATH is of fields that records hold, from the message or an item on. */
static bool is_kept(const struct expr *path)
{
    for (; path->op == OP_FIELD; path = path->child[0])
        if (!facts_keep((enum type)path->positional, path->field))
            return false;
    return path->op == OP_ROOT || path->op == OP_ITEM;
}

/* EXPR is a condition that must hold. */
static void find_needed(const struct expr *expr, struct needed *needed)
{
    if (expr->op == OP_AND)
        for (uint32_t i = 0; i < expr->count; i++)
            find_needed(expr->child[i], needed);
    else if (expr->op == OP_ANY && expr->count == 2 && is_kept(expr->child[0]))
        find_needed(expr->child[1], needed);
    if (expr->op != OP_EQUAL || expr->count != 2 || expr->child[0]->op != OP_FIELD ||
        expr->child[1]->op != OP_CONSTANT || expr->child[1]->constant.tag != VALUE_STRING)
        return;
    struct bytes text = value_bytes(expr->child[1]->constant);
    if (text.len >= NEEDED_MIN_BYTES && needed->count < NEEDED_MAX && is_kept(expr->child[0]))
        needed->text[needed->count++] = text;
}

struct hunt {
    const struct rule_set *set;
    struct needed needed;
    struct arena *arena;
    struct hunt_result *result;
    bool (*visit)(void *own, const struct store_item *item, const struct rule_hit *hit);
    void *own;
};

static bool hunt_item(void *own, const struct store_item *item)
{
    struct hunt *hunt = own;
    struct rule_result found;
    struct rule_run_options options = {.want_conditions = true};
    arena_reset(hunt->arena);
    hunt->result->looked_at++;
    for (uint32_t i = 0; i < hunt->needed.count; i++)
        if (bytes_find(item->verdict->facts, hunt->needed.text[i], 0) == BYTES_NPOS)
            return true;
    struct model *model =
        item->verdict->facts.at == NULL ? NULL : facts_model(hunt->arena, item->verdict->facts);
    if (model == NULL)
        return true;
    rule_set_run(hunt->set, model, hunt->arena, &options, &found);
    hunt->result->undecided += found.undecided_count > 0;
    if (found.hit_count == 0)
        return true;
    hunt->result->matched++;
    return hunt->visit(hunt->own, item, &found.hit[0]);
}

bool hunt_run(struct store *store, const struct rule_set *set, const struct store_filter *filter,
              bool (*visit)(void *own, const struct store_item *item, const struct rule_hit *hit),
              void *own, struct hunt_result *result, struct error *err)
{
    struct arena *arena = arena_new(NULL), *kept = arena_new(arena);
    struct store_filter narrowed = *filter;
    *result = (struct hunt_result){0};
    if (rule_set_rule(set, 0)->tree != NULL &&
        find_label(kept, rule_set_rule(set, 0)->tree, false, result)) {
        narrowed.dimension = result->dimension;
        narrowed.name = result->name;
    }
    struct hunt hunt = {.set = set, .arena = arena, .result = result, .visit = visit, .own = own};
    if (rule_set_rule(set, 0)->tree != NULL)
        find_needed(rule_set_rule(set, 0)->tree, &hunt.needed);
    bool ok = store_each(store, &narrowed, hunt_item, &hunt, err);
    talloc_free(arena);
    return ok;
}
