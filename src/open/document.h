/* SPDX-License-Identifier: Apache-2.0
 *
 * What all document formats share: the text as a view child, the phrases that ask to enable
 * content, and what
 * macros can read in their document. */
#ifndef NOROSHI_OPEN_DOCUMENT_H
#define NOROSHI_OPEN_DOCUMENT_H

#include "artifact/node.h"

/* Hang TEXT (UTF-8) below NODE as a view of kind TEXT and look for lures; nothing where it is
 * blank. */
void document_text(struct node *node, struct bytes text);
/* The phrases of TEXT that ask the reader to enable content, as fact macro.lure on NODE. */
void document_lure(struct node *node, struct bytes text);
/* A cell's text, for macros that read it (script_document_value): "cell:sheet!a1" and "cell:a1". */
void document_cell(struct node *node, struct bytes sheet, uint32_t row, uint32_t column,
                   struct bytes text);
/* An object somebody embedded: a child with its bytes, opened like any file. */
struct node *document_object(struct node *node, struct bytes content, struct bytes name);
/* \1Ole10Native or an OLE1 package (MS-OLEDS 2.3.6): the file inside, with its name; NULL where
 * there is none. */
struct node *document_package(struct node *node, struct bytes native);
/* An external relationship TYPE -> TARGET (not a plain hyperlink): facts oletools.relationships,
 * ... */
void document_relationship(struct node *node, struct bytes type, struct bytes target);
/* A dynamic data exchange link or field: COMMAND as it would be started. */
void document_dde(struct node *node, struct bytes command);

/* A field's instruction (DDEAUTO, INCLUDEPICTURE, HYPERLINK, ...): commands, external targets,
 * links. */
void document_field(struct node *node, struct bytes code);

#endif
