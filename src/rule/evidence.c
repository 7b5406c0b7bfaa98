/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/evidence.h"

#include "base/text.h"
#include "rule/gate.h"

struct collector {
    struct run *run;
    struct rule_leaf *leaf;
    uint32_t count, depth;
    bool all;  /* every leaf is wanted, with what it says; else those with a text, up to the one shown */
    bool done; /* it is there */
    const struct expr *source[EXPR_LEVEL_MAX]; /* the arrays of the open lambdas */
};

static bool write_path(struct collector *c, struct text *out, const struct expr *expr);

/* Where the item that LEVEL stands at is in the model: its array's path and place.  A filtered array's
 * items are looked up in the array they came from. */
static bool write_item(struct collector *c, struct text *out, uint32_t level)
{
    const struct scope *scope = &c->run->scope[level];
    const struct expr *source = c->source[level];
    uint32_t index = scope->index;
    while (source != NULL &&
           (source->op == OP_FILTER || source->op == OP_DISTINCT || source->op == OP_SLICE)) {
        source = source->child[0];
        struct value whole = eval(c->run, source);
        if (whole.tag != VALUE_ARRAY)
            return false;
        for (index = 0; index < whole.as.array->count; index++)
            if (value_equal(whole.as.array->item[index], scope->item))
                break;
    }
    if (source == NULL || !write_path(c, out, source))
        return false;
    text_add_byte(out, '[');
    text_add_decimal(out, index);
    text_add_byte(out, ']');
    return true;
}

static bool write_path(struct collector *c, struct text *out, const struct expr *expr)
{
    switch ((enum op)expr->op) {
    case OP_ROOT:
        return true;
    case OP_ITEM:
        return write_item(c, out, expr->field);
    case OP_FIELD:
        if (!write_path(c, out, expr->child[0]))
            return false;
        if (out->len > 0)
            text_add_byte(out, '.');
        text_add(out, expr->text);
        return true;
    case OP_INDEX: {
        struct value index = eval(c->run, expr->child[1]);
        if (!write_path(c, out, expr->child[0]))
            return false;
        if (index.tag == VALUE_INT)
            text_add_format(out, "[%d]", (int)index.as.integer);
        else
            text_add_format(out, "[\"%.*s\"]", BYTES_FMT(bytes_sub(value_bytes(index), 0, 80)));
        return true;
    }
    default:
        return false;
    }
}

/* The path of the text a leaf looks at; a function over a text keeps the text's path. */
static struct bytes path_of(struct collector *c, const struct expr *expr)
{
    struct text text;
    text_init(&text, c->run->arena, 1024);
    text_reserve(&text, 1);
    return write_path(c, &text, expr) && text.len > 0 ? text_bytes(&text) : BYTES_NONE;
}

/* The matched part of a call over a text, by calling it once more. */
static struct bytes match_of(struct run *run, const struct expr *expr)
{
    struct bytes match = BYTES_NONE;
    struct value *arg = arena_array_of(run->arena, expr->count, struct value);
    for (uint32_t i = 0; i < expr->count; i++)
        arg[i] = eval(run, expr->child[i]);
    struct call call = {.run = run,
                        .arena = run->arena,
                        .model = run->model,
                        .expr = expr,
                        .arg = arg,
                        .count = expr->positional,
                        .option = arg + expr->positional,
                        .match = &match};
    if (expr->positional > 0 && arg[0].tag == VALUE_STRING && expr->type.base == BASE_BOOL)
        expr_function(expr)->run(&call);
    return match;
}

/* The text LEAF shows: of a call over a text the part that matched. */
static bool read_leaf(struct collector *c, const struct expr *expr, struct rule_leaf *leaf,
                      const struct expr **place_out)
{
    const struct expr *subject = expr;
    while (subject->op == OP_NOT)
        subject = subject->child[0];
    bool over = subject->count > 0 && subject->op != OP_FIELD && subject->op != OP_INDEX;
    const struct expr *text = over ? subject->child[0] : subject;
    *place_out = text;
    leaf->value = value_bytes(eval(c->run, text));
    if (leaf->value.len == 0 && !c->all)
        return false;
    if (over && subject == expr && subject->op == OP_CALL)
        leaf->match = match_of(c->run, subject);
    else if (over && subject == expr && leaf->value.at != NULL &&
             (subject->op == OP_EQUAL || subject->op == OP_EQUAL_FOLD || subject->op == OP_IN ||
              subject->op == OP_IN_FOLD))
        leaf->match = leaf->value;
    return true;
}

static void add_leaf(struct collector *c, const struct expr *expr)
{
    struct rule_leaf leaf = {0};
    const struct expr *place;
    if (c->count == EVIDENCE_LEAVES_MAX || !read_leaf(c, expr, &leaf, &place))
        return;
    if (c->run->options->want_conditions)
        leaf.condition = expr_text(c->run->arena, expr, 200);
    leaf.path = path_of(c, place);
    c->leaf[c->count++] = leaf;
    c->done = !c->all && leaf.match.len > 0 && leaf.path.len > 0;
}

static void walk(struct collector *c, const struct expr *expr);

/* The first items for which the body is true. */
static void walk_any(struct collector *c, const struct expr *expr)
{
    struct run *run = c->run;
    struct value source = eval(run, expr->child[0]);
    struct scope saved = run->scope[expr->level];
    uint32_t shown = 0, count = source.tag == VALUE_ARRAY ? source.as.array->count : 0;
    struct rows rows;
    bool few = gate_rows(run, expr->child[1], expr->child[0], expr->level, count, &rows);
    for (uint32_t i = 0; i < count && !c->done; i++) {
        if (few && !rows_next(&rows, &i, count))
            break;
        run->scope[expr->level] = (struct scope){.item = source.as.array->item[i],
                                                 .array = source.as.array,
                                                 .index = i,
                                                 .count = count};
        c->source[expr->level] = expr->child[0];
        if (!value_is_true(eval(run, expr->child[1])))
            continue;
        walk(c, expr->child[1]);
        if (++shown == EVIDENCE_ITEMS_MAX)
            break;
    }
    run->scope[expr->level] = saved;
}

/* EXPR is true: what made it so. */
static void walk(struct collector *c, const struct expr *expr)
{
    if (c->depth > EXPR_DEPTH_MAX || c->done)
        return;
    c->depth++;
    switch ((enum op)expr->op) {
    case OP_AND:
        for (uint32_t i = 0; i < expr->count; i++)
            walk(c, expr->child[i]);
        break;
    case OP_OR:
    case OP_OF:
        for (uint32_t i = 0; i < expr->count; i++)
            if (!c->done && value_is_true(eval(c->run, expr->child[i])))
                walk(c, expr->child[i]);
        break;
    case OP_ANY:
        walk_any(c, expr);
        break;
    case OP_COALESCE:
        if (expr->written != NULL) { /* what any() was made into */
            walk(c, expr->child[0]);
            break;
        }
        add_leaf(c, expr);
        break;
    default:
        add_leaf(c, expr);
    }
    c->depth--;
}

void evidence_collect(struct run *run, const struct rule *rule, struct rule_hit *hit)
{
    struct collector c = {.run = run, .all = run->options->want_conditions};
    c.leaf = arena_alloc_raw(run->arena, EVIDENCE_LEAVES_MAX * sizeof *c.leaf);
    walk(&c, run->options->naive ? rule->tree : rule->graph);
    hit->leaf = c.leaf;
    hit->leaf_count = c.count;
}
