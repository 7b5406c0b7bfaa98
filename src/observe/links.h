/* SPDX-License-Identifier: Apache-2.0
 *
 * The links of a mail: hyperlinks of its HTML parts, then URLs in running text, HTML parts first.
 *
 * Unique by target and shown text, in the order of the page.  A hyperlink is an <a>, <area>, form
 * action or refresh with a target a browser would open (relative ones resolved against <base>, else
 * left out); a plain link is a URL in text that no hyperlink covers.  At most LIMIT_LINKS are kept,
 * and an anomaly says when there were more. */
#ifndef NOROSHI_OBSERVE_LINKS_H
#define NOROSHI_OBSERVE_LINKS_H

#include "observe/mailview.h"
#include "observe/object.h"
#include "open/html.h"

struct link {
    struct bytes text; /* shown; absent where nothing is */
    const struct model_url *href;
    const struct node *node; /* the part it stands in; NULL outside a mail */
    size_t text_at;          /* where its text stands in the part's shown text */
    bool is_plain, visible;
};

/* All links of the mail, an array of Link objects. */
struct array *links_of_mail(struct model *model);
/* Those of one part. */
struct value links_of_part(struct model *model, const struct node *node);
/* Those whose shown text lies in [FROM, TO) of PART's shown text. */
struct value links_between(struct model *model, const struct node *part, size_t from, size_t to);
/* Links of a page that is no part of the mail. */
struct value links_of_page(struct model *model, const struct html_doc *doc);
/* URLs of a text that is no part of the mail. */
struct value links_of_text(struct model *model, struct bytes text);

#endif
