/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/expr.h"

#include "base/json.h"
#include "base/text.h"

static const char *const base_names[] = {
    [BASE_NULL] = "null",     [BASE_BOOL] = "bool", [BASE_INT] = "int",      [BASE_FLOAT] = "float",
    [BASE_STRING] = "string", [BASE_JSON] = "json", [BASE_ANY] = "anything",
};

struct bytes typing_name(struct arena *arena, struct typing type)
{
    struct text text;
    text_init(&text, arena, 0);
    for (uint32_t i = 0; i < type.arrays; i++)
        text_add_byte(&text, '[');
    text_add_string(&text, type.map != 0 ? "map of " : "");
    text_add_string(&text, type.map == 2 ? "[" : "");
    text_add_string(&text,
                    type.base == BASE_OBJECT ? type_rows[type.object].name : base_names[type.base]);
    text_add_string(&text, type.map == 2 ? "]" : "");
    for (uint32_t i = 0; i < type.arrays; i++)
        text_add_byte(&text, ']');
    return text_bytes(&text);
}

struct typing typing_of_field(const struct field_row *field)
{
    switch (field->shape) {
    case SHAPE_STRING:
        return (struct typing){.base = BASE_STRING};
    case SHAPE_INT:
        return (struct typing){.base = BASE_INT};
    case SHAPE_FLOAT:
        return (struct typing){.base = BASE_FLOAT};
    case SHAPE_BOOL:
        return (struct typing){.base = BASE_BOOL};
    case SHAPE_JSON:
        return (struct typing){.base = BASE_JSON};
    case SHAPE_STRINGS:
        return (struct typing){.base = BASE_STRING, .arrays = 1};
    case SHAPE_INTS:
        return (struct typing){.base = BASE_INT, .arrays = 1};
    case SHAPE_MAP:
        return (struct typing){.base = BASE_STRING, .map = 1};
    case SHAPE_MAP_STRINGS:
        return (struct typing){.base = BASE_STRING, .map = 2};
    case SHAPE_MAPS:
        return (struct typing){.base = BASE_STRING, .map = 1, .arrays = 1};
    case SHAPE_OBJECT:
        return (struct typing){.base = BASE_OBJECT, .object = field->element};
    case SHAPE_OBJECTS:
        return (struct typing){.base = BASE_OBJECT, .object = field->element, .arrays = 1};
    }
    return (struct typing){.base = BASE_NULL};
}

static void write_expr(struct text *out, const struct expr *expr, uint32_t depth);

static void write_children(struct text *out, const struct expr *expr, uint32_t from,
                           const char *between, uint32_t depth)
{
    for (uint32_t i = from; i < expr->count && !out->over_limit; i++) {
        if (i > from)
            text_add_string(out, between);
        write_expr(out, expr->child[i], depth);
    }
}

static void write_constant(struct text *out, struct value value)
{
    struct json json;
    json_init(&json, out, 0);
    json_value(&json, value);
}

static void write_call(struct text *out, const struct expr *expr, uint32_t depth)
{
    if (expr->op == OP_CALL)
        text_add(out, expr->text);
    else
        text_add_string(out, op_names[expr->op]);
    text_add_byte(out, '(');
    write_children(out, expr, 0, ", ", depth);
    text_add_byte(out, ')');
}

static void write_infix(struct text *out, const struct expr *expr, uint32_t depth)
{
    char between[16] = " ";
    strncat(between, op_names[expr->op], 8);
    strcat(between, " ");
    bool wrap = expr->op == OP_OR || expr->op == OP_AND;
    if (expr->op == OP_IN || expr->op == OP_IN_FOLD) {
        write_expr(out, expr->child[0], depth);
        text_add_string(out, between);
        bool tuple = expr->count > 2 || expr->child[1]->op == OP_CONSTANT;
        text_add_string(out, tuple ? "(" : "");
        write_children(out, expr, 1, ", ", depth);
        text_add_string(out, tuple ? ")" : "");
        return;
    }
    text_add_string(out, wrap ? "(" : "");
    write_children(out, expr, 0, between, depth);
    text_add_string(out, wrap ? ")" : "");
}

static void write_postfix(struct text *out, const struct expr *expr, uint32_t depth)
{
    const struct expr *base = expr->child[0];
    if (base->op != OP_ROOT)
        write_expr(out, base, depth);
    if (expr->op == OP_FIELD) {
        if (base->op != OP_ROOT && base->op != OP_ITEM)
            text_add_byte(out, '.');
        text_add(out, expr->text);
        return;
    }
    text_add_byte(out, '[');
    write_children(out, expr, 1, ":", depth);
    text_add_byte(out, ']');
}

static void write_expr(struct text *out, const struct expr *expr, uint32_t depth)
{
    if (out->over_limit || depth > 2 * EXPR_DEPTH_MAX)
        return;
    depth++;
    if (expr->written != NULL)
        expr = expr->written;
    switch ((enum op)expr->op) {
    case OP_CONSTANT:
        write_constant(out, expr->constant);
        break;
    case OP_ROOT:
        break;
    case OP_ITEM:
        for (uint32_t i = 0; i <= (expr->shared ? 0u : expr->level - 1u); i++)
            text_add_byte(out, '.');
        break;
    case OP_LIST:
        text_add_byte(out, '$');
        text_add(out, expr->text);
        break;
    case OP_FIELD:
    case OP_INDEX:
    case OP_SLICE:
        write_postfix(out, expr, depth);
        break;
    case OP_TUPLE:
        text_add_byte(out, '[');
        write_children(out, expr, 0, ", ", depth);
        text_add_byte(out, ']');
        break;
    case OP_NOT:
    case OP_NEGATE:
        text_add_string(out, expr->op == OP_NOT ? "not " : "-");
        write_expr(out, expr->child[0], depth);
        break;
    case OP_OF:
        text_add_format(out, "%d of (", (int)expr->constant.as.integer);
        write_children(out, expr, 0, ", ", depth);
        text_add_byte(out, ')');
        break;
    case OP_IS_NULL:
        write_expr(out, expr->child[0], depth);
        text_add_string(out, " is null");
        break;
    case OP_NAMED:
        text_add(out, expr->text);
        text_add_byte(out, '=');
        write_expr(out, expr->child[0], depth);
        break;
    default:
        if (expr->op >= OP_AND && expr->op <= OP_IN_FOLD)
            write_infix(out, expr, depth);
        else
            write_call(out, expr, depth);
    }
}

struct bytes expr_text(struct arena *arena, const struct expr *expr, size_t max)
{
    struct text text;
    text_init(&text, arena, max);
    text_reserve(&text, 1);
    write_expr(&text, expr, 0);
    return text_bytes(&text);
}
