/* SPDX-License-Identifier: Apache-2.0
 *
 * Inspectors: what looks at every opened node beside its opener (rows of inspect.def).
 *
 * entropy  facts on attachments and members
 * smuggle  files built inside scripts and pages: long base64, hexadecimal, number lists and escapes that
 *          decode to an archive, a program or a document are hung below
 * encoded  files written as letters in a text file (uuencode and its kin, armour, base64, hex dumps)
 * appended an archive or program behind a document, picture, program, page or shortcut is hung below
 * matrix   codes drawn with characters or table cells are read (QR)
 * end      formats that write their own end and lack it: cut (page, script host, armour, signature)
 * yara     the user's rules (open/yara.h) */
#ifndef NOROSHI_OPEN_INSPECT_H
#define NOROSHI_OPEN_INSPECT_H

#include "artifact/node.h"

#define INSPECT(name) void inspect_##name(struct node *node);
#include "open/inspect.def"
#undef INSPECT

/* Whether SPAN of NODE's content stands inside a child already. */
bool inspect_in_child(const struct node *node, struct bytes span);
/* Kinds worth carving out of letters: nobody writes them by accident. */
bool inspect_is_payload(enum kind kind);

#endif
