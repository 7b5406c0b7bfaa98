/* SPDX-License-Identifier: Apache-2.0
 *
 * Gates at work: which literals a text of this message holds, and in which items.
 *
 * The first call that asks scans the gate's text, once: the message's own, or those of all items of an
 * array (links), or of all items of the arrays of all items (fields of hops).  For items it is kept
 * which of them held each literal, a bit each, the arrays of an array one after the other; so a lambda
 * looks at the few items its conditions can be true for, and mostly at none.
 *
 * A gate without a row per item (ROWS_MAX) says only what is anywhere.  OPEN: nothing can be said. */
#ifndef NOROSHI_RULE_GATE_H
#define NOROSHI_RULE_GATE_H

#include "rule/compile.h"
#include "rule/literal.h"

#define GATE_ROWS_MAX 1024 /* items of one gate */
#define GATE_WORDS_MAX (GATE_ROWS_MAX / 64)

struct gate {
    struct expr *text;
    const struct expr *item[2]; /* what TEXT belongs to, outermost first; NULL: the message itself */
    struct bytes *literal; /* lower case; the first two are the characters that open all gates */
    uint32_t literal_count, words;
    struct table *number; /* of a literal: 1 + its place; while building */
    struct literal_set *set;
    bool scans;     /* has one */
    bool whole;     /* literals are whole texts, found by slot[] and not by set */
    uint32_t *slot; /* 1 + number of a literal, by its caseless hash */
    uint32_t slot_mask;
    uint32_t longest; /* literal, in bytes */
    /* of this message */
    enum { GATE_FRESH, GATE_SHUT, GATE_OPEN } state;
    bool has_null;   /* some item has no such text */
    uint64_t *seen;  /* literals */
    uint64_t **rows; /* by literal seen: the items that hold it */
    uint64_t nulls[GATE_WORDS_MAX]; /* items without the text */
    uint32_t row_count;             /* GATE_ROWS_MAX + 1 and more: rows are not kept */
    uint32_t *first; /* of items of items: the first row of each outer item, and the end */
};

/* Whether TEXT belongs to the message, to items, or to items of items in a way gates follow; *ITEM. */
bool gate_items(const struct expr *text, const struct expr *item[2]);

/* Give GATE, whose literals are known, its automaton (from CACHE, may be NULL) and its memory. */
struct cache;
void gate_finish(struct graph *graph, struct gate *gate, struct cache *cache);

/* The row of the items that the scopes stand at, or ANYWHERE where GATE has no row for them. */
#define GATE_ANYWHERE UINT32_MAX
uint32_t gate_row(const struct run *run, const struct gate *gate);
static inline bool gate_has(const struct gate *gate, uint32_t literal, uint32_t row)
{
    return (gate->seen[literal / 64] >> (literal % 64) & 1) != 0 &&
           (row == GATE_ANYWHERE || (gate->rows[literal][row / 64] >> (row % 64) & 1) != 0);
}
/* Whether the text of ROW has one literal of every set of NEEDLE; and one that is enough. */
bool gate_met(const struct gate *gate, const struct needle *needle, uint32_t row);
bool gate_enough(const struct gate *gate, const struct needle *needle, uint32_t row);

/* A set of the items a lambda runs over. */
struct rows {
    uint64_t bit[GATE_WORDS_MAX];
};
/* Whether ROWS has one from *ROW on, which is moved there. */
static inline bool rows_next(const struct rows *rows, uint32_t *row, uint32_t count)
{
    for (uint32_t at = *row; at < count; at = (at / 64 + 1) * 64) {
        uint64_t word = rows->bit[at / 64] >> (at % 64);
        if (word == 0)
            continue;
        *row = at + (uint32_t)__builtin_ctzll(word);
        return *row < count;
    }
    return false;
}
/* Whether EXPR, the body of the lambda at LEVEL over the COUNT items of SOURCE, is true or UNKNOWN at
 * most for the items of *OUT; false where nothing can be said. */
bool gate_rows(struct run *run, const struct expr *expr, const struct expr *source, uint32_t level,
               uint32_t count, struct rows *out);

#endif
