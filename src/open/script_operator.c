/* SPDX-License-Identifier: Apache-2.0 */
#include "open/script_eval.h"

#include <math.h>

/* As a 32-bit integer, the way VB's and JavaScript's bit operators see a number. */
static int32_t bits_of(double n)
{
    return fabs(n) < 9e15 ? (int32_t)(uint32_t)script_integer(n) : 0;
}

static struct script_value compare(struct script *s, enum script_op op, struct script_value a,
                                   struct script_value b)
{
    double x, y;
    int order;
    if (a.tag == SCRIPT_UNKNOWN || b.tag == SCRIPT_UNKNOWN || a.tag == SCRIPT_OBJECT ||
        b.tag == SCRIPT_OBJECT)
        return script_unknown();
    bool texts = a.tag == SCRIPT_STRING && (b.tag == SCRIPT_STRING || s->language == SCRIPT_PS);
    if (!texts && a.tag != SCRIPT_ARRAY && b.tag != SCRIPT_ARRAY && script_to_number(s, a, &x) &&
        script_to_number(s, b, &y)) {
        order = x < y ? -1 : x > y;
    } else {
        a = script_to_string(s, a), b = script_to_string(s, b);
        if (a.tag != SCRIPT_STRING || b.tag != SCRIPT_STRING)
            return script_unknown();
        if (script_to_truth(s, a) < 0 && a.len > 0 && a.text[0] >= SCRIPT_PART_UNKNOWN &&
            a.text[0] <= SCRIPT_PART_RANDOM)
            return script_unknown();
        order = script_same_text(a, b, s->language == SCRIPT_PS) ? 0 : 1;
        for (uint32_t i = 0; order != 0 && i < a.len && i < b.len; i++)
            if (a.text[i] != b.text[i]) {
                order = a.text[i] < b.text[i] ? -1 : 1;
                break;
            } else if (i + 1 == a.len && a.len < b.len) {
                order = -1;
            }
        if (a.len == 0 && b.len > 0)
            order = -1;
    }
    bool truth = op == OP_EQUAL        ? order == 0
                 : op == OP_UNEQUAL    ? order != 0
                 : op == OP_LESS       ? order < 0
                 : op == OP_LESS_EQUAL ? order <= 0
                 : op == OP_GREATER    ? order > 0
                                       : order >= 0;
    return script_of_bool(truth);
}

static struct script_value arithmetic(struct script *s, enum script_op op, struct script_value a,
                                      struct script_value b)
{
    double x, y;
    bool known_a = script_to_number(s, a, &x), known_b = script_to_number(s, b, &y);
    if (!known_a || !known_b)
        return script_unknown();
    if (op == OP_EQUAL || op == OP_AND || op == OP_OR || op == OP_XOR) {
        bool logic = a.tag == SCRIPT_BOOL && b.tag == SCRIPT_BOOL;
        int32_t i = bits_of(x), j = bits_of(y);
        int32_t n = op == OP_AND ? i & j : op == OP_OR ? i | j : i ^ j;
        return logic ? script_of_bool(n != 0) : script_of_number(n);
    }
    switch (op) {
    case OP_ADD:
        return script_of_number(x + y);
    case OP_SUBTRACT:
        return script_of_number(x - y);
    case OP_MULTIPLY:
        return script_of_number(x * y);
    case OP_DIVIDE:
        return y == 0 ? script_unknown() : script_of_number(x / y);
    case OP_QUOTIENT:
        return round(y) == 0 ? script_unknown() : script_of_number(trunc(round(x) / round(y)));
    case OP_MODULO:
        if (s->language == SCRIPT_VB)
            x = round(x), y = round(y);
        return y == 0 ? script_unknown() : script_of_number(fmod(x, y));
    case OP_POWER:
        return script_of_number(pow(x, y));
    case OP_BIT_AND:
        return script_of_number(bits_of(x) & bits_of(y));
    case OP_BIT_OR:
        return script_of_number(bits_of(x) | bits_of(y));
    case OP_BIT_XOR:
        return script_of_number(bits_of(x) ^ bits_of(y));
    case OP_SHIFT_LEFT:
        return script_of_number((int32_t)((uint32_t)bits_of(x) << (bits_of(y) & 31)));
    case OP_SHIFT_RIGHT:
        return script_of_number(bits_of(x) >> (bits_of(y) & 31));
    case OP_SHIFT_ZERO:
        return script_of_number((uint32_t)bits_of(x) >> (bits_of(y) & 31));
    default:
        return script_unknown();
    }
}

/* Text times number repeats in PowerShell. */
static struct script_value repeat(struct script *s, struct script_value a, double times)
{
    struct script_value out = script_of_string(s, "");
    for (double i = 0; i < times && a.len > 0 && script_step(s, 1); i++)
        out = script_join(s, out, a);
    return out;
}

static struct script_value range(struct script *s, struct script_value a, struct script_value b)
{
    double x, y;
    if (!script_to_number(s, a, &x) || !script_to_number(s, b, &y) || fabs(x - y) > 100000)
        return script_unknown();
    struct script_value out = script_new_array(s, (uint32_t)fabs(x - y) + 1);
    for (double i = x; script_step(s, 1); i += x <= y ? 1 : -1) {
        script_push(s, out.array, script_of_number(i));
        if (i == y)
            break;
    }
    return out;
}

/* "{1}{0}" -f 'a','b' (.NET composite formatting; alignment and format are left out). */
static struct script_value format(struct script *s, struct script_value a, struct script_value b)
{
    struct script_value out = script_of_string(s, "");
    a = script_to_string(s, a);
    if (a.tag != SCRIPT_STRING)
        return script_unknown();
    report_add(&s->report, FACT_SCRIPT_OBFUSCATION, BYTES("format operator"));
    uint32_t from = 0;
    for (uint32_t i = 0; i < a.len && script_step(s, 1); i++) {
        if (a.text[i] != '{' && a.text[i] != '}')
            continue;
        out = script_join(s, out, script_part(a, from, i - from));
        if (i + 1 < a.len && a.text[i + 1] == a.text[i]) { /* {{ */
            out = script_join(s, out, script_part(a, i, 1));
            from = ++i + 1;
            continue;
        }
        uint32_t index = 0, at = i + 1;
        while (at < a.len && a.text[at] >= '0' && a.text[at] <= '9' && index < 100000)
            index = index * 10 + (uint32_t)(a.text[at++] - '0');
        while (at < a.len && a.text[at] != '}')
            at++;
        if (b.tag == SCRIPT_ARRAY && index < b.array->count)
            out = script_join(s, out, script_to_string(s, b.array->item[index]));
        else if (b.tag != SCRIPT_ARRAY && index == 0)
            out = script_join(s, out, script_to_string(s, b));
        i = at;
        from = at + 1;
    }
    return script_join(s, out, script_part(a, from, a.len));
}

static struct script_value add(struct script *s, struct script_value a, struct script_value b)
{
    if (s->language == SCRIPT_PS && a.tag == SCRIPT_ARRAY) {
        struct script_value out = script_new_array(s, a.array->count + 1);
        for (uint32_t i = 0; i < a.array->count; i++)
            script_push(s, out.array, a.array->item[i]);
        if (b.tag == SCRIPT_ARRAY)
            for (uint32_t i = 0; i < b.array->count; i++)
                script_push(s, out.array, b.array->item[i]);
        else
            script_push(s, out.array, b);
        return out;
    }
    bool text_a = a.tag == SCRIPT_STRING, text_b = b.tag == SCRIPT_STRING;
    bool text = s->language == SCRIPT_VB
                    ? text_a && (text_b || b.tag == SCRIPT_UNKNOWN || b.tag == SCRIPT_OBJECT)
                    : text_a;
    text =
        text ||
        (s->language == SCRIPT_JS && (text_b || a.tag == SCRIPT_ARRAY || b.tag == SCRIPT_ARRAY)) ||
        (s->language == SCRIPT_VB && text_b &&
         (a.tag == SCRIPT_UNKNOWN || a.tag == SCRIPT_OBJECT || a.tag == SCRIPT_EMPTY)) ||
        (s->language == SCRIPT_PS && text_b &&
         (a.tag == SCRIPT_UNKNOWN || a.tag == SCRIPT_EMPTY || a.tag == SCRIPT_OBJECT));
    if (text)
        return script_join(s, script_to_string(s, a), script_to_string(s, b));
    return arithmetic(s, OP_ADD, a, b);
}

struct script_value script_binary_value(struct script *s, enum script_op op, struct script_value a,
                                        struct script_value b)
{
    double n;
    switch (op) {
    case OP_ADD:
        return add(s, a, b);
    case OP_JOIN_TEXT:
        if (a.tag == SCRIPT_UNKNOWN && b.tag == SCRIPT_UNKNOWN)
            return a;
        return script_join(s, script_to_string(s, a), script_to_string(s, b));
    case OP_EQUAL:
    case OP_UNEQUAL:
    case OP_LESS:
    case OP_LESS_EQUAL:
    case OP_GREATER:
    case OP_GREATER_EQUAL:
        return compare(s, op, a, b);
    case OP_MULTIPLY:
        if (s->language == SCRIPT_PS && a.tag == SCRIPT_STRING && script_to_number(s, b, &n))
            return repeat(s, a, n);
        return arithmetic(s, op, a, b);
    case OP_RANGE:
        return range(s, a, b);
    case OP_FORMAT:
        return format(s, a, b);
    case OP_COMMA:
        return b;
    case OP_LIKE:
    case OP_MATCH:
    case OP_AS:
        return op == OP_AS ? a : script_unknown();
    default:
        return arithmetic(s, op, a, b);
    }
}

struct script_value script_unary_value(struct script *s, enum script_op op, struct script_value a)
{
    double n;
    int truth;
    switch (op) {
    case OP_SPREAD:
        return a;
    case OP_NEGATE:
        return script_to_number(s, a, &n) ? script_of_number(-n) : script_unknown();
    case OP_PLUS:
        return script_to_number(s, a, &n) ? script_of_number(n) : script_unknown();
    case OP_BIT_NOT:
        return script_to_number(s, a, &n) ? script_of_number(~bits_of(n)) : script_unknown();
    case OP_NOT:
        if (s->language == SCRIPT_VB && a.tag == SCRIPT_NUMBER)
            return script_of_number(~bits_of(a.number));
        truth = script_to_truth(s, a);
        return truth < 0 ? script_unknown() : script_of_bool(!truth);
    case OP_TYPE:
        return script_of_string(s, a.tag == SCRIPT_STRING     ? "string"
                                   : a.tag == SCRIPT_NUMBER   ? "number"
                                   : a.tag == SCRIPT_BOOL     ? "boolean"
                                   : a.tag == SCRIPT_FUNCTION ? "function"
                                   : a.tag == SCRIPT_EMPTY    ? "undefined"
                                                              : "object");
    case OP_VOID:
        return script_empty();
    default:
        return script_unknown();
    }
}
