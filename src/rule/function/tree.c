/* SPDX-License-Identifier: Apache-2.0
 * The artifact tree for rules: facts, kinds, names and texts of every node below the model's own. */
#include "rule/function.h"

#include "base/civil.h"
#include "base/utf8.h"
#include "observe/explode.h"

#include <math.h>
#include <stdlib.h>

#define TEXT_BYTES_MAX ((size_t)256 * 1024)
#define TEXTS_MAX 256u

static const struct node *first(const struct call *call)
{
    return call->model->node;
}

static const struct node *next(const struct call *call, const struct node *node)
{
    return node_walk(call->model->node, node);
}

/* The strings of V, however deep the list. */
static void add_strings(struct call *call, struct array *out, struct value v)
{
    if (v.tag == VALUE_STRING)
        array_add(call->arena, out, v);
    else if (v.tag == VALUE_INT)
        array_add(call->arena, out,
                  value_string(arena_printf(call->arena, "%lld", (long long)v.as.integer)));
    else if (v.tag == VALUE_BOOL)
        array_add(call->arena, out, value_string(v.as.boolean ? BYTES("true") : BYTES("false")));
    for (uint32_t i = 0; v.tag == VALUE_ARRAY && i < v.as.array->count; i++)
        add_strings(call, out, v.as.array->item[i]);
}

static bool is_fact(const struct fact *fact, struct value name)
{
    return bytes_equal(bytes_of_string(fact_rows[fact->code].name), value_bytes(name));
}

struct value function_facts(struct call *call)
{
    struct array *out = array_new(call->arena);
    for (const struct node *node = first(call); node != NULL; node = next(call, node))
        for (const struct fact *fact = node->first_fact; fact != NULL; fact = fact->next)
            if (is_fact(fact, call->arg[0]))
                add_strings(call, out, fact->value);
    return value_array(out);
}

struct value function_fact_most(struct call *call)
{
    double most = 0;
    for (const struct node *node = first(call); node != NULL; node = next(call, node))
        for (const struct fact *fact = node->first_fact; fact != NULL; fact = fact->next) {
            struct value v = fact->value;
            double n = v.tag == VALUE_INT     ? (double)v.as.integer
                       : v.tag == VALUE_FLOAT ? v.as.number
                       : v.tag == VALUE_ARRAY ? (double)v.as.array->count
                                              : value_is_true(v);
            if (is_fact(fact, call->arg[0]) && n > most)
                most = n;
        }
    return value_float(most);
}

struct value function_kinds(struct call *call)
{
    struct array *out = array_new(call->arena);
    for (const struct node *node = first(call); node != NULL; node = next(call, node))
        if (!node->is_view && node != call->model->node)
            array_add(call->arena, out, value_string(bytes_of_string(kind_rows[node->kind].name)));
    return value_array(out);
}

struct value function_names(struct call *call)
{
    struct array *out = array_new(call->arena);
    for (const struct node *node = first(call); node != NULL; node = next(call, node))
        if (!node->is_view && node->name.len > 0 && node != call->model->node)
            array_add(call->arena, out, value_string(node->name));
    return value_array(out);
}

struct value function_texts(struct call *call)
{
    struct array *out = array_new(call->arena);
    for (const struct node *node = first(call); node != NULL; node = next(call, node))
        for (uint32_t i = 0; i < call->count && out->count < TEXTS_MAX; i++)
            if (node->content.len > 0 &&
                bytes_equal(bytes_of_string(kind_rows[node->kind].name), value_bytes(call->arg[i])))
                array_add(call->arena, out, value_string(utf8_cut(node->content, TEXT_BYTES_MAX)));
    return value_array(out);
}

/* Excel day 25569 is 1970-01-01 (the 1900 system, from March 1900 on). */
#define EXCEL_EPOCH 25569.0

/* Days between AT_US and the nearest number of the form 44270.7145450231.dat in a path of URL. */
static double nearest_serial(struct bytes url, int64_t at_us, double best)
{
    double day = (double)at_us / 86400e6 + EXCEL_EPOCH;
    for (size_t i = 0; i + 11 <= url.len; i++) {
        size_t digits = 0, decimals = 0;
        if (i > 0 && url.at[i - 1] != '/')
            continue;
        while (i + digits < url.len && ascii_is_digit(url.at[i + digits]))
            digits++;
        if (digits != 5 || i + 5 >= url.len || url.at[i + 5] != '.')
            continue;
        while (i + 6 + decimals < url.len && ascii_is_digit(url.at[i + 6 + decimals]))
            decimals++;
        if (decimals < 5 || decimals > 12 ||
            !bytes_starts_fold(bytes_from(url, i + 6 + decimals), BYTES(".dat")))
            continue;
        char number[24] = {0};
        memcpy(number, url.at + i, 6 + decimals);
        best = fmin(best, fabs(strtod(number, NULL) - day));
    }
    return best;
}

/* Every text a URL may stand in: those of the message's links, and those documents were found to call. */
struct value function_serial_date_gap(struct call *call)
{
    struct value headers = object_get(call->model->root, FIELD_Message_headers);
    struct value date = headers.tag == VALUE_OBJECT
                            ? object_get(headers.as.object, FIELD_Headers_date)
                            : value_null();
    int64_t at_us;
    double best = 1e9;
    if (!civil_parse(value_bytes(date), &at_us))
        return value_null();
    for (uint32_t i = 0; i < call->count; i++)
        for (uint32_t j = 0; call->arg[i].tag == VALUE_ARRAY && j < call->arg[i].as.array->count;
             j++)
            best = nearest_serial(value_bytes(call->arg[i].as.array->item[j]), at_us, best);
    return best > 1e8 ? value_null() : value_float(best);
}

struct value function_explode(struct call *call)
{
    struct value file = call->arg[0];
    return file.tag == VALUE_OBJECT ? model_explode(call->model, file.as.object) : value_null();
}
