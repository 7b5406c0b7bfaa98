/* SPDX-License-Identifier: Apache-2.0 */
#include "open/script_value.h"

#include "base/table.h"
#include "base/text.h"
#include "base/utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <talloc.h>

#define MADE_BYTES_MAX ((uint64_t)48 * 1024 * 1024) /* of all strings of one program */
#define STRING_MAX ((uint32_t)4 * 1024 * 1024)      /* characters of one string */
#define ARRAY_MAX ((uint32_t)1 << 20)
#define PROPERTIES_MAX 2048u

bool script_step(struct script *s, uint64_t cost)
{
    if (s->over)
        return false;
    s->steps += cost;
    if (!budget_take(s->node->tree->budget, LIMIT_EVAL_STEPS, cost)) {
        node_limit(s->node, LIMIT_EVAL_STEPS);
        s->over = true;
    } else if ((s->steps & 4095) < cost && !budget_time_left(s->node->tree->budget)) {
        node_limit(s->node, LIMIT_MILLISECONDS);
        s->over = true;
    }
    return !s->over;
}

/* Count memory for the program; false, and an anomaly, over the line. */
static bool take(struct script *s, uint64_t bytes)
{
    s->made_bytes += bytes;
    if (!s->over && s->made_bytes > MADE_BYTES_MAX) {
        node_limit(s->node, LIMIT_BYTES_OUT);
        s->over = true;
    }
    return !s->over;
}

struct script_name *script_name(struct script *s, struct bytes text)
{
    uint8_t folded[256];
    if (s->language != SCRIPT_JS && text.len <= sizeof folded) {
        for (size_t i = 0; i < text.len; i++)
            folded[i] = ascii_lower(text.at[i]);
        text = bytes_of(folded, text.len);
    }
    struct script_name *known = table_get(s->names, text);
    if (known != NULL)
        return known;
    struct script_name *name = arena_new_of(s->arena, struct script_name);
    name->text = arena_copy(s->arena, text);
    take(s, sizeof *name + text.len);
    table_set(s->names, name->text, name);
    return name;
}

static uint16_t *new_wide(struct script *s, size_t len)
{
    return take(s, len * 2) ? arena_array_of(s->arena, len + 1, uint16_t) : NULL;
}

struct script_value script_of_utf8(struct script *s, struct bytes utf8)
{
    uint16_t *at = new_wide(s, utf8.len);
    uint32_t len = 0;
    if (at == NULL)
        return script_unknown();
    for (size_t i = 0; i < utf8.len;) {
        uint32_t code = utf8.at[i] < 0x80 ? utf8.at[i++] : utf8_next(utf8, &i);
        if (code >= 0x10000) {
            at[len++] = (uint16_t)(0xD800 + ((code - 0x10000) >> 10));
            at[len++] = (uint16_t)(0xDC00 + ((code - 0x10000) & 0x3FF));
        } else {
            at[len++] = (uint16_t)code;
        }
    }
    return script_of_wide(at, len);
}

struct script_value script_of_string(struct script *s, const char *string)
{
    return script_of_utf8(s, bytes_of_string(string));
}

struct script_value script_of_char(struct script *s, uint32_t code)
{
    uint16_t *at = new_wide(s, 1);
    if (at == NULL)
        return script_unknown();
    at[0] = (uint16_t)code;
    return script_of_wide(at, 1);
}

struct script_value script_part(struct script_value v, int64_t from, int64_t count)
{
    if (v.tag != SCRIPT_STRING)
        return script_unknown();
    from = from < 0 ? 0 : from > v.len ? v.len : from;
    count = count < 0 ? 0 : count > v.len - from ? v.len - from : count;
    return script_of_wide(v.text + from, (uint32_t)count);
}

static struct script_value number_text(struct script *s, double n)
{
    char digits[64];
    if (n == floor(n) && fabs(n) < 1e15)
        snprintf(digits, sizeof digits, "%lld", (long long)n);
    else
        snprintf(digits, sizeof digits, "%.15g", n);
    return script_of_string(s, digits);
}

static struct script_value join_array(struct script *s, const struct script_array *array,
                                      const char *separator)
{
    struct script_value out = script_of_string(s, ""), between = script_of_string(s, separator);
    for (uint32_t i = 0; i < array->count && script_step(s, 1); i++) {
        if (i > 0 && between.len > 0)
            out = script_join(s, out, between);
        struct script_value item = array->item[i];
        out = script_join(
            s, out, item.tag == SCRIPT_ARRAY ? script_of_string(s, "") : script_to_string(s, item));
    }
    return out;
}

struct script_value script_to_string(struct script *s, struct script_value v)
{
    switch (v.tag) {
    case SCRIPT_STRING:
        return v;
    case SCRIPT_NUMBER:
        return number_text(s, v.number);
    case SCRIPT_BOOL:
        return script_of_string(s, s->language == SCRIPT_JS ? (v.number != 0 ? "true" : "false")
                                                            : (v.number != 0 ? "True" : "False"));
    case SCRIPT_EMPTY:
        return script_of_string(s, s->language == SCRIPT_JS ? "undefined" : "");
    case SCRIPT_ARRAY:
        if (s->depth > 64)
            return script_of_char(s, SCRIPT_PART_UNKNOWN);
        s->depth++;
        v = join_array(s, v.array,
                       v.array->is_bytes          ? ""
                       : s->language == SCRIPT_JS ? ","
                       : s->language == SCRIPT_PS ? " "
                                                  : "");
        s->depth--;
        return v;
    default:
        return script_of_char(s, SCRIPT_PART_UNKNOWN);
    }
}

static bool parse_number(const uint16_t *at, uint32_t len, double *out)
{
    char digits[64], *end;
    uint32_t n = 0;
    while (len > 0 && (at[0] == ' ' || at[0] == '\t'))
        at++, len--;
    for (; n < len && n < sizeof digits - 1; n++) {
        if (at[n] >= 0x80)
            return false;
        digits[n] = (char)at[n];
    }
    digits[n] = 0;
    if (n == 0)
        return false;
    if (digits[0] == '&' && (digits[1] | 0x20) == 'h') {
        *out = (double)strtoll(digits + 2, &end, 16);
        while (*end == '&')
            end++;
    } else if (digits[0] == '0' && (digits[1] | 0x20) == 'x') {
        *out = (double)strtoll(digits + 2, &end, 16);
    } else {
        *out = strtod(digits, &end);
    }
    while (*end == ' ')
        end++;
    return *end == 0 && isfinite(*out);
}

bool script_to_number(struct script *s, struct script_value v, double *out)
{
    (void)s;
    *out = 0;
    switch (v.tag) {
    case SCRIPT_NUMBER:
        *out = v.number;
        return isfinite(v.number);
    case SCRIPT_BOOL:
        *out = s->language == SCRIPT_VB ? -v.number : v.number;
        return true;
    case SCRIPT_EMPTY:
        return true;
    case SCRIPT_STRING:
        if (v.is_char && v.len == 1) {
            *out = v.text[0];
            return true;
        }
        return parse_number(v.text, v.len, out);
    default:
        return false;
    }
}

int64_t script_integer(double n)
{
    const double most = 9007199254740992.0;
    return isnan(n) ? 0 : n > most ? (int64_t)most : n < -most ? -(int64_t)most : (int64_t)n;
}

int script_to_truth(struct script *s, struct script_value v)
{
    double n;
    switch (v.tag) {
    case SCRIPT_BOOL:
    case SCRIPT_NUMBER:
        return v.number != 0;
    case SCRIPT_EMPTY:
        return 0;
    case SCRIPT_STRING:
        for (uint32_t i = 0; i < v.len; i++)
            if (v.text[i] >= SCRIPT_PART_UNKNOWN && v.text[i] <= SCRIPT_PART_RANDOM)
                return -1;
        if (s->language != SCRIPT_VB)
            return v.len > 0;
        return script_to_number(s, v, &n) ? n != 0 : -1;
    case SCRIPT_FUNCTION:
        return 1;
    case SCRIPT_ARRAY:
        return s->language == SCRIPT_PS ? v.array->count > 0 : 1;
    default:
        return -1;
    }
}

struct bytes script_to_utf8(struct script *s, struct script_value v)
{
    static const char *const parts[] = {"{?}", "{now}", "{rnd}"};
    v = script_to_string(s, v);
    struct text out;
    text_init(&out, s->arena, 0);
    if (v.tag != SCRIPT_STRING || !take(s, v.len))
        return BYTES("");
    text_reserve(&out, v.len + 1);
    for (uint32_t i = 0; i < v.len; i++) {
        uint32_t code = v.text[i];
        if (code >= SCRIPT_PART_UNKNOWN && code <= SCRIPT_PART_RANDOM) {
            text_add_string(&out, parts[code - SCRIPT_PART_UNKNOWN]);
        } else if (code >= 0xD800 && code < 0xDC00 && i + 1 < v.len && v.text[i + 1] >= 0xDC00 &&
                   v.text[i + 1] < 0xE000) {
            text_add_codepoint(&out, 0x10000 + ((code - 0xD800) << 10) + (v.text[i + 1] - 0xDC00u));
            i++;
        } else if (code < 0x80) {
            text_add_byte(&out, (uint8_t)code);
        } else {
            text_add_codepoint(&out, code);
        }
    }
    return text_bytes(&out);
}

struct bytes script_to_bytes(struct script *s, struct script_value v)
{
    uint32_t count = v.tag == SCRIPT_ARRAY ? v.array->count : v.tag == SCRIPT_STRING ? v.len : 0;
    if (!take(s, count))
        return BYTES_NONE;
    uint8_t *out = arena_alloc(s->arena, (size_t)count + 1);
    for (uint32_t i = 0; i < count; i++) {
        double n = 0;
        if (v.tag == SCRIPT_STRING)
            out[i] = (uint8_t)v.text[i];
        else if (script_to_number(s, v.array->item[i], &n) && fabs(n) < 65536)
            out[i] = (uint8_t)(int32_t)n;
    }
    return bytes_of(out, count);
}

static struct script_buffer *new_buffer(struct script *s, uint32_t capacity)
{
    struct script_buffer *buffer = arena_new_of(s->arena, struct script_buffer);
    buffer->capacity = capacity < 32 ? 32 : capacity;
    buffer->at = new_wide(s, buffer->capacity);
    return buffer->at == NULL ? NULL : buffer;
}

struct script_value script_join(struct script *s, struct script_value a, struct script_value b)
{
    if (a.tag != SCRIPT_STRING || b.tag != SCRIPT_STRING)
        return script_unknown();
    if (b.len == 0)
        return a;
    if (a.len == 0)
        return b;
    uint64_t len = (uint64_t)a.len + b.len;
    if (len > STRING_MAX) {
        node_limit(s->node, LIMIT_BYTES_OUT);
        s->over = true;
        return script_unknown();
    }
    struct script_buffer *buffer = a.buffer;
    bool grows = buffer != NULL && a.text + a.len == buffer->at + buffer->used &&
                 buffer->capacity - buffer->used >= b.len && a.text >= buffer->at;
    if (!grows) {
        buffer = new_buffer(s, (uint32_t)(len + (a.buffer != NULL ? len : 0)));
        if (buffer == NULL)
            return script_unknown();
        memcpy(buffer->at, a.text, (size_t)a.len * 2);
        buffer->used = a.len;
        a.text = buffer->at;
    }
    memcpy(buffer->at + buffer->used, b.text, (size_t)b.len * 2);
    buffer->used += b.len;
    return (struct script_value){
        .tag = SCRIPT_STRING, .len = (uint32_t)len, .text = a.text, .buffer = buffer};
}

static uint16_t fold_char(uint16_t c)
{
    return (uint16_t)(c - 'A') < 26 ? (uint16_t)(c | 0x20) : c;
}

bool script_same_text(struct script_value a, struct script_value b, bool fold)
{
    if (a.tag != SCRIPT_STRING || b.tag != SCRIPT_STRING || a.len != b.len)
        return false;
    for (uint32_t i = 0; i < a.len; i++)
        if (fold ? fold_char(a.text[i]) != fold_char(b.text[i]) : a.text[i] != b.text[i])
            return false;
    return true;
}

struct script_value script_new_array(struct script *s, uint32_t capacity)
{
    struct script_array *array = arena_new_of(s->arena, struct script_array);
    capacity = capacity > ARRAY_MAX ? ARRAY_MAX : capacity;
    if (capacity > 0 && take(s, (uint64_t)capacity * sizeof *array->item)) {
        array->item = arena_array_of(s->arena, capacity, struct script_value);
        array->capacity = capacity;
    }
    return (struct script_value){.tag = SCRIPT_ARRAY, .array = array};
}

void script_push(struct script *s, struct script_array *array, struct script_value v)
{
    if (array->count == array->capacity) {
        uint32_t capacity = array->capacity < 8 ? 8 : array->capacity * 2;
        if (capacity > ARRAY_MAX || !take(s, (uint64_t)capacity * sizeof v))
            return;
        struct script_value *grown = arena_array_of(s->arena, capacity, struct script_value);
        if (array->count > 0)
            memcpy(grown, array->item, array->count * sizeof v);
        array->item = grown;
        array->capacity = capacity;
    }
    array->item[array->count++] = v;
}

struct script_value script_of_bytes(struct script *s, struct bytes b)
{
    struct script_value v = script_new_array(s, b.len > ARRAY_MAX ? ARRAY_MAX : (uint32_t)b.len);
    v.array->is_bytes = true;
    for (size_t i = 0; i < b.len && i < v.array->capacity; i++)
        v.array->item[v.array->count++] = script_of_number(b.at[i]);
    return v;
}

struct script_value script_new_object(struct script *s, struct bytes class)
{
    struct script_object *object = arena_new_of(s->arena, struct script_object);
    take(s, sizeof *object);
    object->class = class;
    return (struct script_value){.tag = SCRIPT_OBJECT, .object = object};
}

struct script_value *script_property(struct script *s, struct script_object *object,
                                     struct script_name *name, bool make)
{
    for (struct script_property *p = object->property; p != NULL; p = p->next)
        if (p->name == name)
            return &p->value;
    if (!make || object->properties >= PROPERTIES_MAX || !take(s, sizeof(struct script_property)))
        return NULL;
    struct script_property *p = arena_new_of(s->arena, struct script_property);
    *p = (struct script_property){.name = name, .next = object->property};
    object->property = p;
    object->properties++;
    return &p->value;
}

void script_show(struct script *s, struct script_value v)
{
    if (v.tag == SCRIPT_STRING && v.len >= 5 && !s->over)
        report_built(&s->report, script_to_utf8(s, v));
}
