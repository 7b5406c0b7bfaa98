/* SPDX-License-Identifier: Apache-2.0
 *
 * What flows where in a program that is not shell: values, files, downloads and secrets.
 *
 * The words (lexeme.h) are read once from first to last, blocks as if they were always entered,
 * functions where they stand and again where they are called, callbacks with what calls them back.
 * An expression has a partial string with taint (taint.h) for its value, so everything the shell
 * machine knows about files, downloads, layers and destinations holds for programs as well: what is
 * handed to system() is a command line, what is written is a file of the same map, what is sent is
 * looked at by sense_send().  It is no interpreter: conditions, numbers and objects are not computed;
 * an unknown value keeps the taint of what it was made from.
 *
 * Private to src/shell.  Bounded by LIMIT_EVAL_STEPS, FLOW_DEPTH_MAX and the number of words. */
#ifndef NOROSHI_SHELL_PROGRAM_FLOW_H
#define NOROSHI_SHELL_PROGRAM_FLOW_H

#include "shell/lexeme.h"
#include "shell/machine.h"

#define FLOW_DEPTH_MAX 24u
#define FLOW_ARGS_MAX 12u
#define FLOW_ROUTINES_MAX 64u
#define FLOW_TEXT_MAX ((size_t)64 * 1024)
#define FLOW_MEMORY_MAX ((size_t)96 * 1024 * 1024) /* between two stretches */
#define FLOW_JOINED_MAX ((size_t)2 * 1024 * 1024) /* every piece that is added copies the whole */

/* A function: its parameters and its body are stretches of words. */
struct routine {
    struct bytes name;
    uint32_t params, params_end, body, body_end;
    uint8_t calls;
    bool active;
};

struct reading {
    struct call *call;     /* the program as a command of the machine */
    struct arena *scratch; /* what lives as long as the reading: words */
    struct lexemes words;
    struct table *names; /* of variables: struct shell_string */
    struct routine routine[FLOW_ROUTINES_MAX];
    struct shell_string returned;
    enum language language;
    uint32_t routine_count, depth;
    size_t joined;      /* bytes of texts put together */
    uint32_t again;     /* words of functions read where they are called */
    bool seeks_secrets; /* it walks directories and names files of secrets */
    bool names_secrets; /* the names of secret variables stand in the text */
};

struct argument {
    struct shell_string value;
    struct bytes key;       /* of "key=value"; absent without */
    struct routine closure; /* a function; body_end 0: none */
};

/* a.b.c( .. ): who is called, and on what. */
struct callee {
    struct bytes last, before; /* "c", "b"; before absent for a plain function */
    struct bytes root;         /* the variable the chain begins with */
    struct shell_string on;    /* the value of a.b */
    bool member;
};

/* Read TEXT, a program of LANGUAGE, which lies in the machine's present layer: LEXEMES_MAX words at a
 * time, each stretch with variables and functions of its own, until the steps are spent or
 * FLOW_MEMORY_MAX is passed; the report names either. */
void flow_read(struct call *call, struct bytes text, enum language language);

/* program_call.c: the value of a call; what it does is sensed. */
struct shell_string flow_call(struct reading *r, const struct callee *callee, struct argument *args,
                              uint32_t count);
/* An unknown value called NAME that carries the taint of S. */
struct shell_string flow_unknown(struct reading *r, struct bytes name, struct shell_string s);
/* A and B together: the text of A, or of B where A has none, and the taint of both. */
struct shell_string flow_merge(struct reading *r, struct shell_string a, struct shell_string b);
void flow_set(struct reading *r, struct bytes name, struct shell_string value, bool append);
/* Whether WORD is one of LIST, separated by blanks. */
bool flow_listed(struct bytes word, const char *list);
/* TEXT is run as a command line; what it prints. */
struct shell_string flow_command(struct reading *r, struct shell_string text, bool background);

/* VALUE is printed: what reads the program's pipe gets it. */
void flow_print(struct reading *r, struct shell_string value);
/* program_flow.c: one expression from *AT on, at most to END; past it */
struct shell_string flow_expression(struct reading *r, uint32_t *at, uint32_t end);
/* Where an expression that begins at AT ends: a comma, a closing bracket, the end of a statement. */
uint32_t flow_expression_end(const struct reading *r, uint32_t at, uint32_t end);
/* Whether a function is written at AT; its place.  Its end is left in *NEXT. */
bool flow_closure_at(const struct reading *r, uint32_t at, uint32_t end, struct routine *out,
                     uint32_t *next);
struct routine *flow_routine_find(struct reading *r, struct bytes name);
/* The body of F is read with ARGS for its parameters; what it returns. */
struct shell_string flow_routine_run(struct reading *r, struct routine *f,
                                     const struct argument *args, uint32_t count);
/* One step of the budget; false where it is spent. */
bool flow_spend(struct reading *r);
/* program_block.c: the statements from AT to END */
void flow_statements(struct reading *r, uint32_t at, uint32_t end);

static inline const struct lexeme *word_at(const struct reading *r, uint32_t at)
{
    static const struct lexeme nothing = {.kind = LEXEME_LINE};
    return at < r->words.count ? &r->words.at[at] : &nothing;
}
static inline bool is_sign(const struct reading *r, uint32_t at, uint8_t sign)
{
    const struct lexeme *w = word_at(r, at);
    return w->kind == LEXEME_SIGN && w->sign == sign;
}
static inline bool is_word(const struct reading *r, uint32_t at, const char *text)
{
    const struct lexeme *w = word_at(r, at);
    return w->kind == LEXEME_NAME && bytes_equal(w->text, bytes_of_string(text));
}
static inline bool is_name(const struct reading *r, uint32_t at)
{
    return word_at(r, at)->kind == LEXEME_NAME;
}
/* Whether the signs A and B stand at AT, side by side. */
static inline bool is_pair(const struct reading *r, uint32_t at, uint8_t a, uint8_t b)
{
    return is_sign(r, at, a) && is_sign(r, at + 1, b) &&
           word_at(r, at)->offset + 1 == word_at(r, at + 1)->offset;
}
/* Where the bracket at AT ends, at most END. */
static inline uint32_t partner(const struct reading *r, uint32_t at, uint32_t end)
{
    uint32_t to = word_at(r, at)->partner;
    return to > at && to < end ? to : end;
}

#endif
