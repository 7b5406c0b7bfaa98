/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/explain.h"

#include "rule/eval.h"

#include "base/json.h"
#include "base/utf8.h"

#include <assert.h>
#include <talloc.h>

#define ITEMS_SHOWN 8
#define VALUE_SHOWN_BYTES 100

struct explainer {
    struct run run;
    struct text *out;
    uint32_t indent;
};

static void write_needs(struct text *out, uint32_t needs)
{
    bool first = true;
    for (int i = 0; i < 32; i++) {
        if (!(needs >> i & 1))
            continue;
        text_add_string(out, first ? "" : ", ");
        text_add_string(out, i < CAPABILITY_COUNT ? capability_rows[i].name : "stored_fact");
        first = false;
    }
}

static void write_value(struct explainer *e, struct value v)
{
    struct text *out = e->out;
    struct json json;
    if (v.tag == VALUE_UNKNOWN) {
        text_add_string(out, "unknown: needs ");
        write_needs(out, v.len);
    } else if (v.tag == VALUE_ARRAY || v.tag == VALUE_MAP) {
        text_add_format(out, "%u %s", v.tag == VALUE_ARRAY ? v.as.array->count : v.as.map->count,
                        v.tag == VALUE_ARRAY ? "elements" : "entries");
    } else if (v.tag == VALUE_OBJECT) {
        text_add_string(out, type_rows[v.as.object->type].name);
    } else {
        bool cut = v.tag == VALUE_STRING && v.len > VALUE_SHOWN_BYTES;
        if (cut)
            v = value_string(utf8_cut(value_bytes(v), VALUE_SHOWN_BYTES));
        json_init(&json, out, 0);
        json_value(&json, v);
        text_add_string(out, cut ? "..." : "");
    }
}

static char mark_of(struct value v)
{
    return v.tag == VALUE_UNKNOWN ? '?' : v.tag != VALUE_BOOL ? '.' : v.as.boolean ? '+' : '-';
}

static void begin_line(struct explainer *e, struct value v)
{
    for (uint32_t i = 0; i < e->indent; i++)
        text_add_string(e->out, "  ");
    text_add_byte(e->out, (uint8_t)mark_of(v));
    text_add_byte(e->out, ' ');
}

/* A leaf: the condition, and the values of what it compares. */
static void write_leaf(struct explainer *e, const struct expr *expr, struct value v)
{
    begin_line(e, v);
    text_add(e->out, expr_text(e->run.arena, expr, 160));
    const struct expr *subject = expr;
    while (subject->op == OP_NOT)
        subject = subject->child[0];
    for (uint32_t i = 0; i < subject->count && i < 2; i++) {
        const struct expr *child = subject->child[i];
        if (child->op == OP_CONSTANT || child->op == OP_ROOT || child->op == OP_LIST ||
            subject->op == OP_FIELD)
            continue;
        text_add_string(e->out, i == 0 ? "    [" : " [");
        write_value(e, eval(&e->run, child));
        text_add_byte(e->out, ']');
    }
    if (v.tag == VALUE_UNKNOWN) {
        text_add_string(e->out, "    ");
        write_value(e, v);
    }
    text_add_byte(e->out, '\n');
}

static void walk(struct explainer *e, const struct expr *expr);

/* A lambda over an array: what each item gave. */
static void walk_lambda(struct explainer *e, const struct expr *expr, struct value v)
{
    struct run *run = &e->run;
    struct value source = eval(run, expr->child[0]);
    struct scope saved = run->scope[expr->level];
    begin_line(e, v);
    text_add_format(e->out, "%s(", op_names[expr->op]);
    text_add(e->out, expr_text(run->arena, expr->child[0], 120));
    text_add_string(e->out, ")    [");
    write_value(e, source);
    text_add_string(e->out, "]\n");
    e->indent++;
    for (uint32_t i = 0; source.tag == VALUE_ARRAY && i < source.as.array->count && i < ITEMS_SHOWN;
         i++) {
        run->scope[expr->level] = (struct scope){.item = source.as.array->item[i],
                                                 .array = source.as.array,
                                                 .index = i,
                                                 .count = source.as.array->count};
        begin_line(e, eval(run, expr->child[1]));
        text_add_format(e->out, "[%u]\n", i);
        e->indent++;
        walk(e, expr->child[1]);
        e->indent--;
    }
    if (source.tag == VALUE_ARRAY && source.as.array->count > ITEMS_SHOWN) {
        for (uint32_t i = 0; i < e->indent; i++)
            text_add_string(e->out, "  ");
        text_add_format(e->out, "... %u more\n", source.as.array->count - ITEMS_SHOWN);
    }
    e->indent--;
    run->scope[expr->level] = saved;
}

static void walk(struct explainer *e, const struct expr *expr)
{
    struct value v = eval(&e->run, expr);
    if (e->indent > 60 || e->out->over_limit)
        return;
    if (expr->op == OP_AND || expr->op == OP_OR || expr->op == OP_OF ||
        (expr->op == OP_NOT && expr->child[0]->op >= OP_AND && expr->child[0]->op <= OP_OF)) {
        begin_line(e, v);
        if (expr->op == OP_OF)
            text_add_format(e->out, "%d of\n", (int)expr->constant.as.integer);
        else
            text_add_format(e->out, "%s\n", op_names[expr->op]);
        e->indent++;
        for (uint32_t i = 0; i < expr->count; i++)
            walk(e, expr->child[i]);
        e->indent--;
    } else if (expr->op == OP_NOT &&
               (expr->child[0]->op == OP_ANY || expr->child[0]->op == OP_ALL)) {
        begin_line(e, v);
        text_add_string(e->out, "not\n");
        e->indent++;
        walk(e, expr->child[0]);
        e->indent--;
    } else if (expr->op == OP_ANY || expr->op == OP_ALL) {
        walk_lambda(e, expr, v);
    } else {
        write_leaf(e, expr, v);
    }
}

void rule_explain(const struct rule_set *set, const struct rule *rule, struct model *model,
                  struct arena *arena, struct text *out)
{
    static const struct rule_run_options naive = {.naive = true};
    struct explainer e = {.run = {.set = set,
                                  .model = model,
                                  .arena = arena,
                                  .options = &naive,
                                  .graph = set->graph,
                                  .steps_left = UINT64_C(500000000)},
                          .out = out};
    walk(&e, rule->tree);
    talloc_free(e.run.dynamic);
}

/* What EXPR could be for some message, with everything missing UNKNOWN: abstract interpretation. */
struct range {
    bool can_true, can_false, can_other; /* other: null */
};

static void collect(const struct expr *expr, struct rule_need *need, uint32_t depth)
{
    if (expr->op == OP_CALL && expr_function(expr)->lacks != CAPABILITY_COUNT &&
        expr_function(expr)->run == function_lacking)
        need->capabilities |= UINT32_C(1) << expr_function(expr)->lacks;
    if (expr->op == OP_LIST && !expr->list->configured)
        need->capabilities |= UINT32_C(1) << CAPABILITY_LIST;
    for (uint32_t i = 0; i < expr->count && depth < 4 * EXPR_DEPTH_MAX; i++)
        collect(expr->child[i], need, depth + 1);
}

/* Whether a value made of EXPR is always UNKNOWN (or null). */
static bool always_unknown(const struct expr *expr)
{
    if (expr->op == OP_CALL && expr_function(expr)->run == function_lacking)
        return true;
    if (expr->op == OP_LIST)
        return !expr->list->configured;
    switch ((enum op)expr->op) {
    case OP_FIELD:
    case OP_INDEX:
    case OP_LENGTH:
    case OP_FLATTEN:
    case OP_KEYS:
    case OP_VALUES:
    case OP_MAP:
    case OP_FILTER:
    case OP_DISTINCT:
    case OP_SUM:
    case OP_RATIO:
    case OP_IS_NULL:
        return always_unknown(expr->child[0]);
    case OP_CALL:
        return expr->fixed > 0 && expr->positional > 0 && always_unknown(expr->child[0]);
    default:
        break;
    }
    if (expr->op >= OP_ADD && expr->op <= OP_UNEQUAL_FOLD)
        return always_unknown(expr->child[0]) || always_unknown(expr->child[1]);
    if (expr->op == OP_IN || expr->op == OP_IN_FOLD)
        return always_unknown(expr->child[0]) ||
               (expr->count == 2 && always_unknown(expr->child[1]));
    return false;
}

static bool is_null(const struct expr *expr)
{
    return expr->op == OP_CONSTANT && expr->constant.tag == VALUE_NULL;
}

static struct range range_of(const struct expr *expr, uint32_t depth)
{
    struct range range = {true, true, true};
    if (depth > 4 * EXPR_DEPTH_MAX)
        return range;
    if (expr->op == OP_NOT) {
        struct range inner = range_of(expr->child[0], depth + 1);
        return (struct range){inner.can_false, inner.can_true, true};
    }
    if (expr->op == OP_AND || expr->op == OP_OR) {
        bool all = true, some = false;
        for (uint32_t i = 0; i < expr->count; i++) {
            struct range child = range_of(expr->child[i], depth + 1);
            bool can = expr->op == OP_AND ? child.can_true : child.can_false;
            all = all && can;
            some = some || (expr->op == OP_AND ? child.can_false : child.can_true);
        }
        return expr->op == OP_AND ? (struct range){all, some, true}
                                  : (struct range){some, all, true};
    }
    if (expr->op == OP_OF) {
        uint32_t can = 0;
        for (uint32_t i = 0; i < expr->count; i++)
            can += range_of(expr->child[i], depth + 1).can_true;
        return (struct range){can >= expr->constant.as.integer, true, true};
    }
    if (expr->op == OP_ANY || expr->op == OP_ALL) {
        struct range body = range_of(expr->child[1], depth + 1);
        if (always_unknown(expr->child[0]))
            return (struct range){false, false, true};
        return expr->op == OP_ANY ? (struct range){body.can_true, true, true}
                                  : (struct range){true, body.can_false, true};
    }
    bool relation = expr->op >= OP_EQUAL && expr->op <= OP_UNEQUAL_FOLD;
    if (always_unknown(expr) || (relation && (is_null(expr->child[0]) || is_null(expr->child[1]))))
        return (struct range){false, false, true};
    if (expr->op == OP_CONSTANT && expr->constant.tag == VALUE_BOOL)
        return (struct range){expr->constant.as.boolean, !expr->constant.as.boolean, false};
    return range;
}

struct rule_need rule_needs(const struct rule *rule)
{
    struct rule_need need = {.lists = rule->lists};
    collect(rule->tree, &need, 0);
    need.can_fire = rule->type == RULE_TYPE_query ? !always_unknown(rule->tree)
                                                  : range_of(rule->tree, 0).can_true;
    return need;
}
