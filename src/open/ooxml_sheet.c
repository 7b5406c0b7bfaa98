/* SPDX-License-Identifier: Apache-2.0 */
#include "open/document.h"
#include "open/ooxml_part.h"
#include "open/script.h"

#include <stdlib.h>

#define SHEETS_MAX 1024u
#define STRINGS_MAX 200000u

struct sheet_part {
    struct node *part;
    uint32_t index; /* in the book */
};

struct reader {
    struct ooxml *o;
    struct xlm_book *book;
    struct xlsb binary;
    struct bytes *string;
    uint32_t strings, string_capacity;
    struct sheet_part *sheet;
    uint32_t sheets;
    bool keep_cells;
};

static void add_sheet(struct reader *r, struct bytes workbook, struct bytes name,
                      struct bytes relation, enum xlm_state state)
{
    bool macro = false;
    if (r->sheets >= SHEETS_MAX)
        return;
    struct bytes target = ooxml_target(r->o, workbook, relation, &macro);
    macro = macro || bytes_find_fold(target, BYTES("macrosheet"), 0) != BYTES_NPOS;
    struct node *part = target.len > 0 ? ooxml_member(r->o, target) : NULL;
    uint32_t index = xlm_add_sheet(r->book, name, state, macro);
    r->sheet[r->sheets++] = (struct sheet_part){part, index};
    r->keep_cells = r->keep_cells || macro;
    if (part == NULL)
        node_anomaly(r->o->node, ANOMALY_MALFORMED, 0, 0,
                     BYTES("a sheet of the workbook is not in the package"));
}

static void read_workbook_xml(struct reader *r, struct bytes path, struct bytes part)
{
    struct xml xml;
    struct bytes name = BYTES_NONE, hidden = BYTES_NONE;
    xml_begin(&xml, r->o->arena, part);
    while (xml_next(&xml)) {
        if (xml.event == XML_OPEN && xml_is(&xml, "sheet")) {
            struct bytes state = xml_attribute(&xml, "state"), relation = BYTES_NONE;
            relation = xml_attribute(&xml, "id");
            add_sheet(r, path, xml_attribute(&xml, "name"), relation,
                      bytes_equal(state, BYTES("veryHidden")) ? XLM_VERY_HIDDEN
                      : bytes_equal(state, BYTES("hidden"))   ? XLM_HIDDEN
                                                              : XLM_VISIBLE);
        } else if (xml.event == XML_OPEN && xml_is(&xml, "definedName")) {
            name = xml_attribute(&xml, "name");
            hidden = xml_attribute(&xml, "hidden");
        } else if (xml.event == XML_TEXT && name.at != NULL) {
            xlm_add_name(r->book, name, xml_decode(r->o->arena, xml.text),
                         bytes_equal(hidden, BYTES("1")) || bytes_equal(hidden, BYTES("true")));
            name = BYTES_NONE;
        } else if (xml.event == XML_CLOSE) {
            name = BYTES_NONE;
        }
    }
}

static void add_string(struct reader *r, struct bytes s)
{
    if (r->strings == r->string_capacity && r->strings < STRINGS_MAX) {
        uint32_t capacity = r->string_capacity == 0 ? 64 : r->string_capacity * 2;
        struct bytes *grown = arena_array_of(r->o->arena, capacity, struct bytes);
        for (uint32_t i = 0; i < r->strings; i++)
            grown[i] = r->string[i];
        r->string = grown;
        r->string_capacity = capacity;
    }
    if (r->strings < r->string_capacity)
        r->string[r->strings++] = s;
    else
        node_limit(r->o->node, LIMIT_NODES);
    text_add(&r->o->text, s);
    text_add_byte(&r->o->text, '\n');
}

static void read_strings_xml(struct reader *r, struct bytes part)
{
    struct xml xml;
    struct text item;
    bool inside = false, in_text = false;
    text_init(&item, r->o->arena, 0);
    xml_begin(&xml, r->o->arena, part);
    while (xml_next(&xml)) {
        if (xml.event == XML_TEXT) {
            if (inside && in_text)
                text_add(&item, xml_decode(r->o->arena, xml.text));
        } else if (xml_is(&xml, "si")) {
            if (inside || xml.empty)
                add_string(r, item.len == 0 ? BYTES("") : text_bytes(&item));
            inside = xml.event == XML_OPEN && !xml.empty;
            text_init(&item, r->o->arena, 0);
        } else if (xml_is(&xml, "t")) {
            in_text = xml.event == XML_OPEN && !xml.empty;
        }
    }
}

/* "B7" into row and column. */
static bool cell_place(struct bytes s, uint32_t *row, uint32_t *column)
{
    size_t at = 0;
    uint32_t c = 0, r = 0;
    while (at < s.len && ascii_is_alpha(s.at[at]) && at < 3)
        c = c * 26 + (uint32_t)(ascii_lower(s.at[at++]) - 'a' + 1);
    while (at < s.len && ascii_is_digit(s.at[at]) && r < 10000000)
        r = r * 10 + (uint32_t)(s.at[at++] - '0');
    *row = r - 1, *column = c - 1;
    return c > 0 && r > 0 && at == s.len;
}

struct cell {
    struct bytes place, type, formula, value;
};

static void finish_cell(struct reader *r, const struct cell *cell, uint32_t sheet)
{
    uint32_t row, column;
    if (!cell_place(cell->place, &row, &column))
        return;
    if (cell->formula.at != NULL && r->book->sheet[sheet].macro) {
        xlm_set_formula(r->book, sheet, row, column, cell->formula);
        return;
    }
    if (cell->value.at == NULL)
        return;
    struct bytes text = cell->value;
    if (bytes_equal(cell->type, BYTES("s"))) {
        int64_t index;
        text = bytes_to_int(cell->value, 0, (int64_t)r->strings - 1, &index) ? r->string[index]
                                                                             : BYTES("");
    } else if (cell->type.len == 0 || bytes_equal(cell->type, BYTES("n"))) {
        char number[64] = {0};
        memcpy(number, text.at, text.len < 63 ? text.len : 63);
        xlm_set_number(r->book, sheet, row, column, strtod(number, NULL));
        return;
    } else {
        text_add(&r->o->text, text);
        text_add_byte(&r->o->text, '\n');
    }
    xlm_set_text(r->book, sheet, row, column, text);
    document_cell(r->o->node, r->book->sheet[sheet].name, row, column, text);
}

/* Cells: <c r="B7" t="s"><f>..</f><v>0</v></c>, or <is><t>..</t></is>. */
static void read_sheet_xml(struct reader *r, struct bytes part, uint32_t sheet)
{
    struct xml xml;
    struct cell cell = {0};
    struct bytes inside = BYTES_NONE;
    uint32_t events = 0;
    xml_begin(&xml, r->o->arena, part);
    while (xml_next(&xml)) {
        if ((++events & 8191) == 0 && !budget_time_left(r->o->node->tree->budget)) {
            node_limit(r->o->node, LIMIT_MILLISECONDS);
            return;
        }
        if (xml.event == XML_OPEN && xml_is(&xml, "c")) {
            cell =
                (struct cell){.place = xml_attribute(&xml, "r"), .type = xml_attribute(&xml, "t")};
        } else if (xml.event == XML_CLOSE && xml_is(&xml, "c")) {
            finish_cell(r, &cell, sheet);
            cell = (struct cell){0};
        } else if (xml.event == XML_TEXT && cell.place.at != NULL) {
            struct bytes text = xml_decode(r->o->arena, xml.text);
            if (bytes_equal(inside, BYTES("f")))
                cell.formula = text;
            else if (bytes_equal(inside, BYTES("v")) || bytes_equal(inside, BYTES("t")))
                cell.value = text;
        }
        inside = xml.event == XML_OPEN && !xml.empty ? xml.name : BYTES_NONE;
    }
}

/* xl/externalLinks: <ddeLink ddeService="cmd" ddeTopic="/c calc">. */
static void read_external_link(struct ooxml *o, const struct node *part)
{
    struct xml xml;
    xml_begin(&xml, o->arena, part->content);
    while (xml_next(&xml))
        if (xml.event == XML_OPEN && xml_is(&xml, "ddeLink")) {
            struct bytes service = xml_attribute(&xml, "ddeService"),
                         topic = xml_attribute(&xml, "ddeTopic");
            document_dde(o->node,
                         arena_printf(o->arena, "%.*s %.*s", BYTES_FMT(service), BYTES_FMT(topic)));
        }
}

static void read_binary_workbook(struct reader *r, struct bytes path, struct bytes part)
{
    struct xlsb *x = &r->binary;
    xlsb_read_workbook(x, part);
    for (uint32_t i = 0; i < x->sheets; i++)
        add_sheet(r, path, x->sheet[i].name, x->sheet[i].relation, x->sheet[i].state);
    xlsb_finish_names(x);
}

void ooxml_read_workbook(struct ooxml *o)
{
    struct reader r = {.o = o, .book = xlm_new(o->node)};
    r.sheet = arena_array_of(o->arena, SHEETS_MAX, struct sheet_part);
    r.binary = (struct xlsb){
        .book = r.book, .text = &o->text, .context = {.book = r.book, .form = XLM_BIFF12}};
    struct node *xml = ooxml_member(o, BYTES("xl/workbook.xml")),
                *bin = ooxml_member(o, BYTES("xl/workbook.bin"));
    struct node *strings = ooxml_member(o, BYTES("xl/sharedStrings.xml"));
    struct node *strings_bin = ooxml_member(o, BYTES("xl/sharedStrings.bin"));
    r.keep_cells = o->macros;
    if (bin != NULL)
        read_binary_workbook(&r, BYTES("xl/workbook.bin"), bin->content);
    if (xml != NULL)
        read_workbook_xml(&r, BYTES("xl/workbook.xml"), xml->content);
    if (bin == NULL && xml == NULL)
        node_anomaly(o->node, ANOMALY_MALFORMED, 0, 0,
                     BYTES("a workbook package without its workbook"));
    if (strings != NULL)
        read_strings_xml(&r, strings->content);
    if (strings_bin != NULL)
        xlsb_read_strings(&r.binary, strings_bin->content);
    r.binary.keep_cells = r.keep_cells;
    for (uint32_t i = 0; i < r.sheets; i++) {
        const struct node *part = r.sheet[i].part;
        if (part == NULL)
            continue;
        struct bytes head = bytes_trim(bytes_sub(part->content, 0, 64));
        bool text =
            bytes_ends_fold(part->name, BYTES(".xml")) || (head.len > 0 && head.at[0] == '<');
        if (!text)
            xlsb_read_sheet(&r.binary, part->content, r.sheet[i].index);
        else if (r.keep_cells || bytes_find(part->content, BYTES("inlineStr"), 0) != BYTES_NPOS)
            read_sheet_xml(&r, part->content, r.sheet[i].index);
    }
    for (const struct node *part = o->node->first_child; part != NULL; part = part->next)
        if (bytes_find_fold(part->name, BYTES("externalLinks/externalLink"), 0) != BYTES_NPOS &&
            bytes_ends_fold(part->name, BYTES(".xml")))
            read_external_link(o, part);
    xlm_run(r.book);
}
