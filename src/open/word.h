/* SPDX-License-Identifier: Apache-2.0
 *
 * Text, fields and embedded storages of Word and PowerPoint 97-2003 (MS-DOC, MS-PPT).
 *
 * Text becomes a view child, fields become commands, targets and links (document.h); the storages
 * a presentation
 * packs (its VBA project among them) become children that are opened like any compound file.  A
 * locked body is
 * named as such; it is not opened.  Cost O(bytes). */
#ifndef NOROSHI_OPEN_WORD_H
#define NOROSHI_OPEN_WORD_H

#include "open/cfb.h"

void word_open(struct cfb *cfb);
void word_open_slides(struct cfb *cfb);

#endif
