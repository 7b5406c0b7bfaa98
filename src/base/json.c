/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include "base/utf8.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

void json_init(struct json *json, struct text *out, uint32_t indent)
{
    *json = (struct json){.out = out, .indent = indent, .first[0] = true};
}

static void new_line(struct json *json)
{
    if (json->indent == 0 || json->depth == 0)
        return;
    text_add_byte(json->out, '\n');
    for (uint32_t i = 0; i < json->depth * json->indent; i++)
        text_add_byte(json->out, ' ');
}

static void before_value(struct json *json)
{
    if (json->after_key) {
        json->after_key = false;
        return;
    }
    if (!json->first[json->depth] && json->depth > 0)
        text_add_byte(json->out, ',');
    json->first[json->depth] = false;
    new_line(json);
}

static void open_scope(struct json *json, uint8_t bracket)
{
    before_value(json);
    text_add_byte(json->out, bracket);
    assert(json->depth + 1 < JSON_DEPTH_MAX);
    json->first[++json->depth] = true;
}

static void close_scope(struct json *json, uint8_t bracket)
{
    assert(json->depth > 0 && !json->after_key);
    bool empty = json->first[json->depth--];
    if (!empty && json->indent > 0) {
        text_add_byte(json->out, '\n');
        for (uint32_t i = 0; i < json->depth * json->indent; i++)
            text_add_byte(json->out, ' ');
    }
    text_add_byte(json->out, bracket);
}

void json_begin_map(struct json *json)
{
    open_scope(json, '{');
}
void json_end_map(struct json *json)
{
    close_scope(json, '}');
}
void json_begin_list(struct json *json)
{
    open_scope(json, '[');
}
void json_end_list(struct json *json)
{
    close_scope(json, ']');
}

/* C0, C1, DEL, bidi controls, line separators and tags: never raw on a terminal. */
static bool is_unsafe(uint32_t code)
{
    if (code >= 0x2070 && code < 0xFEFF)
        return false;
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x061C ||
           (code >= 0x200B && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
           (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF ||
           (code >= 0xE0000 && code < 0xE0080);
}

static void add_escaped(struct text *out, uint32_t code)
{
    static const char short_form[] = "\bb\tt\nn\ff\rr";
    for (size_t i = 0; i + 1 < sizeof short_form; i += 2)
        if ((uint32_t)short_form[i] == code) {
            text_add_byte(out, '\\');
            text_add_byte(out, (uint8_t)short_form[i + 1]);
            return;
        }
    if (code >= 0x10000)
        text_add_format(out, "\\u%04x\\u%04x", (unsigned)(0xD800 + ((code - 0x10000) >> 10)),
                        (unsigned)(0xDC00 + ((code - 0x10000) & 0x3FF)));
    else
        text_add_format(out, "\\u%04x", (unsigned)code);
}

/* Printable ASCII that is not escaped. */
static const uint8_t is_plain[256] = {
    [0x20 ... 0x21] = 1,
    [0x23 ... 0x5B] = 1,
    [0x5D ... 0x7E] = 1,
};

/* Where the printable ASCII without quotes from AT on ends, give or take the last few. */
static size_t ascii_end(struct bytes s, size_t at)
{
#ifdef __SSE2__
    for (; s.len - at >= 16; at += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(s.at + at));
        __m128i fine = _mm_cmpgt_epi8(x, _mm_set1_epi8(0x1F)); /* signed: 0x20 to 0x7F */
        __m128i other = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('"')),
                                     _mm_cmpeq_epi8(x, _mm_set1_epi8('\\')));
        other = _mm_or_si128(other, _mm_cmpeq_epi8(x, _mm_set1_epi8(0x7F)));
        int plain = _mm_movemask_epi8(_mm_andnot_si128(other, fine));
        if (plain != 0xFFFF)
            return at + (size_t)__builtin_ctz(~(unsigned)plain);
    }
#else
    (void)s;
#endif
    return at;
}

/* The end of the bytes from AT on that go out as they are: no quote, no control, UTF-8 throughout. */
static size_t plain_end(struct bytes s, size_t at)
{
    for (at = ascii_end(s, at); at < s.len;) {
        uint8_t c = s.at[at];
        if (is_plain[c]) {
            at++;
            continue;
        }
        size_t next = at;
        if (c < 0x80)
            break;
        uint32_t code = utf8_next(s, &next);
        if (code == 0xFFFD || is_unsafe(code))
            break;
        at = next;
    }
    return at;
}

/* S as it is between quotes. */
static void add_plain(struct text *out, struct bytes s)
{
    uint8_t *room = text_reserve(out, s.len + 2);
    room[0] = '"';
    if (s.len > 0)
        memcpy(room + 1, s.at, s.len);
    room[s.len + 1] = '"';
    out->len += s.len + 2;
}

static void add_quoted(struct text *out, struct bytes s)
{
    size_t end = plain_end(s, 0);
    if (end == s.len && out->limit_bytes == 0) {
        add_plain(out, s); /* nearly all */
        return;
    }
    text_add_byte(out, '"');
    for (size_t i = 0; i < s.len; end = plain_end(s, i)) {
        text_add(out, bytes_sub(s, i, end - i));
        i = end;
        if (i == s.len)
            break;
        uint8_t c = s.at[i];
        uint32_t code = utf8_next(s, &i);
        if (c == '"' || c == '\\') {
            text_add_byte(out, '\\');
            text_add_byte(out, c);
        } else if (is_unsafe(code)) {
            add_escaped(out, code);
        } else {
            text_add_codepoint(out, code);
        }
    }
    text_add_byte(out, '"');
}

static void end_key(struct json *json)
{
    text_add_byte(json->out, ':');
    if (json->indent > 0)
        text_add_byte(json->out, ' ');
    json->after_key = true;
}

void json_key_bytes(struct json *json, struct bytes key)
{
    assert(!json->after_key);
    before_value(json);
    add_quoted(json->out, key);
    end_key(json);
}

void json_key(struct json *json, const char *key)
{
    if (json->out->limit_bytes != 0) {
        json_key_bytes(json, bytes_of_string(key));
        return;
    }
    assert(!json->after_key);
    before_value(json);
    add_plain(json->out, bytes_of_string(key));
    end_key(json);
}

void json_string(struct json *json, struct bytes s)
{
    if (s.at == NULL) {
        json_null(json);
        return;
    }
    before_value(json);
    add_quoted(json->out, s);
}

void json_cstring(struct json *json, const char *s)
{
    json_string(json, bytes_of_string(s));
}

void json_int(struct json *json, int64_t n)
{
    before_value(json);
    if (n < 0)
        text_add_byte(json->out, '-');
    text_add_decimal(json->out, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}

/* N where it has at most four decimals: what %g would print, without its cost. */
static bool add_short_float(struct text *out, double n)
{
    if (!(fabs(n) < 100000.0))
        return false;
    int64_t scaled = (int64_t)(n * 10000 + (n < 0 ? -0.5 : 0.5));
    double back = (double)scaled / 10000;
    if (scaled == 0 || back < n || back > n)
        return false;
    uint64_t size = scaled < 0 ? 0 - (uint64_t)scaled : (uint64_t)scaled;
    uint64_t fraction = size % 10000;
    if (scaled < 0)
        text_add_byte(out, '-');
    text_add_decimal(out, size / 10000);
    if (fraction > 0)
        text_add_byte(out, '.');
    for (uint64_t place = 1000; fraction > 0; fraction %= place, place /= 10)
        text_add_byte(out, (uint8_t)('0' + fraction / place));
    return true;
}

void json_float(struct json *json, double n)
{
    if (!isfinite(n)) {
        json_null(json);
        return;
    }
    before_value(json);
    if (add_short_float(json->out, n))
        return;
    char shortest[40];
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(shortest, sizeof shortest, "%.*g", digits, n);
        double back = strtod(shortest, NULL);
        if (!(back < n) && !(back > n))
            break;
    }
    text_add_string(json->out, shortest);
}

void json_bool(struct json *json, bool b)
{
    before_value(json);
    text_add_string(json->out, b ? "true" : "false");
}

void json_null(struct json *json)
{
    before_value(json);
    text_add_string(json->out, "null");
}

void json_raw(struct json *json, struct bytes b)
{
    before_value(json);
    text_add(json->out, b);
}

static void list_value(struct json *json, const struct array *array)
{
    json_begin_list(json);
    for (uint32_t i = 0; i < array->count; i++)
        json_value(json, array->item[i]);
    json_end_list(json);
}

static void map_value(struct json *json, const struct map *map)
{
    json_begin_map(json);
    for (uint32_t i = 0; i < map->count; i++) {
        json_key_bytes(json, map->row[i].key);
        json_value(json, map->row[i].value);
    }
    json_end_map(json);
}

void json_value(struct json *json, struct value v)
{
    switch ((enum value_tag)v.tag) {
    case VALUE_BOOL:
        json_bool(json, v.as.boolean);
        break;
    case VALUE_INT:
        json_int(json, v.as.integer);
        break;
    case VALUE_FLOAT:
        json_float(json, v.as.number);
        break;
    case VALUE_STRING:
        json_string(json, value_bytes(v));
        break;
    case VALUE_ARRAY:
        list_value(json, v.as.array);
        break;
    case VALUE_MAP:
        map_value(json, v.as.map);
        break;
    default:
        json_null(json);
        break;
    }
}
