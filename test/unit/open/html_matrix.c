/* SPDX-License-Identifier: Apache-2.0
 *
 * Draws one pattern with 25 x 25 modules in every form and reads it back. */
#include "open/html.h"

#include "base/text.h"
#include "tap.h"

#include <talloc.h>

#define SIDE 25

static uint8_t module_at(unsigned x, unsigned y)
{
    return x == 0 || y == 0 || (x * 7 + y * 5 + x * y) % 3 == 0;
}

static void check(const struct html_matrix *matrix, uint32_t count, bool from_table,
                  const char *what)
{
    bool same =
        count == 1 && matrix->width == SIDE && matrix->height >= SIDE && matrix->height <= SIDE + 1;
    for (unsigned y = 0; same && y < SIDE; y++)
        for (unsigned x = 0; same && x < SIDE; x++)
            same = matrix->module[y * matrix->width + x] == module_at(x, y);
    if (!tap_ok(same && matrix->from_table == from_table, "%s", what))
        printf("#   %u found, %u x %u\n", count, count ? matrix->width : 0,
               count ? matrix->height : 0);
}

static void check_page(struct arena *arena, const struct text *page, bool from_table,
                       const char *what)
{
    struct html_matrix *found;
    uint32_t count =
        html_find_matrices(html_read(arena, NULL, text_bytes(page), false), arena, &found);
    check(found, count, from_table, what);
}

int main(void)
{
    void *parent = talloc_new(NULL);
    struct arena *arena = arena_new(parent);
    struct html_matrix *found;
    struct text table, classes, blocks, halves, plain, spans;
    struct text *const all[] = {&table, &classes, &blocks, &halves, &plain, &spans};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        text_init(all[i], arena, 0);
    text_add_string(&table, "<p>Scan</p><table cellspacing=0>");
    text_add_string(&classes, "<style>.d{background:#111}</style><table>");
    text_add_string(&blocks, "<pre>");
    text_add_string(&halves, "<div>Scan me</div><div>");
    for (unsigned y = 0; y < SIDE; y++) {
        text_add_string(&table, "<tr>");
        text_add_string(&classes, "<tr>");
        text_add_string(&spans, y == 0 ? "<table><tr>" : "<tr>");
        for (unsigned x = 0; x < SIDE; x++) {
            text_add_string(&table, module_at(x, y) ? "<td bgcolor=#000000 width=4></td>"
                                                    : "<td width=4>&nbsp;</td>");
            text_add_string(&classes, module_at(x, y) ? "<td class=d>" : "<td>");
            text_add_string(&blocks, module_at(x, y) ? "██" : "  ");
            text_add_string(&plain, module_at(x, y) ? "⬛" : "⬜");
            unsigned run = 1;
            while (x + run < SIDE && module_at(x + run, y) == module_at(x, y))
                run++;
            text_add_format(&spans, "<td colspan=%u style='background-color:%s'>", run,
                            module_at(x, y) ? "black" : "white");
            for (unsigned skip = 1; skip < run; skip++, x++) {
                text_add_string(&table, module_at(x + 1, y) ? "<td bgcolor=#000000>" : "<td>");
                text_add_string(&classes, module_at(x + 1, y) ? "<td class=d>" : "<td>");
                text_add_string(&blocks, module_at(x + 1, y) ? "██" : "  ");
                text_add_string(&plain, module_at(x + 1, y) ? "⬛" : "⬜");
            }
        }
        text_add_string(&blocks, "\n");
        text_add_string(&plain, "\r\n");
    }
    for (unsigned y = 0; y < SIDE; y += 2) {
        for (unsigned x = 0; x < SIDE; x++) {
            bool up = module_at(x, y), down = y + 1 < SIDE && module_at(x, y + 1);
            text_add_string(&halves, up && down ? "█" : up ? "▀" : down ? "▄" : "&nbsp;");
        }
        text_add_string(&halves, "<br>");
    }
    const char *const names[] = {"coloured cells", "cells coloured by class",
                                 "pairs of full blocks in pre", "half blocks and <br>"};
    for (int i = 0; i < 4; i++)
        check_page(arena, all[i], i < 2, names[i]);
    check_page(arena, &spans, true, "runs as colspan");
    uint32_t count = html_text_matrices(text_bytes(&plain), arena, &found);
    check(found, count, false, "squares in plain text");
    static const char ordinary[] = "<table><tr><td>a<td>b<tr><td>c<td>d</table>";
    tap_int(html_find_matrices(html_read(arena, NULL, BYTES(""), false), arena, &found), 0,
            "nothing in nothing");
    tap_int(
        html_find_matrices(html_read(arena, NULL, bytes_of_string(ordinary), false), arena, &found),
        0, "an ordinary table is none");
    talloc_free(parent);
    return tap_end();
}
