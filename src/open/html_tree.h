/* SPDX-License-Identifier: Apache-2.0
 *
 * The page as a tree: elements, texts and comments, good enough to be asked by XPath.
 *
 * Built from the same reading as struct html_doc, only when somebody asks.  Nothing is copied
 * twice: an element's source, text and links are spans of the document's, so nested elements cost
 * no more than flat ones.  html, head, body and tbody are there whether written or not, as in a
 * browser.  Elements past DEPTH_MAX levels become siblings: none is lost, and no walk needs a deep
 * stack. Cost: linear; at most NODES_MAX nodes, `cut` says that there were more. */
#ifndef NOROSHI_OPEN_HTML_TREE_H
#define NOROSHI_OPEN_HTML_TREE_H

#include "open/html.h"

#define HTML_TREE_DEPTH_MAX 256
#define HTML_TREE_NODES_MAX 300000

enum html_node_type { HTML_NODE_ELEMENT, HTML_NODE_TEXT, HTML_NODE_COMMENT };

struct html_tree_attribute {
    struct bytes name, value; /* name in lower case, value decoded */
};

struct html_node {
    enum html_node_type type;
    enum html_tag tag;
    uint32_t parent, first_child, last_child, next; /* node numbers; 0: none (node 0 is the page) */
    uint32_t depth;
    uint32_t attribute_at, attribute_count;              /* in html_tree.attribute */
    uint32_t link_at, link_end;                          /* in html_doc.link */
    size_t display_at, display_end, inner_at, inner_end; /* in the document's texts */
    struct bytes text;   /* name in lower case, or decoded text, or comment data */
    struct bytes source; /* from start tag to end tag; empty for what is only implied */
};

struct html_tree {
    struct html_node *node; /* node 0 is the page itself */
    uint32_t count, room;
    struct html_tree_attribute *attribute;
    uint32_t attribute_count, attribute_room;
    bool cut;
    enum { HTML_ORDER_UNKNOWN, HTML_ORDER_DOCUMENT, HTML_ORDER_OTHER } order; /* of the numbers */
    void *foreign; /* the tree in the XPath library's form, observe/xpath.c */
};

/* The tree of DOC, made now if it was not yet. */
struct html_tree *html_tree_of(struct html_doc *doc);
/* The same as html_read(), with the tree made on the way, which costs less than to read twice. */
struct html_doc *html_read_with_tree(struct arena *arena, struct budget *budget,
                                     struct bytes source, bool svg);

#endif
