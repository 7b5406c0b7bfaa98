/* SPDX-License-Identifier: Apache-2.0
 *
 * UTF-16 as Windows formats store it, read into UTF-8; a lone surrogate becomes U+FFFD, an odd last byte is
 * dropped. */
#ifndef NOROSHI_BASE_UTF16_H
#define NOROSHI_BASE_UTF16_H

#include "base/arena.h"
#include "base/text.h"

/* Append S (little-endian UTF-16) to OUT as UTF-8. */
void utf16_add(struct text *out, struct bytes s);
/* S as UTF-8 in ARENA. */
struct bytes utf16_to_utf8(struct arena *arena, struct bytes s);
/* The same, up to the first U+0000. */
struct bytes utf16_to_utf8_nul(struct arena *arena, struct bytes s);

#endif
