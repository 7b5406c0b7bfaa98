/* SPDX-License-Identifier: Apache-2.0
 *
 * any(html.xpath(PAGE, "//title").nodes, strings.icontains(.raw, "secure access")): no node of PAGE can
 * have in its source, or its text, what PAGE itself does not have.  Texts of a page are there already,
 * a tree for XPath is not, so most pages are answered without one.
 *
 * Only for plain paths (observe/xpath_path.h) to elements, whose texts are parts of the page's, and to
 * attributes, whose letters and digits are. */
#ifndef NOROSHI_RULE_PAGE_NEED_H
#define NOROSHI_RULE_PAGE_NEED_H

#include "rule/eval.h"

struct page_need;

/* What EXPR, an any() of the graph, needs PAGE (html.xpath's first argument) to hold, in ARENA; NULL
 * where that is nothing or unknown. */
struct page_need *page_need_of(struct arena *arena, const struct expr *expr);
/* Whether the page lacks it, so that the any() is false. */
bool page_need_fails(struct run *run, const struct page_need *need);

/* Into IMAGE (rule/image.h), all but its page, whose place is returned; NULL where that is done. */
struct image;
struct expr **page_need_pack(struct image *image, struct page_need **slot);

#endif
