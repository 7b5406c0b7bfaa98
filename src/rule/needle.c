/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/needle.h"

#include "base/utf8.h"
#include "rule/cache.h"
#include "rule/factor.h"
#include "rule/image.h"
#include "rule/prefilter.h"
#include "rule/range.h"
#include "rule/unicode.h"

#include <stdio.h>

#define FOLDED_SLOTS 128
#define FOLD_WORTH_BYTES 256 /* a shorter text is folded at once */
#define FOLD_WORTH_LOOKS 2

struct folded {
    struct {
        struct bytes text, folded; /* folded: absent until asked for */
        bool has_case, odd_case;
        uint8_t looks;
    } row[FOLDED_SLOTS];
};

/* The row of TEXT in the run's memory of texts, emptied if it was another's. */
static uint32_t folded_row(struct run *run, struct bytes text)
{
    if (run->folded == NULL)
        run->folded = arena_new_of(run->arena, struct folded);
    uintptr_t hash = (uintptr_t)text.at ^ (uintptr_t)text.at >> 9 ^ text.len * 31;
    uint32_t slot = (uint32_t)(hash ^ hash >> 16) % FOLDED_SLOTS;
    struct folded *cache = run->folded;
    if (cache->row[slot].text.at != text.at || cache->row[slot].text.len != text.len) {
        run_take(run, text.len / 64);
        cache->row[slot].text = text;
        cache->row[slot].folded = BYTES_NONE;
        cache->row[slot].has_case = false;
        cache->row[slot].looks = 0;
    }
    return slot;
}

struct bytes run_fold(struct run *run, struct bytes text)
{
    if (text.len == 0)
        return text;
    uint32_t row = folded_row(run, text);
    if (run->folded->row[row].folded.at == NULL)
        run->folded->row[row].folded = unicode_fold(run->arena, text);
    return run->folded->row[row].folded;
}

struct bytes run_folded(struct run *run, struct bytes text)
{
    if (text.len >= FOLD_WORTH_BYTES) {
        uint32_t row = folded_row(run, text);
        bool first = run->folded->row[row].folded.at == NULL &&
                     run->folded->row[row].looks++ < FOLD_WORTH_LOOKS;
        if (first && utf8_is_ascii(text))
            return BYTES_NONE;
    }
    return run_fold(run, text);
}

bool run_odd_case(struct run *run, struct bytes text)
{
    if (text.len < FOLD_WORTH_BYTES)
        return factor_odd_case(text);
    uint32_t row = folded_row(run, text);
    if (!run->folded->row[row].has_case)
        run->folded->row[row].odd_case = factor_odd_case(text);
    run->folded->row[row].has_case = true;
    return run->folded->row[row].odd_case;
}

struct bytes unfolded(struct bytes text, struct bytes folded, size_t offset, size_t len)
{
    return text.len == folded.len ? bytes_sub(text, offset, len) : BYTES_NONE;
}

bool value_equal_fold(struct run *run, struct value a, struct value b)
{
    struct bytes x = value_bytes(a), y = value_bytes(b);
    if (x.len == y.len && bytes_equal_fold(x, y))
        return true;
    if (utf8_is_ascii(x) && utf8_is_ascii(y))
        return false;
    return bytes_equal(run_fold(run, x), run_fold(run, y));
}

/* Constants of `in`, hashed. */
struct value_set {
    bool fold;
    uint32_t count, mask;
    struct value *member;
    uint32_t *slot;
};

static uint64_t member_hash(struct value v, bool fold)
{
    if (v.tag == VALUE_STRING)
        return fold ? bytes_hash_fold(value_bytes(v)) : bytes_hash(value_bytes(v));
    return 17;
}

static uint32_t *set_slot(const struct value_set *set, struct value v)
{
    uint64_t hash = member_hash(v, set->fold);
    for (uint32_t i = (uint32_t)(hash ^ hash >> 32) & set->mask;; i = (i + 1) & set->mask) {
        uint32_t number = set->slot[i];
        if (number == 0)
            return &set->slot[i];
        struct value member = set->member[number - 1];
        bool texts = v.tag == VALUE_STRING && member.tag == VALUE_STRING;
        if (set->fold && texts ? bytes_equal_fold(value_bytes(v), value_bytes(member))
                               : value_order(v, member) == 0)
            return &set->slot[i];
    }
}

bool needles_have(struct run *run, const struct needles *needles, struct value v)
{
    const struct value_set *set = needles->set;
    if (set->fold && v.tag == VALUE_STRING && !utf8_is_ascii(value_bytes(v)))
        v = value_string(run_fold(run, value_bytes(v)));
    return *set_slot(set, v) != 0;
}

/* Four or more constants in an `in` become a set; fewer are compared one by one. */
static void prepare_in(struct arena *arena, struct expr *expr)
{
    bool fold = expr->op == OP_IN_FOLD;
    if (expr->count < 3)
        return;
    for (uint32_t i = 1; i < expr->count; i++) {
        struct value v = expr->child[i]->constant;
        bool text = v.tag == VALUE_STRING && (!fold || utf8_is_ascii(value_bytes(v)));
        if (expr->child[i]->op != OP_CONSTANT || !(text || (v.tag == VALUE_INT && !fold)))
            return;
    }
    struct value_set *set = arena_new_of(arena, struct value_set);
    set->fold = fold;
    set->mask = 7;
    while (set->mask < expr->count * 2)
        set->mask = set->mask * 2 + 1;
    set->slot = arena_array_of(arena, set->mask + 1, uint32_t);
    set->member = arena_array_of(arena, expr->count, struct value);
    for (uint32_t i = 1; i < expr->count; i++) {
        uint32_t *slot = set_slot(set, expr->child[i]->constant);
        if (*slot != 0)
            continue;
        set->member[set->count++] = expr->child[i]->constant;
        *slot = set->count;
    }
    expr->needles = arena_new_of(arena, struct needles);
    expr->needles->set = set;
}

static bool is_regex(const struct function_row *row, bool *fold_out)
{
    struct bytes name = bytes_of_string(row->name);
    if (!bytes_starts(name, BYTES("regex.")))
        return false;
    *fold_out = name.at[6] == 'i';
    return true;
}

static bool check_pattern(struct pattern *pattern, const struct expr *at, const char *file,
                          struct error *err)
{
    char reason[200] = "";
    if (pattern->known_good || pattern_regex(pattern, reason, sizeof reason) != NULL)
        return true;
    return error_set_at(err, file, at->line, at->column, "bad pattern: %s",
                        reason[0] == 0 ? "it was refused before" : reason);
}

bool needles_prepare(struct arena *arena, struct patterns *patterns, struct cache *cache,
                     struct expr *expr, const char *file, struct error *err)
{
    bool fold = false;
    if (expr->needles != NULL)
        return true;
    if (expr->op == OP_IN || expr->op == OP_IN_FOLD) {
        prepare_in(arena, expr);
        return true;
    }
    if (expr->op != OP_CALL || expr->positional < 2 ||
        !bytes_starts(bytes_of_string(expr_function(expr)->parameters), BYTES("string string")))
        return true;
    bool regex = is_regex(expr_function(expr), &fold);
    struct needles *needles = arena_new_of(arena, struct needles);
    *needles = (struct needles){.constant = true, .count = expr->positional - 1};
    needles->needle = arena_array_of(arena, needles->count, struct needle);
    for (uint32_t i = 0; i < needles->count; i++) {
        const struct expr *child = expr->child[i + 1];
        struct needle *needle = &needles->needle[i];
        needle->constant = child->op == OP_CONSTANT && child->constant.tag == VALUE_STRING;
        needles->constant = needles->constant && needle->constant;
        if (!needle->constant)
            continue;
        needle->text = value_bytes(child->constant);
        needle->folded = unicode_fold(arena, needle->text);
        if (!regex)
            continue;
        needle->pattern = patterns_at(patterns, needle->text, fold);
        cache_pattern(cache, arena, needle->pattern);
        if (!check_pattern(needle->pattern, child, file, err))
            return false;
        pattern_factors(needle->pattern, arena);
    }
    if (needles->constant && expr_function(expr) == &function_rows[FUNCTION_BETA_IP_IN])
        needles->ranges = ranges_new(arena, needles->needle, needles->count);
    expr->needles = needles;
    return true;
}

static void pack_set(struct image *image, struct value_set **slot)
{
    if (!image_take(image, slot, sizeof **slot))
        return;
    struct value_set *set = *slot;
    if (image_take(image, &set->member, set->count * sizeof *set->member))
        for (uint32_t i = 0; i < set->count; i++)
            image_value(image, &set->member[i]);
    image_take(image, &set->slot, (set->mask + 1) * sizeof *set->slot);
}

void needles_pack(struct image *image, struct needles **slot)
{
    if (!image_take(image, slot, sizeof **slot))
        return;
    struct needles *needles = *slot;
    if (needles->count == 0)
        needles->needle = NULL;
    if (image_take(image, &needles->needle, needles->count * sizeof *needles->needle))
        for (uint32_t i = 0; i < needles->count; i++) {
            struct needle *needle = &needles->needle[i];
            image_text(image, &needle->text);
            image_text(image, &needle->folded);
            pattern_pack(image, &needle->pattern);
            if (needle->clause_count == 0)
                needle->clause = NULL;
            image_take(image, &needle->clause, needle->clause_count * sizeof *needle->clause);
            if (needle->enough_count == 0)
                needle->enough = NULL;
            image_take(image, &needle->enough, needle->enough_count * sizeof *needle->enough);
        }
    pack_set(image, &needles->set);
    ranges_pack(image, &needles->ranges);
}

/* A needle given at run time. */
static bool needle_from(struct call *call, struct value v, struct needle *out)
{
    bool fold = false;
    *out = (struct needle){.text = value_bytes(v)};
    if (v.tag != VALUE_STRING)
        return false;
    out->folded = run_fold(call->run, out->text);
    if (is_regex(expr_function(call->expr), &fold))
        out->pattern = run_pattern(call->run, out->text, fold);
    return true;
}

struct value needle_any(struct call *call,
                        bool (*test)(struct call *call, struct bytes text,
                                     const struct needle *needle, struct bytes *match_out))
{
    const struct needles *needles = call->expr->needles;
    struct bytes text = value_bytes(call->arg[0]), match = BYTES_NONE;
    const uint64_t *seen = graph_seen(call->run, call->expr, text);
    const struct gate *gate = call->expr->gate;
    uint32_t row = seen == NULL ? GATE_ANYWHERE : gate_row(call->run, gate);
    struct kleene kleene = {0};
    uint32_t nulls = 0;
    if (text.at == NULL)
        return value_null();
    for (uint32_t i = 0; i < needles->count; i++) {
        const struct needle *needle = &needles->needle[i];
        struct needle made;
        if (!needle->constant) {
            struct value v = call->arg[i + 1];
            nulls += v.tag == VALUE_NULL;
            if (v.tag == VALUE_UNKNOWN)
                kleene_take(&kleene, v, true);
            if (!needle_from(call, v, &made))
                continue;
            needle = &made;
        } else if (seen != NULL && !gate_met(gate, needle, row)) {
            continue;
        } else if (seen != NULL && call->match == NULL && gate_enough(gate, needle, row)) {
            return value_bool(true);
        }
        run_take(call->run, text.len / 256);
        if (kleene_take(&kleene, value_bool(test(call, text, needle, &match)), true))
            break;
    }
    if (call->match != NULL && kleene.decided)
        *call->match = match;
    return nulls == needles->count ? value_null() : kleene_end(&kleene, false);
}
