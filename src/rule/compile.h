/* SPDX-License-Identifier: Apache-2.0
 *
 * All rules in one graph: equal expressions are one node, evaluated once per message.
 *
 * graph_add() copies a typed tree into the graph: and/or flattened, doubled children dropped, cheap
 * children first (legal, because expressions are pure and Kleene and/or do not mind the order), items
 * tied to the array they run over.  Nodes that depend on nothing but the message have one cell; nodes
 * that depend on the item of one lambda have a column, filled item by item as anybody asks.  Cells are
 * cleared by a list of those that were touched.
 *
 * Gates (rule/prefilter.h) hang on calls that look for constants in a text. */
#ifndef NOROSHI_RULE_COMPILE_H
#define NOROSHI_RULE_COMPILE_H

#include "rule/needle.h"

struct gate;

struct graph {
    struct arena *arena;
    struct patterns *patterns;
    struct table *xpath; /* compiled expressions by their text; NULL: malformed */
    struct expr **node;  /* all, in order of making */
    uint32_t node_count, node_capacity;
    uint32_t *slot; /* 1 + node number */
    uint32_t slot_mask;
    uint32_t memo_count;
    struct value *cell;
    uint32_t *touched, touched_count;
    struct gate **gate, **scanned; /* all; those the message opened or shut */
    uint32_t gate_count, scanned_count;
    struct guards *guards;
    uint64_t *start; /* rules to evaluate over this model */
    uint64_t *over_mail, *query; /* rules over messages; queries */
    const struct expr **root;    /* of each rule */
    bool kleene_lambdas;
    bool asks_pages; /* some expression calls html.xpath */
    bool busy;       /* a run is under way */
};

struct graph *graph_new(struct rule_set *set);
/* RULE's tree into the graph: sets rule->graph. */
void graph_add(struct graph *graph, struct rule *rule);
/* After the last rule: forget what need not be remembered. */
void graph_prune(struct rule_set *set);
/* After gates are made: what a run of SET's rules needs. */
void graph_finish(struct graph *graph, const struct rule_set *set);
/* Forget what the last run computed. */
void graph_reset(struct graph *graph);

static inline struct value *graph_cell(struct run *run, const struct expr *expr)
{
    struct graph *graph = run->graph;
    struct value *cell = &graph->cell[expr->memo];
    if (cell->tag == VALUE_UNSET && (expr->deps != 0 || cell->len == 0)) {
        graph->touched[graph->touched_count++] = expr->memo;
        cell->len = 1; /* touched, not yet computed */
        if (expr->deps != 0) {
            const struct scope *scope = &run->scope[__builtin_ctz(expr->deps)];
            cell->tag = VALUE_ARRAY;
            cell->as.array = arena_alloc(run->arena, scope->count * sizeof(struct value));
        }
    }
    if (expr->deps == 0)
        return cell;
    return (struct value *)(void *)cell->as.array + run->scope[__builtin_ctz(expr->deps)].index;
}

/* Which of its gate's literals EXPR's text holds; NULL: not gated, or nothing can be said. */
const uint64_t *graph_seen(struct run *run, const struct expr *expr, struct bytes text);

#endif
