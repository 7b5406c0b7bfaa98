/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/guard.h"

#include "rule/image.h"
#include "rule/prefilter.h"

#include <stdlib.h>
#include <talloc.h>

#define NEEDS_MAX 1024     /* literals that guard one rule */
#define LAYERS 3           /* guards of one rule, of different conditions */
#define FILTER_RULES_MIN 2 /* rules a condition must be shared by to be asked first */
#define FILTER_COST_MAX (COST_TEXT * 16)

/* One literal of one gate. */
struct need {
    uint32_t gate, literal;
};

struct need_set {
    struct need need[NEEDS_MAX];
    uint32_t count;
    bool usable;
    bool nulls; /* where the text is absent the condition may be UNKNOWN, so the rule is started */
};

/* Rules that a literal of a gate starts. */
struct starts {
    uint32_t *rule;
    uint32_t count;
};

/* A condition of the outermost `and` of several rules, cheap to tell. */
struct filter {
    struct expr *expr;
    uint64_t *rules;
    uint32_t count;
};

struct guards {
    uint64_t *always[LAYERS]; /* rules without a guard of that layer */
    uint64_t *seen;           /* scratch: rules of a layer whose guard was seen */
    uint32_t words;
    struct guarded_gate {
        struct gate *gate;
        const struct expr *sample;     /* a call of that gate */
        struct starts *starts[LAYERS]; /* by literal */
        uint64_t *any[LAYERS];         /* all rules it guards */
        uint64_t *nulls[LAYERS];       /* those to start where the text is absent */
        bool used;
    } * gate;
    uint32_t gate_count;
    struct filter *filter; /* the most telling first */
    uint32_t filter_count;
};

/* A chain of fields from the message: cheap to compute for every message. */
static bool is_path(const struct expr *expr)
{
    while (expr->op == OP_FIELD)
        expr = expr->child[0];
    return expr->op == OP_ROOT;
}

/* Whether GATE's text is a field of the message, or of the items (or items' items) of one. */
static bool text_is_plain(const struct gate *gate)
{
    const struct expr *item = gate->item[0], *base = gate->text;
    if (item == NULL)
        return is_path(base);
    while (base->op == OP_FIELD)
        base = base->child[0];
    return base->op == OP_ITEM && item->field == 0 && is_path(item->child[0]) &&
           (gate->item[1] == NULL || gate->item[1]->field == 1);
}

/* The set of NEEDLE with the fewest literals. */
static void smallest_set(const struct needle *needle, uint32_t *from_out, uint32_t *to_out)
{
    *from_out = *to_out = 0;
    for (uint32_t begin = 0, i = 0; i < needle->clause_count; i++) {
        if (needle->clause[i] != NEEDLE_SET_END)
            continue;
        if (*to_out == 0 || i - begin < *to_out - *from_out) {
            *from_out = begin;
            *to_out = i;
        }
        begin = i + 1;
    }
}

static void need_call(const struct guards *guards, const struct expr *call, struct need_set *out)
{
    *out = (struct need_set){0};
    if (!call->shuts || (call->gate->set == NULL && !call->gate->whole) ||
        !text_is_plain(call->gate))
        return;
    uint32_t number = 0;
    while (guards->gate[number].gate != call->gate)
        number++;
    for (uint32_t i = 0; i < call->needles->count; i++) {
        uint32_t from, to;
        smallest_set(&call->needles->needle[i], &from, &to);
        for (; from < to; from++) {
            if (out->count == NEEDS_MAX)
                return;
            out->need[out->count++] = (struct need){number, call->needles->needle[i].clause[from]};
        }
    }
    out->usable = true;
    guards->gate[number].sample = call;
}

static void needs_of(const struct guards *guards, const struct expr *expr, struct need_set *out,
                     uint32_t depth);

/* The child with the fewest needs. */
static void need_best(const struct guards *guards, const struct expr *expr, struct need_set *out,
                      uint32_t depth)
{
    struct need_set *one = talloc(NULL, struct need_set);
    if (one == NULL)
        abort();
    *out = (struct need_set){0};
    for (uint32_t i = 0; i < expr->count; i++) {
        needs_of(guards, expr->child[i], one, depth);
        if (one->usable && (!out->usable || one->count < out->count))
            *out = *one;
    }
    talloc_free(one);
}

/* All children's needs; unusable where one has none. */
static void need_all(const struct guards *guards, const struct expr *expr, struct need_set *out,
                     uint32_t depth)
{
    struct need_set *one = talloc(NULL, struct need_set);
    if (one == NULL)
        abort();
    *out = (struct need_set){.usable = expr->count > 0};
    for (uint32_t i = 0; out->usable && i < expr->count; i++) {
        needs_of(guards, expr->child[i], one, depth);
        out->usable = one->usable && out->count + one->count <= NEEDS_MAX;
        for (uint32_t k = 0; out->usable && k < one->count; k++)
            out->need[out->count++] = one->need[k];
    }
    talloc_free(one);
}

/* What ARRAY needs to have an item. */
static void need_items(const struct guards *guards, const struct expr *array, struct need_set *out,
                       uint32_t depth)
{
    *out = (struct need_set){0};
    while (array->op == OP_DISTINCT || array->op == OP_MAP || array->op == OP_SLICE)
        array = array->child[0];
    if (array->op == OP_FILTER && !array->child[0]->open_ended)
        needs_of(guards, array->child[1], out, depth + 1);
}

/* any(): what its array needs to have an item, or what its body needs, whichever is less. */
static void need_any(const struct guards *guards, const struct expr *expr, struct need_set *out,
                     uint32_t depth)
{
    struct need_set *other = talloc_zero(NULL, struct need_set);
    if (other == NULL)
        abort();
    need_items(guards, expr->child[0], out, depth);
    if (!expr->child[0]->open_ended) /* over an UNKNOWN array it is UNKNOWN */
        needs_of(guards, expr->child[1], other, depth);
    if (other->usable && (!out->usable || other->count < out->count))
        *out = *other;
    talloc_free(other);
}

/* A whole number above zero, or not below where it is compared with `more than`. */
static bool is_positive(const struct expr *expr, bool above)
{
    return expr->op == OP_CONSTANT && expr->constant.tag == VALUE_INT &&
           expr->constant.as.integer >= (above ? 1 : 0);
}

/* Literals without all of which EXPR is false or NULL. */
static void needs_of(const struct guards *guards, const struct expr *expr, struct need_set *out,
                     uint32_t depth)
{
    out->usable = false;
    if (depth > 24)
        return;
    switch ((enum op)expr->op) {
    case OP_CALL:
    case OP_EQUAL_FOLD:
    case OP_IN:
    case OP_IN_FOLD:
        need_call(guards, expr, out);
        break;
    case OP_AND:
        need_best(guards, expr, out, depth + 1);
        break;
    case OP_OR:
    case OP_OF:
        need_all(guards, expr, out, depth + 1);
        break;
    case OP_ANY:
        need_any(guards, expr, out, depth + 1);
        break;
    case OP_MORE:
    case OP_AT_LEAST:
    case OP_EQUAL:
        if (expr->child[0]->op == OP_LENGTH && is_positive(expr->child[1], expr->op != OP_MORE))
            need_items(guards, expr->child[0]->child[0], out, depth + 1);
        else
            need_call(guards, expr, out);
        break;
    case OP_LESS:
        if (expr->child[1]->op == OP_LENGTH && is_positive(expr->child[0], false))
            need_items(guards, expr->child[1]->child[0], out, depth + 1);
        break;
    default:
        break;
    }
}

static void add_start(struct guards *guards, struct need need, uint32_t rule, int layer, bool nulls)
{
    struct guarded_gate *gate = &guards->gate[need.gate];
    struct starts *starts = &gate->starts[layer][need.literal];
    gate->used = true;
    gate->any[layer][rule / 64] |= UINT64_C(1) << (rule % 64);
    if (nulls)
        gate->nulls[layer][rule / 64] |= UINT64_C(1) << (rule % 64);
    if (starts->count > 0 && starts->rule[starts->count - 1] == rule)
        return;
    starts->rule = talloc_realloc(guards, starts->rule, uint32_t, starts->count + 1);
    if (starts->rule == NULL)
        abort();
    starts->rule[starts->count++] = rule;
}

/* The guards of rule NUMBER: the conditions of its outermost `and` with the fewest needs, one a layer. */
static void guard_rule(struct guards *guards, const struct expr *root, uint32_t number,
                       struct need_set *one)
{
    const struct expr *const *child =
        root->op == OP_AND ? (const struct expr *const *)root->child : &root;
    uint32_t children = root->op == OP_AND ? root->count : 1;
    struct need_set *best = talloc_array(NULL, struct need_set, LAYERS);
    if (best == NULL)
        abort();
    for (int layer = 0; layer < LAYERS; layer++)
        best[layer] = (struct need_set){0};
    for (uint32_t i = 0; i < children; i++) {
        needs_of(guards, child[i], one, 0);
        one->nulls = child[i]->open_ended;
        for (int layer = 0; layer < LAYERS && one->usable; layer++) {
            if (best[layer].usable && one->count >= best[layer].count)
                continue;
            struct need_set moved = best[layer];
            best[layer] = *one;
            *one = moved;
        }
    }
    for (int layer = 0; layer < LAYERS; layer++) {
        if (!best[layer].usable)
            guards->always[layer][number / 64] |= UINT64_C(1) << (number % 64);
        for (uint32_t k = 0; best[layer].usable && k < best[layer].count; k++)
            add_start(guards, best[layer].need[k], number, layer, best[layer].nulls);
    }
    talloc_free(best);
}

/* A condition that costs little, and no text to be scanned for. */
static bool is_filter(const struct expr *expr)
{
    return expr->cost <= FILTER_COST_MAX && expr->memo != EXPR_NO_MEMO && expr->deps == 0;
}

static int most_rules_first(const void *a, const void *b)
{
    const struct filter *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return x->expr->number < y->expr->number ? -1 : x->expr->number > y->expr->number;
}

/* Conditions that several rules share become filters. */
static void build_filters(struct guards *guards, const struct rule_set *set)
{
    struct graph *graph = set->graph;
    uint32_t *uses = talloc_zero_array(NULL, uint32_t, graph->node_count + 1);
    guards->filter = talloc_zero_array(guards, struct filter, graph->node_count + 1);
    if (uses == NULL || guards->filter == NULL)
        abort();
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < set->rule_count; i++) {
            const struct expr *root = set->rule[i]->graph;
            if (set->rule[i]->type == RULE_TYPE_query || root->op != OP_AND ||
                set->rule[i]->root != TYPE_Message)
                continue;
            for (uint32_t k = 0; k < root->count; k++) {
                struct expr *child = root->child[k];
                uint32_t *use = &uses[child->number];
                if (pass == 0) {
                    *use += is_filter(child);
                    continue;
                }
                if (*use < FILTER_RULES_MIN)
                    continue;
                if (*use < UINT32_MAX / 2) { /* becomes its place from the end */
                    struct filter *made = &guards->filter[guards->filter_count++];
                    made->expr = child;
                    made->count = *use;
                    made->rules = talloc_zero_array(guards, uint64_t, guards->words);
                    if (made->rules == NULL)
                        abort();
                    *use = UINT32_MAX - guards->filter_count;
                }
                struct filter *filter = &guards->filter[UINT32_MAX - *use - 1];
                filter->rules[i / 64] |= UINT64_C(1) << (i % 64);
            }
        }
    qsort(guards->filter, guards->filter_count, sizeof *guards->filter, most_rules_first);
    talloc_free(uses);
}

struct guards *guards_build(struct rule_set *set)
{
    struct graph *graph = set->graph;
    struct guards *guards = talloc_zero(graph, struct guards);
    struct need_set *needs = talloc(guards, struct need_set);
    guards->words = (set->rule_count + 63) / 64 + 1;
    guards->gate_count = graph->gate_count;
    guards->gate = talloc_zero_array(guards, struct guarded_gate, graph->gate_count + 1);
    guards->seen = talloc_zero_array(guards, uint64_t, guards->words);
    if (guards->seen == NULL || guards->gate == NULL || needs == NULL)
        abort();
    for (int layer = 0; layer < LAYERS; layer++) {
        guards->always[layer] = talloc_zero_array(guards, uint64_t, guards->words);
        for (uint32_t i = 0; i < graph->gate_count; i++) {
            guards->gate[i].gate = graph->gate[i];
            guards->gate[i].any[layer] = talloc_zero_array(guards, uint64_t, guards->words);
            guards->gate[i].nulls[layer] = talloc_zero_array(guards, uint64_t, guards->words);
            guards->gate[i].starts[layer] =
                talloc_zero_array(guards, struct starts, graph->gate[i]->literal_count);
        }
    }
    for (uint32_t i = 0; i < set->rule_count; i++) {
        const struct rule *rule = set->rule[i];
        bool guarded =
            rule->type != RULE_TYPE_query && rule->root == TYPE_Message && !set->kleene_lambdas;
        if (guarded)
            guard_rule(guards, rule->graph, i, needs);
        for (int layer = 0; layer < LAYERS && !guarded; layer++)
            guards->always[layer][i / 64] |= UINT64_C(1) << (i % 64);
    }
    if (!set->kleene_lambdas)
        build_filters(guards, set);
    talloc_free(needs);
    return guards;
}

/* What of one gate's text is there: a text of the message, or of all items of an array.  One that
 * nobody here can give (UNKNOWN, as in stored facts) may hold anything: some, and nothing is seen. */
enum scanned { SCANNED_NOTHING, SCANNED_SOME, SCANNED_NULL };

static enum scanned scan(struct run *run, const struct guarded_gate *guarded,
                         const uint64_t **seen_out)
{
    const struct gate *gate = guarded->gate;
    *seen_out = NULL;
    if (gate->item[0] == NULL) {
        struct value value = eval(run, gate->text);
        struct bytes text = value_bytes(value);
        if (text.at == NULL)
            return value.tag == VALUE_UNKNOWN ? SCANNED_SOME : SCANNED_NULL;
        *seen_out = graph_seen(run, guarded->sample, text);
        return SCANNED_SOME;
    }
    struct value array = eval(run, gate->item[0]->child[0]);
    if (array.tag == VALUE_UNKNOWN)
        return SCANNED_SOME;
    if (array.tag != VALUE_ARRAY || array.as.array->count == 0)
        return SCANNED_NOTHING;
    *seen_out = graph_seen(run, guarded->sample, BYTES(""));
    return *seen_out != NULL && gate->has_null ? SCANNED_NULL : SCANNED_SOME;
}

static void add_rules(const struct guards *guards, const uint64_t *rules)
{
    for (uint32_t w = 0; w < guards->words; w++)
        guards->seen[w] |= rules[w];
}

/* Add to guards->seen the rules of LAYER that what GUARDED's text has starts. */
static void start_seen(const struct guards *guards, const struct guarded_gate *guarded,
                       enum scanned scanned, const uint64_t *seen, int layer)
{
    if (scanned == SCANNED_NULL)
        add_rules(guards, guarded->nulls[layer]);
    else if (scanned == SCANNED_SOME && seen == NULL)
        add_rules(guards, guarded->any[layer]);
    for (uint32_t w = 0; seen != NULL && w < guarded->gate->words; w++)
        for (uint64_t bits = seen[w]; bits != 0; bits &= bits - 1) {
            const struct starts *starts =
                &guarded->starts[layer][w * 64 + (uint32_t)__builtin_ctzll(bits)];
            for (uint32_t k = 0; k < starts->count; k++)
                guards->seen[starts->rule[k] / 64] |= UINT64_C(1) << (starts->rule[k] % 64);
        }
}

static bool any_left(const struct guards *guards, const uint64_t *start, const uint64_t *rules)
{
    uint64_t any = 0;
    for (uint32_t w = 0; w < guards->words; w++)
        any |= start[w] & rules[w];
    return any != 0;
}

/* Take away the rules whose shared conditions do not hold. */
static void run_filters(struct run *run, const struct guards *guards, uint64_t *start)
{
    for (uint32_t i = 0; i < guards->filter_count; i++) {
        const struct filter *filter = &guards->filter[i];
        if (!any_left(guards, start, filter->rules))
            continue;
        struct value v = eval(run, filter->expr);
        if (v.tag == VALUE_UNKNOWN || value_is_true(v))
            continue;
        for (uint32_t w = 0; w < guards->words; w++)
            start[w] &= ~filter->rules[w];
    }
}

void guards_start(struct run *run, const struct guards *guards, uint64_t *start)
{
    for (int layer = 0; layer < LAYERS; layer++) {
        memcpy(guards->seen, guards->always[layer], guards->words * sizeof *start);
        for (uint32_t i = 0; i < guards->gate_count; i++) {
            const struct guarded_gate *guarded = &guards->gate[i];
            const uint64_t *seen;
            if (!guarded->used || (layer > 0 && !any_left(guards, start, guarded->any[layer])))
                continue;
            enum scanned scanned = scan(run, guarded, &seen);
            start_seen(guards, guarded, scanned, seen, layer);
        }
        for (uint32_t w = 0; w < guards->words; w++)
            start[w] = layer == 0 ? guards->seen[w] : start[w] & guards->seen[w];
    }
    run_filters(run, guards, start);
}

static void pack_bits(struct image *image, const struct guards *guards, uint64_t **bits)
{
    image_take(image, bits, guards->words * sizeof **bits);
}

void guards_pack(struct image *image, struct guards **slot,
                 void (*expr)(struct image *image, void *slot))
{
    if (!image_take(image, slot, sizeof **slot))
        return;
    struct guards *guards = *slot;
    pack_bits(image, guards, &guards->seen);
    image_take(image, &guards->gate, (guards->gate_count + 1) * sizeof *guards->gate);
    for (int layer = 0; layer < LAYERS; layer++) {
        pack_bits(image, guards, &guards->always[layer]);
        for (uint32_t i = 0; i < guards->gate_count; i++) {
            struct guarded_gate *one = &guards->gate[i];
            pack_bits(image, guards, &one->any[layer]);
            pack_bits(image, guards, &one->nulls[layer]);
            image_take(image, &one->starts[layer],
                       one->gate->literal_count * sizeof *one->starts[layer]);
            for (uint32_t k = 0; k < one->gate->literal_count; k++)
                image_take(image, &one->starts[layer][k].rule,
                           one->starts[layer][k].count * sizeof(uint32_t));
        }
    }
    for (uint32_t i = 0; i < guards->gate_count; i++) {
        image_take(image, &guards->gate[i].gate, sizeof *guards->gate[i].gate);
        expr(image, &guards->gate[i].sample);
    }
    if (guards->filter_count == 0)
        guards->filter = NULL;
    image_take(image, &guards->filter, guards->filter_count * sizeof *guards->filter);
    for (uint32_t i = 0; i < guards->filter_count; i++) {
        expr(image, &guards->filter[i].expr);
        pack_bits(image, guards, &guards->filter[i].rules);
    }
}
