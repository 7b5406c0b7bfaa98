/* SPDX-License-Identifier: Apache-2.0
 *
 * What the parsers share: tokens, and making tree nodes. */
#ifndef NOROSHI_OPEN_SCRIPT_PARSE_H
#define NOROSHI_OPEN_SCRIPT_PARSE_H

#include "open/script_tree.h"

enum token_kind {
    TOKEN_END,
    TOKEN_LINE,
    TOKEN_NAME,
    TOKEN_NUMBER,
    TOKEN_STRING,
    TOKEN_SIGN,
    TOKEN_TYPE,
    TOKEN_TEXT,
    TOKEN_TEMPLATE /* JavaScript: `text ${expression}`, undecoded */
};

struct token {
    enum token_kind kind;
    struct bytes text; /* the source, or a string's content */
    double number;
    uint32_t sign; /* TOKEN_SIGN: up to three characters, first in the low byte */
    bool space_before, line_before, quoted;
};

struct parser {
    struct script *s;
    struct bytes source;
    size_t at;          /* after the token */
    struct token token; /* the current one */
    uint32_t depth;
    struct token before; /* JavaScript: what a slash after it means */
    bool argument_mode;  /* PowerShell: words are text */
};

#define SIGN1(a) ((uint32_t)(a))
#define SIGN2(a, b) ((uint32_t)(a) | (uint32_t)(b) << 8)
#define SIGN3(a, b, c) ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16)
#define SIGN4(a, b, c, d) (SIGN3(a, b, c) | (uint32_t)(d) << 24)

struct script_expression *script_expression_new(struct parser *p, enum script_expression_kind kind);
struct script_expression *script_constant(struct parser *p, struct script_value v);
struct script_expression *script_binary(struct parser *p, enum script_op op,
                                        struct script_expression *a, struct script_expression *b);
struct script_statement *script_statement_new(struct parser *p, enum script_statement_kind kind);
/* A new function of the program, at the end of its list. */
struct script_function *script_function_new(struct parser *p, struct script_name *name);
void script_add_parameter(struct parser *p, struct script_function *function,
                          struct script_name *name);
/* Whether nesting is past SCRIPT_PARSE_DEPTH_MAX; an anomaly then: what is deeper is not looked
 * at. */
bool script_too_deep(struct parser *p);
static inline bool token_is_sign(const struct parser *p, uint32_t sign)
{
    return p->token.kind == TOKEN_SIGN && p->token.sign == sign;
}

/* VB's lexer (script_vb_lex.c) and expressions (script_vb_expression.c). */
void vb_next(struct parser *p);
bool vb_is_word(const struct parser *p, const char *word);
bool vb_accept_word(struct parser *p, const char *word);
bool vb_accept_sign(struct parser *p, uint32_t sign);
struct script_expression *vb_expression(struct parser *p);
/* A name with its members, arguments and indices; for a statement, where "=" is no comparison. */
struct script_expression *vb_postfix(struct parser *p);
/* Arguments up to the closing sign or the end of the line, appended to CALL's list. */
void vb_arguments(struct parser *p, struct script_expression *call, bool parenthesised);

/* JavaScript's lexer (script_js_lex.c). */
void js_next(struct parser *p);
/* Where the brace closes inside of which AT stands, strings left out; past the end where none does. */
size_t js_braces_end(struct bytes s, size_t at);
/* S with its escapes resolved. */
struct bytes js_unescaped(struct parser *p, struct bytes s);

/* PowerShell reads characters, not tokens: the one AHEAD; white space (LINES: line ends too); C, taken;
 * a bare word without its backticks; $name; expressions (script_ps.c) and statements up to END
 * (script_ps_statement.c). */
uint8_t ps_at(const struct parser *p, size_t ahead);
void ps_skip(struct parser *p, bool lines);
bool ps_accept(struct parser *p, uint8_t c);
struct bytes ps_word(struct parser *p, bool name, bool dashes);
struct script_expression *ps_variable(struct parser *p);
struct script_expression *ps_pipeline(struct parser *p);
bool ps_ends_command(uint8_t c);
struct script_statement *ps_statements(struct parser *p, uint8_t end);

#endif
