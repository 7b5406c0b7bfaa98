/* SPDX-License-Identifier: Apache-2.0
 *
 * XPath 1.0 over an HTML page: libxml2's evaluator on a tree built from our tokens.
 *
 * libxml2 never parses anything here; its node structures are filled in the scan's arena, once per
 * page and only when an expression is asked.  Results are spans of the page: raw source,
 * inner_text, display_text and links of each node.  Attribute and text nodes give their value for
 * all three. Bounded by a count of evaluation steps (LIMIT_EVAL_STEPS); what passes it gives no
 * result. Source: XPath 1.0 (W3C, 1999). */
#ifndef NOROSHI_OBSERVE_XPATH_H
#define NOROSHI_OBSERVE_XPATH_H

#include "open/html.h"

struct xpath; /* a compiled expression */

struct xpath_node {
    struct bytes raw, inner_text, display_text;
    const struct html_link
        *link; /* links in it, those of body.links' kinds and others: see their kind */
    uint32_t link_count;
};

struct xpath_result {
    struct xpath_node *node; /* in document order */
    uint32_t count;
};

/* EXPRESSION compiled under the talloc PARENT; NULL where it is malformed. */
struct xpath *xpath_compile(const void *parent, struct bytes expression);
/* Whether it selects elements alone, or attributes, and is never without a result. */
bool xpath_selects_plainly(const struct xpath *xpath);
/* The nodes of DOC it selects, in ARENA; NULL where its value is no node-set, or over the limit. */
const struct xpath_result *xpath_run(const struct xpath *xpath, struct html_doc *doc,
                                     struct arena *arena);
/* The same by the library alone, also where a plain path needs it not; for tests. */
const struct xpath_result *xpath_run_library(const struct xpath *xpath, struct html_doc *doc,
                                             struct arena *arena);

#endif
