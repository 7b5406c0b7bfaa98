/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/rewrite.h"

#include "base/utf8.h"
#include "rule/function.h"
#include "rule/list.h"

#define ENTRIES_MAX 1024 /* a longer list is better walked when it is asked */
#define DEPTH_MAX 64

/* Whether EXPR depends on the item of LEVEL. */
static bool uses_level(const struct expr *expr, uint32_t level, uint32_t depth)
{
    if (expr->op == OP_ITEM && expr->field == level)
        return true;
    for (uint32_t i = 0; i < expr->count; i++)
        if (depth == 0 || uses_level(expr->child[i], level, depth - 1))
            return true;
    return false;
}

/* A function that asks whether any of its needles is in a text, and says so for constants quickly. */
static bool looks_for_needles(const struct function_row *row)
{
    static const enum function known[] = {
        FUNCTION_STRINGS_CONTAINS,     FUNCTION_STRINGS_ICONTAINS, FUNCTION_STRINGS_STARTS_WITH,
        FUNCTION_STRINGS_ISTARTS_WITH, FUNCTION_STRINGS_ENDS_WITH, FUNCTION_STRINGS_IENDS_WITH,
        FUNCTION_STRINGS_LIKE,         FUNCTION_STRINGS_ILIKE};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (row == &function_rows[known[i]])
            return true;
    return false;
}

static struct expr *constant(struct arena *arena, const struct expr *place, struct value v,
                             enum base base)
{
    struct expr *expr = arena_new_of(arena, struct expr);
    *expr = (struct expr){.op = OP_CONSTANT,
                          .memo = EXPR_NO_MEMO,
                          .constant = v,
                          .type = {.base = base},
                          .checked = true,
                          .line = place->line,
                          .column = place->column};
    return expr;
}

/* The texts ARRAY is known to hold; NULL where that is not known before a message is there. */
static struct value *known_texts(struct arena *arena, const struct expr *array, uint32_t *count_out)
{
    if (array->op == OP_LIST && array->list->configured && !array->list->people) {
        list_ready(array->list);
        *count_out = array->list->strings->count;
        return array->list->strings->item;
    }
    if (array->op != OP_TUPLE)
        return NULL;
    struct value *text = arena_array_of(arena, array->count, struct value);
    for (uint32_t i = 0; i < array->count; i++) {
        if (array->child[i]->op != OP_CONSTANT || array->child[i]->constant.tag != VALUE_STRING)
            return NULL;
        text[i] = array->child[i]->constant;
    }
    *count_out = array->count;
    return text;
}

/* any(ARRAY, FUNCTION(TEXT, .)) as FUNCTION(TEXT, each of ARRAY); a null TEXT makes any() false. */
static const struct expr *needles_of_array(struct arena *arena, const struct expr *tree)
{
    const struct expr *call = tree->child[1];
    if (call->op != OP_CALL || call->positional != 2 || call->count != 2 ||
        !looks_for_needles(expr_function(call)) || call->child[1]->op != OP_ITEM ||
        call->child[1]->field != tree->level || uses_level(call->child[0], tree->level, DEPTH_MAX))
        return tree;
    uint32_t count;
    struct value *text = known_texts(arena, tree->child[0], &count);
    if (text == NULL || count == 0 || count > ENTRIES_MAX)
        return tree;
    struct expr *many = arena_new_of(arena, struct expr), *made = arena_new_of(arena, struct expr);
    *many = *call;
    many->count = many->positional = count + 1;
    many->written = call;
    many->needles = NULL;
    many->child = arena_array_of(arena, count + 1, struct expr *);
    many->child[0] = call->child[0];
    for (uint32_t i = 0; i < count; i++)
        many->child[i + 1] = constant(arena, call, text[i], BASE_STRING);
    *made = *tree;
    made->written = tree;
    made->op = OP_COALESCE;
    made->level = 0;
    made->count = 2;
    made->child = arena_array_of(arena, 2, struct expr *);
    made->child[0] = many;
    made->child[1] = constant(arena, call, value_bool(false), BASE_BOOL);
    return made;
}

/* TEXT in $list as TEXT in (its entries). */
static const struct expr *entries_of_list(struct arena *arena, const struct expr *tree)
{
    uint32_t count;
    if (tree->count != 2 || tree->child[1]->op != OP_LIST ||
        tree->child[0]->type.base != BASE_STRING || tree->child[0]->type.arrays != 0)
        return tree;
    struct value *text = known_texts(arena, tree->child[1], &count);
    if (text == NULL || count == 0 || count > ENTRIES_MAX / 4)
        return tree;
    for (uint32_t i = 0; i < count && tree->op == OP_IN_FOLD; i++)
        if (!utf8_is_ascii(value_bytes(text[i])))
            return tree;
    struct expr *made = arena_new_of(arena, struct expr);
    *made = *tree;
    made->written = tree;
    made->needles = NULL;
    made->count = count + 1;
    made->child = arena_array_of(arena, count + 1, struct expr *);
    made->child[0] = tree->child[0];
    for (uint32_t i = 0; i < count; i++)
        made->child[i + 1] = constant(arena, tree, text[i], BASE_STRING);
    return made;
}

const struct expr *expr_rewritten(struct arena *arena, const struct expr *tree)
{
    if (tree->op == OP_IN || tree->op == OP_IN_FOLD)
        return entries_of_list(arena, tree);
    return tree->op == OP_ANY ? needles_of_array(arena, tree) : tree;
}
