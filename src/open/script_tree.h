/* SPDX-License-Identifier: Apache-2.0
 *
 * The tree all script languages are parsed into, and the values it is evaluated to.
 *
 * One tree for VBA, VBScript, JScript and PowerShell: what they hide strings with is the same. 
 * Names are
 * interned (a name is a pointer; VB and PowerShell fold their case), so variables are found by
 * comparing
 * pointers.  Strings are UTF-16 as in the originals; a part nobody can know is one private
 * character
 * (SCRIPT_PART_*), so that a URL with an unknown middle is still a URL. */
#ifndef NOROSHI_OPEN_SCRIPT_TREE_H
#define NOROSHI_OPEN_SCRIPT_TREE_H

#include "open/script_report.h"

enum script_language { SCRIPT_VB, SCRIPT_JS, SCRIPT_PS };

#define SCRIPT_PART_UNKNOWN 0xE000 /* shown as {?} */
#define SCRIPT_PART_NOW 0xE001     /* {now} */
#define SCRIPT_PART_RANDOM 0xE002  /* {rnd} */

enum script_tag {
    SCRIPT_UNKNOWN,
    SCRIPT_EMPTY, /* Empty, Nothing, undefined, $null */
    SCRIPT_BOOL,
    SCRIPT_NUMBER,
    SCRIPT_STRING,
    SCRIPT_ARRAY,
    SCRIPT_OBJECT,
    SCRIPT_FUNCTION,
};

struct script_buffer { /* a string's characters; the last owner may grow in place */
    uint16_t *at;
    uint32_t used, capacity;
};

struct script_value {
    enum script_tag tag;
    uint32_t len; /* characters of a string */
    bool is_char; /* [char] of PowerShell */
    union {
        double number; /* NUMBER, BOOL */
        const uint16_t *text;
        struct script_array *array;
        struct script_object *object;
        struct script_function *function;
    };
    struct script_buffer *buffer; /* of a string that was built here; else NULL */
};

struct script_array {
    struct script_value *item;
    uint32_t count, capacity;
    bool is_bytes; /* made by a decoder: joins to text without separators */
};

struct script_property {
    struct script_name *name;
    struct script_value value;
    struct script_property *next;
};

struct script_object {
    struct bytes class; /* "WScript.Shell", "System.Net.WebClient", "" */
    struct script_property *property;
    uint32_t properties;
};

struct script_name {
    struct bytes text;         /* folded where the language folds */
    struct script_value value; /* global */
    bool set;
    struct script_function *function;
    const struct script_builtin *builtin;
    bool builtin_known;
};

enum script_op {
    OP_NONE,
    OP_ADD,
    OP_SUBTRACT,
    OP_MULTIPLY,
    OP_DIVIDE,
    OP_QUOTIENT,
    OP_MODULO,
    OP_POWER,
    OP_JOIN_TEXT,
    OP_EQUAL,
    OP_UNEQUAL,
    OP_LESS,
    OP_LESS_EQUAL,
    OP_GREATER,
    OP_GREATER_EQUAL,
    OP_AND,
    OP_OR,
    OP_XOR,
    OP_NOT,
    OP_NEGATE,
    OP_PLUS,
    OP_ALL,
    OP_ANY,
    OP_SHIFT_LEFT,
    OP_SHIFT_RIGHT,
    OP_SHIFT_ZERO,
    OP_BIT_NOT,
    OP_TYPE,
    OP_VOID,
    OP_SPREAD,
    OP_LIKE,
    OP_COMMA,
    OP_FORMAT,
    OP_SPLIT,
    OP_JOIN,
    OP_REPLACE,
    OP_MATCH,
    OP_RANGE,
    OP_BIT_AND,
    OP_BIT_OR,
    OP_BIT_XOR,
    OP_AS,
};

enum script_expression_kind {
    EX_CONSTANT,
    EX_NAME,
    EX_MEMBER,
    EX_CALL,
    EX_INDEX,
    EX_UNARY,
    EX_BINARY,
    EX_ASSIGN,
    EX_UPDATE,
    EX_CONDITION,
    EX_ARRAY,
    EX_OBJECT,
    EX_FUNCTION,
    EX_NEW,
    EX_WITH,
    EX_MISSING,
    EX_CAST,
    EX_TYPE,
    EX_PIPE,
    EX_COMMAND,
    EX_TEXT,
};

struct script_expression {
    enum script_expression_kind kind;
    enum script_op op;
    bool prefix;              /* ++x; $x of a parenthesised statement */
    struct script_name *name; /* NAME, MEMBER, CAST, TYPE, COMMAND */
    struct script_value constant;
    struct script_expression *a, *b,
        *c;                         /* operands; CALL, INDEX, MEMBER, NEW: a is what is called */
    struct script_expression *list; /* arguments, elements; chained by next */
    struct script_expression *next;
    struct script_function *function; /* FUNCTION */
};

enum script_statement_kind {
    ST_EXPRESSION,
    ST_IF,
    ST_WHILE,
    ST_FOR,
    ST_COUNT,
    ST_EACH,
    ST_RETURN,
    ST_BREAK,
    ST_CONTINUE,
    ST_BLOCK,
    ST_WITH,
    ST_SELECT,
    ST_OPEN,
    ST_PRINT,
    ST_EXIT,
    ST_TRY,
    ST_DIM,
};

struct script_statement {
    enum script_statement_kind kind;
    bool until, after;        /* WHILE: loops until; condition is tested after the body */
    struct script_name *name; /* COUNT, EACH */
    struct script_expression *a, *b, *c, *d; /* conditions and bounds */
    struct script_statement *body, *other;   /* then/else; cases chain by other */
    struct script_statement *next;
};

struct script_function {
    struct script_name *name; /* NULL where it has none */
    struct script_name **parameter;
    uint32_t parameters;
    struct script_expression *preset; /* assignments before the body: defaults, patterns */
    struct script_statement *body;
    struct bytes library, entry; /* Declare'd library functions; entry absent for others */
    struct bytes source;         /* text, for decoding of function bodies */
    bool called, by_value, is_lambda;
    bool rest; /* its last parameter holds all arguments that are left */
    uint32_t active;  /* calls of it now running */
    uint32_t guesses; /* its calls from inside itself under a condition nobody knows */
    struct script_function *next; /* all functions of the program */
};

#define SCRIPT_FILES_MAX 16

struct script {
    enum script_language language;
    struct arena *arena;
    struct node *node; /* the program's node */
    struct report report;
    struct table *names; /* text -> struct script_name, under report.own */
    struct script_function *functions, **last_function;
    struct script_scope *scope;
    struct script_value with;     /* of the innermost With */
    struct script_value pipe;     /* $_ */
    struct script_value result;   /* of RETURN */
    uint32_t flow;                /* enum script_flow */
    uint32_t depth, calls, texts; /* nesting of expressions, functions, evaluated texts */
    uint32_t unsure;              /* conditions around that nobody knows */
    uint32_t unknowns;            /* conditions met so far that nobody knows */
    uint32_t guessed_rounds;      /* of loops that met one */
    bool guessed;                 /* a loop was cut short for that reason */
    uint64_t steps, made_bytes;
    bool over; /* a limit was passed: nothing more is evaluated */
    bool has_shell; /* an object was made that starts programs, or one nobody can name */
    struct {
        struct bytes name;
        struct text *content;
        int64_t number;
    } file[SCRIPT_FILES_MAX];
    uint32_t files;
    struct table *document; /* what macros read in their document, or NULL */
};

enum script_flow { FLOW_GO_ON, FLOW_BREAK, FLOW_CONTINUE, FLOW_RETURN, FLOW_EXIT };

/* The name TEXT (folded by the caller's language), made where it is new. */
struct script_name *script_name(struct script *s, struct bytes text);
/* Draw COST steps; false where that is over. */
bool script_step(struct script *s, uint64_t cost);

/* Parsers: statements of SOURCE, functions go to s->functions.  They never fail: what cannot be
 * read is
 * skipped to the next statement. */
struct script_statement *script_parse_vb(struct script *s, struct bytes source);
struct script_statement *script_parse_js(struct script *s, struct bytes source);
struct script_statement *script_parse_ps(struct script *s, struct bytes source);
struct script_statement *script_parse(struct script *s, struct bytes source);
#define SCRIPT_PARSE_DEPTH_MAX 160

#endif
