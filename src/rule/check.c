/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/check.h"

#include "base/suggest.h"

#include <stdarg.h>
#include <stdio.h>

static bool fail(struct checker *c, const struct expr *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool fail(struct checker *c, const struct expr *at, const char *format, ...)
{
    char message[400];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return error_set_at(c->err, c->file, at->line, at->column, "%s", message);
}

static bool fail_type(struct checker *c, const struct expr *at, const char *what,
                      struct typing seen)
{
    struct bytes name = typing_name(c->arena, seen);
    return fail(c, at, "%s, not %.*s", what, BYTES_FMT(name));
}

static void hint_name(struct checker *c, const struct suggestion *suggestion)
{
    if (suggestion->best.at != NULL)
        error_hint(c->err, "did you mean '%.*s'?", BYTES_FMT(suggestion->best));
}

static bool is_number(struct typing t)
{
    return typing_is_scalar(t) && (t.base == BASE_INT || t.base == BASE_FLOAT);
}

/* What may stand where any type does: null, json, the element of []. */
static bool is_loose(struct typing t)
{
    return t.arrays == 0 && t.map == 0 &&
           (t.base == BASE_NULL || t.base == BASE_JSON || t.base == BASE_ANY);
}

static bool is_text(struct typing t)
{
    return is_loose(t) || (typing_is_scalar(t) && t.base == BASE_STRING);
}

static bool same_type(struct typing a, struct typing b)
{
    return a.base == b.base && a.map == b.map && a.arrays == b.arrays && a.object == b.object;
}

static bool comparable(struct typing a, struct typing b)
{
    if (!typing_is_scalar(a) || !typing_is_scalar(b))
        return false;
    return is_loose(a) || is_loose(b) || a.base == b.base || (is_number(a) && is_number(b));
}

static struct typing type_of(enum base base)
{
    return (struct typing){.base = (uint8_t)base};
}

static bool check_children(struct checker *c, struct expr *expr)
{
    for (uint32_t i = 0; i < expr->count; i++)
        if (!expr_check(c, expr->child[i]))
            return false;
    return true;
}

static bool want_bool(struct checker *c, const struct expr *expr)
{
    if (typing_is_scalar(expr->type) &&
        (expr->type.base == BASE_BOOL || expr->type.base == BASE_NULL))
        return true;
    fail_type(c, expr, "a condition must be bool", expr->type);
    if (expr->type.base == BASE_JSON && expr->type.arrays == 0)
        error_hint(c->err, "compare a json value: == true");
    else if (expr->type.arrays > 0)
        error_hint(c->err, "test the length of an array: length(...) > 0");
    else
        error_hint(c->err, "there is no truthiness: compare the value, or test 'is not null'");
    return false;
}

static bool check_conditions(struct checker *c, struct expr *expr)
{
    if (!check_children(c, expr))
        return false;
    for (uint32_t i = 0; i < expr->count; i++)
        if (!want_bool(c, expr->child[i]))
            return false;
    if (expr->op == OP_OF && expr->constant.as.integer > expr->count)
        return fail(c, expr, "%d of %u conditions can never be true",
                    (int)expr->constant.as.integer, expr->count);
    expr->type = type_of(BASE_BOOL);
    return true;
}

/* Fields of ours: refused under strict. */
static bool is_extension_field(enum type type, struct bytes name)
{
    return type == TYPE_Message && bytes_equal(name, BYTES("anomalies"));
}

static bool check_field(struct checker *c, struct expr *expr)
{
    if (!expr_check(c, expr->child[0]))
        return false;
    struct typing base = expr->child[0]->type;
    if (base.arrays > 0) {
        fail(c, expr, "an array has no field '%.*s'", BYTES_FMT(expr->text));
        error_hint(c->err, "use any(), filter() or map() over it, or [index]");
        return false;
    }
    if (base.base == BASE_JSON || base.base == BASE_ANY) {
        expr->type = type_of(BASE_JSON);
        return true;
    }
    if (base.base != BASE_OBJECT || base.map != 0) {
        struct bytes name = typing_name(c->arena, base);
        return fail(c, expr, "%.*s has no field '%.*s'", BYTES_FMT(name), BYTES_FMT(expr->text));
    }
    int field = type_field((enum type)base.object, expr->text);
    const struct type_row *row = &type_rows[base.object];
    if (field < 0 || (c->strict && is_extension_field((enum type)base.object, expr->text))) {
        struct suggestion suggestion;
        suggestion_init(&suggestion, expr->text);
        for (uint32_t i = 0; i < row->field_count; i++)
            suggestion_offer(&suggestion, bytes_of_string(row->field[i].name));
        fail(c, expr, "%s has no field '%.*s'", row->name, BYTES_FMT(expr->text));
        hint_name(c, &suggestion);
        return false;
    }
    expr->field = (uint32_t)field;
    expr->positional = (uint32_t)base.object;
    expr->type = typing_of_field(&row->field[field]);
    return true;
}

static bool check_item(struct checker *c, struct expr *expr)
{
    uint32_t dots = expr->level;
    if (dots > c->depth) {
        fail(c, expr,
             c->depth == 0 ? "'.' outside any(), all(), filter() or map()"
                           : "more dots than enclosing lambdas");
        return false;
    }
    expr->type = c->item[c->depth - dots];
    expr->field = c->depth - dots; /* the level; `level` keeps the dots for printing */
    expr->deps = UINT32_C(1) << expr->field;
    return true;
}

static bool check_index(struct checker *c, struct expr *expr)
{
    if (!check_children(c, expr))
        return false;
    struct typing base = expr->child[0]->type, index = expr->child[1]->type;
    bool by_number = is_number(index) && index.base == BASE_INT, by_text = is_text(index);
    if (base.arrays > 0) {
        if (!by_number && index.base != BASE_JSON)
            return fail_type(c, expr->child[1], "an array index must be int", index);
        base.arrays--;
        expr->type = base;
    } else if (base.map != 0) {
        if (!by_text)
            return fail_type(c, expr->child[1], "a map key must be string", index);
        expr->type =
            (struct typing){.base = base.base, .object = base.object, .arrays = base.map == 2};
    } else if (is_loose(base)) {
        if (!by_text && !by_number)
            return fail_type(c, expr->child[1], "a json index must be int or string", index);
        expr->type = type_of(BASE_JSON);
    } else {
        return fail_type(c, expr, "only an array, a map or json has an index", base);
    }
    return true;
}

static bool check_slice(struct checker *c, struct expr *expr)
{
    if (!check_children(c, expr))
        return false;
    struct typing base = expr->child[0]->type;
    if (base.arrays == 0 && !is_text(base))
        return fail_type(c, expr, "only an array or a string can be sliced", base);
    for (uint32_t i = 1; i < 3; i++) {
        struct typing bound = expr->child[i]->type;
        if (!is_loose(bound) && (!is_number(bound) || bound.base != BASE_INT))
            return fail_type(c, expr->child[i], "a slice bound must be int", bound);
    }
    expr->type = base;
    return true;
}

static bool check_tuple(struct checker *c, struct expr *expr)
{
    struct typing type = {.base = BASE_ANY};
    if (!check_children(c, expr))
        return false;
    for (uint32_t i = 0; i < expr->count; i++) {
        struct typing item = expr->child[i]->type;
        if (i == 0 || is_loose(type))
            type = item;
        else if (is_number(type) && is_number(item))
            type.base = type.base == item.base ? type.base : BASE_FLOAT;
        else if (!is_loose(item) && !same_type(type, item))
            return fail_type(c, expr->child[i], "the elements of an array must be of one type",
                             item);
    }
    if (type.base == BASE_NULL)
        type.base = BASE_ANY;
    type.arrays++;
    expr->type = type;
    return true;
}

static bool check_list(struct checker *c, struct expr *expr)
{
    expr->list = lists_at(c->lists, expr->text);
    expr->type = (struct typing){.base = BASE_STRING, .arrays = 1};
    if (expr->list->people)
        expr->type = (struct typing){.base = BASE_OBJECT, .object = TYPE_Person, .arrays = 1};
    return true;
}

static bool check_arithmetic(struct checker *c, struct expr *expr)
{
    if (!check_children(c, expr))
        return false;
    bool is_float = false;
    for (uint32_t i = 0; i < expr->count; i++) {
        struct typing type = expr->child[i]->type;
        if (!is_number(type) && !is_loose(type)) {
            fail_type(c, expr->child[i], "arithmetic needs numbers", type);
            if (expr->op == OP_ADD && is_text(type))
                error_hint(c->err, "use strings.concat() to join strings");
            return false;
        }
        is_float = is_float || type.base == BASE_FLOAT;
    }
    expr->type = type_of(is_float ? BASE_FLOAT : BASE_INT);
    return true;
}

static bool check_relation(struct checker *c, struct expr *expr)
{
    if (!check_children(c, expr))
        return false;
    struct typing left = expr->child[0]->type, right = expr->child[1]->type;
    bool ordered = expr->op >= OP_LESS && expr->op <= OP_AT_LEAST;
    bool fold = expr->op == OP_EQUAL_FOLD || expr->op == OP_UNEQUAL_FOLD;
    if (!comparable(left, right)) {
        struct bytes a = typing_name(c->arena, left), b = typing_name(c->arena, right);
        fail(c, expr, "cannot compare %.*s with %.*s", BYTES_FMT(a), BYTES_FMT(b));
        if (left.arrays > 0 || right.arrays > 0)
            error_hint(c->err, "use 'in', any() or length() with an array");
        return false;
    }
    if (fold && (!is_text(left) || !is_text(right)))
        return fail_type(c, expr, "=~ and !~ compare strings", is_text(left) ? right : left);
    if (ordered && (left.base == BASE_BOOL || right.base == BASE_BOOL))
        return fail(c, expr, "truth values have no order");
    expr->type = type_of(BASE_BOOL);
    return true;
}

static bool check_in(struct checker *c, struct expr *expr)
{
    if (!check_children(c, expr))
        return false;
    struct typing left = expr->child[0]->type;
    if (!typing_is_scalar(left)) {
        fail_type(c, expr, "'in' looks for a single value", left);
        if (left.arrays > 0)
            error_hint(c->err, "use any(array, . in set)");
        return false;
    }
    for (uint32_t i = 1; i < expr->count; i++) {
        struct typing item = expr->child[i]->type;
        if (expr->count == 2 && item.arrays == 0 && expr->child[1]->op != OP_CONSTANT &&
            !is_loose(item) && item.map != 0)
            return fail_type(c, expr->child[i], "'in' needs a set, a $list or an array", item);
        if (item.arrays > 0)
            item.arrays--;
        if (!comparable(left, item)) {
            struct bytes a = typing_name(c->arena, left), b = typing_name(c->arena, item);
            return fail(c, expr->child[i], "cannot look for %.*s among %.*s", BYTES_FMT(a),
                        BYTES_FMT(b));
        }
        if (expr->op == OP_IN_FOLD && (!is_text(left) || !is_text(item)))
            return fail_type(c, expr, "in~ compares strings", is_text(left) ? item : left);
    }
    expr->type = type_of(BASE_BOOL);
    return true;
}

static bool check_is_null(struct checker *c, struct expr *expr)
{
    if (!check_children(c, expr))
        return false;
    struct typing type = expr->child[0]->type;
    if (type.arrays > 0 || type.map != 0) {
        fail_type(c, expr, "'is null' tests a single value", type);
        error_hint(c->err, "an absent array is empty: length(...) == 0");
        return false;
    }
    expr->type = type_of(BASE_BOOL);
    return true;
}

/* The element type of what a lambda runs over. */
static bool element_type(struct checker *c, const struct expr *array, struct typing *out)
{
    *out = array->type;
    if (out->arrays > 0) {
        out->arrays--;
    } else if (is_loose(*out)) {
        *out = type_of(BASE_JSON);
    } else {
        fail_type(c, array, "an array is needed here", *out);
        if (out->map != 0)
            error_hint(c->err, "use keys() or values() of the map");
        return false;
    }
    return true;
}

static bool check_lambda_type(struct checker *c, struct expr *expr)
{
    struct typing array = expr->child[0]->type;
    const struct expr *body = expr->count > 1 ? expr->child[1] : NULL;
    struct typing result = body != NULL ? body->type : type_of(BASE_NULL);
    switch ((enum op)expr->op) {
    case OP_ANY:
    case OP_ALL:
        expr->type = type_of(BASE_BOOL);
        return want_bool(c, body);
    case OP_RATIO:
        expr->type = type_of(BASE_FLOAT);
        return want_bool(c, body);
    case OP_FILTER:
        expr->type = array;
        return want_bool(c, body);
    case OP_DISTINCT:
        expr->type = array;
        return true;
    case OP_MAP:
        result.arrays++;
        expr->type = result;
        return true;
    default: /* SUM */
        if (body == NULL) {
            result = array;
            result.arrays = result.arrays > 0 ? (uint8_t)(result.arrays - 1) : 0;
        }
        if (!is_number(result) && !is_loose(result))
            return fail_type(c, body != NULL ? body : expr->child[0], "sum() adds numbers", result);
        expr->type = type_of(result.base == BASE_FLOAT ? BASE_FLOAT : BASE_INT);
        return true;
    }
}

static bool check_lambda(struct checker *c, struct expr *expr)
{
    struct typing element;
    if (!expr_check(c, expr->child[0]) || !element_type(c, expr->child[0], &element))
        return false;
    if (c->depth == EXPR_LEVEL_MAX)
        return fail(c, expr, "lambdas nested too deep");
    expr->level = (uint8_t)c->depth;
    c->item[c->depth++] = element;
    bool ok = true;
    for (uint32_t i = 1; ok && i < expr->count; i++)
        ok = expr_check(c, expr->child[i]);
    c->depth--;
    return ok && check_lambda_type(c, expr);
}

static bool check_collection(struct checker *c, struct expr *expr)
{
    if (!check_children(c, expr))
        return false;
    struct typing type = expr->child[0]->type;
    if (expr->op == OP_LENGTH) {
        if (type.arrays == 0 && type.map == 0 && !is_text(type))
            return fail_type(c, expr, "length() takes a string, an array or a map", type);
        expr->type = type_of(BASE_INT);
    } else if (expr->op == OP_FLATTEN) {
        if (type.arrays == 0 && !is_loose(type))
            return fail_type(c, expr, "flatten() takes an array", type);
        type.arrays = type.arrays > 1 ? (uint8_t)(type.arrays - 1) : type.arrays;
        expr->type = type;
    } else {
        if ((type.map == 0 && !is_loose(type)) || type.arrays > 0)
            return fail_type(c, expr, "keys() and values() take a map", type);
        expr->type = (struct typing){.base = BASE_STRING, .arrays = 1};
        if (expr->op == OP_VALUES)
            expr->type = (struct typing){.base = type.map == 0 ? BASE_JSON : type.base,
                                         .object = type.object,
                                         .arrays = (uint8_t)(type.map == 2 ? 2 : 1)};
    }
    return true;
}

static bool check_coalesce(struct checker *c, struct expr *expr)
{
    if (!check_children(c, expr))
        return false;
    expr->type = type_of(BASE_NULL);
    for (uint32_t i = 0; i < expr->count; i++) {
        struct typing type = expr->child[i]->type;
        if (is_loose(expr->type))
            expr->type = type;
        else if (!is_loose(type) && !same_type(expr->type, type) &&
                 !(is_number(type) && is_number(expr->type)))
            return fail_type(c, expr->child[i], "coalesce() needs values of one type", type);
    }
    return true;
}

static bool accepts(const struct parameter *parameter, struct typing type)
{
    switch (parameter->kind) {
    case PARAMETER_ANY:
        return true;
    case PARAMETER_SCALAR:
        return typing_is_scalar(type);
    case PARAMETER_NUMBER:
        return is_number(type) || is_loose(type);
    case PARAMETER_FILE:
    case PARAMETER_LINK:
    case PARAMETER_HTML:
        return (type.base == BASE_OBJECT && type.arrays == 0 && type.map == 0) || is_loose(type);
    case PARAMETER_TYPED:
        break;
    }
    if (type.arrays == parameter->type.arrays && (type.base == BASE_ANY || type.base == BASE_JSON))
        return true;
    return is_loose(type) || same_type(parameter->type, type) ||
           (parameter->type.base == BASE_FLOAT && is_number(type));
}

static bool check_argument(struct checker *c, const struct function_row *row, uint32_t number,
                           const struct parameter *parameter, const struct expr *arg)
{
    if (accepts(parameter, arg->type))
        return true;
    struct bytes wanted = parameter->kind == PARAMETER_TYPED
                              ? typing_name(c->arena, parameter->type)
                          : parameter->kind == PARAMETER_NUMBER ? BYTES("a number")
                          : parameter->kind == PARAMETER_FILE   ? BYTES("a file")
                          : parameter->kind == PARAMETER_LINK   ? BYTES("a link or URL")
                          : parameter->kind == PARAMETER_HTML   ? BYTES("HTML")
                                                                : BYTES("a single value");
    struct bytes seen = typing_name(c->arena, arg->type);
    return fail(c, arg, "argument %u of %s() must be %.*s, not %.*s", number, row->name,
                BYTES_FMT(wanted), BYTES_FMT(seen));
}

/* Put the options behind the positional arguments, in the signature's order, null where not given. */
static bool settle_options(struct checker *c, struct expr *call, const struct signature *signature)
{
    uint32_t positional = 0;
    struct expr **child =
        arena_array_of(c->arena, call->count + signature->option_count, struct expr *);
    struct expr *option[PARAMETER_MAX] = {0};
    for (uint32_t i = 0; i < call->count; i++) {
        struct expr *arg = call->child[i];
        if (arg->op != OP_NAMED) {
            child[positional++] = arg;
            continue;
        }
        uint32_t number = 0;
        while (number < signature->option_count &&
               !bytes_equal(signature->option[number].name, arg->text))
            number++;
        if (number == signature->option_count || option[number] != NULL) {
            bool twice = number < signature->option_count;
            fail(c, arg, "%s() %s '%.*s'", expr_function(call)->name,
                 twice ? "was given twice" : "has no option", BYTES_FMT(arg->text));
            struct suggestion suggestion;
            suggestion_init(&suggestion, arg->text);
            for (uint32_t k = 0; !twice && k < signature->option_count; k++)
                suggestion_offer(&suggestion, signature->option[k].name);
            hint_name(c, &suggestion);
            return false;
        }
        option[number] = arg->child[0];
        if (!check_argument(c, expr_function(call), i + 1, &signature->option[number], arg->child[0]))
            return false;
    }
    for (uint32_t i = 0; i < signature->option_count; i++) {
        if (option[i] == NULL) {
            option[i] = arena_new_of(c->arena, struct expr);
            *option[i] = (struct expr){.op = OP_CONSTANT,
                                       .constant = value_null(),
                                       .memo = EXPR_NO_MEMO,
                                       .line = call->line,
                                       .column = call->column};
        }
        child[positional + i] = option[i];
    }
    call->child = child;
    call->positional = positional;
    call->count = positional + signature->option_count;
    return true;
}

static bool unknown_function(struct checker *c, const struct expr *call)
{
    struct suggestion suggestion;
    suggestion_init(&suggestion, call->text);
    for (size_t i = 0; i < FUNCTION_COUNT; i++)
        suggestion_offer(&suggestion, bytes_of_string(function_rows[i].name));
    fail(c, call, "there is no function %.*s()", BYTES_FMT(bytes_sub(call->text, 0, 80)));
    hint_name(c, &suggestion);
    return false;
}

static bool check_call(struct checker *c, struct expr *call)
{
    for (uint32_t i = 0; i < call->count; i++) {
        struct expr *arg =
            call->child[i]->op == OP_NAMED ? call->child[i]->child[0] : call->child[i];
        if (!expr_check(c, arg))
            return false;
    }
    const struct function_row *function = function_named(call->text);
    if (function == NULL || (c->strict && function_is_extension(call->text)))
        return unknown_function(c, call);
    call->function = (uint32_t)(function - function_rows) + 1;
    const struct signature *signature = function_signature(function);
    if (!settle_options(c, call, signature))
        return false;
    uint32_t known = signature->positional_count;
    bool open = known > 0 && signature->positional[known - 1].repeated;
    if (call->positional < known || (!open && call->positional > known)) {
        fail(c, call, "%s() takes %s%u argument%s, not %u", expr_function(call)->name,
             open ? "at least " : "", known, known == 1 ? "" : "s", call->positional);
        return false;
    }
    for (uint32_t i = 0; i < call->positional; i++) {
        const struct parameter *parameter = &signature->positional[i < known ? i : known - 1];
        if (!check_argument(c, expr_function(call), i + 1, parameter, call->child[i]))
            return false;
    }
    call->type = signature->result;
    call->fixed = open ? known - 1 : known;
    return true;
}

static bool check_constant(struct expr *expr)
{
    static const uint8_t bases[] = {[VALUE_NULL] = BASE_NULL,
                                    [VALUE_BOOL] = BASE_BOOL,
                                    [VALUE_INT] = BASE_INT,
                                    [VALUE_FLOAT] = BASE_FLOAT,
                                    [VALUE_STRING] = BASE_STRING};
    expr->type = type_of((enum base)bases[expr->constant.tag]);
    return true;
}

static bool check_one(struct checker *c, struct expr *expr)
{
    switch ((enum op)expr->op) {
    case OP_CONSTANT:
        return check_constant(expr);
    case OP_ROOT:
        expr->type = (struct typing){.base = BASE_OBJECT, .object = c->root};
        return true;
    case OP_ITEM:
        return check_item(c, expr);
    case OP_FIELD:
        return check_field(c, expr);
    case OP_INDEX:
        return check_index(c, expr);
    case OP_SLICE:
        return check_slice(c, expr);
    case OP_TUPLE:
        return check_tuple(c, expr);
    case OP_LIST:
        return check_list(c, expr);
    case OP_NOT:
    case OP_AND:
    case OP_OR:
    case OP_OF:
        return check_conditions(c, expr);
    case OP_NEGATE:
    case OP_ADD:
    case OP_SUBTRACT:
    case OP_MULTIPLY:
    case OP_DIVIDE:
    case OP_MODULO:
        return check_arithmetic(c, expr);
    case OP_EQUAL:
    case OP_UNEQUAL:
    case OP_LESS:
    case OP_AT_MOST:
    case OP_MORE:
    case OP_AT_LEAST:
    case OP_EQUAL_FOLD:
    case OP_UNEQUAL_FOLD:
        return check_relation(c, expr);
    case OP_IN:
    case OP_IN_FOLD:
        return check_in(c, expr);
    case OP_IS_NULL:
        return check_is_null(c, expr);
    case OP_CALL:
        return check_call(c, expr);
    case OP_ANY:
    case OP_ALL:
    case OP_FILTER:
    case OP_MAP:
    case OP_DISTINCT:
    case OP_SUM:
    case OP_RATIO:
        return check_lambda(c, expr);
    case OP_COALESCE:
        return check_coalesce(c, expr);
    case OP_LENGTH:
    case OP_FLATTEN:
    case OP_KEYS:
    case OP_VALUES:
        return check_collection(c, expr);
    case OP_NAME:
    case OP_NAMED:
    case OP_COUNT:
        break;
    }
    return fail(c, expr, "a named argument outside a function call");
}

bool expr_check(struct checker *c, struct expr *expr)
{
    if (expr->checked)
        return true;
    if (!check_one(c, expr))
        return false;
    expr->checked = true;
    bool lambda = expr->op >= OP_ANY && expr->op <= OP_RATIO;
    for (uint32_t i = 0; i < expr->count; i++) {
        uint32_t deps = expr->child[i]->deps;
        expr->deps |= lambda && i > 0 ? deps & ~(UINT32_C(1) << expr->level) : deps;
    }
    return true;
}

bool expr_check_rule(struct checker *c, struct expr *expr, bool wants_bool)
{
    *c->err = (struct error){0};
    c->depth = 0;
    return expr_check(c, expr) && (!wants_bool || want_bool(c, expr));
}
