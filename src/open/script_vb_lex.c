/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "open/script_parse.h"

#include <stdlib.h>

static bool is_name_byte(uint8_t c)
{
    return ascii_is_alnum(c) || c == '_' || c >= 0x80;
}

/* Spaces and continued lines; a comment runs to the end of its line. */
static void skip_blank(struct parser *p)
{
    struct bytes b = p->source;
    p->token.space_before = false;
    while (p->at < b.len) {
        uint8_t c = b.at[p->at];
        if (c == ' ' || c == '\t' || c == 0xA0) {
            p->at++;
        } else if (c == '_' && p->at + 1 < b.len && p->token.space_before) {
            size_t end = p->at + 1;
            while (end < b.len && (b.at[end] == ' ' || b.at[end] == '\t'))
                end++;
            if (end >= b.len || (b.at[end] != '\r' && b.at[end] != '\n'))
                return;
            p->at = end + (b.at[end] == '\r' && end + 1 < b.len && b.at[end + 1] == '\n' ? 2 : 1);
        } else {
            return;
        }
        p->token.space_before = true;
    }
}

static void read_string(struct parser *p)
{
    struct bytes b = p->source;
    struct text out;
    size_t from = ++p->at, end = from;
    bool doubled = false;
    while (end < b.len && b.at[end] != '\n' && b.at[end] != '\r') {
        if (b.at[end] == '"') {
            if (end + 1 >= b.len || b.at[end + 1] != '"')
                break;
            doubled = true;
            end++;
        }
        end++;
    }
    p->token.kind = TOKEN_STRING;
    p->token.text = bytes_sub(b, from, end - from);
    p->at = end < b.len && b.at[end] == '"' ? end + 1 : end;
    if (!doubled)
        return;
    text_init(&out, p->s->arena, 0);
    for (size_t i = 0; i < p->token.text.len; i++) {
        text_add_byte(&out, p->token.text.at[i]);
        if (p->token.text.at[i] == '"')
            i++;
    }
    p->token.text = text_bytes(&out);
}

static void read_number(struct parser *p)
{
    char digits[64], *end;
    struct bytes rest = bytes_from(p->source, p->at);
    size_t len = rest.len < sizeof digits - 1 ? rest.len : sizeof digits - 1;
    memcpy(digits, rest.at, len);
    digits[len] = 0;
    p->token.kind = TOKEN_NUMBER;
    if (digits[0] == '&') {
        bool hex = (digits[1] | 0x20) == 'h';
        long long n = strtoll(digits + 2, &end, hex ? 16 : 8);
        /* &HFFFF is -1 as Integer, unless it is marked as Long */
        if (hex && end - digits <= 6 && n > 0x7FFF && *end != '&')
            n -= 0x10000;
        else if (hex && n > 0x7FFFFFFF && n <= 0xFFFFFFFFLL)
            n -= 0x100000000LL;
        p->token.number = (double)n;
    } else {
        for (char *c = digits; *c != 0; c++) /* no hexadecimal, infinity or nan of the C library */
            if (!ascii_is_digit((uint8_t)*c) && *c != '.' && (*c | 0x20) != 'e' && *c != '+' &&
                *c != '-') {
                *c = 0;
                break;
            }
        p->token.number = strtod(digits, &end);
        if (end == digits)
            end++;
    }
    p->at += (size_t)(end - digits);
    if (p->at < p->source.len && memchr("&%!#@^", p->source.at[p->at], 6) != NULL &&
        !(p->source.at[p->at] == '&' && p->at + 1 < p->source.len &&
          p->source.at[p->at + 1] == ' '))
        p->at++;
}

static void read_name(struct parser *p)
{
    size_t end = p->at;
    if (p->source.at[end] == '[') {
        size_t close = bytes_find_byte(bytes_sub(p->source, end, 256), ']', 0);
        if (close != BYTES_NPOS) {
            p->token.kind = TOKEN_NAME;
            p->token.quoted = true;
            p->token.text = bytes_sub(p->source, end + 1, close - 1);
            p->at = end + close + 1;
            return;
        }
    }
    while (end < p->source.len && is_name_byte(p->source.at[end]))
        end++;
    p->token.kind = TOKEN_NAME;
    p->token.text = bytes_sub(p->source, p->at, end - p->at);
    /* Chr$(..), x% : the mark of the type is no part of the name */
    if (end < p->source.len && memchr("$%@!#", p->source.at[end], 5) != NULL &&
        !(p->source.at[end] == '!' && end + 1 < p->source.len &&
          is_name_byte(p->source.at[end + 1])))
        end++;
    else if (end + 1 < p->source.len && p->source.at[end] == '&' &&
             (p->source.at[end + 1] == ')' || p->source.at[end + 1] == ',' ||
              p->source.at[end + 1] == '\r'))
        end++;
    p->at = end;
}

/* A line that is a directive or an attribute is no code. */
static bool skip_line_of(struct parser *p)
{
    struct bytes rest = bytes_from(p->source, p->at);
    if (!(rest.len > 0 && rest.at[0] == '#' && rest.len > 1 && ascii_is_alpha(rest.at[1])) &&
        !bytes_starts_fold(rest, BYTES("Attribute VB_")) && !bytes_starts_fold(rest, BYTES("Rem ")))
        return false;
    size_t end = bytes_find_byte(rest, '\n', 0);
    p->at += end == BYTES_NPOS ? rest.len : end;
    return true;
}

void vb_next(struct parser *p)
{
    bool line_start = p->token.kind == TOKEN_LINE || p->at == 0;
    p->before = p->token;
    p->token = (struct token){.kind = TOKEN_END};
    skip_blank(p);
    if (line_start)
        while (skip_line_of(p))
            ;
    if (p->at >= p->source.len || !script_step(p->s, 1))
        return;
    uint8_t c = p->source.at[p->at], next = p->at + 1 < p->source.len ? p->source.at[p->at + 1] : 0;
    if (c == '\'') {
        while (p->at < p->source.len && p->source.at[p->at] != '\n')
            p->at++;
        c = '\n', next = 0;
    }
    if (c == '\n' || c == '\r' || c == ':') {
        bool assigns = c == ':' && next == '=';
        p->token.kind = assigns ? TOKEN_SIGN : TOKEN_LINE;
        p->token.sign = SIGN2(':', '=');
        p->token.text = bytes_sub(p->source, p->at, 1);
        p->at += assigns ? 2 : 1;
    } else if (c == '"') {
        read_string(p);
    } else if (ascii_is_digit(c) || (c == '.' && ascii_is_digit(next)) ||
               (c == '&' && ((next | 0x20) == 'h' || (next | 0x20) == 'o') &&
                p->at + 2 < p->source.len && ascii_hex(p->source.at[p->at + 2]) >= 0)) {
        read_number(p);
    } else if (is_name_byte(c) || c == '[') {
        read_name(p);
    } else if (c == '#' && p->before.kind == TOKEN_SIGN && ascii_is_digit(next)) { /* a date */
        size_t close = bytes_find_byte(bytes_sub(p->source, p->at + 1, 32), '#', 0);
        p->token.kind = TOKEN_STRING;
        p->token.text = bytes_sub(p->source, p->at + 1, close == BYTES_NPOS ? 0 : close);
        p->at += close == BYTES_NPOS ? 1 : close + 2;
    } else {
        bool two = (c == '<' && (next == '>' || next == '=')) || (c == '>' && next == '=');
        p->token.kind = TOKEN_SIGN;
        p->token.sign = two ? SIGN2(c, next) : SIGN1(c);
        p->at += two ? 2 : 1;
    }
}

bool vb_is_word(const struct parser *p, const char *word)
{
    return p->token.kind == TOKEN_NAME && !p->token.quoted &&
           bytes_equal_fold(p->token.text, bytes_of_string(word));
}

bool vb_accept_word(struct parser *p, const char *word)
{
    if (!vb_is_word(p, word))
        return false;
    vb_next(p);
    return true;
}

bool vb_accept_sign(struct parser *p, uint32_t sign)
{
    if (!token_is_sign(p, sign))
        return false;
    vb_next(p);
    return true;
}
