/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/gate.h"

#include "base/text.h"
#include "base/utf8.h"
#include "rule/cache.h"

/* The item of LEVEL that EXPR is made of. */
static const struct expr *item_of(const struct expr *expr, uint32_t level)
{
    if (expr->op == OP_ITEM && expr->field == level)
        return expr;
    for (uint32_t i = 0; i < expr->count; i++) {
        const struct expr *found =
            expr->child[i]->deps == 0 ? NULL : item_of(expr->child[i], level);
        if (found != NULL)
            return found;
    }
    return NULL;
}

static const struct expr *base_of(const struct expr *expr)
{
    while (expr->op == OP_FIELD)
        expr = expr->child[0];
    return expr;
}

bool gate_items(const struct expr *text, const struct expr *item[2])
{
    item[0] = item[1] = NULL;
    if (text->deps == 0)
        return true;
    if ((text->deps & (text->deps - 1)) == 0) {
        item[0] = item_of(text, (uint32_t)__builtin_ctz(text->deps));
        return item[0] != NULL;
    }
    const struct expr *inner = base_of(text);
    const struct expr *outer = inner->op == OP_ITEM ? base_of(inner->child[0]) : inner;
    if (inner->op != OP_ITEM || outer->op != OP_ITEM || outer->child[0]->deps != 0)
        return false;
    item[0] = outer;
    item[1] = inner;
    return true;
}

void gate_finish(struct graph *graph, struct gate *gate, struct cache *cache)
{
    bool items = gate->item[0] != NULL;
    gate->words = (gate->literal_count + 63) / 64;
    for (uint32_t i = 0; i < gate->literal_count; i++)
        if (gate->literal[i].len > gate->longest)
            gate->longest = (uint32_t)gate->literal[i].len;
    gate->seen = arena_array_of(graph->arena, gate->words, uint64_t);
    gate->rows = items ? arena_array_of(graph->arena, gate->literal_count, uint64_t *) : NULL;
    gate->set = gate->scans ? cache_literal_set(cache, graph, gate->literal, gate->literal_count,
                                                items)
                            : NULL;
    gate->state = gate->set == NULL && !gate->whole ? GATE_OPEN : GATE_FRESH;
}

#define PIECE_BYTES ((size_t)1 << 20) /* of items' texts scanned at once */

/* A scan of the texts of items under way. */
struct sweep {
    struct run *run;
    struct gate *gate;
    struct text all;     /* a piece of them: one after the other, a zero byte after each */
    size_t *end;         /* of each row's text in ALL */
    uint32_t first, row; /* the piece's first; the last match's */
    size_t bytes;        /* of all pieces */
    bool known;          /* what nobody can give may hold anything */
    bool failed;
};

static bool keeps_rows(const struct gate *gate)
{
    return gate->item[0] != NULL && gate->row_count <= GATE_ROWS_MAX;
}

static void mark(struct sweep *sweep, uint32_t literal)
{
    struct gate *gate = sweep->gate;
    uint64_t *seen = &gate->seen[literal / 64], bit = UINT64_C(1) << (literal % 64);
    if (!keeps_rows(gate)) {
        *seen |= bit;
        return;
    }
    if ((*seen & bit) == 0)
        gate->rows[literal] =
            arena_array_of(sweep->run->arena, gate->row_count / 64 + 1, uint64_t);
    *seen |= bit;
    gate->rows[literal][sweep->row / 64] |= UINT64_C(1) << (sweep->row % 64);
}

/* Mark the literals that are TEXT but for ASCII case. */
static void mark_equal(struct sweep *sweep, struct bytes text)
{
    const struct gate *gate = sweep->gate;
    if (text.len > gate->longest)
        return;
    uint32_t at = (uint32_t)bytes_hash_fold(text) & gate->slot_mask;
    for (; gate->slot[at] != 0; at = (at + 1) & gate->slot_mask)
        if (bytes_equal_fold(gate->literal[gate->slot[at] - 1], text))
            mark(sweep, gate->slot[at] - 1);
}

static void mark_whole(struct sweep *sweep, struct bytes text)
{
    if (text.at == NULL)
        return;
    mark_equal(sweep, text);
    if (!utf8_is_ascii(text))
        mark_equal(sweep, run_fold(sweep->run, text));
}

static void note_literal(void *self, uint32_t literal, size_t end)
{
    struct sweep *sweep = self;
    if (keeps_rows(sweep->gate)) {
        if (sweep->row > sweep->first && end <= sweep->end[sweep->row - 1])
            sweep->row = sweep->first;
        while (sweep->row + 1 < sweep->gate->row_count && end > sweep->end[sweep->row])
            sweep->row++;
    }
    mark(sweep, literal);
}

/* Scan TEXT, those of the rows from FIRST on. */
static void scan_piece(struct sweep *sweep, uint32_t first, struct bytes text)
{
    sweep->first = sweep->row = first;
    sweep->bytes += text.len;
    sweep->failed = sweep->failed || !literal_set_scan(sweep->gate->set, text, note_literal, sweep);
}

/* TEXT is ROW's; a long one is not copied. */
static void add_text(struct sweep *sweep, uint32_t row, struct bytes text)
{
    if (sweep->all.len > 0 && sweep->all.len + text.len > PIECE_BYTES) {
        scan_piece(sweep, sweep->first, text_bytes(&sweep->all));
        sweep->all.len = 0;
    }
    if (sweep->all.len == 0)
        sweep->first = row;
    if (keeps_rows(sweep->gate))
        sweep->end[row] = sweep->all.len + text.len;
    if (text.len > PIECE_BYTES) {
        scan_piece(sweep, row, text);
        return;
    }
    text_add(&sweep->all, text);
    text_add_byte(&sweep->all, 0);
}

/* The text of the item the scopes stand at, which is item ROW. */
static void add_row(struct sweep *sweep, uint32_t row)
{
    struct gate *gate = sweep->gate;
    struct value value = eval(sweep->run, gate->text);
    struct bytes text = value_bytes(value);
    sweep->row = row;
    sweep->known = sweep->known && value.tag != VALUE_UNKNOWN;
    if (text.at == NULL) {
        gate->has_null = true;
        if (keeps_rows(gate))
            gate->nulls[row / 64] |= UINT64_C(1) << (row % 64);
    }
    if (gate->whole) {
        mark_whole(sweep, text);
        return;
    }
    add_text(sweep, row, text);
}

/* The array that ITEM is an item of, and a scope to go through it. */
static struct scope scope_over(struct sweep *sweep, const struct expr *item)
{
    struct value array = eval(sweep->run, item->child[0]);
    struct scope scope = {0};
    if (array.tag == VALUE_ARRAY)
        scope = (struct scope){.array = array.as.array, .count = array.as.array->count};
    else
        sweep->gate->has_null = true;
    sweep->known = sweep->known && array.tag != VALUE_UNKNOWN;
    return scope;
}

static void set_item(struct scope *scope, uint32_t index)
{
    scope->item = scope->array->item[index];
    scope->index = index;
}

static void sweep_items(struct sweep *sweep)
{
    struct gate *gate = sweep->gate;
    struct scope *scope = &sweep->run->scope[gate->item[0]->field];
    for (uint32_t i = 0; i < scope->count; i++) {
        set_item(scope, i);
        add_row(sweep, i);
    }
}

static void sweep_nested(struct sweep *sweep, const struct scope *inner)
{
    struct gate *gate = sweep->gate;
    struct scope *outer = &sweep->run->scope[gate->item[0]->field],
                 *scope = &sweep->run->scope[gate->item[1]->field];
    uint32_t row = 0;
    for (uint32_t i = 0; i < outer->count; i++) {
        set_item(outer, i);
        *scope = inner[i];
        for (uint32_t k = 0; k < scope->count; k++) {
            set_item(scope, k);
            add_row(sweep, row++);
        }
    }
}

/* The arrays of all outer items, and where their rows begin. */
static struct scope *inner_scopes(struct sweep *sweep)
{
    struct gate *gate = sweep->gate;
    struct scope *outer = &sweep->run->scope[gate->item[0]->field];
    struct scope *inner = arena_array_of(sweep->run->arena, outer->count, struct scope);
    gate->first = arena_array_of(sweep->run->arena, outer->count + 1, uint32_t);
    gate->row_count = 0;
    for (uint32_t i = 0; i < outer->count; i++) {
        set_item(outer, i);
        inner[i] = scope_over(sweep, gate->item[1]);
        gate->first[i] = gate->row_count;
        gate->row_count += inner[i].count;
    }
    gate->first[outer->count] = gate->row_count;
    return inner;
}

/* Scan the texts of all items GATE's text is made for. */
static bool scan_items(struct run *run, struct gate *gate)
{
    struct scope saved[2];
    struct sweep sweep = {.run = run, .gate = gate, .known = true};
    for (int i = 0; i < 2 && gate->item[i] != NULL; i++)
        saved[i] = run->scope[gate->item[i]->field];
    text_init(&sweep.all, run->arena, 0);
    struct scope *outer = &run->scope[gate->item[0]->field], *inner = NULL;
    *outer = scope_over(&sweep, gate->item[0]);
    gate->row_count = outer->count;
    if (gate->item[1] != NULL)
        inner = inner_scopes(&sweep);
    memset(gate->nulls, 0, sizeof gate->nulls);
    if (keeps_rows(gate) && !gate->whole)
        sweep.end = arena_array_of(run->arena, gate->row_count, size_t);
    if (inner == NULL)
        sweep_items(&sweep);
    else
        sweep_nested(&sweep, inner);
    for (int i = 0; i < 2 && gate->item[i] != NULL; i++)
        run->scope[gate->item[i]->field] = saved[i];
    if (sweep.all.len > 0 && sweep.known)
        scan_piece(&sweep, sweep.first, text_bytes(&sweep.all));
    run_take(run, sweep.bytes / 256 + gate->row_count / 4);
    return sweep.known && !sweep.failed;
}

static bool scan_text(struct run *run, struct gate *gate, struct bytes text)
{
    struct sweep sweep = {.run = run, .gate = gate};
    if (!gate->whole)
        return literal_set_scan(gate->set, text, note_literal, &sweep);
    mark_whole(&sweep, text);
    return true;
}

const uint64_t *graph_seen(struct run *run, const struct expr *expr, struct bytes text)
{
    struct gate *gate = expr->gate;
    if (gate == NULL || gate->state == GATE_OPEN || run->options->naive)
        return NULL;
    if (gate->state == GATE_SHUT)
        return gate->seen;
    gate->has_null = false;
    memset(gate->seen, 0, gate->words * sizeof *gate->seen);
    run->graph->scanned[run->graph->scanned_count++] = gate;
    run_take(run, text.len / 256);
    bool ok = gate->item[0] == NULL ? scan_text(run, gate, text) : scan_items(run, gate);
    bool folds = !gate->whole && (gate->seen[0] & 3) != 0;
    gate->state = ok && !folds ? GATE_SHUT : GATE_OPEN;
    return gate->state == GATE_SHUT ? gate->seen : NULL;
}

uint32_t gate_row(const struct run *run, const struct gate *gate)
{
    if (!keeps_rows(gate))
        return GATE_ANYWHERE;
    uint32_t outer = run->scope[gate->item[0]->field].index;
    if (gate->item[1] == NULL)
        return outer;
    return gate->first[outer] + run->scope[gate->item[1]->field].index;
}

bool gate_met(const struct gate *gate, const struct needle *needle, uint32_t row)
{
    bool any = false;
    for (uint32_t i = 0; i < needle->clause_count; i++) {
        uint32_t literal = needle->clause[i];
        if (literal != NEEDLE_SET_END)
            any = any || gate_has(gate, literal, row);
        else if (!any)
            return false;
        else
            any = false;
    }
    return true;
}

bool gate_enough(const struct gate *gate, const struct needle *needle, uint32_t row)
{
    if (row == GATE_ANYWHERE && gate->item[0] != NULL)
        return false;
    for (uint32_t i = 0; i < needle->enough_count; i++)
        if (gate_has(gate, needle->enough[i], row))
            return true;
    return false;
}

/* An item without the text gives NULL, which with an UNKNOWN beside it is UNKNOWN and not untrue. */
static bool shut_leaf(struct run *run, const struct expr *expr, bool open_ended)
{
    struct value text = {0};
    if (expr->gate->item[0] == NULL) {
        text = eval(run, expr->gate->text);
        if (text.tag == VALUE_UNKNOWN)
            return false;
        if (value_is_absent(text))
            return !open_ended;
    }
    const uint64_t *seen = graph_seen(run, expr, value_bytes(text));
    if (seen == NULL || (open_ended && expr->gate->has_null))
        return false;
    for (uint32_t i = 0; i < expr->needles->count; i++)
        if (gate_met(expr->gate, &expr->needles->needle[i], GATE_ANYWHERE))
            return false;
    return true;
}

static bool shut(struct run *run, const struct expr *expr, bool open_ended)
{
    if (!expr->shuts)
        return false;
    switch ((enum op)expr->op) {
    case OP_AND:
        for (uint32_t i = 0; i < expr->count; i++)
            if (shut(run, expr->child[i], open_ended))
                return true;
        return false;
    case OP_OR:
        for (uint32_t i = 0; i < expr->count; i++)
            if (!shut(run, expr->child[i], open_ended))
                return false;
        return true;
    case OP_COALESCE:
        return shut(run, expr->child[0], open_ended);
    case OP_ANY: /* over NULL it is NULL */
        return !open_ended && shut(run, expr->child[1], false);
    default:
        return shut_leaf(run, expr, open_ended);
    }
}

/* What is asked: the items of SOURCE at LEVEL, rows FIRST and on of a gate of theirs. */
struct asked {
    struct run *run;
    const struct expr *source;
    uint32_t level, count;
    bool open_ended;
};

enum said { SAID_NOTHING, SAID_NONE, SAID_ROWS };

static void add_bits(struct rows *out, const uint64_t *from, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i += 64) {
        uint32_t at = first + i, shift = at % 64;
        uint64_t word = from[at / 64] >> shift;
        if (shift > 0 && count - i > 64 - shift)
            word |= from[at / 64 + 1] << (64 - shift);
        out->bit[i / 64] |= count - i >= 64 ? word : word & ((UINT64_C(1) << (count - i)) - 1);
    }
}

/* The rows with one literal of every set of NEEDLE. */
static void needle_rows(const struct gate *gate, const struct needle *needle, uint32_t first,
                        uint32_t count, struct rows *out)
{
    struct rows all = {0}, set = {0};
    uint32_t words = (count + 63) / 64, sets = 0;
    for (uint32_t i = 0; i < needle->clause_count; i++) {
        uint32_t literal = needle->clause[i];
        if (literal != NEEDLE_SET_END) {
            if (gate->seen[literal / 64] >> (literal % 64) & 1)
                add_bits(&set, gate->rows[literal], first, count);
            continue;
        }
        for (uint32_t w = 0; w < words; w++) {
            all.bit[w] = sets == 0 ? set.bit[w] : all.bit[w] & set.bit[w];
            set.bit[w] = 0;
        }
        sets++;
    }
    for (uint32_t w = 0; w < words; w++)
        out->bit[w] |= all.bit[w];
}

static enum said leaf_rows(const struct asked *asked, const struct expr *expr, struct rows *out)
{
    struct gate *gate = expr->gate;
    if (shut_leaf(asked->run, expr, asked->open_ended))
        return SAID_NONE;
    const struct expr *item = gate->item[1] != NULL ? gate->item[1] : gate->item[0];
    if (gate->state != GATE_SHUT || item == NULL || item->field != asked->level ||
        item->child[0] != asked->source || gate->row_count > GATE_ROWS_MAX)
        return SAID_NOTHING;
    uint32_t first =
        gate->item[1] == NULL ? 0 : gate->first[asked->run->scope[gate->item[0]->field].index];
    for (uint32_t w = 0; w < (asked->count + 63) / 64; w++)
        out->bit[w] = 0;
    for (uint32_t i = 0; i < expr->needles->count; i++)
        needle_rows(gate, &expr->needles->needle[i], first, asked->count, out);
    if (asked->open_ended && gate->has_null)
        add_bits(out, gate->nulls, first, asked->count);
    return SAID_ROWS;
}

static enum said rows_of(const struct asked *asked, const struct expr *expr, struct rows *out);

static enum said and_rows(const struct asked *asked, const struct expr *expr, struct rows *out)
{
    struct rows one;
    enum said said = SAID_NOTHING;
    for (uint32_t i = 0; i < expr->count; i++) {
        if (!expr->child[i]->shuts)
            continue;
        enum said now = rows_of(asked, expr->child[i], said == SAID_ROWS ? &one : out);
        if (now == SAID_NONE)
            return now;
        for (uint32_t w = 0; now == SAID_ROWS && said == SAID_ROWS && w < (asked->count + 63) / 64;
             w++)
            out->bit[w] &= one.bit[w];
        said = now == SAID_ROWS ? now : said;
    }
    return said;
}

static enum said or_rows(const struct asked *asked, const struct expr *expr, struct rows *out)
{
    struct rows one;
    enum said said = SAID_NONE;
    for (uint32_t i = 0; i < expr->count; i++) {
        enum said now = rows_of(asked, expr->child[i], said == SAID_ROWS ? &one : out);
        if (now == SAID_NOTHING)
            return now;
        for (uint32_t w = 0; now == SAID_ROWS && said == SAID_ROWS && w < (asked->count + 63) / 64;
             w++)
            out->bit[w] |= one.bit[w];
        said = now == SAID_ROWS ? now : said;
    }
    return said;
}

static enum said rows_of(const struct asked *asked, const struct expr *expr, struct rows *out)
{
    if (!expr->shuts)
        return SAID_NOTHING;
    switch ((enum op)expr->op) {
    case OP_AND:
        return and_rows(asked, expr, out);
    case OP_OR:
        return or_rows(asked, expr, out);
    case OP_COALESCE:
        return rows_of(asked, expr->child[0], out);
    case OP_ANY:
        return shut(asked->run, expr, asked->open_ended) ? SAID_NONE : SAID_NOTHING;
    default:
        return leaf_rows(asked, expr, out);
    }
}

bool gate_rows(struct run *run, const struct expr *expr, const struct expr *source, uint32_t level,
               uint32_t count, struct rows *out)
{
    const struct asked asked = {.run = run,
                                .source = source,
                                .level = level,
                                .count = count,
                                .open_ended = expr->open_ended};
    if (!expr->shuts || run->options->naive || run->set->kleene_lambdas || count > GATE_ROWS_MAX)
        return false;
    enum said said = rows_of(&asked, expr, out);
    for (uint32_t w = 0; said == SAID_NONE && w < (count + 63) / 64; w++)
        out->bit[w] = 0;
    return said != SAID_NOTHING;
}
