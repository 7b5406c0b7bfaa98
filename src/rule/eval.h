/* SPDX-License-Identifier: Apache-2.0
 *
 * Evaluation of expressions over one model: three-valued, pure, bounded.
 *
 * NULL is a datum that is absent, UNKNOWN one that nobody here can give (with the capabilities that
 * were missing).  Operators: a NULL side gives NULL, else an UNKNOWN side gives UNKNOWN.  and/or/of are
 * Kleene with UNKNOWN over NULL, so the order of children never changes a result.  any/all take a NULL
 * element as untrue (or, under kleene_lambdas, as NULL) and let UNKNOWN through.  doc/mql.md has the
 * table, test/rule/conformance.tsv the facts.
 *
 * A node of the shared graph remembers its value: one cell per message where it depends on no item,
 * one column over the items where it depends on one.  A node as written remembers nothing. */
#ifndef NOROSHI_RULE_EVAL_H
#define NOROSHI_RULE_EVAL_H

#include "rule/set.h"

struct scope {
    struct value item;
    const struct array *array;
    uint32_t index, count;
};

/* A file's content as text, remembered for the run. */
struct decoded {
    struct bytes content, text;
};
#define RUN_DECODED_MAX 8

struct run {
    const struct rule_set *set;
    struct model *model;
    struct arena *arena;
    const struct rule_run_options *options;
    struct graph *graph; /* cells and gates; unused when naive */
    struct scope scope[EXPR_LEVEL_MAX];
    uint64_t steps_left;
    struct value *person;     /* $org_vips as objects, once made */
    struct folded *folded;    /* texts already folded, and their bytes (rule/needle.h) */
    struct decoded decoded[RUN_DECODED_MAX];
    uint32_t decoded_next;
    struct patterns *dynamic; /* patterns that were no constants; freed with the run */
};

struct value eval(struct run *run, const struct expr *expr);
/* The same, remembered or not. */
struct value eval_fresh(struct run *run, const struct expr *expr);
/* Draw STEPS of the message's budget; false, from then on, where it is spent. */
bool run_take(struct run *run, uint64_t steps);
/* The pattern of a TEXT that was no constant. */
struct pattern *run_pattern(struct run *run, struct bytes text, bool fold);
/* The XPath EXPRESSION, compiled once per set; NULL where it is malformed. */
struct xpath;
const struct xpath *run_xpath(struct run *run, struct bytes expression);
/* When the message was sent, UTC; INT64_MAX where it does not say. */
int64_t run_date_us(struct run *run);
struct value eval_lambda(struct run *run, const struct expr *expr);
struct value eval_collection(struct run *run, const struct expr *expr);
struct value eval_in(struct run *run, const struct expr *expr);
/* $LIST as an array value: strings, or people. */
struct value eval_list(struct run *run, const struct expr *expr);
/* -1, 0, 1, or 2 where A and B have no order (json of other types). */
int value_order(struct value a, struct value b);
bool value_equal_fold(struct run *run, struct value a, struct value b);
/* UNKNOWN of both, NULL over UNKNOWN: what an operator with these two sides gives; UNSET: go on. */
struct value value_blocked(struct value a, struct value b);

/* Kleene conjunction (or, negated, disjunction) in progress. */
struct kleene {
    bool decided, null;
    uint32_t unknown;
    bool has_unknown;
};
struct value kleene_end(const struct kleene *kleene, bool otherwise);
/* Take V; true where it decides because it equals DECIDES. */
bool kleene_take(struct kleene *kleene, struct value v, bool decides);

#endif
