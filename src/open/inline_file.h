/* SPDX-License-Identifier: Apache-2.0
 *
 * Files written as letters inside a text: uuencode, xxencode, yEnc, BinHex (base/codec.h).
 *
 * Mail bodies and lone text files alike; each becomes a child that is opened like any other attachment.
 * What is cut or damaged is read as far as it goes, and blocks "clean".  Cost O(bytes). */
#ifndef NOROSHI_OPEN_INLINE_FILE_H
#define NOROSHI_OPEN_INLINE_FILE_H

#include "artifact/node.h"

/* Hang the files in NODE's content below it; at most 64.  MIME_UUENCODE, MIME_YENC or BINHEX tells where. */
void inline_files_hang(struct node *node);

#endif
