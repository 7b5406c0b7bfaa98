/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/prefilter.h"

#include "base/table.h"
#include "rule/rewrite.h"

#include <assert.h>
#include <stdlib.h>
#include <talloc.h>

struct builder {
    struct graph *graph;
    struct expr *source[EXPR_LEVEL_MAX]; /* the array each open lambda runs over */
};

struct graph *graph_new(struct rule_set *set)
{
    struct graph *graph = talloc_zero(set, struct graph);
    if (graph == NULL)
        abort();
    graph->arena = set->arena;
    graph->kleene_lambdas = set->kleene_lambdas;
    graph->patterns = patterns_new(graph);
    graph->xpath = table_new(graph);
    return graph;
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 29;
}

static uint64_t expr_hash(const struct expr *expr)
{
    uint64_t hash = mix(expr->op + 1, (uint64_t)expr->field << 8 | expr->level);
    /* No addresses: children are ordered by this hash, and the order shows in the evidence. */
    hash =
        mix(hash, expr_function(expr) == NULL ? 0 : bytes_hash(bytes_of_string(expr_function(expr)->name)));
    hash = mix(hash, expr->op == OP_CONSTANT || expr->op == OP_FIELD || expr->op == OP_LIST
                         ? bytes_hash(expr->text)
                         : 0);
    if (expr->op == OP_CONSTANT || expr->op == OP_OF)
        hash =
            mix(hash, expr->constant.tag == VALUE_STRING  ? bytes_hash(value_bytes(expr->constant))
                      : expr->constant.tag >= VALUE_ARRAY ? expr->constant.as.array->count
                                                          : (uint64_t)expr->constant.as.integer);
    for (uint32_t i = 0; i < expr->count; i++)
        hash = mix(hash, expr->child[i]->hash);
    return hash;
}

static bool expr_same(const struct expr *a, const struct expr *b)
{
    if (a->hash != b->hash || a->op != b->op || a->field != b->field || a->level != b->level ||
        a->function != b->function || a->list != b->list || a->count != b->count ||
        a->type.object != b->type.object || a->type.base != b->type.base)
        return false;
    if ((a->op == OP_CONSTANT || a->op == OP_OF) && !value_equal(a->constant, b->constant))
        return false;
    if (a->op == OP_FIELD && !bytes_equal(a->text, b->text))
        return false;
    return a->count == 0 || memcmp(a->child, b->child, a->count * sizeof(struct expr *)) == 0;
}

static void grow(struct graph *graph)
{
    uint32_t capacity = graph->node_capacity == 0 ? 1024 : graph->node_capacity * 2;
    graph->node = talloc_realloc(graph, graph->node, struct expr *, capacity);
    talloc_free(graph->slot);
    graph->slot = talloc_zero_array(graph, uint32_t, capacity * 2);
    if (graph->node == NULL || graph->slot == NULL)
        abort();
    graph->node_capacity = capacity;
    graph->slot_mask = capacity * 2 - 1;
    for (uint32_t i = 0; i < graph->node_count; i++) {
        uint32_t at = (uint32_t)graph->node[i]->hash & graph->slot_mask;
        while (graph->slot[at] != 0)
            at = (at + 1) & graph->slot_mask;
        graph->slot[at] = i + 1;
    }
}

/* Whether EXPR's value is worth remembering: one datum to remember it by, and something to compute. */
static bool wants_memo(const struct expr *expr)
{
    if (expr->op == OP_CONSTANT || expr->op == OP_ROOT || expr->op == OP_ITEM ||
        expr->op == OP_LIST)
        return false;
    return (expr->deps & (expr->deps - 1)) == 0;
}

/* Whether EXPR is cheap and hardly ever true: a constant looked for in a text, or compared with one. */
static bool is_rare(const struct expr *expr)
{
    bool some = false, every = expr->count > 0;
    if (expr->cost >= COST_PARSE * 16)
        return false;
    for (uint32_t i = 0; i < expr->count; i++) {
        some = some || expr->child[i]->rare;
        every = every && expr->child[i]->rare;
    }
    switch ((enum op)expr->op) {
    case OP_AND:
        return some;
    case OP_OR:
    case OP_OF:
        return every;
    case OP_ANY:
        return expr->child[1]->rare;
    case OP_COALESCE: /* or false: what rewrite.c makes */
        return expr->child[0]->rare && expr->count == 2 && expr->child[1]->op == OP_CONSTANT &&
               !value_is_true(expr->child[1]->constant);
    case OP_EQUAL:
    case OP_EQUAL_FOLD:
        return expr->child[1]->op == OP_CONSTANT && expr->child[1]->type.base == BASE_STRING;
    case OP_IN:
    case OP_IN_FOLD:
        return expr->child[1]->op == OP_CONSTANT;
    case OP_CALL:
        return prefilter_wants(expr);
    default:
        return false;
    }
}

/* Whether EXPR may be UNKNOWN by what it is made of. */
static bool is_open_ended(const struct expr *expr)
{
    if (expr->op == OP_CALL && expr_function(expr)->lacks != CAPABILITY_COUNT)
        return true;
    if (expr->op == OP_LIST && !expr->list->configured)
        return true;
    for (uint32_t i = 0; i < expr->count; i++)
        if (expr->child[i]->open_ended)
            return true;
    return false;
}

/* The node equal to DRAFT, made now if there is none. */
static struct expr *settle(struct graph *graph, const struct expr *draft)
{
    struct expr probe = *draft;
    probe.hash = expr_hash(&probe);
    if (graph->node_count == graph->node_capacity)
        grow(graph);
    uint32_t at = (uint32_t)probe.hash & graph->slot_mask;
    for (; graph->slot[at] != 0; at = (at + 1) & graph->slot_mask)
        if (expr_same(graph->node[graph->slot[at] - 1], &probe))
            return graph->node[graph->slot[at] - 1];
    struct expr *expr = arena_new_of(graph->arena, struct expr);
    *expr = probe;
    expr->child = arena_array_of(graph->arena, probe.count, struct expr *);
    if (probe.count > 0)
        memcpy(expr->child, probe.child, probe.count * sizeof(struct expr *));
    expr->rare = is_rare(expr);
    expr->open_ended = is_open_ended(expr);
    expr->memo = wants_memo(expr) ? graph->memo_count++ : EXPR_NO_MEMO;
    expr->number = graph->node_count;
    graph->node[graph->node_count++] = expr;
    graph->slot[at] = graph->node_count;
    return expr;
}

/* What evaluating EXPR costs, in steps of cost.  An and/or may stop early: half of its dearest child. */
static uint8_t cost_of(const struct expr *expr)
{
    uint32_t least = 255, most = 0;
    for (uint32_t i = 0; i < expr->count; i++) {
        least = expr->child[i]->cost < least ? expr->child[i]->cost : least;
        most = expr->child[i]->cost > most ? expr->child[i]->cost : most;
    }
    least = expr->count == 0 ? 0 : least;
    uint32_t cost = most;
    if (expr->op == OP_AND || expr->op == OP_OR)
        cost = least + (most - least) / 2;
    else if (expr->op == OP_CALL && prefilter_wants(expr))
        cost = most + 4;
    else if (expr->op == OP_CALL)
        cost = (most > expr_function(expr)->cost * 16u ? most : expr_function(expr)->cost * 16u) + 2;
    else if (expr->op >= OP_ANY && expr->op <= OP_RATIO)
        cost = most + 6;
    else if (expr->op == OP_IN || expr->op == OP_IN_FOLD)
        cost = most + 3;
    else if (expr->op != OP_CONSTANT && expr->op != OP_ROOT)
        cost = most + 1;
    return (uint8_t)(cost > 250 ? 250 : cost);
}

static int by_cost(const void *a, const void *b)
{
    const struct expr *x = *(struct expr *const *)a, *y = *(struct expr *const *)b;
    if (x->cost != y->cost)
        return x->cost < y->cost ? -1 : 1;
    return x->hash < y->hash ? -1 : x->hash > y->hash;
}

/* In an `and`, what is most likely to settle it comes first. */
static int rare_first(const void *a, const void *b)
{
    const struct expr *x = *(struct expr *const *)a, *y = *(struct expr *const *)b;
    if (x->rare != y->rare)
        return x->rare ? -1 : 1;
    return by_cost(a, b);
}

/* Children of a nested AND in an AND (OR in an OR) become its own. */
static uint32_t flat_count(const struct expr *expr, uint8_t op)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < expr->count; i++)
        count += expr->child[i]->op == op ? flat_count(expr->child[i], op) : 1;
    return count;
}

static struct expr *copy(struct builder *builder, const struct expr *tree);

static void copy_flat(struct builder *builder, const struct expr *tree, uint8_t op,
                      struct expr **out, uint32_t *count)
{
    for (uint32_t i = 0; i < tree->count; i++)
        if (tree->child[i]->op == op)
            copy_flat(builder, tree->child[i], op, out, count);
        else
            out[(*count)++] = copy(builder, tree->child[i]);
}

/* AND and OR: flat, each child once, cheap ones first. */
static struct expr *copy_junction(struct builder *builder, const struct expr *tree)
{
    struct expr draft = *tree,
                **child = talloc_array(NULL, struct expr *, flat_count(tree, tree->op));
    if (child == NULL)
        abort();
    uint32_t count = 0, kept = 0;
    copy_flat(builder, tree, tree->op, child, &count);
    qsort(child, count, sizeof *child, tree->op == OP_AND ? rare_first : by_cost);
    draft.deps = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (kept > 0 && child[kept - 1] == child[i])
            continue;
        child[kept++] = child[i];
        draft.deps |= child[i]->deps;
    }
    draft.child = child;
    draft.count = kept;
    draft.shared = true;
    struct expr *only = kept == 1 && child[0]->type.base == BASE_BOOL ? child[0] : NULL;
    draft.cost = cost_of(&draft);
    struct expr *made = only != NULL ? only : settle(builder->graph, &draft);
    talloc_free(child);
    return made;
}

static struct expr *copy_item(struct builder *builder, const struct expr *tree)
{
    struct expr draft = *tree, *source = builder->source[tree->field];
    draft.child = &source;
    draft.count = 1;
    draft.level = 0;
    draft.shared = true;
    draft.cost = 0;
    draft.deps = UINT32_C(1) << tree->field | source->deps;
    return settle(builder->graph, &draft);
}

/* PAGE.raw as a node of the graph; NULL where that has no such text. */
static struct expr *page_source(struct graph *graph, struct expr *page)
{
    int field = page->type.base == BASE_OBJECT
                    ? type_field((enum type)page->type.object, BYTES("raw"))
                    : -1;
    if (field < 0)
        return NULL;
    struct expr draft = {.op = OP_FIELD,
                         .shared = true,
                         .field = (uint32_t)field,
                         .positional = (uint32_t)page->type.object,
                         .text = BYTES("raw"),
                         .type = {.base = BASE_STRING},
                         .deps = page->deps,
                         .count = 1,
                         .child = &page,
                         .line = page->line,
                         .column = page->column};
    draft.cost = cost_of(&draft);
    return settle(graph, &draft);
}

static struct expr *copy(struct builder *builder, const struct expr *tree)
{
    if (!builder->graph->kleene_lambdas)
        tree = expr_rewritten(builder->graph->arena, tree);
    if (tree->op == OP_AND || tree->op == OP_OR)
        return copy_junction(builder, tree);
    if (tree->op == OP_ITEM)
        return copy_item(builder, tree);
    struct expr draft = *tree;
    bool lambda = tree->op >= OP_ANY && tree->op <= OP_RATIO;
    struct expr **child = talloc_array(NULL, struct expr *, tree->count);
    if (child == NULL)
        abort();
    draft.deps = 0;
    for (uint32_t i = 0; i < tree->count; i++) {
        child[i] = copy(builder, tree->child[i]);
        if (lambda && i == 0)
            builder->source[tree->level] = child[0];
        uint32_t deps = child[i]->deps;
        draft.deps |= lambda && i > 0 ? deps & ~(UINT32_C(1) << tree->level) : deps;
    }
    draft.child = child;
    draft.shared = true;
    draft.needles = NULL;
    draft.cost = cost_of(&draft);
    struct expr *made = settle(builder->graph, &draft);
    if (made->op == OP_CALL && expr_function(made) == &function_rows[FUNCTION_HTML_XPATH] &&
        made->page == NULL)
        made->page = page_source(builder->graph, made->child[0]);
    talloc_free(child);
    return made;
}

void graph_add(struct graph *graph, struct rule *rule)
{
    struct builder builder = {.graph = graph};
    rule->graph = copy(&builder, rule->tree);
}

/* How often nodes are asked: by the nodes they are in, and as rules. */
static uint32_t *count_uses(const struct rule_set *set)
{
    const struct graph *graph = set->graph;
    uint32_t *uses = talloc_zero_array(NULL, uint32_t, graph->node_count + 1);
    if (uses == NULL)
        abort();
    for (uint32_t i = 0; i < graph->node_count; i++)
        for (uint32_t k = 0; k < graph->node[i]->count; k++)
            uses[graph->node[i]->child[k]->number]++;
    for (uint32_t i = 0; i < set->rule_count; i++)
        uses[set->rule[i]->graph->number]++;
    return uses;
}

/* Whether EXPR is a condition, of which only its one user needs the value. */
static bool is_condition(const struct expr *expr)
{
    return expr->op == OP_AND || expr->op == OP_OR || expr->op == OP_OF || expr->op == OP_NOT ||
           (expr->op >= OP_EQUAL && expr->op <= OP_UNEQUAL_FOLD) || expr->op == OP_IN ||
           expr->op == OP_IN_FOLD || expr->op == OP_IS_NULL;
}

/* A condition with one user, which asks it once for each of the items it depends on, is not worth
 * remembering: most are.  Users come after what they use, so they are settled first. */
void graph_prune(struct rule_set *set)
{
    struct graph *graph = set->graph;
    uint32_t *uses = count_uses(set);
    bool *once =
        talloc_zero_array(uses, bool, graph->node_count + 1); /* asked once a message and item */
    if (once == NULL)
        abort();
    for (uint32_t i = 0; i < set->rule_count; i++)
        once[set->rule[i]->graph->number] = uses[set->rule[i]->graph->number] == 1;
    for (uint32_t i = graph->node_count; i-- > 0;) {
        struct expr *user = graph->node[i];
        bool settled = user->memo != EXPR_NO_MEMO || once[i];
        bool lambda = user->op >= OP_ANY && user->op <= OP_RATIO;
        for (uint32_t k = 0; k < user->count && settled; k++) {
            struct expr *child = user->child[k];
            uint32_t around = user->deps | (lambda && k > 0 ? UINT32_C(1) << user->level : 0);
            once[child->number] = uses[child->number] == 1 && child->deps == around;
            if (once[child->number] && is_condition(child))
                child->memo = EXPR_NO_MEMO;
        }
    }
    talloc_free(uses);
    graph->memo_count = 0;
    for (uint32_t i = 0; i < graph->node_count; i++)
        if (graph->node[i]->memo != EXPR_NO_MEMO)
            graph->node[i]->memo = graph->memo_count++;
}

void graph_finish(struct graph *graph, const struct rule_set *set)
{
    uint32_t words = set->rule_count / 64 + 2;
    graph->cell = talloc_zero_array(graph, struct value, graph->memo_count + 1);
    graph->touched = talloc_array(graph, uint32_t, graph->memo_count + 1);
    graph->scanned = talloc_array(graph, struct gate *, graph->gate_count + 1);
    graph->start = talloc_zero_array(graph, uint64_t, words);
    graph->over_mail = talloc_zero_array(graph, uint64_t, words);
    graph->query = talloc_zero_array(graph, uint64_t, words);
    graph->root = talloc_zero_array(graph, const struct expr *, set->rule_count + 1);
    if (graph->cell == NULL || graph->touched == NULL || graph->scanned == NULL ||
        graph->start == NULL || graph->over_mail == NULL || graph->query == NULL ||
        graph->root == NULL)
        abort();
    for (uint32_t i = 0; i < graph->node_count; i++)
        graph->asks_pages = graph->asks_pages ||
                            expr_function(graph->node[i]) == &function_rows[FUNCTION_HTML_XPATH];
    for (uint32_t i = 0; i < set->rule_count; i++) {
        const struct rule *rule = set->rule[i];
        graph->root[i] = rule->graph;
        graph->over_mail[i / 64] |= (uint64_t)(rule->root == TYPE_Message) << (i % 64);
        graph->query[i / 64] |= (uint64_t)(rule->type == RULE_TYPE_query) << (i % 64);
    }
}

void graph_reset(struct graph *graph)
{
    for (uint32_t i = 0; i < graph->touched_count; i++)
        graph->cell[graph->touched[i]] = (struct value){0};
    graph->touched_count = 0;
    for (uint32_t i = 0; i < graph->scanned_count; i++)
        graph->scanned[i]->state = GATE_FRESH;
    graph->scanned_count = 0;
}
