/* SPDX-License-Identifier: Apache-2.0
 *
 * The binary parts of an XLSB (MS-XLSB, BIFF12): workbook.bin, sheets, shared strings.
 *
 * A record is a type of one or two bytes, a length of one to four (seven bits each), and data
 * (2.1.4).  What
 * comes in is a part's bytes, what goes out fills the workbook of xlm.h. */
#ifndef NOROSHI_OPEN_XLSB_H
#define NOROSHI_OPEN_XLSB_H

#include "open/xlm_ptg.h"

struct xlsb_sheet {
    struct bytes name, relation; /* relation: the id in workbook.bin.rels */
    enum xlm_state state;
};

struct xlsb {
    struct xlm_book *book;
    struct xlm_context context;
    struct text *text; /* of the document; strings are added */
    struct xlsb_sheet *sheet;
    uint32_t sheets;
    struct bytes *string;
    uint32_t strings;
    struct bytes *name, *name_rgce;
    bool *name_hidden;
    uint32_t names;
    bool keep_cells;
};

/* Sheets, names (not yet decompiled) and externals of workbook.bin. */
void xlsb_read_workbook(struct xlsb *xlsb, struct bytes part);
void xlsb_read_strings(struct xlsb *xlsb, struct bytes part);
/* Decompile the names, once all sheets are in the book. */
void xlsb_finish_names(struct xlsb *xlsb);
/* The cells of one sheet part into sheet SHEET of the book. */
void xlsb_read_sheet(struct xlsb *xlsb, struct bytes part, uint32_t sheet);

#endif
