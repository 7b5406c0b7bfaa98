/* SPDX-License-Identifier: Apache-2.0 */
#include "open/xlm.h"

#include "base/text.h"
#include "open/opener.h"
#include "open/xlm_eval.h"

#include <stdlib.h>

#define CELLS_MAX 400000u
#define SHEETS_MAX 4096u
#define NAMES_MAX 16384u

struct xlm_book *xlm_new(struct node *document)
{
    struct xlm_book *book = arena_new_of(document->tree->arena, struct xlm_book);
    book->node = document;
    book->arena = document->tree->arena;
    return book;
}

uint32_t xlm_add_sheet(struct xlm_book *book, struct bytes name, enum xlm_state state, bool macro)
{
    if (book->sheet_count == book->sheet_capacity) {
        uint32_t capacity = book->sheet_capacity == 0 ? 8 : book->sheet_capacity * 2;
        struct xlm_sheet *grown = arena_array_of(book->arena, capacity, struct xlm_sheet);
        if (book->sheet_count > 0)
            memcpy(grown, book->sheet, book->sheet_count * sizeof *grown);
        book->sheet = grown;
        book->sheet_capacity = capacity;
    }
    if (book->sheet_count >= SHEETS_MAX) {
        node_limit(book->node, LIMIT_NODES);
        return SHEETS_MAX - 1;
    }
    book->sheet[book->sheet_count] =
        (struct xlm_sheet){.name = name, .state = state, .macro = macro};
    return book->sheet_count++;
}

void xlm_add_name(struct xlm_book *book, struct bytes name, struct bytes formula, bool hidden)
{
    if (book->name_count >= NAMES_MAX)
        return;
    if (book->name_count == book->name_capacity) {
        uint32_t capacity = book->name_capacity == 0 ? 8 : book->name_capacity * 2;
        struct xlm_name *grown = arena_array_of(book->arena, capacity, struct xlm_name);
        if (book->name_count > 0)
            memcpy(grown, book->name, book->name_count * sizeof *grown);
        book->name = grown;
        book->name_capacity = capacity;
    }
    book->name[book->name_count++] =
        (struct xlm_name){.name = name, .formula = formula, .hidden = hidden};
}

uint32_t xlm_find_sheet(const struct xlm_book *book, struct bytes name)
{
    for (uint32_t i = 0; i < book->sheet_count; i++)
        if (bytes_equal_fold(book->sheet[i].name, name))
            return i;
    return UINT32_MAX;
}

static uint32_t slot_of(const struct xlm_book *book, uint64_t key)
{
    uint64_t hash = key * 0x9E3779B97F4A7C15u;
    uint32_t slot = (uint32_t)(hash >> 32) & (book->cell_capacity - 1);
    while (book->cell[slot].key != 0 && book->cell[slot].key != key + 1)
        slot = (slot + 1) & (book->cell_capacity - 1);
    return slot;
}

static void grow_cells(struct xlm_book *book)
{
    struct xlm_cell *old = book->cell;
    uint32_t old_capacity = book->cell_capacity;
    book->cell_capacity = old_capacity == 0 ? 256 : old_capacity * 2;
    book->cell = arena_array_of(book->arena, book->cell_capacity, struct xlm_cell);
    for (uint32_t i = 0; i < old_capacity; i++)
        if (old[i].key != 0)
            book->cell[slot_of(book, old[i].key - 1)] = old[i];
}

struct xlm_cell *xlm_cell_at(struct xlm_book *book, uint32_t sheet, uint32_t row, uint32_t column,
                             bool make)
{
    if (sheet >= book->sheet_count || row > 0xFFFFFF || column > 0xFFFF)
        return NULL;
    uint64_t key = (uint64_t)sheet << 40 | (uint64_t)row << 16 | column;
    if (book->cell_capacity > 0) {
        struct xlm_cell *cell = &book->cell[slot_of(book, key)];
        if (cell->key != 0)
            return cell;
    }
    if (!make)
        return NULL;
    if (book->cell_count >= CELLS_MAX) {
        if (!book->full)
            node_limit(book->node, LIMIT_NODES);
        book->full = true;
        return NULL;
    }
    if (book->cell_count * 2 >= book->cell_capacity)
        grow_cells(book);
    struct xlm_cell *cell = &book->cell[slot_of(book, key)];
    cell->key = key + 1;
    book->cell_count++;
    if (row + 1 > book->sheet[sheet].rows)
        book->sheet[sheet].rows = row + 1;
    return cell;
}

void xlm_set_formula(struct xlm_book *book, uint32_t sheet, uint32_t row, uint32_t column,
                     struct bytes formula)
{
    struct xlm_cell *cell = xlm_cell_at(book, sheet, row, column, true);
    if (cell != NULL)
        cell->formula = formula;
}

void xlm_set_text(struct xlm_book *book, uint32_t sheet, uint32_t row, uint32_t column,
                  struct bytes text)
{
    struct xlm_cell *cell = xlm_cell_at(book, sheet, row, column, true);
    if (cell != NULL && cell->formula.at == NULL)
        cell->text = text, cell->is_number = false;
}

void xlm_set_number(struct xlm_book *book, uint32_t sheet, uint32_t row, uint32_t column,
                    double number)
{
    struct xlm_cell *cell = xlm_cell_at(book, sheet, row, column, true);
    if (cell != NULL && cell->formula.at == NULL)
        cell->number = number, cell->is_number = true;
}

struct bytes xlm_place(const struct xlm_book *book, uint32_t sheet, uint32_t row, uint32_t column)
{
    char letters[8];
    int at = 7;
    letters[at] = 0;
    for (uint32_t n = column + 1; n > 0 && at > 0; n = (n - 1) / 26)
        letters[--at] = (char)('A' + (n - 1) % 26);
    if (sheet >= book->sheet_count)
        return arena_printf(book->arena, "%s%u", letters + at, row + 1);
    struct bytes name = book->sheet[sheet].name;
    bool plain = name.len > 0 && ascii_is_alpha(name.at[0]);
    for (size_t i = 0; i < name.len && plain; i++)
        plain = ascii_is_alnum(name.at[i]) || name.at[i] == '_';
    return plain ? arena_printf(book->arena, "%.*s!%s%u", BYTES_FMT(name), letters + at, row + 1)
                 : arena_printf(book->arena, "'%.*s'!%s%u", BYTES_FMT(name), letters + at, row + 1);
}

static int by_key(const void *a, const void *b)
{
    const struct xlm_cell *x = *(const struct xlm_cell *const *)a,
                          *y = *(const struct xlm_cell *const *)b;
    uint64_t s = xlm_key_sheet(x->key - 1), t = xlm_key_sheet(y->key - 1);
    if (s != t)
        return s < t ? -1 : 1;
    uint32_t c = xlm_key_column(x->key - 1), d = xlm_key_column(y->key - 1);
    if (c != d) /* macros run down a column */
        return c < d ? -1 : 1;
    return x->key < y->key ? -1 : x->key > y->key;
}

/* The macro sheets' formulas as text, a line each: what an analyst reads and rules search. */
static void hang_formulas(struct xlm_book *book)
{
    uint32_t count = 0;
    struct xlm_cell **row = arena_array_of(book->arena, book->cell_count + 1, struct xlm_cell *);
    for (uint32_t i = 0; i < book->cell_capacity; i++)
        if (book->cell[i].key != 0 && book->sheet[xlm_key_sheet(book->cell[i].key - 1)].macro)
            row[count++] = &book->cell[i];
    qsort(row, count, sizeof(struct xlm_cell *), by_key);
    struct text out;
    text_init(&out, book->arena, 4 * 1024 * 1024);
    for (uint32_t i = 0; i < book->name_count; i++)
        text_add_format(&out, "%.*s: =%.*s\n", BYTES_FMT(book->name[i].name),
                        BYTES_FMT(book->name[i].formula));
    for (uint32_t i = 0; i < count; i++) {
        uint64_t key = row[i]->key - 1;
        text_add(&out, xlm_place(book, xlm_key_sheet(key), xlm_key_row(key), xlm_key_column(key)));
        if (row[i]->formula.at != NULL)
            text_add_string(&out, ": ="), text_add(&out, row[i]->formula);
        else if (row[i]->is_number)
            text_add_format(&out, ": %.15g", row[i]->number);
        else
            text_add_string(&out, ": "), text_add(&out, row[i]->text);
        text_add_byte(&out, '\n');
    }
    if (out.over_limit)
        node_limit(book->node, LIMIT_BYTES_OUT);
    if (!open_take_bytes(book->node, out.len))
        return;
    struct node *view = node_add(book->node, text_bytes(&out), BYTES("xlm.txt"));
    if (view == NULL)
        return;
    view->kind = KIND_TEXT;
    view->is_view = true;
}

void xlm_run(struct xlm_book *book)
{
    struct node *node = book->node;
    int64_t macros = 0;
    for (uint32_t i = 0; i < book->sheet_count; i++) {
        const struct xlm_sheet *sheet = &book->sheet[i];
        if (sheet->state != XLM_VISIBLE)
            node_fact_add(node, FACT_XLM_HIDDEN_SHEETS, sheet->name);
        if (!sheet->macro)
            continue;
        macros++;
        node_fact_add(node, FACT_XLM_SHEETS, sheet->name);
        if (sheet->state != XLM_VISIBLE)
            node_fact_bool(node, FACT_XLM_HIDDEN_MACRO, true);
        if (sheet->state == XLM_VERY_HIDDEN)
            node_fact_bool(node, FACT_XLM_VERY_HIDDEN_MACRO, true);
    }
    if (macros == 0)
        return;
    node_fact_bool(node, FACT_MACRO_PRESENT, true);
    hang_formulas(book);
    xlm_evaluate(book);
}
