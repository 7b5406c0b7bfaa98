/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions rules may call: one row of function.def and one C function each.
 *
 * Every function is pure: the same arguments in the same message give the same value, so results are
 * remembered and calls are reordered.  Before a function runs, its fixed arguments are known to be
 * neither NULL nor UNKNOWN (the evaluator answers those), unless the row says so; repeated arguments
 * ("any of these") come as they are.
 *
 * A signature is words: `string string*` is one string and one or more; `name=bool` is an option.
 * Words: bool int float number string json scalar any file link html, `[string]`, and type names of
 * the data model.  To add a function, add its row and its file; nothing else changes. */
#ifndef NOROSHI_RULE_FUNCTION_H
#define NOROSHI_RULE_FUNCTION_H

#include "observe/capability.h"
#include "observe/model.h"
#include "rule/expr.h"

struct run;

struct call {
    struct run *run;
    struct arena *arena;
    struct model *model;
    const struct expr *expr;
    const struct value *arg; /* positional */
    uint32_t count;
    const struct value *option; /* in the order of the signature; NULL where not given */
    struct bytes *match;        /* where not NULL: set it to the part of arg[0] that decided */
};

/* How much a call costs, cheapest first; children of and/or run in this order. */
enum cost {
    COST_FREE,
    COST_FIELD,
    COST_SET,
    COST_TEXT,
    COST_REGEX,
    COST_PARSE,
    COST_FILE,
    COST_HEAVY
};

struct function_row {
    const char *name;
    struct value (*run)(struct call *call);
    uint8_t lacks; /* enum capability that function_lacking() answers; CAPABILITY_COUNT: none */
    uint8_t cost;
    const char *result, *parameters;
    const char *what;
};

enum function {
#define FUNCTION(id, name, run, lacks, cost, result, parameters, what) FUNCTION_##id,
#include "rule/function.def"
#undef FUNCTION
    FUNCTION_COUNT
};
extern const struct function_row function_rows[FUNCTION_COUNT];

#define FUNCTION(id, name, run, lacks, cost, result, parameters, what)                             \
    struct value function_##run(struct call *call);
#include "rule/function.def"
#undef FUNCTION

enum parameter_kind {
    PARAMETER_TYPED,
    PARAMETER_NUMBER,
    PARAMETER_SCALAR,
    PARAMETER_ANY,
    PARAMETER_FILE,
    PARAMETER_LINK,
    PARAMETER_HTML
};
struct parameter {
    struct bytes name; /* of an option */
    struct typing type;
    enum parameter_kind kind;
    bool repeated;
};
#define PARAMETER_MAX 8
struct signature {
    struct typing result;
    struct parameter positional[PARAMETER_MAX], option[PARAMETER_MAX];
    uint32_t positional_count, option_count;
};

/* The row of what EXPR calls; NULL where it is no call, or of nothing that is known. */
static inline const struct function_row *expr_function(const struct expr *expr)
{
    return expr->function == 0 ? NULL : &function_rows[expr->function - 1];
}

/* The row of NAME or of the function it is an old name of, or NULL. */
const struct function_row *function_named(struct bytes name);
const struct signature *function_signature(const struct function_row *row);
/* Whether NAME is ours and not the public language's. */
bool function_is_extension(struct bytes name);
/* The type a word of a signature names. */
struct typing typing_of_word(struct bytes word);

#endif
