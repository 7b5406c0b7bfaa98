/* SPDX-License-Identifier: Apache-2.0
 *
 * BIFF12 parts, their tokens, and the evaluation of what they spell. */
#include "open/xlsb.h"

#include "base/arena.h"
#include "base/text.h"

#include <talloc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *parent = talloc_new(NULL);
    struct budget budget;
    struct text text;
    budget_init(&budget);
    budget.most[LIMIT_MILLISECONDS] = 2000;
    struct arena *arena = arena_new(parent);
    struct tree *tree = tree_new(arena, &budget, bytes_of(data, size), BYTES("a.xlsb"));
    struct xlm_book *book = xlm_new(tree->root);
    text_init(&text, arena, 1 << 20);
    struct xlsb xlsb = {.book = book, .text = &text, .context = {.book = book, .form = XLM_BIFF12}, .keep_cells = true};
    xlm_add_sheet(book, BYTES("Macro1"), XLM_HIDDEN, true);
    xlsb_read_workbook(&xlsb, bytes_of(data, size));
    xlsb_read_strings(&xlsb, bytes_of(data, size));
    xlsb_finish_names(&xlsb);
    xlsb_read_sheet(&xlsb, bytes_of(data, size), 0);
    xlm_run(book);
    talloc_free(parent);
    return 0;
}
