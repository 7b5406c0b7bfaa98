/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/lex.h"

#include "base/text.h"

#include <stdlib.h>

static const char *const keywords[] = {"and", "or",   "not",   "in",  "of",
                                       "is",  "true", "false", "null"};

void lexer_init(struct lexer *lexer, struct arena *arena, const struct source *source,
                struct error *err)
{
    *lexer = (struct lexer){.arena = arena, .source = source, .err = err};
}

static uint8_t peek(const struct lexer *lexer, size_t ahead)
{
    size_t at = lexer->at + ahead;
    return at < lexer->source->text.len ? lexer->source->text.at[at] : 0;
}

static bool at_end(const struct lexer *lexer)
{
    return lexer->at >= lexer->source->text.len;
}

static void place(const struct lexer *lexer, uint32_t *line_out, uint32_t *column_out)
{
    const struct source *source = lexer->source;
    *line_out = source->line + lexer->line;
    *column_out = (uint32_t)(lexer->at - lexer->line_start) + 1 +
                  (lexer->line == 0 ? source->column - 1 : source->indent);
}

static bool fail(struct lexer *lexer, const char *message)
{
    uint32_t line, column;
    place(lexer, &line, &column);
    return error_set_at(lexer->err, lexer->source->file, line, column, "%s", message);
}

static void skip_blank(struct lexer *lexer)
{
    while (!at_end(lexer)) {
        uint8_t c = peek(lexer, 0);
        if (c == '/' && peek(lexer, 1) == '/') {
            while (!at_end(lexer) && peek(lexer, 0) != '\n')
                lexer->at++;
        } else if (c == '\n') {
            lexer->at++;
            lexer->line++;
            lexer->line_start = lexer->at;
        } else if (ascii_is_space(c)) {
            lexer->at++;
        } else {
            return;
        }
    }
}

static bool add_escape(struct lexer *lexer, struct text *out)
{
    static const char from[] = "nrt'\"\\", to[] = "\n\r\t'\"\\";
    uint8_t c = peek(lexer, 1);
    const char *known = c == 0 ? NULL : strchr(from, c);
    if (known != NULL) {
        text_add_byte(out, (uint8_t)to[known - from]);
        lexer->at += 2;
        return true;
    }
    if (c != 'u' || peek(lexer, 2) != '{') {
        fail(lexer, "unknown escape in a string");
        error_hint(lexer->err, "write \\\\ for a backslash, or use a raw string in single quotes");
        return false;
    }
    uint32_t code = 0;
    size_t digits = 0;
    for (; ascii_hex(peek(lexer, 3 + digits)) >= 0 && digits < 9; digits++)
        code = code << 4 | (uint32_t)ascii_hex(peek(lexer, 3 + digits));
    if (digits < 2 || digits > 8 || peek(lexer, 3 + digits) != '}')
        return fail(lexer, "\\u needs 2 to 8 hexadecimal digits in braces");
    if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
        return fail(lexer, "\\u names no character");
    text_add_codepoint(out, code);
    lexer->at += 4 + digits;
    return true;
}

static bool lex_string(struct lexer *lexer, struct token *out)
{
    uint8_t quote = peek(lexer, 0);
    struct text text;
    text_init(&text, lexer->arena, 0);
    text_reserve(&text, 1);
    out->kind = TOKEN_STRING;
    out->raw = quote == '\'';
    size_t from = lexer->at++, run = lexer->at;
    for (;;) {
        uint8_t c = peek(lexer, 0);
        if (at_end(lexer) || c == '\n') {
            lexer->at = from;
            return fail(lexer, "a string that does not end on its line");
        }
        if (c != quote && (c != '\\' || quote == '\'')) {
            lexer->at++;
            continue;
        }
        text_add(&text, bytes_sub(lexer->source->text, run, lexer->at - run));
        if (c == '\\') {
            if (!add_escape(lexer, &text))
                return false;
        } else if (quote == '\'' && peek(lexer, 1) == '\'') {
            text_add_byte(&text, '\'');
            lexer->at += 2;
        } else {
            lexer->at++;
            out->string = text_bytes(&text);
            if (out->string.at == NULL)
                out->string = BYTES("");
            return true;
        }
        run = lexer->at;
    }
}

static bool lex_number(struct lexer *lexer, struct token *out)
{
    size_t from = lexer->at;
    while (ascii_is_digit(peek(lexer, 0)))
        lexer->at++;
    out->kind = TOKEN_INT;
    if (peek(lexer, 0) == '.' && ascii_is_digit(peek(lexer, 1))) {
        out->kind = TOKEN_FLOAT;
        for (lexer->at++; ascii_is_digit(peek(lexer, 0));)
            lexer->at++;
    }
    struct bytes text = bytes_sub(lexer->source->text, from, lexer->at - from);
    if (ascii_is_alpha(peek(lexer, 0)) || peek(lexer, 0) == '_')
        return fail(lexer, "a letter inside a number");
    if (out->kind == TOKEN_INT) {
        if (bytes_to_int(text, 0, INT64_MAX, &out->integer))
            return true;
        lexer->at = from;
        return fail(lexer, "the number is too large");
    }
    char buffer[64];
    if (text.len >= sizeof buffer)
        return fail(lexer, "the number has too many digits");
    memcpy(buffer, text.at, text.len);
    buffer[text.len] = 0;
    out->number = strtod(buffer, NULL);
    return true;
}

static bool is_name(uint8_t c)
{
    return ascii_is_alnum(c) || c == '_';
}

static void lex_name(struct lexer *lexer, struct token *out)
{
    size_t from = lexer->at;
    while (is_name(peek(lexer, 0)))
        lexer->at++;
    out->text = bytes_sub(lexer->source->text, from, lexer->at - from);
    out->kind = TOKEN_IDENT;
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (bytes_equal(out->text, bytes_of_string(keywords[i])))
            out->kind = TOKEN_KEYWORD;
}

static bool lex_list(struct lexer *lexer, struct token *out)
{
    size_t from = ++lexer->at;
    if (!ascii_is_alpha(peek(lexer, 0)) && peek(lexer, 0) != '_')
        return fail(lexer, "a list name must follow $");
    while (is_name(peek(lexer, 0)) || (peek(lexer, 0) == '.' && is_name(peek(lexer, 1))))
        lexer->at++;
    out->kind = TOKEN_LIST;
    out->text = bytes_sub(lexer->source->text, from, lexer->at - from);
    return true;
}

static bool lex_sign(struct lexer *lexer, struct token *out)
{
    static const char *const signs[] = {"==", "!=", "=~", "!~", "<=", ">=", "<", ">", "(", ")",
                                        "[",  "]",  ",",  ":",  "+",  "-",  "*", "/", "%", "="};
    struct bytes rest = bytes_from(lexer->source->text, lexer->at);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (bytes_starts(rest, bytes_of_string(signs[i]))) {
            out->kind = TOKEN_SIGN;
            out->text = bytes_sub(rest, 0, strlen(signs[i]));
            lexer->at += out->text.len;
            return true;
        }
    fail(lexer, "unexpected character");
    uint8_t c = peek(lexer, 0);
    if (c == '&' || c == '|')
        error_hint(lexer->err, "write 'and' or 'or'");
    else if (c == '!')
        error_hint(lexer->err, "write 'not'");
    return false;
}

bool lexer_next(struct lexer *lexer, struct token *out)
{
    size_t from = lexer->at;
    skip_blank(lexer);
    *out = (struct token){.adjacent = lexer->at == from};
    place(lexer, &out->line, &out->column);
    if (at_end(lexer))
        return true;
    uint8_t c = peek(lexer, 0);
    if (c == '"' || c == '\'')
        return lex_string(lexer, out);
    if (ascii_is_digit(c))
        return lex_number(lexer, out);
    if (ascii_is_alpha(c) || c == '_') {
        lex_name(lexer, out);
        if (bytes_equal(out->text, BYTES("in")) && peek(lexer, 0) == '~') {
            lexer->at++;
            out->text = BYTES("in~");
        }
        return true;
    }
    if (c == '$')
        return lex_list(lexer, out);
    if (c != '.')
        return lex_sign(lexer, out);
    out->kind = TOKEN_DOTS;
    size_t dots = 1;
    while (peek(lexer, dots) == '.')
        dots++;
    out->text = bytes_sub(lexer->source->text, lexer->at, dots);
    if (dots > EXPR_LEVEL_MAX)
        return fail(lexer, "too many dots");
    lexer->at += dots;
    return true;
}
