/* SPDX-License-Identifier: Apache-2.0
 *
 * What the readers of OOXML parts share: ooxml.c walks the package, ooxml_text.c reads prose and
 * slides,
 * ooxml_sheet.c workbooks. */
#ifndef NOROSHI_OPEN_OOXML_PART_H
#define NOROSHI_OPEN_OOXML_PART_H

#include "base/text.h"
#include "open/xml.h"
#include "open/xlsb.h"

struct ooxml {
    struct node *node;
    struct arena *arena;
    struct text text; /* of the document */
    bool macros;      /* a VBA project is there */
    int64_t words, images, slides;
};

/* The member PATH (ASCII case and a leading slash ignored), or NULL. */
struct node *ooxml_member(const struct ooxml *o, struct bytes path);
/* The part a relationship ID of part PATH points to, as a member path; absent where there is none.
 * */
struct bytes ooxml_target(const struct ooxml *o, struct bytes path, struct bytes id,
                          bool *macro_out);

/* Text, fields and breaks of a WordprocessingML or DrawingML part into o->text (ooxml_text.c). */
void ooxml_read_text(struct ooxml *o, struct bytes part);
/* docProps/core.xml and app.xml; document variables of settings.xml. */
void ooxml_read_properties(struct ooxml *o, struct bytes part);
void ooxml_read_settings(struct ooxml *o, struct bytes part);
/* xl/workbook.xml or .bin with all its sheets (ooxml_sheet.c). */
void ooxml_read_workbook(struct ooxml *o);

#endif
