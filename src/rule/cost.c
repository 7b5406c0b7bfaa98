/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/cost.h"

#include "rule/compile.h"

#include <stdlib.h>
#include <talloc.h>
#include <time.h>

#define TEXT_MAX_BYTES 160

struct rule_costs *rule_costs_new(const void *parent, const struct rule_set *set)
{
    struct rule_costs *costs = talloc_zero(parent, struct rule_costs);
    if (costs == NULL)
        abort();
    costs->count = set->graph->node_count;
    costs->row = talloc_zero_array(costs, struct cost_row, costs->count + 1);
    if (costs->row == NULL)
        abort();
    return costs;
}

static double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

struct value cost_eval(struct run *run, const struct expr *expr)
{
    struct rule_costs *costs = run->options->costs;
    struct cost_row *row = &costs->row[expr->number];
    double outside = costs->inside, begin = now();
    costs->inside = 0;
    struct value v = eval_fresh(run, expr);
    double spent = now() - begin;
    row->expr = expr;
    row->count++;
    row->seconds += spent - costs->inside;
    costs->inside = outside + spent;
    return v;
}

#define NOBODY UINT32_MAX
#define SEVERAL (UINT32_MAX - 1)

/* RULE reaches EXPR: note it as the owner of what nobody reached before, and of what is below. */
static void claim(const struct expr *expr, uint32_t rule, uint32_t *owner)
{
    uint32_t *mine = &owner[expr->number];
    if (*mine == rule || *mine == SEVERAL)
        return;
    *mine = *mine == NOBODY ? rule : SEVERAL;
    for (uint32_t i = 0; i < expr->count; i++)
        claim(expr->child[i], rule, owner);
}

void rule_costs_own(const struct rule_costs *costs, const struct rule_set *set, double *own)
{
    uint32_t *owner = talloc_array(NULL, uint32_t, costs->count + 1);
    if (owner == NULL)
        abort();
    memset(owner, 0xFF, costs->count * sizeof *owner);
    for (uint32_t i = 0; i < set->rule_count; i++)
        claim(set->rule[i]->graph, i, owner);
    memset(own, 0, set->rule_count * sizeof *own);
    for (uint32_t i = 0; i < costs->count; i++)
        if (owner[i] < set->rule_count)
            own[owner[i]] += costs->row[i].seconds;
    talloc_free(owner);
}

static int by_seconds(const void *a, const void *b)
{
    const struct cost_row *x = a, *y = b;
    return x->seconds > y->seconds ? -1 : x->seconds < y->seconds;
}

void rule_costs_each(const struct rule_costs *costs, uint32_t most,
                     void (*each)(void *self, struct bytes text, const struct cost_row *row),
                     void *self)
{
    struct cost_row *sorted = talloc_memdup(NULL, costs->row, costs->count * sizeof *sorted);
    struct arena *arena = arena_new(NULL);
    if (sorted == NULL || arena == NULL)
        abort();
    qsort(sorted, costs->count, sizeof *sorted, by_seconds);
    for (uint32_t i = 0; i < most && i < costs->count && sorted[i].count > 0; i++)
        each(self, expr_text(arena, sorted[i].expr, TEXT_MAX_BYTES), &sorted[i]);
    talloc_free(arena);
    talloc_free(sorted);
}
