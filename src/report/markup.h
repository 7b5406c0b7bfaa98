/* SPDX-License-Identifier: Apache-2.0
 *
 * Text into HTML, SVG and Atom: escaped, and inert whatever it holds.
 *
 * Every string of a mail is hostile.  What is not UTF-8, control characters and bidirectional
 * controls become U+FFFD; & < > " ' become entities, so the same text is safe as content and inside
 * quotes. */
#ifndef NOROSHI_REPORT_MARKUP_H
#define NOROSHI_REPORT_MARKUP_H

#include "base/arena.h"
#include "base/text.h"

void markup_text(struct text *out, struct bytes s);
void markup_string(struct text *out, const char *s);
/* At most MOST code points, then an ellipsis. */
void markup_short(struct text *out, struct bytes s, uint32_t most);
/* 1234567 as 1,234,567. */
void markup_number(struct text *out, int64_t n);
/* A name for a path: small letters, digits and hyphens; names that lose something by it end in
 * eight hex digits of their hash, so that two names never share a path.  Never empty, at most 70
 * bytes. */
struct bytes markup_slug(struct arena *arena, struct bytes name);
/* A domain or URL that nobody clicks by accident: hxxps://example[.]test. */
struct bytes markup_defang(struct arena *arena, struct bytes s);

#endif
