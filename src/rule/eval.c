/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/eval.h"

#include "rule/compile.h"
#include "rule/cost.h"
#include "rule/needle.h"

#include <assert.h>
#include <math.h>

bool run_take(struct run *run, uint64_t steps)
{
    if (run->steps_left < steps) {
        run->steps_left = 0;
        return false;
    }
    run->steps_left -= steps;
    return true;
}

bool kleene_take(struct kleene *kleene, struct value v, bool decides)
{
    if (v.tag == VALUE_UNKNOWN) {
        kleene->has_unknown = true;
        kleene->unknown |= v.len;
    } else if (v.tag != VALUE_BOOL) {
        kleene->null = true;
    } else if (v.as.boolean == decides) {
        kleene->decided = true;
    }
    return kleene->decided;
}

struct value kleene_end(const struct kleene *kleene, bool otherwise)
{
    if (kleene->decided)
        return value_bool(!otherwise);
    if (kleene->has_unknown)
        return value_unknown(kleene->unknown);
    return kleene->null ? value_null() : value_bool(otherwise);
}

struct value value_blocked(struct value a, struct value b)
{
    if (a.tag == VALUE_NULL || b.tag == VALUE_NULL)
        return value_null();
    if (a.tag == VALUE_UNKNOWN || b.tag == VALUE_UNKNOWN)
        return value_unknown((a.tag == VALUE_UNKNOWN ? a.len : 0) |
                             (b.tag == VALUE_UNKNOWN ? b.len : 0));
    return (struct value){0};
}

static bool as_number(struct value v, double *out)
{
    *out = v.tag == VALUE_INT ? (double)v.as.integer : v.as.number;
    return v.tag == VALUE_INT || v.tag == VALUE_FLOAT;
}

int value_order(struct value a, struct value b)
{
    double x, y;
    if (a.tag == VALUE_INT && b.tag == VALUE_INT)
        return a.as.integer < b.as.integer ? -1 : a.as.integer > b.as.integer;
    if (as_number(a, &x) && as_number(b, &y))
        return x < y ? -1 : x > y;
    if (a.tag == VALUE_STRING && b.tag == VALUE_STRING) {
        int order = bytes_compare(value_bytes(a), value_bytes(b));
        return order < 0 ? -1 : order > 0;
    }
    if (a.tag == VALUE_BOOL && b.tag == VALUE_BOOL)
        return a.as.boolean == b.as.boolean ? 0 : a.as.boolean ? 1 : -1;
    return 2;
}

static struct value eval_relation(struct run *run, const struct expr *expr)
{
    struct value a = eval(run, expr->child[0]), b = eval(run, expr->child[1]);
    struct value blocked = value_blocked(a, b);
    if (blocked.tag != VALUE_UNSET)
        return blocked;
    if (expr->op == OP_EQUAL_FOLD || expr->op == OP_UNEQUAL_FOLD) {
        if (a.tag != VALUE_STRING || b.tag != VALUE_STRING)
            return value_null();
        return value_bool(value_equal_fold(run, a, b) == (expr->op == OP_EQUAL_FOLD));
    }
    int order = value_order(a, b);
    if (order == 2)
        return value_null();
    switch ((enum op)expr->op) {
    case OP_EQUAL:
        return value_bool(order == 0);
    case OP_UNEQUAL:
        return value_bool(order != 0);
    case OP_LESS:
        return value_bool(order < 0);
    case OP_AT_MOST:
        return value_bool(order <= 0);
    case OP_MORE:
        return value_bool(order > 0);
    default:
        return value_bool(order >= 0);
    }
}

/* Whole numbers wrap, as the public engine's do; division by zero is NULL. */
static struct value integer_result(enum op op, int64_t x, int64_t y)
{
    uint64_t a = (uint64_t)x, b = (uint64_t)y;
    switch (op) {
    case OP_ADD:
        return value_int((int64_t)(a + b));
    case OP_SUBTRACT:
        return value_int((int64_t)(a - b));
    case OP_MULTIPLY:
        return value_int((int64_t)(a * b));
    default:
        break;
    }
    if (y == 0)
        return value_null();
    if (y == -1)
        return op == OP_DIVIDE ? value_int((int64_t)(0 - a)) : value_int(0);
    return value_int(op == OP_DIVIDE ? x / y : x % y);
}

static struct value eval_arithmetic(struct run *run, const struct expr *expr)
{
    struct value a = eval(run, expr->child[0]);
    if (expr->op == OP_NEGATE) {
        if (a.tag == VALUE_INT)
            return value_int((int64_t)(0 - (uint64_t)a.as.integer));
        return a.tag == VALUE_FLOAT     ? value_float(-a.as.number)
               : a.tag == VALUE_UNKNOWN ? a
                                        : value_null();
    }
    struct value b = eval(run, expr->child[1]);
    struct value blocked = value_blocked(a, b);
    if (blocked.tag != VALUE_UNSET)
        return blocked;
    if (a.tag == VALUE_INT && b.tag == VALUE_INT)
        return integer_result((enum op)expr->op, a.as.integer, b.as.integer);
    double x, y;
    if (!as_number(a, &x) || !as_number(b, &y))
        return value_null();
    bool zero = !(y < 0) && !(y > 0);
    switch ((enum op)expr->op) {
    case OP_ADD:
        return value_float(x + y);
    case OP_SUBTRACT:
        return value_float(x - y);
    case OP_MULTIPLY:
        return value_float(x * y);
    case OP_DIVIDE:
        return zero ? value_null() : value_float(x / y);
    default:
        return zero ? value_null() : value_float(fmod(x, y));
    }
}

static struct value eval_junction(struct run *run, const struct expr *expr, bool decides)
{
    uint32_t unknown = 0;
    bool null = false, has_unknown = false;
    for (uint32_t i = 0; i < expr->count; i++) {
        if (i + 1 < expr->count)
            __builtin_prefetch(expr->child[i + 1]);
        struct value v = eval(run, expr->child[i]);
        if (v.tag == VALUE_BOOL) {
            if (v.as.boolean == decides)
                return v;
        } else if (v.tag == VALUE_UNKNOWN) {
            has_unknown = true;
            unknown |= v.len;
        } else {
            null = true;
        }
    }
    return has_unknown ? value_unknown(unknown) : null ? value_null() : value_bool(!decides);
}

/* N of (...): true once N are; UNKNOWN or NULL where one could still make it so. */
static struct value eval_of(struct run *run, const struct expr *expr)
{
    int64_t wanted = expr->constant.as.integer, seen = 0;
    bool null = false, has_unknown = false;
    uint32_t unknown = 0;
    for (uint32_t i = 0; i < expr->count && seen < wanted; i++) {
        struct value v = eval(run, expr->child[i]);
        seen += value_is_true(v);
        null = null || v.tag == VALUE_NULL;
        has_unknown = has_unknown || v.tag == VALUE_UNKNOWN;
        unknown |= v.tag == VALUE_UNKNOWN ? v.len : 0;
    }
    if (seen >= wanted)
        return value_bool(true);
    return has_unknown ? value_unknown(unknown) : null ? value_null() : value_bool(false);
}

static struct value eval_field(struct run *run, const struct expr *expr)
{
    struct value base = eval(run, expr->child[0]);
    if (base.tag == VALUE_OBJECT) {
        /* An object of another class than the rule was typed for can only come from json. */
        assert(base.as.object->type == expr->positional);
        return object_get(base.as.object, expr->field);
    }
    if (base.tag == VALUE_MAP) {
        struct value v = map_get(base.as.map, expr->text);
        return v.tag == VALUE_UNSET ? value_null() : v;
    }
    return base.tag == VALUE_UNKNOWN ? base : value_null();
}

static struct value index_string(struct value base, int64_t index)
{
    struct bytes text = value_bytes(base);
    if (index < 0 || (uint64_t)index >= text.len)
        return value_null();
    return value_string(bytes_sub(text, (size_t)index, 1));
}

static struct value eval_index(struct run *run, const struct expr *expr)
{
    struct value base = eval(run, expr->child[0]), index = eval(run, expr->child[1]);
    struct value blocked = value_blocked(base, index);
    if (blocked.tag != VALUE_UNSET)
        return blocked;
    if (base.tag == VALUE_ARRAY && index.tag == VALUE_INT) {
        bool inside = index.as.integer >= 0 && index.as.integer < (int64_t)base.as.array->count;
        return inside ? base.as.array->item[index.as.integer] : value_null();
    }
    if (base.tag == VALUE_MAP && index.tag == VALUE_STRING) {
        struct value v = map_get(base.as.map, value_bytes(index));
        return v.tag == VALUE_UNSET ? value_null() : v;
    }
    if (base.tag == VALUE_STRING && index.tag == VALUE_INT)
        return index_string(base, index.as.integer);
    return value_null();
}

static struct value eval_tuple(struct run *run, const struct expr *expr)
{
    struct array *array = array_new(run->arena);
    for (uint32_t i = 0; i < expr->count; i++)
        array_add(run->arena, array, eval(run, expr->child[i]));
    return value_array(array);
}

/* Fixed arguments block a call where they are NULL or UNKNOWN; repeated ones are the function's. */
static struct value blocked_call(const struct expr *expr, const struct value *arg)
{
    uint32_t fixed = expr->fixed;
    uint32_t unknown = 0;
    bool has_unknown = false;
    for (uint32_t i = 0; i < fixed; i++) {
        if (arg[i].tag == VALUE_NULL)
            return value_null();
        if (arg[i].tag == VALUE_UNKNOWN) {
            has_unknown = true;
            unknown |= arg[i].len;
        }
    }
    return has_unknown ? value_unknown(unknown) : (struct value){0};
}

static struct value eval_call(struct run *run, const struct expr *expr)
{
    struct value few[8], *arg = few;
    uint32_t most = expr->count;
    if (expr->needles != NULL && expr->needles->constant)
        most = expr->fixed; /* the rest was prepared */
    if (most > 8)
        arg = arena_array_of(run->arena, most, struct value);
    for (uint32_t i = 0; i < most; i++)
        arg[i] = eval(run, expr->child[i]);
    struct value blocked = blocked_call(expr, arg);
    if (blocked.tag != VALUE_UNSET)
        return blocked;
    if (!run_take(run, 4))
        return value_lacking(CAPABILITY_BUDGET);
    struct call call = {.run = run,
                        .arena = run->arena,
                        .model = run->model,
                        .expr = expr,
                        .arg = arg,
                        .count = expr->positional,
                        .option = arg + expr->positional};
    return function_rows[expr->function - 1].run(&call);
}

static struct value eval_coalesce(struct run *run, const struct expr *expr)
{
    for (uint32_t i = 0; i < expr->count; i++) {
        struct value v = eval(run, expr->child[i]);
        if (v.tag != VALUE_NULL)
            return v;
    }
    return value_null();
}

struct value eval_fresh(struct run *run, const struct expr *expr)
{
    struct value v;
    switch ((enum op)expr->op) {
    case OP_CONSTANT:
        return expr->constant;
    case OP_ROOT:
        return value_object(run->model->root);
    case OP_ITEM:
        return run->scope[expr->field].item;
    case OP_FIELD:
        return eval_field(run, expr);
    case OP_INDEX:
        return eval_index(run, expr);
    case OP_TUPLE:
        return eval_tuple(run, expr);
    case OP_LIST:
        return eval_list(run, expr);
    case OP_NOT:
        v = eval(run, expr->child[0]);
        return v.tag == VALUE_BOOL      ? value_bool(!v.as.boolean)
               : v.tag == VALUE_UNKNOWN ? v
                                        : value_null();
    case OP_AND:
        return eval_junction(run, expr, false);
    case OP_OR:
        return eval_junction(run, expr, true);
    case OP_OF:
        return eval_of(run, expr);
    case OP_NEGATE:
    case OP_ADD:
    case OP_SUBTRACT:
    case OP_MULTIPLY:
    case OP_DIVIDE:
    case OP_MODULO:
        return eval_arithmetic(run, expr);
    case OP_EQUAL:
    case OP_UNEQUAL:
    case OP_LESS:
    case OP_AT_MOST:
    case OP_MORE:
    case OP_AT_LEAST:
    case OP_EQUAL_FOLD:
    case OP_UNEQUAL_FOLD:
        return eval_relation(run, expr);
    case OP_IN:
    case OP_IN_FOLD:
        return eval_in(run, expr);
    case OP_IS_NULL:
        v = eval(run, expr->child[0]);
        return v.tag == VALUE_UNKNOWN ? v : value_bool(v.tag == VALUE_NULL);
    case OP_CALL:
        return eval_call(run, expr);
    case OP_ANY:
    case OP_ALL:
    case OP_FILTER:
    case OP_MAP:
    case OP_DISTINCT:
    case OP_SUM:
    case OP_RATIO:
        return eval_lambda(run, expr);
    case OP_COALESCE:
        return eval_coalesce(run, expr);
    case OP_SLICE:
    case OP_LENGTH:
    case OP_FLATTEN:
    case OP_KEYS:
    case OP_VALUES:
        return eval_collection(run, expr);
    case OP_NAME:
    case OP_NAMED:
    case OP_COUNT:
        break;
    }
    assert(!"an expression that was never typed");
    return value_null();
}

struct value eval(struct run *run, const struct expr *expr)
{
    if (expr->memo == EXPR_NO_MEMO)
        return eval_fresh(run, expr);
    struct value *cell = graph_cell(run, expr);
    if (cell->tag == VALUE_UNSET)
        *cell = run->options->costs == NULL ? eval_fresh(run, expr) : cost_eval(run, expr);
    return *cell;
}
