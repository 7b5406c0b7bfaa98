/* SPDX-License-Identifier: Apache-2.0
 *
 * What expressions cost: time spent in each node of the graph itself, without what is below it.
 *
 * Results are remembered, so a rule run alone says little about what it adds to a feed: whichever
 * asks first pays for all.  An expression's own time, summed over a run of messages, is what would be
 * saved without it; what a rule adds is the time of the expressions that no other rule has.  Time is
 * the thread's CPU time; reading the clock twice a node is in it, so cheap nodes seem dearer than they
 * are.  Facts computed on first use count for the field that asked.
 */
#ifndef NOROSHI_RULE_COST_H
#define NOROSHI_RULE_COST_H

#include "rule/rule.h"

struct expr;
struct run;

struct cost_row {
    double seconds;
    uint64_t count;
    const struct expr *expr;
};

struct rule_costs {
    struct cost_row *row; /* by number in the graph */
    uint32_t count;
    double inside; /* seconds of nodes already charged, of the node under way */
};

/* Costs of SET's expressions, none yet, under PARENT; give them to rule_set_run() in its options. */
struct rule_costs *rule_costs_new(const void *parent, const struct rule_set *set);
/* EXPR's value, computed and charged. */
struct value cost_eval(struct run *run, const struct expr *expr);
/* What RULE alone costs: seconds of the expressions that are in no other rule of SET, to OWN[number]. */
void rule_costs_own(const struct rule_costs *costs, const struct rule_set *set, double *own);
/* The dearest MOST rows, dearest first, for messages: calls EACH with the expression written out. */
void rule_costs_each(const struct rule_costs *costs, uint32_t most,
                     void (*each)(void *self, struct bytes text, const struct cost_row *row),
                     void *self);

#endif
