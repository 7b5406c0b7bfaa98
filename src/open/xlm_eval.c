/* SPDX-License-Identifier: Apache-2.0 */
#include "open/xlm_eval.h"

#include "base/table.h"

#include <stdlib.h>
#include <talloc.h>

#define CALLS_MAX 24u
#define QUEUE_MAX 256u

struct bytes xlm_upper(struct arena *arena, struct bytes s)
{
    uint8_t *upper = arena_alloc(arena, s.len + 1);
    for (size_t i = 0; i < s.len; i++)
        upper[i] = (uint8_t)(s.at[i] - 'a') < 26 ? (uint8_t)(s.at[i] - 32) : s.at[i];
    return bytes_of(upper, s.len);
}

void xlm_enqueue(struct xlm_machine *m, struct xlm_area area)
{
    if (m->queued >= QUEUE_MAX)
        return;
    for (uint32_t i = 0; i < m->queued; i++)
        if (m->queue[i].sheet == area.sheet && m->queue[i].row == area.row &&
            m->queue[i].column == area.column)
            return;
    m->queue[m->queued++] = area;
}

void xlm_store(struct xlm_machine *m, struct xlm_area area, struct xlm_value v)
{
    v = xlm_deref(m, v);
    for (uint32_t row = area.row; row <= area.last_row && row - area.row < 4096; row++)
        for (uint32_t column = area.column; column <= area.last_column && column - area.column < 64;
             column++) {
            if (!xlm_step(m, 1))
                return;
            struct xlm_cell *cell = xlm_cell_at(m->book, area.sheet, row, column, true);
            if (cell == NULL)
                return;
            cell->is_unknown = v.tag == XLM_UNKNOWN;
            cell->is_number = v.tag == XLM_NUMBER || v.tag == XLM_TRUTH;
            cell->number = v.number;
            cell->text = v.tag == XLM_TEXT || v.tag == XLM_UNKNOWN ? v.text : BYTES_NONE;
        }
}

/* Run one cell; true where it holds a formula. */
static bool run_cell(struct xlm_machine *m)
{
    struct xlm_cell *cell = xlm_cell_at(m->book, m->sheet, m->row, m->column, false);
    if (cell == NULL || cell->formula.at == NULL)
        return false;
    cell->ran = true;
    uint32_t depth = m->depth;
    m->depth = m->calls; /* nesting is per formula, plus that of the calls */
    struct xlm_value v = xlm_formula(m, cell->formula);
    m->depth = depth;
    if (v.tag == XLM_TEXT)
        report_built(&m->report, v.text);
    if (v.tag != XLM_REFERENCE && v.tag != XLM_MISSING)
        xlm_store(m, (struct xlm_area){m->sheet, m->row, m->column, m->row, m->column}, v);
    return true;
}

struct xlm_value xlm_run_from(struct xlm_machine *m, struct xlm_area area)
{
    struct xlm_value result = xlm_unknown("{?}");
    if (m->calls >= CALLS_MAX || area.sheet >= m->book->sheet_count)
        return result;
    uint32_t sheet = m->sheet, row = m->row, column = m->column, loops = m->loops,
             unsure = m->unsure;
    struct bytes rest = m->rest;
    m->calls++;
    m->unsure = 0;
    m->sheet = area.sheet, m->row = area.row, m->column = area.column;
    uint32_t runs = 0,
             gap = 0; /* Excel walks on over empty cells; what lies far below is run by run_rest */
    while (m->row < m->book->sheet[m->sheet].rows && gap < 4096 && runs < 100000 &&
           xlm_step(m, 1)) {
        m->flow = XLM_GO_ON;
        bool ran = run_cell(m);
        runs += ran;
        gap = ran ? 0 : gap + 1;
        if (m->flow == XLM_GO_TO && m->target.sheet < m->book->sheet_count) {
            m->sheet = m->target.sheet, m->row = m->target.row, m->column = m->target.column;
            continue;
        }
        if (m->flow == XLM_HALT || m->flow == XLM_BACK)
            break;
        m->row++;
    }
    if (runs >= 100000) {
        node_limit(m->book->node, LIMIT_EVAL_STEPS);
        m->over = true;
    }
    if (m->flow == XLM_BACK)
        result = m->result;
    if (m->flow != XLM_HALT)
        m->flow = XLM_GO_ON;
    m->calls--;
    m->sheet = sheet, m->row = row, m->column = column, m->loops = loops, m->unsure = unsure;
    m->rest = rest;
    return result;
}

static bool starts_by_itself(struct bytes name)
{
    size_t at = bytes_starts_fold(name, BYTES("_xlnm.")) ? 6 : 0;
    name = bytes_from(name, at);
    return bytes_starts_fold(name, BYTES("auto_open")) ||
           bytes_starts_fold(name, BYTES("auto_close")) ||
           bytes_starts_fold(name, BYTES("auto_activate")) ||
           bytes_starts_fold(name, BYTES("auto_deactivate"));
}

static void run_starts(struct xlm_machine *m)
{
    for (uint32_t i = 0; i < m->book->name_count; i++) {
        const struct xlm_name *name = &m->book->name[i];
        struct xlm_area area;
        if (!starts_by_itself(name->name))
            continue;
        node_fact_add(
            m->book->node, FACT_XLM_AUTO_OPEN,
            arena_printf(m->arena, "%.*s: %.*s", BYTES_FMT(name->name), BYTES_FMT(name->formula)));
        report_add(&m->report, FACT_VBA_AUTO_EXEC, name->name);
        m->sheet = 0, m->row = m->column = 0;
        if (xlm_parse_reference(m, name->formula, &area))
            xlm_run_from(m, area);
        else {
            struct xlm_value v = xlm_formula(m, name->formula);
            if (v.tag == XLM_REFERENCE)
                xlm_run_from(m, v.area);
        }
        m->flow = XLM_GO_ON;
    }
}

static int by_column(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    uint64_t s = x >> 40, t = y >> 40, c = x & 0xFFFF, d = y & 0xFFFF;
    return s != t ? (s < t ? -1 : 1) : c != d ? (c < d ? -1 : 1) : x < y ? -1 : x > y;
}

/* What no start led to: run it all the same, in the order it stands. */
static void run_rest(struct xlm_machine *m)
{
    struct xlm_book *book = m->book;
    uint32_t count = 0;
    uint64_t *key = arena_array_of(m->arena, book->cell_count + 1, uint64_t);
    for (uint32_t i = 0; i < book->cell_capacity; i++)
        if (book->cell[i].key != 0 && book->cell[i].formula.at != NULL && !book->cell[i].ran &&
            book->sheet[xlm_key_sheet(book->cell[i].key - 1)].macro)
            key[count++] = book->cell[i].key - 1;
    qsort(key, count, sizeof *key, by_column);
    for (uint32_t i = 0; i < count && !m->over; i++) {
        uint32_t sheet = xlm_key_sheet(key[i]), row = xlm_key_row(key[i]),
                 column = xlm_key_column(key[i]);
        const struct xlm_cell *cell = xlm_cell_at(book, sheet, row, column, false);
        m->flow = XLM_GO_ON;
        if (cell != NULL && !cell->ran)
            xlm_run_from(m, (struct xlm_area){sheet, row, column, row, column});
    }
}

void xlm_evaluate(struct xlm_book *book)
{
    struct xlm_machine *m = arena_new_of(book->arena, struct xlm_machine);
    m->book = book;
    m->arena = book->arena;
    report_begin(&m->report, book->node, book->node);
    m->report.vba = true;
    m->variable = table_new(m->report.own);
    m->registered = table_new(m->report.own);
    m->queue = arena_array_of(m->arena, QUEUE_MAX, struct xlm_area);
    run_starts(m);
    for (uint32_t i = 0; i < m->queued && !m->over; i++) {
        m->flow = XLM_GO_ON;
        xlm_run_from(m, m->queue[i]);
    }
    run_rest(m);
    for (uint32_t i = 0; i < m->files; i++)
        if (m->file[i].content.len > 0)
            report_layer(&m->report, text_bytes(&m->file[i].content), "written", KIND_UNKNOWN);
    node_fact_int(book->node, FACT_SCRIPT_STEPS, (int64_t)m->steps);
    report_end(&m->report);
}
