/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/prefilter.h"

#include "base/table.h"
#include "base/text.h"
#include "base/utf8.h"
#include "rule/cache.h"
#include "rule/page_need.h"
#include "rule/unicode.h"
#include "rule/xpath_need.h"

#include <stdlib.h>
#include <talloc.h>

#define LITERAL_MIN_BYTES 3
#define LITERAL_MAX_BYTES 48
#define LITERALS_WORTH_IT 3 /* fewer are as quick to look for one by one */
#define KELVIN_SIGN "\xE2\x84\xAA"
#define LONG_S "\xC5\xBF"

enum gated { GATED_NO, GATED_LITERAL, GATED_GLOB, GATED_REGEX };

#define CONSTANTS_MAX 512 /* of one `in` */

static enum gated gated_kind(const struct expr *expr)
{
    static const uint8_t kinds[FUNCTION_COUNT] = {
        [FUNCTION_STRINGS_CONTAINS] = GATED_LITERAL,
        [FUNCTION_STRINGS_ICONTAINS] = GATED_LITERAL,
        [FUNCTION_STRINGS_STARTS_WITH] = GATED_LITERAL,
        [FUNCTION_STRINGS_ISTARTS_WITH] = GATED_LITERAL,
        [FUNCTION_STRINGS_ENDS_WITH] = GATED_LITERAL,
        [FUNCTION_STRINGS_IENDS_WITH] = GATED_LITERAL,
        [FUNCTION_STRINGS_COUNT] = GATED_LITERAL,
        [FUNCTION_STRINGS_ICOUNT] = GATED_LITERAL,
        [FUNCTION_STRINGS_LIKE] = GATED_GLOB,
        [FUNCTION_STRINGS_ILIKE] = GATED_GLOB,
        [FUNCTION_REGEX_CONTAINS] = GATED_REGEX,
        [FUNCTION_REGEX_ICONTAINS] = GATED_REGEX,
        [FUNCTION_REGEX_MATCH] = GATED_REGEX,
        [FUNCTION_REGEX_IMATCH] = GATED_REGEX,
        [FUNCTION_REGEX_COUNT] = GATED_REGEX,
        [FUNCTION_REGEX_ICOUNT] = GATED_REGEX,
        [FUNCTION_REGEX_EXTRACT] = GATED_REGEX,
        [FUNCTION_REGEX_IEXTRACT] = GATED_REGEX,
    };
    if (expr->op != OP_CALL || expr->positional < 2)
        return GATED_NO;
    return (enum gated)kinds[expr_function(expr) - function_rows];
}

/* Whether EXPR compares a text with constant texts. */
static bool compares_with_texts(const struct expr *expr)
{
    if (expr->op != OP_EQUAL && expr->op != OP_EQUAL_FOLD && expr->op != OP_IN &&
        expr->op != OP_IN_FOLD)
        return false;
    for (uint32_t i = 1; i < expr->count; i++)
        if (expr->child[i]->op != OP_CONSTANT || expr->child[i]->constant.tag != VALUE_STRING)
            return false;
    return expr->count <= CONSTANTS_MAX;
}

/* A text worth a gate: remembered or an item itself, and cheap enough to be made for all items at once. */
static bool text_is_gated(const struct expr *text)
{
    const struct expr *item[2];
    bool remembered = text->memo != EXPR_NO_MEMO || text->op == OP_ITEM || text->op == OP_FIELD;
    return remembered && text->type.base == BASE_STRING && text->type.arrays == 0 &&
           text->cost < (COST_PARSE + 1) * 16 && gate_items(text, item);
}

bool prefilter_wants(const struct expr *expr)
{
    if (gated_kind(expr) == GATED_NO || !text_is_gated(expr->child[0]) ||
        expr->type.base != BASE_BOOL)
        return false;
    for (uint32_t i = 1; i < expr->positional; i++)
        if (expr->child[i]->op != OP_CONSTANT)
            return false;
    return true;
}

/* The longest part of TEXT whose bytes are the same whatever the case of the text it is found in. */
static struct bytes usable_part(struct bytes text)
{
    struct bytes best = BYTES_NONE;
    size_t from = 0;
    for (size_t at = 0; at <= text.len;) {
        size_t here = at;
        bool fits = at < text.len;
        if (fits) {
            uint32_t code = utf8_next(text, &at);
            fits = code < 0x80 || (code != 0xFFFD && unicode_is_caseless(code));
        } else {
            at++;
        }
        if (fits && at - from <= LITERAL_MAX_BYTES)
            continue;
        if (here - from > best.len)
            best = bytes_sub(text, from, here - from);
        from = fits ? here : at;
    }
    return best;
}

/* The longest run of GLOB without wildcards. */
static struct bytes glob_part(struct bytes glob)
{
    struct bytes best = BYTES_NONE;
    for (size_t at = 0; at <= glob.len;) {
        size_t end = at;
        while (end < glob.len && glob.at[end] != '*' && glob.at[end] != '?')
            end++;
        struct bytes part = usable_part(bytes_sub(glob, at, end - at));
        if (part.len > best.len)
            best = part;
        at = end + 1;
    }
    return best;
}

/* The number of LITERAL in GATE's set, added where it is new. */
static uint32_t literal_number(struct gate *gate, struct arena *arena, struct bytes literal)
{
    void **slot = table_at(gate->number, literal);
    if (*slot != NULL)
        return *(const uint32_t *)*slot;
    if (gate->literal_count >= 8 && (gate->literal_count & (gate->literal_count - 1)) == 0) {
        struct bytes *grown = arena_array_of(arena, gate->literal_count * 2, struct bytes);
        memcpy(grown, gate->literal, gate->literal_count * sizeof *grown);
        gate->literal = grown;
    }
    uint32_t *number = arena_new_of(arena, uint32_t);
    *number = gate->literal_count;
    gate->literal[gate->literal_count++] = literal;
    *slot = number;
    return *number;
}

/* The sets of COUNT literals (an absent one ends a set) become NEEDLE's; a set with a literal that is too
 * short, or that case would change, says nothing and is left out. */
static void add_clauses(struct gate *gate, struct arena *arena, struct needle *needle,
                        const struct bytes *literal, uint32_t count, uint32_t least)
{
    uint32_t *clause = arena_array_of(arena, count, uint32_t), kept = 0, begin = 0;
    bool usable = true;
    for (uint32_t i = 0; i < count; i++) {
        if (literal[i].at == NULL) {
            if (usable && kept > begin)
                clause[kept++] = NEEDLE_SET_END;
            else
                kept = begin;
            begin = kept;
            usable = true;
            continue;
        }
        struct bytes part = usable_part(literal[i]);
        usable = usable && part.len >= least;
        if (usable)
            clause[kept++] = literal_number(gate, arena, part);
    }
    needle->clause = clause;
    needle->clause_count = begin;
}

/* Whether EXPR is true as soon as its pattern matches somewhere. */
static bool is_search(const struct expr *expr)
{
    const struct function_row *row = expr_function(expr);
    return row == &function_rows[FUNCTION_REGEX_CONTAINS] ||
           row == &function_rows[FUNCTION_REGEX_ICONTAINS];
}

/* The literals of NEEDLE's pattern each of which is a match. */
static void add_enough(struct gate *gate, struct arena *arena, struct needle *needle)
{
    const struct pattern *pattern = needle->pattern;
    uint32_t *enough = arena_array_of(arena, pattern->enough_count + 1, uint32_t);
    for (uint32_t i = 0; i < pattern->enough_count; i++)
        if (usable_part(pattern->enough[i]).len == pattern->enough[i].len)
            enough[needle->enough_count++] = literal_number(gate, arena, pattern->enough[i]);
    needle->enough = enough;
}

/* A pattern that is nothing but literals needs those; of another RE2's prefilter knows what it needs. */
static void add_pattern(struct gate *gate, struct arena *arena, struct needle *needle, bool search)
{
    struct pattern *pattern = needle->pattern;
    pattern_literals(pattern, arena);
    if (search)
        add_enough(gate, arena, needle);
    if (!pattern->exact || needle->enough_count != pattern->enough_count) {
        add_clauses(gate, arena, needle, pattern->literal, pattern->literal_count,
                    LITERAL_MIN_BYTES);
        return;
    }
    uint32_t *clause = arena_array_of(arena, needle->enough_count + 1, uint32_t);
    memcpy(clause, needle->enough, needle->enough_count * sizeof *clause);
    clause[needle->enough_count] = NEEDLE_SET_END;
    needle->clause = clause;
    needle->clause_count = needle->enough_count + 1;
}

static void add_needles(struct gate *gate, struct graph *graph, struct expr *expr, enum gated kind)
{
    struct arena *arena = graph->arena;
    for (uint32_t i = 0; i < expr->needles->count; i++) {
        struct needle *needle = &expr->needles->needle[i];
        if (!needle->constant)
            continue;
        if (kind == GATED_REGEX) {
            add_pattern(gate, arena, needle, is_search(expr));
        } else {
            struct bytes one[2] = {kind == GATED_GLOB ? glob_part(needle->folded) : needle->folded};
            add_clauses(gate, arena, needle, one, one[0].at == NULL ? 0 : 2, LITERAL_MIN_BYTES);
            needle->enough = needle->clause;
            needle->enough_count =
                expr_function(expr) == &function_rows[FUNCTION_STRINGS_ICONTAINS] &&
                needle->clause_count == 2 && needle->folded.len <= LITERAL_MAX_BYTES &&
                utf8_is_ascii(needle->folded);
        }
    }
}

static struct gate *gate_at(struct graph *graph, struct table *by_text, struct expr *text,
                            bool whole)
{
    struct {
        struct expr *text;
        uint64_t whole;
    } key = {text, whole};
    void **slot = table_at(by_text, arena_copy(graph->arena, bytes_of(&key, sizeof key)));
    if (*slot != NULL)
        return *slot;
    struct gate *gate = arena_new_of(graph->arena, struct gate);
    gate->text = text;
    gate->whole = whole;
    gate_items(text, gate->item);
    gate->number = table_new(by_text);
    gate->literal = arena_array_of(graph->arena, 8, struct bytes);
    if (!whole) {
        literal_number(gate, graph->arena, BYTES(KELVIN_SIGN)); /* 0 and 1 */
        literal_number(gate, graph->arena, BYTES(LONG_S));
    }
    graph->gate = talloc_realloc(graph, graph->gate, struct gate *, graph->gate_count + 1);
    if (graph->gate == NULL)
        abort();
    graph->gate[graph->gate_count++] = gate;
    return *slot = gate;
}

/* A comparison with constants: a clause for each of them. */
static void add_comparison(struct graph *graph, struct table *by_text, struct expr *expr)
{
    struct needles *needles = expr->needles;
    if (needles == NULL)
        needles = expr->needles = arena_new_of(graph->arena, struct needles);
    bool fold = expr->op == OP_EQUAL_FOLD || expr->op == OP_IN_FOLD;
    expr->gate = gate_at(graph, by_text, expr->child[0], true);
    needles->count = expr->count - 1;
    needles->needle = arena_array_of(graph->arena, needles->count, struct needle);
    for (uint32_t i = 0; i < needles->count; i++) {
        struct bytes text = value_bytes(expr->child[i + 1]->constant);
        uint32_t *clause = arena_array_of(graph->arena, 2, uint32_t);
        clause[0] = literal_number(expr->gate, graph->arena,
                                   fold ? unicode_fold(graph->arena, text) : text);
        clause[1] = NEEDLE_SET_END;
        needles->needle[i] = (struct needle){.constant = true, .clause = clause, .clause_count = 2};
    }
}

/* html.xpath with a constant expression: its page must hold what the expression names. */
static void add_xpath(struct graph *graph, struct table *by_text, struct expr *expr)
{
    struct bytes *literal, expression = value_bytes(expr->child[1]->constant);
    if (expr->page == NULL || expr->child[1]->op != OP_CONSTANT || !text_is_gated(expr->page))
        return;
    uint32_t count = xpath_literals(graph->arena, expression, &literal);
    if (count == 0)
        return;
    struct needles *needles = arena_new_of(graph->arena, struct needles);
    needles->count = 1;
    needles->needle = arena_new_of(graph->arena, struct needle);
    expr->needles = needles;
    expr->gate = gate_at(graph, by_text, expr->page, false);
    for (uint32_t i = 0; i < count; i++)
        if (literal[i].at != NULL)
            literal[i] = unicode_fold(graph->arena, literal[i]);
    add_clauses(expr->gate, graph->arena, needles->needle, literal, count, 2);
}

static bool can_shut(const struct expr *expr)
{
    if (expr->op == OP_CALL || compares_with_texts(expr)) {
        bool every = expr->gate != NULL && (expr->op != OP_CALL || prefilter_wants(expr));
        for (uint32_t i = 0; every && i < expr->needles->count; i++)
            every = expr->needles->needle[i].clause_count > 0;
        return every;
    }
    if (expr->op == OP_ANY)
        return expr->child[1]->shuts;
    if (expr->op == OP_COALESCE) /* or false: what rewrite.c makes */
        return expr->written != NULL && expr->child[0]->shuts;
    if (expr->op != OP_AND && expr->op != OP_OR)
        return false;
    bool some = false, every = true;
    for (uint32_t i = 0; i < expr->count; i++) {
        some = some || expr->child[i]->shuts;
        every = every && expr->child[i]->shuts;
    }
    return expr->op == OP_AND ? some : every;
}

static void index_literals(struct graph *graph, struct gate *gate)
{
    gate->slot_mask = 7;
    while (gate->slot_mask < gate->literal_count * 2)
        gate->slot_mask = gate->slot_mask * 2 + 1;
    gate->slot = arena_array_of(graph->arena, gate->slot_mask + 1, uint32_t);
    for (uint32_t i = 0; i < gate->literal_count; i++) {
        uint32_t at = (uint32_t)bytes_hash_fold(gate->literal[i]) & gate->slot_mask;
        while (gate->slot[at] != 0)
            at = (at + 1) & gate->slot_mask;
        gate->slot[at] = i + 1;
    }
}

void prefilter_build(struct graph *graph, struct cache *cache)
{
    struct table *by_text = table_new(NULL);
    for (uint32_t i = 0; i < graph->node_count; i++) {
        struct expr *expr = graph->node[i];
        enum gated kind = gated_kind(expr);
        if (expr->op == OP_CALL && expr_function(expr) == &function_rows[FUNCTION_HTML_XPATH])
            add_xpath(graph, by_text, expr);
        if (expr->op == OP_ANY && !graph->kleene_lambdas)
            expr->need = page_need_of(graph->arena, expr);
        if (compares_with_texts(expr) && text_is_gated(expr->child[0]))
            add_comparison(graph, by_text, expr);
        if (kind == GATED_NO || expr->needles == NULL || !text_is_gated(expr->child[0]))
            continue;
        expr->gate = gate_at(graph, by_text, expr->child[0], false);
        add_needles(expr->gate, graph, expr, kind);
    }
    for (uint32_t i = 0; i < graph->node_count; i++) /* children come before what they are in */
        graph->node[i]->shuts = can_shut(graph->node[i]);
    for (uint32_t i = 0; i < graph->gate_count; i++) {
        struct gate *gate = graph->gate[i];
        gate->number = NULL;
        gate->scans = !gate->whole && gate->literal_count >= LITERALS_WORTH_IT + 2;
        if (gate->whole)
            index_literals(graph, gate);
        gate_finish(graph, gate, cache);
    }
    talloc_free(by_text);
}
