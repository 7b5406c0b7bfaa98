/* SPDX-License-Identifier: Apache-2.0
 *
 * A shell script as a tree: lists of commands, words of parts.
 *
 * The parser never fails.  Attackers' scripts are broken (unbalanced quotes, stray `fi`, pasted notes
 * before the shebang, here-documents without an end), so it goes on after each of these and counts what
 * it stepped over.  A quote that is never closed is read as a letter; a keyword nobody waits for is
 * skipped; what nests too deep is kept as plain text.
 *
 * Places are byte offsets into the text that was parsed; the text of a back-quoted command is unescaped
 * first, so offsets inside it are those of the opening quote.  Nothing is copied where the source can
 * be pointed at.  Cost: O(bytes), with at most SYNTAX_RETRIES_MAX second readings of an open quote.
 * Source: POSIX.1-2017 XCU chapter 2, and bash(1) for $'..', [[, ((, <<<, <(, {a,b} and arrays. */
#ifndef NOROSHI_SHELL_SYNTAX_H
#define NOROSHI_SHELL_SYNTAX_H

#include "base/arena.h"

#define SYNTAX_DEPTH_MAX 48   /* constructs inside one another */
#define SYNTAX_BYTES_MAX ((size_t)80 << 20) /* a word of two bytes takes a hundred */
#define SYNTAX_RETRIES_MAX 32 /* quotes found to be open and read again as a letter */

enum part_kind {
    PART_LITERAL,
    PART_VARIABLE,   /* $x, ${x...} */
    PART_COMMAND,    /* $(..), `..` */
    PART_ARITHMETIC, /* $((..)) */
    PART_PROCESS,    /* <(..), >(..) */
};

/* What ${name OP operand} does; the letters stand for doubled signs. */
enum part_op {
    OP_NONE,
    OP_DEFAULT = '-',
    OP_ASSIGN = '=',
    OP_ALTERNATE = '+',
    OP_ERROR = '?',
    OP_PREFIX = '#',
    OP_SUFFIX = '%',
    OP_REPLACE = '/',
    OP_SUBSTRING = ':',
    OP_UPPER = '^',
    OP_LOWER = ',',
    OP_TRANSFORM = '@',
};

struct shell_command;
struct shell_word;

struct shell_part {
    struct shell_part *next;
    struct bytes text;          /* literal text (unescaped), or the variable's name with [index] */
    struct shell_word *operand; /* of OP */
    struct shell_word *second;  /* replacement of OP_REPLACE, length of OP_SUBSTRING */
    struct shell_command *list; /* PART_COMMAND, PART_PROCESS */
    uint8_t kind;               /* enum part_kind */
    uint8_t op;                 /* enum part_op */
    bool doubled;               /* ##, %%, //, ^^, ,, */
    bool quoted;                /* inside quotes: no splitting */
    bool indirect;              /* ${!x} */
    bool length;                /* ${#x} */
};

struct shell_word {
    struct shell_word *next;
    struct shell_part *first;
    uint32_t offset, end; /* bytes of the text */
    bool brace;           /* holds an unquoted {a,b} */
    bool assignment;      /* name=value or name+=value at the head of a simple command */
    bool array;           /* name=( .. ): the elements are the words that follow */
};

enum redirect_kind {
    REDIRECT_READ,
    REDIRECT_WRITE,
    REDIRECT_APPEND,
    REDIRECT_BOTH,
    REDIRECT_HERE,
    REDIRECT_STRING,
    REDIRECT_DUP
};

struct shell_redirect {
    struct shell_redirect *next;
    enum redirect_kind kind;
    int fd;                    /* -1: the operator's default */
    bool all;                  /* &> and &>> */
    bool input;                /* begins with < */
    struct shell_word *target; /* file, or the here-document's body */
};

enum shell_form {
    FORM_SIMPLE,
    FORM_GROUP,
    FORM_SUBSHELL,
    FORM_IF,
    FORM_LOOP,
    FORM_FOR,
    FORM_CASE,
    FORM_FUNCTION
};

enum shell_joint { JOINT_THEN, JOINT_AND, JOINT_OR };

struct shell_command {
    struct shell_command *next; /* the next of the list */
    struct shell_command *pipe; /* the right-hand side of | */
    struct shell_word *words; /* simple: assignments and words; for: the list; case: the subject */
    struct shell_redirect *redirects;
    struct shell_command *test, *body,
        *other;        /* if, loop; a case's body is a list of groups, one per arm */
    struct bytes name; /* for: variable; function: name */
    uint32_t offset, end;
    uint8_t form;  /* enum shell_form */
    uint8_t joint; /* enum shell_joint to the command before */
    bool background, negated;
};

struct syntax {
    struct shell_command *list; /* NULL: nothing to run */
    uint32_t odd_count;         /* places stepped over: open quotes, stray keywords, missing ends */
    uint32_t odd_offset;        /* the first of them */
    bool too_deep;              /* something was kept as text because of SYNTAX_DEPTH_MAX */
    bool too_big;               /* the rest was not read because of BYTES_MOST */
    size_t bytes_most;          /* ARENA may have in use */
};

/* The tree of TEXT in ARENA, which takes no more than BYTES_MOST; the tree points into TEXT. */
struct syntax syntax_parse(struct arena *arena, struct bytes text, size_t bytes_most);

#endif
