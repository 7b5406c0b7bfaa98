/* SPDX-License-Identifier: Apache-2.0
 *
 * Spreadsheets in text: CSV whose cells start programs (dynamic data exchange, formula injection),
 * and SYLK, which
 * may hold Excel 4.0 macros (xlm.h).  Cost O(bytes). */
#include "open/document.h"
#include "open/opener.h"
#include "open/script_report.h"
#include "open/xlm.h"

/* ' =cmd|'/c calc'!A1 ': program, topic; what a spreadsheet starts by exchange (also with + - @ in
 * front). */
static void look_for_exchange(struct node *node, struct bytes cell)
{
    cell = bytes_trim(cell);
    while (cell.len > 0 && (cell.at[0] == '"' || cell.at[0] == '=' || cell.at[0] == '+' ||
                            cell.at[0] == '-' || cell.at[0] == '@'))
        cell = bytes_from(cell, 1);
    size_t bar = bytes_find_byte(cell, '|', 0),
           bang = bytes_find_byte(cell, '!', bar == BYTES_NPOS ? 0 : bar);
    if (bar == BYTES_NPOS || bang == BYTES_NPOS || bar == 0 || bar > 128)
        return;
    struct bytes program = bytes_sub(cell, 0, bar),
                 topic = bytes_sub(cell, bar + 1, bang - bar - 1);
    size_t last = bytes_find_last_byte(program, '(');
    program = bytes_from(program, last == BYTES_NPOS ? 0 : last + 1);
    while (topic.len > 0 && (topic.at[0] == '\'' || topic.at[0] == ' '))
        topic = bytes_from(topic, 1);
    while (topic.len > 0 && topic.at[topic.len - 1] == '\'')
        topic.len--;
    for (size_t i = 0; i < program.len; i++)
        if (!ascii_is_alnum(program.at[i]) && program.at[i] != '\\' && program.at[i] != ':' &&
            program.at[i] != '.' && program.at[i] != '_')
            return;
    document_dde(
        node, arena_printf(node->tree->arena, "%.*s %.*s", BYTES_FMT(program), BYTES_FMT(topic)));
}

static void csv_open(struct node *node)
{
    struct bytes rest = node->content, line;
    struct report report;
    report_begin(&report, node, node);
    while (bytes_next_line(&rest, &line)) {
        if (bytes_find_byte(line, '|', 0) != BYTES_NPOS) {
            bool quoted = false; /* separators inside quotes belong to the cell */
            for (size_t at = 0, from = 0; at <= line.len; at++) {
                quoted = quoted != (at < line.len && line.at[at] == '"');
                if (at < line.len &&
                    (quoted || (line.at[at] != ',' && line.at[at] != ';' && line.at[at] != '\t')))
                    continue;
                struct bytes cell = bytes_trim(bytes_sub(line, from, at - from));
                struct bytes formula =
                    cell.len > 0 && cell.at[0] == '"' ? bytes_from(cell, 1) : cell;
                if (formula.len > 0 && memchr("=+-@", formula.at[0], 4) != NULL)
                    look_for_exchange(node, cell);
                from = at + 1;
            }
        }
        size_t link = bytes_find_fold(line, BYTES("=HYPERLINK("), 0),
               web = bytes_find_fold(line, BYTES("=WEBSERVICE("), 0);
        if (link != BYTES_NPOS || web != BYTES_NPOS) {
            node_fact_add(node, FACT_DOCUMENT_FORMULAS,
                          bytes_sub(line, link != BYTES_NPOS ? link : web, 512));
            report_literal(&report, line);
        }
    }
    report_end(&report);
}

static int csv_bid(const struct node *node)
{
    return node->kind == KIND_CSV ? 60 : 0;
}

const struct opener opener_csv = {.name = "csv", .bid = csv_bid, .open = csv_open};

/* SYLK: "C;Y3;X1;K0;EEXEC("calc")" cells, "NN;NAuto_open;ER1C1" names, "O;E" for a macro sheet. */
static void slk_open(struct node *node)
{
    struct bytes rest = node->content, line;
    struct xlm_book *book = xlm_new(node);
    uint32_t row = 0, column = 0;
    bool macro = bytes_find(node->content, BYTES("\nO;E"), 0) != BYTES_NPOS ||
                 bytes_find(node->content, BYTES("O;E"), 0) == 0;
    macro = macro || bytes_find_fold(node->content, BYTES(";NAuto_"), 0) != BYTES_NPOS;
    uint32_t sheet = xlm_add_sheet(book, BYTES("Sheet1"), XLM_VISIBLE, macro);
    while (bytes_next_line(&rest, &line)) {
        bool cell = bytes_starts(line, BYTES("C;")), name = bytes_starts(line, BYTES("NN;"));
        struct bytes fields = line, field, called = BYTES_NONE, formula = BYTES_NONE,
                     value = BYTES_NONE;
        if (!cell && !name)
            continue;
        while (bytes_next_field(&fields, ';', &field)) {
            int64_t n;
            struct bytes body = bytes_from(field, 1);
            uint8_t letter = field.len > 0 ? field.at[0] : 0;
            if (letter == 'E') { /* the formula may hold semicolons: the rest of the line */
                formula = bytes_of(body.at, (size_t)(line.at + line.len - body.at));
                break;
            }
            if (letter == 'Y' && bytes_to_int(body, 1, 65536, &n))
                row = (uint32_t)n - 1;
            else if (letter == 'X' && bytes_to_int(body, 1, 256, &n))
                column = (uint32_t)n - 1;
            else if (letter == 'N' && name && body.len > 1)
                called = body;
            else if (letter == 'K')
                value = body;
        }
        if (name && formula.at != NULL)
            xlm_add_name(book, called, formula, false);
        else if (cell && formula.at != NULL) {
            xlm_set_formula(book, sheet, row, column, formula);
            look_for_exchange(node, formula);
        } else if (cell && value.at != NULL && value.len > 1 && value.at[0] == '"')
            xlm_set_text(book, sheet, row, column, bytes_sub(value, 1, value.len - 2));
    }
    xlm_run(book);
}

static int slk_bid(const struct node *node)
{
    return node->kind == KIND_SLK ? 90 : 0;
}

const struct opener opener_slk = {.name = "slk", .bid = slk_bid, .open = slk_open};
