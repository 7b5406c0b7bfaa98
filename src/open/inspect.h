/* SPDX-License-Identifier: Apache-2.0
 *
 * Inspectors: what looks at every opened node beside its opener (rows of inspect.def).
 *
 * entropy  facts on attachments and members
 * smuggle  files built inside scripts and pages: long base64, hexadecimal, number lists and escapes that
 *          decode to an archive, a program or a document are hung below
 * appended a ZIP behind a document, program, page or shortcut is hung below
 * matrix   codes drawn with characters or table cells are read (QR)
 * end      formats that write their own end and lack it: cut (page, script host, armour, signature)
 * yara     the user's rules (open/yara.h) */
#ifndef NOROSHI_OPEN_INSPECT_H
#define NOROSHI_OPEN_INSPECT_H

#include "artifact/node.h"

#define INSPECT(name) void inspect_##name(struct node *node);
#include "open/inspect.def"
#undef INSPECT

#endif
