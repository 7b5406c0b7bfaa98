/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens of the rule language, with their places in the file.
 *
 * Strings are decoded here: '...' is raw with '' for one quote, "..." has the escapes
 * \n \r \t \' \" \\ \u{2..8 hex}; any other escape is an error, as in the public grammar. */
#ifndef NOROSHI_RULE_LEX_H
#define NOROSHI_RULE_LEX_H

#include "rule/expr.h"

enum token_kind {
    TOKEN_END,
    TOKEN_INT,
    TOKEN_FLOAT,
    TOKEN_STRING,
    TOKEN_IDENT,
    TOKEN_KEYWORD,
    TOKEN_LIST, /* $name */
    TOKEN_DOTS, /* one to three dots */
    TOKEN_SIGN, /* operators and brackets */
};

struct token {
    enum token_kind kind;
    struct bytes text;   /* as written; of a LIST without the dollar */
    struct bytes string; /* decoded */
    int64_t integer;
    double number;
    uint32_t line, column;
    bool raw;      /* a STRING in single quotes */
    bool adjacent; /* nothing between it and the token before */
};

struct lexer {
    struct arena *arena;
    const struct source *source;
    size_t at, line_start;
    uint32_t line; /* 0-based line inside the source */
    struct error *err;
};

void lexer_init(struct lexer *lexer, struct arena *arena, const struct source *source,
                struct error *err);
/* The next token; false and ERR where there is none. */
bool lexer_next(struct lexer *lexer, struct token *out);

#endif
