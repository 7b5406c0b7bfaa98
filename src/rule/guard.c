/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/guard.h"

#include "rule/prefilter.h"

#include <stdlib.h>
#include <talloc.h>

#define NEEDS_MAX 1024 /* literals that guard one rule */

/* One literal of one gate. */
struct need {
    uint32_t gate, literal;
};

struct need_set {
    struct need need[NEEDS_MAX];
    uint32_t count;
    bool usable;
};

/* Rules that a literal of a gate starts. */
struct starts {
    uint32_t *rule;
    uint32_t count;
};

struct guards {
    uint64_t *always; /* rules without a guard */
    uint32_t words;
    struct guarded_gate {
        struct gate *gate;
        const struct expr *sample; /* a call of that gate */
        const struct expr *array;  /* of a text of items: what they are items of */
        struct starts *starts;     /* by literal */
        uint64_t *any;             /* all rules it guards */
        bool used;
    } * gate;
    uint32_t gate_count;
};

/* A chain of fields from the message: cheap to compute for every message. */
static bool is_path(const struct expr *expr)
{
    while (expr->op == OP_FIELD)
        expr = expr->child[0];
    return expr->op == OP_ROOT;
}

/* The array whose items TEXT is a field of; NULL where TEXT is closed; BAD where it is neither. */
static bool text_array(const struct expr *text, const struct expr **array_out)
{
    const struct expr *base = text;
    while (base->op == OP_FIELD)
        base = base->child[0];
    *array_out = NULL;
    if (base->op == OP_ROOT)
        return true;
    if (base->op != OP_ITEM || base->field != 0 || !is_path(base->child[0]))
        return false;
    *array_out = base->child[0];
    return true;
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
    const struct expr *array;
    *out = (struct need_set){0};
    if (!call->shuts || (call->gate->set == NULL && !call->gate->whole) || !text_array(call->gate->text, &array))
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
    guards->gate[number].array = array;
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

/* Literals without all of which EXPR is false or NULL. */
static void needs_of(const struct guards *guards, const struct expr *expr, struct need_set *out,
                     uint32_t depth)
{
    out->usable = false;
    if (depth > 24)
        return;
    switch ((enum op)expr->op) {
    case OP_CALL:
    case OP_EQUAL:
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
    case OP_ANY: /* over an UNKNOWN array, or an item without the text beside UNKNOWN: UNKNOWN */
        if (!expr->child[0]->open_ended && !expr->child[1]->open_ended)
            needs_of(guards, expr->child[1], out, depth + 1);
        break;
    default:
        break;
    }
}

static void add_start(struct guards *guards, struct need need, uint32_t rule)
{
    struct guarded_gate *gate = &guards->gate[need.gate];
    struct starts *starts = &gate->starts[need.literal];
    gate->used = true;
    gate->any[rule / 64] |= UINT64_C(1) << (rule % 64);
    if (starts->count > 0 && starts->rule[starts->count - 1] == rule)
        return;
    starts->rule = talloc_realloc(guards, starts->rule, uint32_t, starts->count + 1);
    if (starts->rule == NULL)
        abort();
    starts->rule[starts->count++] = rule;
}

struct guards *guards_build(struct rule_set *set)
{
    struct graph *graph = set->graph;
    struct guards *guards = talloc_zero(graph, struct guards);
    struct need_set *needs = talloc(guards, struct need_set);
    guards->words = (set->rule_count + 63) / 64 + 1;
    guards->always = talloc_zero_array(guards, uint64_t, guards->words);
    guards->gate_count = graph->gate_count;
    guards->gate = talloc_zero_array(guards, struct guarded_gate, graph->gate_count + 1);
    if (guards->always == NULL || guards->gate == NULL || needs == NULL)
        abort();
    for (uint32_t i = 0; i < graph->gate_count; i++) {
        guards->gate[i].gate = graph->gate[i];
        guards->gate[i].any = talloc_zero_array(guards, uint64_t, guards->words);
        guards->gate[i].starts =
            talloc_zero_array(guards, struct starts, graph->gate[i]->literal_count);
    }
    for (uint32_t i = 0; i < set->rule_count; i++) {
        const struct rule *rule = set->rule[i];
        needs->usable = false;
        if (rule->type != RULE_TYPE_query && rule->root == TYPE_Message && !set->kleene_lambdas)
            needs_of(guards, rule->graph, needs, 0);
        if (!needs->usable)
            guards->always[i / 64] |= UINT64_C(1) << (i % 64);
        for (uint32_t k = 0; needs->usable && k < needs->count; k++)
            add_start(guards, needs->need[k], i);
    }
    talloc_free(needs);
    return guards;
}

/* Scan one gate's text: a text of the message, or of all items of an array.  NULL and not absent: a
 * text that nobody here can give (UNKNOWN, as in stored facts) may hold anything. */
static const uint64_t *scan(struct run *run, const struct guarded_gate *guarded, bool *absent_out)
{
    const struct gate *gate = guarded->gate;
    *absent_out = false;
    if (guarded->array == NULL) {
        struct value value = eval(run, gate->text);
        struct bytes text = value_bytes(value);
        *absent_out = text.at == NULL && value.tag != VALUE_UNKNOWN;
        return text.at == NULL ? NULL : graph_seen(run, guarded->sample, text);
    }
    struct value array = eval(run, guarded->array);
    if (array.tag == VALUE_UNKNOWN)
        return NULL;
    *absent_out = array.tag != VALUE_ARRAY || array.as.array->count == 0;
    if (*absent_out)
        return NULL;
    run->scope[0] = (struct scope){
        .item = array.as.array->item[0], .array = array.as.array, .count = array.as.array->count};
    return eval(run, gate->text).tag == VALUE_UNKNOWN ? NULL
                                                      : graph_seen(run, guarded->sample, BYTES(""));
}

void guards_start(struct run *run, const struct guards *guards, uint64_t *start)
{
    memcpy(start, guards->always, guards->words * sizeof *start);
    for (uint32_t i = 0; i < guards->gate_count; i++) {
        const struct guarded_gate *guarded = &guards->gate[i];
        bool absent;
        if (!guarded->used)
            continue;
        const uint64_t *seen = scan(run, guarded, &absent);
        if (absent)
            continue;
        for (uint32_t w = 0; seen == NULL && w < guards->words; w++)
            start[w] |= guarded->any[w];
        for (uint32_t w = 0; seen != NULL && w < guarded->gate->words; w++)
            for (uint64_t bits = seen[w]; bits != 0; bits &= bits - 1) {
                const struct starts *starts =
                    &guarded->starts[w * 64 + (uint32_t)__builtin_ctzll(bits)];
                for (uint32_t k = 0; k < starts->count; k++)
                    start[starts->rule[k] / 64] |= UINT64_C(1) << (starts->rule[k] % 64);
            }
    }
}
