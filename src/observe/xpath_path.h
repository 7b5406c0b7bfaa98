/* SPDX-License-Identifier: Apache-2.0
 *
 * The plain XPath expressions, answered from our own tree: most of what rules ask.
 *
 *   path = ("/" | "//") step { ("/" | "//") step }
 *   step = (NAME | "*") { "[" test { " and " test } "]" } | "@" NAME | "text()" | "comment()"
 *   test = "@" NAME [ "=" string ] | "contains(@" NAME "," string ")"
 *
 * One walk over the nodes for each step, no second tree and no sorting.  Everything else is left to
 * the library (observe/xpath.c); both give the same nodes in the same order (test/unit/observe/xpath.c
 * compares them). */
#ifndef NOROSHI_OBSERVE_XPATH_PATH_H
#define NOROSHI_OBSERVE_XPATH_PATH_H

#include "open/html_tree.h"

struct xpath_path;

/* EXPRESSION under the talloc PARENT; NULL where it is no plain path. */
struct xpath_path *xpath_path_new(const void *parent, struct bytes expression);
/* Whether it ends in elements or in attributes. */
bool xpath_path_is_marked_up(const struct xpath_path *path);
/* Numbers of the nodes of TREE (or, with *ATTRIBUTES_OUT, of its attributes) that PATH selects, in
 * document order, in ARENA; false where TREE's numbers are not in document order. */
bool xpath_path_run(const struct xpath_path *path, struct html_tree *tree, struct arena *arena,
                    uint32_t **number_out, uint32_t *count_out, bool *attributes_out);

#endif
