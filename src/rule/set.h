/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of a rule set: shared by the files of this folder only. */
#ifndef NOROSHI_RULE_SET_H
#define NOROSHI_RULE_SET_H

#include "rule/check.h"
#include "rule/rule.h"

struct graph; /* rule/compile.h */

struct rule_set {
    struct arena *arena;
    struct rule **rule;
    uint32_t rule_count, rule_capacity;
    struct rule_problem **problem;
    uint32_t problem_count, problem_capacity;
    struct lists *lists;
    struct graph *graph;
    bool strict, kleene_lambdas;
};

/* A problem of the rule RULE (may be absent). */
struct rule_problem *set_problem(struct rule_set *set, const struct error *err, struct bytes rule);
/* Read the rule or rules in TEXT, which is FILE's; what is wrong becomes a problem. */
void set_read(struct rule_set *set, struct bytes text, struct bytes file);

#endif
