/* SPDX-License-Identifier: Apache-2.0
 *
 * Text in a Windows code page, by its number, as old Office formats store it. */
#ifndef NOROSHI_OPEN_CODEPAGE_H
#define NOROSHI_OPEN_CODEPAGE_H

#include "base/arena.h"

/* S, in code page NUMBER (1252, 932, 65001, 1200, ...), as UTF-8: S itself where it is ASCII, else
 * in ARENA.
 * An unknown code page is read as Windows-1252; bytes a code page does not have become U+FFFD. */
struct bytes codepage_to_utf8(struct arena *arena, uint32_t number, struct bytes s);

#endif
