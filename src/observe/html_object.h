/* SPDX-License-Identifier: Apache-2.0
 *
 * Objects of type HTML and HTMLNode: pages that are no part of the mail's body, and nodes of a page. */
#ifndef NOROSHI_OBSERVE_HTML_OBJECT_H
#define NOROSHI_OBSERVE_HTML_OBJECT_H

#include "observe/model.h"
#include "observe/xpath.h"

/* SOURCE (UTF-8) as a page, read when asked for; or DOC, which was read already. */
struct value model_html(struct model *model, struct bytes source, const struct html_doc *doc);
/* One node an XPath expression selected; its links are computed when asked for. */
struct value model_html_node(struct model *model, const struct xpath_node *node);
/* The pages an object of HTML kind is made of: several for a mail's body with several HTML parts.
 * Returns how many, at most MOST; an object with a `raw` text is read as a page. */
uint32_t object_pages(struct object *object, struct html_doc **out, uint32_t most);

#endif
