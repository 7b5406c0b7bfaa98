/* SPDX-License-Identifier: Apache-2.0
 *
 * Static types: every name resolved, every operand what its operator takes, before anything runs.
 *
 * The language has no truthiness and no implicit conversion but int to float; json is compared with
 * any scalar.  Errors stand at the token they are about and, where a name is close to one that exists,
 * say so.  Under STRICT only the public language passes: no noroshi.* and no fields of ours. */
#ifndef NOROSHI_RULE_CHECK_H
#define NOROSHI_RULE_CHECK_H

#include "rule/function.h"
#include "rule/list.h"

struct checker {
    struct arena *arena;
    const char *file;
    enum type root; /* of the model the rule is over */
    bool strict;
    struct lists *lists; /* names are registered here */
    struct error *err;
    uint32_t depth; /* lambdas open */
    struct typing item[EXPR_LEVEL_MAX];
};

/* Type EXPR and everything below it; false and ERR. */
bool expr_check(struct checker *checker, struct expr *expr);
/* The same, and it must be bool (a rule), not only any value (a query). */
bool expr_check_rule(struct checker *checker, struct expr *expr, bool want_bool);

#endif
