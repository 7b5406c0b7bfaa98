/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/eval.h"

#include "base/utf8.h"
#include "rule/gate.h"
#include "rule/needle.h"
#include "rule/page_need.h"

static struct value not_array(struct run *run, const struct expr *expr, struct value v);

/* One item's value of a lambda's body. */
static struct value body_at(struct run *run, const struct expr *expr, const struct array *array,
                            uint32_t i)
{
    if (!run_take(run, 1))
        return value_lacking(CAPABILITY_BUDGET);
    struct scope *scope = &run->scope[expr->level];
    scope->item = array->item[i];
    scope->array = array;
    scope->index = i;
    scope->count = array->count;
    return eval(run, expr->child[1]);
}

static struct value eval_quantifier(struct run *run, const struct expr *expr,
                                    const struct array *array)
{
    bool any = expr->op == OP_ANY;
    struct kleene kleene = {0};
    struct rows rows;
    bool few = any &&
               gate_rows(run, expr->child[1], expr->child[0], expr->level, array->count, &rows);
    for (uint32_t i = 0; i < array->count; i++) {
        if (few && !rows_next(&rows, &i, array->count))
            break;
        struct value v = body_at(run, expr, array, i);
        if (v.tag != VALUE_BOOL && v.tag != VALUE_UNKNOWN && !run->set->kleene_lambdas)
            v = value_bool(false); /* absent data is untrue */
        if (kleene_take(&kleene, v, any))
            break;
    }
    return kleene_end(&kleene, !any);
}

/* The items for which the body is true; UNKNOWN where some item's is. */
static struct value eval_filter(struct run *run, const struct expr *expr, const struct array *array)
{
    struct array *kept = array_new(run->arena);
    uint32_t unknown = 0;
    struct rows rows;
    bool few =
        gate_rows(run, expr->child[1], expr->child[0], expr->level, array->count, &rows);
    for (uint32_t i = 0; i < array->count; i++) {
        if (few && !rows_next(&rows, &i, array->count))
            break;
        struct value v = body_at(run, expr, array, i);
        if (value_is_true(v))
            array_add(run->arena, kept, array->item[i]);
        else if (v.tag == VALUE_UNKNOWN)
            unknown |= v.len;
    }
    return unknown != 0 ? value_unknown(unknown) : value_array(kept);
}

static struct value eval_map(struct run *run, const struct expr *expr, const struct array *array)
{
    struct array *mapped = array_new(run->arena);
    for (uint32_t i = 0; i < array->count; i++)
        array_add(run->arena, mapped, body_at(run, expr, array, i));
    return value_array(mapped);
}

static uint64_t value_hash(struct value v)
{
    if (v.tag == VALUE_STRING)
        return bytes_hash(value_bytes(v));
    if (v.tag == VALUE_FLOAT && v.as.number >= -1e15 && v.as.number <= 1e15 &&
        !(v.as.number < (double)(int64_t)v.as.number) &&
        !(v.as.number > (double)(int64_t)v.as.number))
        return bytes_hash(bytes_of(&(int64_t){(int64_t)v.as.number}, sizeof(int64_t)));
    if (v.tag == VALUE_BOOL)
        return v.as.boolean ? 11 : 7;
    if (v.tag == VALUE_ARRAY || v.tag == VALUE_MAP)
        return 3;
    return bytes_hash(bytes_of(&v.as, sizeof v.as));
}

static bool same_key(struct value a, struct value b)
{
    return value_is_absent(a) || value_is_absent(b) ? a.tag == b.tag
                                                    : value_order(a, b) == 0 || value_equal(a, b);
}

/* The first item of each key, in order; a NULL key counts as one key. */
static struct value eval_distinct(struct run *run, const struct expr *expr,
                                  const struct array *array)
{
    struct array *kept = array_new(run->arena);
    uint32_t size = 8;
    while (size < array->count * 2)
        size *= 2;
    uint32_t *slot = arena_array_of(run->arena, size, uint32_t);
    struct value *keys = arena_array_of(run->arena, array->count, struct value);
    uint32_t unknown = 0;
    for (uint32_t i = 0; i < array->count; i++) {
        struct value key = expr->count > 1 ? body_at(run, expr, array, i) : array->item[i];
        if (key.tag == VALUE_UNKNOWN)
            unknown |= key.len;
        keys[i] = key;
        uint32_t at = (uint32_t)value_hash(key) & (size - 1);
        while (slot[at] != 0 && !same_key(keys[slot[at] - 1], key) && run_take(run, 1))
            at = (at + 1) & (size - 1);
        if (slot[at] != 0)
            continue;
        slot[at] = i + 1;
        array_add(run->arena, kept, array->item[i]);
    }
    return unknown != 0 ? value_unknown(unknown) : value_array(kept);
}

static struct value eval_sum(struct run *run, const struct expr *expr, const struct array *array)
{
    uint64_t whole = 0;
    double real = 0;
    bool is_float = expr->type.base == BASE_FLOAT;
    uint32_t unknown = 0;
    for (uint32_t i = 0; i < array->count; i++) {
        struct value v = expr->count > 1 ? body_at(run, expr, array, i) : array->item[i];
        if (v.tag == VALUE_UNKNOWN)
            unknown |= v.len;
        is_float = is_float || v.tag == VALUE_FLOAT;
        if (v.tag == VALUE_INT)
            whole += (uint64_t)v.as.integer;
        else if (v.tag == VALUE_FLOAT)
            real += v.as.number;
    }
    if (unknown != 0)
        return value_unknown(unknown);
    return is_float ? value_float(real + (double)(int64_t)whole) : value_int((int64_t)whole);
}

static struct value eval_ratio(struct run *run, const struct expr *expr, const struct array *array)
{
    uint32_t seen = 0, unknown = 0;
    for (uint32_t i = 0; i < array->count; i++) {
        struct value v = body_at(run, expr, array, i);
        seen += value_is_true(v);
        unknown |= v.tag == VALUE_UNKNOWN ? v.len : 0;
    }
    if (unknown != 0)
        return value_unknown(unknown);
    return array->count == 0 ? value_null() : value_float((double)seen / array->count);
}

/* A lambda over NULL or something that is no array (json): the measured, irregular rows. */
static struct value not_array(struct run *run, const struct expr *expr, struct value v)
{
    if (v.tag == VALUE_UNKNOWN)
        return v;
    switch ((enum op)expr->op) {
    case OP_ALL:
        return value_bool(true);
    case OP_FILTER:
    case OP_DISTINCT:
        return value_array(array_new(run->arena));
    case OP_SUM:
        return value_int(0);
    default:
        return value_null();
    }
}

struct value eval_lambda(struct run *run, const struct expr *expr)
{
    if (expr->need != NULL && page_need_fails(run, expr->need))
        return value_bool(false);
    struct value source = eval(run, expr->child[0]);
    if (source.tag != VALUE_ARRAY)
        return not_array(run, expr, source);
    const struct array *array = source.as.array;
    struct scope saved = run->scope[expr->level];
    struct value v;
    switch ((enum op)expr->op) {
    case OP_ANY:
    case OP_ALL:
        v = eval_quantifier(run, expr, array);
        break;
    case OP_FILTER:
        v = eval_filter(run, expr, array);
        break;
    case OP_MAP:
        v = eval_map(run, expr, array);
        break;
    case OP_DISTINCT:
        v = eval_distinct(run, expr, array);
        break;
    case OP_SUM:
        v = eval_sum(run, expr, array);
        break;
    default:
        v = eval_ratio(run, expr, array);
    }
    run->scope[expr->level] = saved;
    return v;
}

/* Byte offset of code point INDEX of TEXT, or its length. */
static size_t offset_of(struct bytes text, int64_t index)
{
    size_t at = 0;
    while (index-- > 0 && at < text.len)
        utf8_next(text, &at);
    return at;
}

/* base[from:to]; bounds outside are clamped, a negative one is the start. */
static struct value eval_slice(struct run *run, const struct expr *expr)
{
    struct value base = eval(run, expr->child[0]), from = eval(run, expr->child[1]),
                 to = eval(run, expr->child[2]);
    if (value_is_absent(base))
        return base;
    if (from.tag == VALUE_UNKNOWN || to.tag == VALUE_UNKNOWN)
        return from.tag == VALUE_UNKNOWN ? from : to;
    int64_t low = from.tag == VALUE_INT && from.as.integer > 0 ? from.as.integer : 0;
    int64_t high = to.tag == VALUE_INT ? (to.as.integer > 0 ? to.as.integer : 0) : INT64_MAX;
    if (base.tag == VALUE_STRING) {
        struct bytes text = value_bytes(base);
        size_t begin = offset_of(text, low), end = offset_of(text, high);
        return value_string(bytes_sub(text, begin, end > begin ? end - begin : 0));
    }
    if (base.tag != VALUE_ARRAY)
        return value_null();
    struct array *part = array_new(run->arena);
    for (int64_t i = low; i < high && i < (int64_t)base.as.array->count; i++)
        array_add(run->arena, part, base.as.array->item[i]);
    return value_array(part);
}

static struct value length_of(struct value v)
{
    switch ((enum value_tag)v.tag) {
    case VALUE_STRING:
        return value_int((int64_t)utf8_count(value_bytes(v)));
    case VALUE_ARRAY:
        return value_int(v.as.array->count);
    case VALUE_MAP:
        return value_int(v.as.map->count);
    case VALUE_UNKNOWN:
        return v;
    default:
        return value_null();
    }
}

/* One level of nesting less; what is no array stays. */
static struct value flatten(struct run *run, struct value v)
{
    struct array *flat = array_new(run->arena);
    if (v.tag == VALUE_UNKNOWN)
        return v;
    for (uint32_t i = 0; v.tag == VALUE_ARRAY && i < v.as.array->count; i++) {
        struct value item = v.as.array->item[i];
        if (item.tag == VALUE_UNKNOWN)
            return item;
        if (item.tag != VALUE_ARRAY)
            array_add(run->arena, flat, item);
        for (uint32_t k = 0; item.tag == VALUE_ARRAY && k < item.as.array->count; k++)
            array_add(run->arena, flat, item.as.array->item[k]);
    }
    return value_array(flat);
}

struct value eval_collection(struct run *run, const struct expr *expr)
{
    if (expr->op == OP_SLICE)
        return eval_slice(run, expr);
    struct value v = eval(run, expr->child[0]);
    if (expr->op == OP_LENGTH)
        return length_of(v);
    if (expr->op == OP_FLATTEN)
        return flatten(run, v);
    if (v.tag != VALUE_MAP)
        return v.tag == VALUE_UNKNOWN ? v : value_null();
    struct array *out = array_new(run->arena);
    for (uint32_t i = 0; i < v.as.map->count; i++)
        array_add(run->arena, out,
                  expr->op == OP_KEYS ? value_string(v.as.map->row[i].key)
                                      : v.as.map->row[i].value);
    return value_array(out);
}

/* "Display Name <address>", an address, or a name alone. */
static struct value person_of(struct run *run, struct bytes entry)
{
    struct object *person = object_new(run->model, TYPE_Person, NULL);
    size_t open = bytes_find_last_byte(entry, '<');
    struct bytes name = entry, email = BYTES_NONE;
    if (open != BYTES_NPOS && bytes_ends(entry, BYTES(">"))) {
        name = bytes_trim(bytes_sub(entry, 0, open));
        email = bytes_sub(entry, open + 1, entry.len - open - 2);
    } else if (bytes_find_byte(entry, '@', 0) != BYTES_NPOS) {
        name = BYTES_NONE;
        email = entry;
    }
    object_set(person, FIELD_Person_display_name, value_string(name));
    object_set(person, FIELD_Person_email, value_string(email));
    return value_object(person);
}

struct value eval_list(struct run *run, const struct expr *expr)
{
    struct list *list = expr->list;
    if (!list->configured)
        return value_lacking(CAPABILITY_LIST);
    list_ready(list);
    if (!list->people)
        return value_array(list->strings);
    if (run->person == NULL) {
        struct array *array = array_new(run->arena);
        for (uint32_t i = 0; i < list->entry_count; i++)
            array_add(run->arena, array, person_of(run, list->entry[i]));
        run->person = arena_new_of(run->arena, struct value);
        *run->person = value_array(array);
    }
    return *run->person;
}

static bool same(struct run *run, struct value a, struct value b, bool fold)
{
    if (fold)
        return a.tag == VALUE_STRING && b.tag == VALUE_STRING && value_equal_fold(run, a, b);
    return value_order(a, b) == 0;
}

/* Look for V in ITEM: a value, an array of values, or a list. */
static struct value found_in(struct run *run, struct value v, const struct expr *item, bool fold)
{
    if (item->op == OP_LIST) {
        if (!item->list->configured)
            return value_lacking(CAPABILITY_LIST);
        if (v.tag != VALUE_STRING)
            return value_bool(false);
        struct bytes s = value_bytes(v);
        if (fold && !utf8_is_ascii(s))
            s = run_fold(run, s);
        return value_bool(fold ? list_has_fold(item->list, s) : list_has(item->list, s));
    }
    struct value set = eval(run, item);
    if (set.tag != VALUE_ARRAY)
        return value_is_absent(set) ? set : value_bool(same(run, v, set, fold));
    uint32_t unknown = 0;
    run_take(run, set.as.array->count / 4);
    for (uint32_t i = 0; i < set.as.array->count; i++) {
        struct value one = set.as.array->item[i];
        if (one.tag == VALUE_UNKNOWN)
            unknown |= one.len;
        else if (one.tag != VALUE_NULL && same(run, v, one, fold))
            return value_bool(true);
    }
    return unknown != 0 ? value_unknown(unknown) : value_bool(false);
}

/* x in S is any(S, . == x): a NULL x is NULL, a NULL member is untrue. */
struct value eval_in(struct run *run, const struct expr *expr)
{
    bool fold = expr->op == OP_IN_FOLD;
    struct value v = eval(run, expr->child[0]);
    if (value_is_absent(v))
        return v;
    if (expr->needles != NULL && expr->needles->set != NULL)
        return value_bool(needles_have(run, expr->needles, v));
    struct kleene kleene = {0};
    bool array = expr->count == 2;
    for (uint32_t i = 1; i < expr->count; i++) {
        struct value seen = found_in(run, v, expr->child[i], fold);
        if (seen.tag == VALUE_NULL && !array)
            seen = value_bool(false);
        if (kleene_take(&kleene, seen, true))
            break;
    }
    return kleene_end(&kleene, false);
}
