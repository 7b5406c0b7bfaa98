/* SPDX-License-Identifier: Apache-2.0 */
#include "open/pdf.h"

#include "base/text.h"

#define NAME_BYTES_MAX 127

/* ISO 32000-1, 7.2.2: what a byte is; the rest are regular characters. */
enum { REGULAR, WHITE, DELIMITER };
static const uint8_t class_of[256] = {
    [0] = WHITE,       [9] = WHITE,       [10] = WHITE,      [12] = WHITE,      [13] = WHITE,
    [32] = WHITE,      ['('] = DELIMITER, [')'] = DELIMITER, ['<'] = DELIMITER, ['>'] = DELIMITER,
    ['['] = DELIMITER, [']'] = DELIMITER, ['{'] = DELIMITER, ['}'] = DELIMITER, ['/'] = DELIMITER,
    ['%'] = DELIMITER};

static void skip_white(struct bytes s, size_t *at)
{
    while (*at < s.len) {
        if (class_of[s.at[*at]] == WHITE) {
            ++*at;
        } else if (s.at[*at] == '%') {
            while (*at < s.len && s.at[*at] != '\n' && s.at[*at] != '\r')
                ++*at;
        } else {
            return;
        }
    }
}

/* The end of the literal string that begins at AT. */
static size_t string_end(struct bytes s, size_t at)
{
    int depth = 0;
    for (; at < s.len; at++) {
        if (s.at[at] == '\\')
            at++;
        else if (s.at[at] == '(')
            depth++;
        else if (s.at[at] == ')' && --depth == 0)
            return at + 1;
    }
    return s.len;
}

bool pdf_token(struct bytes s, size_t *at, struct bytes *token)
{
    skip_white(s, at);
    if (*at >= s.len)
        return false;
    size_t from = *at;
    uint8_t c = s.at[from];
    if (c == '(') {
        *at = string_end(s, from);
    } else if ((c == '<' || c == '>') && from + 1 < s.len && s.at[from + 1] == c) {
        *at = from + 2;
    } else if (c == '<') {
        size_t end = bytes_find_byte(s, '>', from);
        *at = end == BYTES_NPOS ? s.len : end + 1;
    } else if (c != '/' && class_of[c] == DELIMITER) {
        *at = from + 1;
    } else {
        size_t end = from + 1;
        while (end < s.len && class_of[s.at[end]] == REGULAR)
            end++;
        *at = end;
    }
    *token = bytes_sub(s, from, *at - from);
    return true;
}

/* 1 where TOKEN opens a dictionary or an array, -1 where it closes one. */
static int nesting(struct bytes token)
{
    uint8_t c = token.at[0];
    if (class_of[c] != DELIMITER)
        return 0;
    bool twice = token.len == 2 && token.at[1] == c;
    return c == '[' || (c == '<' && twice) ? 1 : c == ']' || (c == '>' && twice) ? -1 : 0;
}

struct bytes pdf_value(struct bytes s, size_t *at)
{
    struct bytes token;
    skip_white(s, at);
    size_t from = *at, end;
    int depth = 0;
    do {
        if (!pdf_token(s, at, &token))
            break;
        depth += nesting(token);
    } while (depth > 0);
    end = *at;
    if (depth == 0 && end > from && ascii_is_digit(s.at[from])) {
        /* "N G R" is one value. */
        size_t look = end;
        struct bytes generation, r;
        if (pdf_token(s, &look, &generation) && ascii_is_digit(generation.at[0]) &&
            pdf_token(s, &look, &r) && bytes_equal(r, BYTES("R")))
            *at = end = look;
    }
    return bytes_sub(s, from, end - from);
}

bool pdf_name_is(struct bytes token, const char *name)
{
    if (token.len < 2 || token.at[0] != '/' ||
        (token.at[1] != (uint8_t)name[0] && token.at[1] != '#'))
        return false;
    size_t len = strlen(name), n = 0;
    for (size_t i = 1; i < token.len; i++, n++) {
        uint8_t c = token.at[i];
        if (c == '#' && i + 2 < token.len + 0 && ascii_hex(token.at[i + 1]) >= 0 &&
            ascii_hex(token.at[i + 2]) >= 0) {
            c = (uint8_t)(ascii_hex(token.at[i + 1]) << 4 | ascii_hex(token.at[i + 2]));
            i += 2;
        }
        if (n >= len || c != (uint8_t)name[n])
            return false;
    }
    return n == len;
}

/* Where the entries of the first dictionary of S begin. */
static size_t entries_begin(struct bytes s)
{
    size_t at = 0;
    struct bytes token;
    while (pdf_token(s, &at, &token))
        if (bytes_equal(token, BYTES("<<")))
            break;
    return at;
}

static bool entry_next(struct bytes s, size_t *at, struct pdf_entry *entry)
{
    while (*at < s.len) {
        entry->name = pdf_value(s, at);
        if (entry->name.len == 0 || bytes_equal(entry->name, BYTES(">>")))
            return false;
        if (entry->name.at[0] != '/')
            continue;
        entry->value = pdf_value(s, at);
        return true;
    }
    return false;
}

struct bytes pdf_get(struct bytes s, const char *key)
{
    struct pdf_entry entry;
    size_t at = entries_begin(s);
    while (entry_next(s, &at, &entry))
        if (pdf_name_is(entry.name, key))
            return entry.value;
    return BYTES_NONE;
}

uint32_t pdf_entries(struct bytes s, struct pdf_entry *out, uint32_t room)
{
    struct pdf_entry entry;
    uint32_t count = 0;
    for (size_t at = entries_begin(s); count <= room && entry_next(s, &at, &entry); count++)
        if (count < room)
            out[count] = entry;
    return count;
}

static struct bytes literal(struct arena *arena, struct bytes value)
{
    uint8_t *out = arena_alloc(arena, value.len + 1);
    size_t len = 0;
    for (size_t i = 1; i + 1 < value.len; i++) {
        uint8_t c = value.at[i];
        if (c != '\\' || i + 2 >= value.len) {
            out[len++] = c;
            continue;
        }
        c = value.at[++i];
        if (c >= '0' && c <= '7') {
            unsigned n = 0;
            for (int k = 0; k < 3 && i + 1 < value.len && value.at[i] >= '0' && value.at[i] <= '7';
                 k++)
                n = n * 8 + value.at[i++] - '0';
            i--;
            out[len++] = (uint8_t)n;
        } else if (c == '\r') {
            if (i + 1 < value.len && value.at[i + 1] == '\n')
                i++;
        } else if (c != '\n') {
            out[len++] = c == 'n'   ? '\n'
                         : c == 'r' ? '\r'
                         : c == 't' ? '\t'
                         : c == 'b' ? '\b'
                         : c == 'f' ? '\f'
                                    : c;
        }
    }
    return bytes_of(out, len);
}

static struct bytes hexadecimal(struct arena *arena, struct bytes value)
{
    uint8_t *out = arena_alloc(arena, value.len / 2 + 1);
    size_t len = 0;
    int high = -1;
    for (size_t i = 0; i < value.len; i++) {
        int digit = ascii_hex(value.at[i]);
        if (digit < 0)
            continue;
        if (high < 0) {
            high = digit;
        } else {
            out[len++] = (uint8_t)(high << 4 | digit);
            high = -1;
        }
    }
    if (high >= 0)
        out[len++] = (uint8_t)(high << 4);
    return bytes_of(out, len);
}

struct bytes pdf_string_bytes(struct arena *arena, struct bytes value)
{
    if (value.len >= 2 && value.at[0] == '(')
        return literal(arena, value);
    if (value.len >= 2 && value.at[0] == '<' && value.at[1] != '<')
        return hexadecimal(arena, value);
    return BYTES_NONE;
}

struct bytes pdf_string(struct arena *arena, struct bytes value)
{
    struct bytes raw = pdf_string_bytes(arena, value);
    struct text out;
    if (raw.at == NULL)
        return raw;
    text_init(&out, arena, 0);
    text_add(&out, BYTES(""));
    if (bytes_starts(raw, BYTES("\xFE\xFF"))) {
        for (size_t i = 2; i + 1 < raw.len; i += 2) {
            uint32_t c = (uint32_t)raw.at[i] << 8 | raw.at[i + 1];
            if (c >= 0xD800 && c < 0xDC00 && i + 3 < raw.len) {
                uint32_t low = (uint32_t)raw.at[i + 2] << 8 | raw.at[i + 3];
                c = 0x10000 + ((c - 0xD800) << 10) + ((low - 0xDC00) & 0x3FF);
                i += 2;
            }
            text_add_codepoint(&out, c);
        }
    } else if (bytes_starts(raw, BYTES("\xEF\xBB\xBF"))) {
        text_add(&out, bytes_from(raw, 3));
    } else {
        bool ascii = true;
        for (size_t i = 0; i < raw.len; i++)
            ascii = ascii && raw.at[i] < 0x80;
        if (ascii)
            return raw;
        for (size_t i = 0; i < raw.len; i++)
            text_add_codepoint(&out, raw.at[i]);
    }
    struct bytes done = text_bytes(&out);
    return done.at == NULL ? bytes_of("", 0) : done;
}

int64_t pdf_int(struct bytes value, int64_t otherwise)
{
    int64_t n;
    value = bytes_trim(value);
    size_t dot = bytes_find_byte(value, '.', 0);
    if (dot != BYTES_NPOS)
        value = bytes_sub(value, 0, dot);
    return bytes_to_int(value, INT32_MIN, INT32_MAX, &n) ? n : otherwise;
}

uint32_t pdf_reference(struct bytes value)
{
    size_t at = 0;
    struct bytes number, generation, r;
    int64_t n;
    if (pdf_token(value, &at, &number) && pdf_token(value, &at, &generation) &&
        pdf_token(value, &at, &r) && bytes_equal(r, BYTES("R")) &&
        bytes_to_int(number, 1, 8388607, &n))
        return (uint32_t)n;
    return 0;
}
