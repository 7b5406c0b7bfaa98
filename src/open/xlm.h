/* SPDX-License-Identifier: Apache-2.0
 *
 * Excel 4.0 macros: a workbook as cells with formula text, and what happens when they are run a
 * little.
 *
 * The readers of BIFF, BIFF12, SpreadsheetML and SYLK fill the same workbook: sheets with their
 * state, cells
 * (formula text in A1 style, or a constant), defined names.  xlm_run() then evaluates from
 * Auto_Open on:
 * cells downward, GOTO, RUN, FORMULA and SET.VALUE writing cells, REGISTER giving DLL functions
 * new names,
 * text put together by CHAR, CONCATENATE, MID and &.  What is only known when it runs stays in the
 * text as
 * {now}, {rnd} or {?}.  Calls of DLL functions, EXEC and command lines become facts; nothing is
 * called.
 *
 * Both sides of a condition nobody can know are taken.  Bounded by LIMIT_EVAL_STEPS, text by 32 KB
 * as in
 * Excel, nesting by 64. */
#ifndef NOROSHI_OPEN_XLM_H
#define NOROSHI_OPEN_XLM_H

#include "artifact/node.h"

enum xlm_state { XLM_VISIBLE, XLM_HIDDEN, XLM_VERY_HIDDEN };

struct xlm_cell {
    uint64_t key;
    struct bytes formula; /* without "="; absent for a constant */
    struct bytes text;    /* constant or computed text; absent for a number */
    double number;
    bool is_number, is_unknown, ran;
};

struct xlm_sheet {
    struct bytes name; /* UTF-8 */
    enum xlm_state state;
    bool macro;    /* an Excel 4.0 macro sheet */
    uint32_t rows; /* last used row + 1 */
};

struct xlm_name {
    struct bytes name;    /* upper case for built-in ones: Auto_Open */
    struct bytes formula; /* text, without "=" */
    bool hidden;
};

struct xlm_book {
    struct node *node; /* the document */
    struct arena *arena;
    struct xlm_sheet *sheet;
    uint32_t sheet_count, sheet_capacity;
    struct xlm_name *name;
    uint32_t name_count, name_capacity;
    struct xlm_cell *cell; /* open addressing by key + 1 */
    uint32_t cell_count, cell_capacity;
    bool full;     /* too many cells: the rest was dropped */
    void *scratch; /* of the decompiler */
};

struct xlm_book *xlm_new(struct node *document);
/* Index of the new sheet. */
uint32_t xlm_add_sheet(struct xlm_book *book, struct bytes name, enum xlm_state state, bool macro);
void xlm_add_name(struct xlm_book *book, struct bytes name, struct bytes formula, bool hidden);
/* The sheet called NAME, ASCII case ignored; UINT32_MAX where there is none. */
uint32_t xlm_find_sheet(const struct xlm_book *book, struct bytes name);
/* The cell at ROW, COLUMN (0-based) of SHEET; made where MAKE; NULL where there is none or no
 * room. */
struct xlm_cell *xlm_cell_at(struct xlm_book *book, uint32_t sheet, uint32_t row, uint32_t column,
                             bool make);
void xlm_set_formula(struct xlm_book *book, uint32_t sheet, uint32_t row, uint32_t column,
                     struct bytes formula);
void xlm_set_text(struct xlm_book *book, uint32_t sheet, uint32_t row, uint32_t column,
                  struct bytes text);
void xlm_set_number(struct xlm_book *book, uint32_t sheet, uint32_t row, uint32_t column,
                    double number);

/* Facts of the sheets and names, the view child with all formulas, and the evaluation.  Does
 * nothing where the
 * workbook has no macro sheet. */
void xlm_run(struct xlm_book *book);

/* "'Sheet 1'!B7" of a cell, in the book's arena. */
struct bytes xlm_place(const struct xlm_book *book, uint32_t sheet, uint32_t row, uint32_t column);
static inline uint32_t xlm_key_sheet(uint64_t key)
{
    return (uint32_t)(key >> 40);
}
static inline uint32_t xlm_key_row(uint64_t key)
{
    return (uint32_t)(key >> 16) & 0xFFFFFF;
}
static inline uint32_t xlm_key_column(uint64_t key)
{
    return (uint32_t)key & 0xFFFF;
}

#endif
