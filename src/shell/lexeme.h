/* SPDX-License-Identifier: Apache-2.0
 *
 * The words of a program in one of the languages droppers and stealers use beside shell.
 *
 * Python, JavaScript, PHP, Ruby, Perl and Lua are close enough to be cut into names, strings, numbers
 * and signs by one reader that knows each language's comments, quotes and here-documents.  What opens
 * a bracket knows its end.  It never fails: an unclosed string ends with its line or the text, a lone
 * bracket has the end of the text for its partner.  O(bytes), at most LEXEMES_MAX words at a time.
 *
 * Private to src/shell. */
#ifndef NOROSHI_SHELL_LEXEME_H
#define NOROSHI_SHELL_LEXEME_H

#include "base/arena.h"

#define LEXEMES_MAX (96u * 1024u)

enum language {
    LANGUAGE_PYTHON,
    LANGUAGE_NODE,
    LANGUAGE_PHP,
    LANGUAGE_RUBY,
    LANGUAGE_PERL,
    LANGUAGE_LUA
};

enum lexeme_kind {
    LEXEME_NAME,
    LEXEME_STRING,
    LEXEME_COMMAND, /* between backticks: what it prints */
    LEXEME_NUMBER,
    LEXEME_SIGN,
    LEXEME_ACCESS, /* . -> :: ?. of a member */
    LEXEME_LINE    /* the end of a line */
};

struct lexeme {
    struct bytes text; /* a string's without its quotes, a variable's without its sigil */
    uint32_t offset;
    uint32_t partner; /* of a bracket that opens: its end; else 0 */
    uint32_t indent;  /* of a LINE: the blanks before the next line's first word */
    uint8_t kind, sign;
    bool fills; /* a string in which names stand for their values */
    bool raw;   /* a string without escapes */
};

struct lexemes {
    struct lexeme *at;
    uint32_t count;
};

/* The words of TEXT from *FROM on; *FROM is left where the rest begins. */
struct lexemes lexemes_read(struct arena *arena, struct bytes text, size_t *from,
                            enum language language);
/* The language of what INTERPRETER ("python3", "node", ..) runs. */
enum language language_of(struct bytes interpreter);

#endif
