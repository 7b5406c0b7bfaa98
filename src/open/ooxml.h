/* SPDX-License-Identifier: Apache-2.0
 *
 * Office Open XML (ECMA-376, ISO/IEC 29500) over a container somebody else opened.
 *
 * The ZIP opener hangs the members below NODE as children (name: the part's path as in the
 * archive) and
 * sets NODE's kind to DOCX, XLSX, XLSB or PPTX; this reads the parts: relationships (external
 * targets,
 * remote templates, embedded objects, ActiveX), the VBA project, Excel 4.0 macro sheets of both
 * the XML and
 * the binary form, dynamic data exchange fields, and the document's text, which becomes a view
 * child.
 * It never fails; what it finds are facts and anomalies on NODE.  Cost O(bytes of the parts). */
#ifndef NOROSHI_OPEN_OOXML_H
#define NOROSHI_OPEN_OOXML_H

#include "artifact/node.h"

/* The kind a container with NAMES (count member paths) is: DOCX XLSX XLSB PPTX, or UNKNOWN where
 * it is not
 * OOXML.  CONTENT_TYPES is the decoded [Content_Types].xml, absent where there is none. */
enum kind ooxml_kind(const struct bytes *names, size_t count, struct bytes content_types);
/* Read the parts below NODE, whose children are the members; children are not opened yet. */
void ooxml_open(struct node *node);

#endif
