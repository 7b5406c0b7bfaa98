/* SPDX-License-Identifier: Apache-2.0
 *
 * What a page's source must hold for an XPath expression to select anything.
 *
 * Element names ("<title"), attribute names, and values an attribute is compared with.  Only for
 * expressions without alternatives (no union, or, not, axes, counts); a value counts as seen where the
 * page has a numeric character reference, because it could be written with those.  Elements that a
 * page has without a tag (html, head, body, tbody) are left out. */
#ifndef NOROSHI_RULE_XPATH_NEED_H
#define NOROSHI_RULE_XPATH_NEED_H

#include "base/arena.h"

/* Sets of literals, one of each must be there; an absent literal ends a set.  Returns how many rows, 0
 * where nothing is known. */
uint32_t xpath_literals(struct arena *arena, struct bytes expression, struct bytes **out);

#endif
