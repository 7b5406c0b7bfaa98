/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "open/script_parse.h"

#include <stdlib.h>

static bool is_name_byte(uint8_t c)
{
    return ascii_is_alnum(c) || c == '_' || c == '$' || c >= 0x80;
}

/* White space and comments; notes whether a line ended. */
static void skip_blank(struct parser *p)
{
    struct bytes b = p->source;
    while (p->at < b.len) {
        uint8_t c = b.at[p->at], next = p->at + 1 < b.len ? b.at[p->at + 1] : 0;
        if (ascii_is_space(c)) {
            p->token.line_before = p->token.line_before || c == '\n' || c == '\r';
            p->at++;
        } else if ((c == '/' && next == '/') ||
                   (c == '<' && bytes_starts(bytes_from(b, p->at), BYTES("<!--")))) {
            size_t end = bytes_find_byte(b, '\n', p->at);
            p->at = end == BYTES_NPOS ? b.len : end;
        } else if (c == '/' && next == '*') {
            size_t end = bytes_find(b, BYTES("*/"), p->at + 2);
            /* conditional compilation is code to JScript: step over the mark only */
            bool compiled = p->at + 2 < b.len && b.at[p->at + 2] == '@';
            p->at = compiled ? p->at + 3 : end == BYTES_NPOS ? b.len : end + 2;
        } else {
            return;
        }
    }
}

static uint32_t hex_digits(struct bytes b, size_t at, size_t count, bool *ok)
{
    uint32_t code = 0;
    *ok = at + count <= b.len;
    for (size_t i = 0; i < count && *ok; i++) {
        int digit = ascii_hex(b.at[at + i]);
        *ok = digit >= 0;
        code = code * 16 + (uint32_t)(digit & 15);
    }
    return code;
}

static void add_escape(struct parser *p, struct text *out)
{
    struct bytes b = p->source;
    uint8_t c = p->at < b.len ? b.at[p->at++] : 0;
    bool ok;
    uint32_t code;
    switch (c) {
    case 'n':
        text_add_byte(out, '\n');
        break;
    case 'r':
        text_add_byte(out, '\r');
        break;
    case 't':
        text_add_byte(out, '\t');
        break;
    case '\r':
    case '\n':
        break;
    case 'x':
    case 'u':
        code = hex_digits(b, p->at, c == 'x' ? 2 : 4, &ok);
        if (ok) {
            text_add_codepoint(out, code);
            p->at += c == 'x' ? 2 : 4;
        }
        break;
    default:
        if (c >= '0' && c <= '7') {
            code = (uint32_t)(c - '0');
            for (int i = 0;
                 i < 2 && p->at < b.len && b.at[p->at] >= '0' && b.at[p->at] <= '7' && code < 32;
                 i++)
                code = code * 8 + (uint32_t)(b.at[p->at++] - '0');
            text_add_codepoint(out, code);
        } else {
            text_add_byte(out, c);
        }
    }
}

size_t js_braces_end(struct bytes s, size_t at)
{
    for (size_t depth = 1; at < s.len; at++) {
        uint8_t c = s.at[at];
        if (c == '"' || c == '\'' || c == '`') { /* a template in a template is not entered */
            for (at++; at < s.len && s.at[at] != c; at++)
                at += s.at[at] == '\\';
        } else if (c == '{') {
            depth++;
        } else if (c == '}' && --depth == 0) {
            break;
        }
    }
    return at;
}

/* A template with ${expressions}: its text as it stands, up to the backtick outside of them. */
static bool read_template(struct parser *p)
{
    struct bytes b = p->source;
    bool has = false;
    size_t at = p->at + 1;
    for (; at < b.len && b.at[at] != '`'; at++) {
        if (b.at[at] == '\\') {
            at++;
        } else if (b.at[at] == '$' && at + 1 < b.len && b.at[at + 1] == '{') {
            at = js_braces_end(b, at + 2);
            has = true;
        }
    }
    if (!has || at >= b.len)
        return false;
    p->token = (struct token){.kind = TOKEN_TEMPLATE, .text = bytes_sub(b, p->at + 1, at - p->at - 1)};
    p->at = at + 1;
    return true;
}

struct bytes js_unescaped(struct parser *p, struct bytes s)
{
    struct parser inner = {.s = p->s, .source = s};
    struct text out;
    text_init(&out, p->s->arena, 0);
    while (inner.at < s.len) {
        uint8_t c = s.at[inner.at++];
        if (c == '\\')
            add_escape(&inner, &out);
        else
            text_add_byte(&out, c);
    }
    return out.len == 0 ? BYTES("") : text_bytes(&out);
}

static void read_string(struct parser *p, uint8_t quote)
{
    struct bytes b = p->source;
    struct text out;
    if (quote == '`' && read_template(p))
        return;
    size_t from = ++p->at, end = from;
    p->token.kind = TOKEN_STRING;
    while (end < b.len && b.at[end] != quote && b.at[end] != '\\' &&
           (quote == '`' || b.at[end] != '\n'))
        end++;
    if (end >= b.len || b.at[end] != '\\') { /* nothing to decode */
        p->token.text = bytes_sub(b, from, end - from);
        p->at = end < b.len && b.at[end] == quote ? end + 1 : end;
        return;
    }
    text_init(&out, p->s->arena, 0);
    while (p->at < b.len && b.at[p->at] != quote && (quote == '`' || b.at[p->at] != '\n')) {
        uint8_t c = b.at[p->at++];
        if (c == '\\')
            add_escape(p, &out);
        else
            text_add_byte(&out, c);
    }
    p->at += p->at < b.len && b.at[p->at] == quote;
    p->token.text = out.len == 0 ? BYTES("") : text_bytes(&out);
}

static void read_number(struct parser *p)
{
    char digits[64], *end;
    struct bytes rest = bytes_from(p->source, p->at);
    size_t len = rest.len < sizeof digits - 1 ? rest.len : sizeof digits - 1;
    memcpy(digits, rest.at, len);
    digits[len] = 0;
    bool hex = digits[0] == '0' && (digits[1] | 0x20) == 'x';
    p->token.kind = TOKEN_NUMBER;
    p->token.number = hex ? (double)strtoull(digits + 2, &end, 16) : strtod(digits, &end);
    p->at += end == digits ? 1 : (size_t)(end - digits);
}

/* A slash begins a pattern where an operand may stand. */
static bool pattern_may_begin(const struct token *before)
{
    if (before->kind == TOKEN_NAME)
        return bytes_equal(before->text, BYTES("return")) ||
               bytes_equal(before->text, BYTES("typeof")) ||
               bytes_equal(before->text, BYTES("case")) || bytes_equal(before->text, BYTES("of")) ||
               bytes_equal(before->text, BYTES("await"));
    return before->kind == TOKEN_END || (before->kind == TOKEN_SIGN && before->sign != SIGN1(')') &&
                                         before->sign != SIGN1(']') && before->sign != SIGN1('}'));
}

/* Kept as text: a pattern without special characters replaces like a string; quoted: it is global.
 * */
static bool read_pattern(struct parser *p)
{
    struct bytes b = p->source;
    struct text out;
    bool plain = true, class = false;
    size_t at = p->at + 1;
    text_init(&out, p->s->arena, 0);
    for (; at < b.len && b.at[at] != '\n' && (b.at[at] != '/' || class); at++) {
        if (b.at[at] == '\\' && at + 1 < b.len) {
            at++;
            plain = plain && !ascii_is_alnum(b.at[at]);
        } else {
            class = b.at[at] == '[' ? true : b.at[at] == ']' ? false : class;
            plain = plain && memchr("[](){}*+?.^$|", b.at[at], 13) == NULL;
        }
        text_add_byte(&out, b.at[at]);
    }
    if (at >= b.len || b.at[at] != '/')
        return false;
    p->token.kind = plain && out.len > 0
                        ? TOKEN_TEXT
                        : TOKEN_NUMBER; /* what is no plain text matches nothing known */
    p->token.number = 0;
    p->token.text = out.len == 0 ? BYTES("") : text_bytes(&out);
    for (at++; at < b.len && ascii_is_alpha(b.at[at]); at++)
        p->token.quoted = p->token.quoted || b.at[at] == 'g';
    p->at = at;
    return true;
}

static void read_sign(struct parser *p)
{
    static const char *const signs[] = {
        ">>>=", ">>>", ">>=", "<<=", "===", "!==", "...", "?\?=", "||=", "&&=", "**=", "==", "!=", "<=", ">=", "=>", "&&",
        "||",  "??",  "?.",  "**",  "++",  "--",  "+=",  "-=",  "*=", "/=", "%=", "&=", "|=", "^=",
        "<<",  ">>"};
    struct bytes rest = bytes_from(p->source, p->at);
    p->token.kind = TOKEN_SIGN;
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        struct bytes sign = bytes_of_string(signs[i]);
        bool chains = sign.at[0] == '?' && sign.at[1] == '.';
        if (!bytes_starts(rest, sign) || (chains && rest.len > 2 && ascii_is_digit(rest.at[2])))
            continue;
        p->token.sign = sign.len == 4   ? SIGN4('>', '>', '>', '=')
                        : sign.len == 3 ? SIGN3(sign.at[0], sign.at[1], sign.at[2])
                                      : SIGN2(sign.at[0], sign.at[1]);
        p->at += sign.len;
        return;
    }
    p->token.sign = SIGN1(rest.at[0]);
    p->at++;
}

void js_next(struct parser *p)
{
    p->before = p->token;
    p->token = (struct token){.kind = TOKEN_END};
    skip_blank(p);
    if (p->at >= p->source.len || !script_step(p->s, 1))
        return;
    uint8_t c = p->source.at[p->at], next = p->at + 1 < p->source.len ? p->source.at[p->at + 1] : 0;
    if (c == '"' || c == '\'' || c == '`') {
        read_string(p, c);
    } else if (ascii_is_digit(c) || (c == '.' && ascii_is_digit(next))) {
        read_number(p);
    } else if (is_name_byte(c)) {
        size_t end = p->at;
        while (end < p->source.len && is_name_byte(p->source.at[end]))
            end++;
        p->token.kind = TOKEN_NAME;
        p->token.text = bytes_sub(p->source, p->at, end - p->at);
        p->at = end;
    } else if (c != '/' || !pattern_may_begin(&p->before) || !read_pattern(p)) {
        read_sign(p);
    }
}
