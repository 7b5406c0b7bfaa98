/* SPDX-License-Identifier: Apache-2.0 */
#include "open/html_tree.h"

#include "open/html_read.h"

struct builder {
    struct html_tree *tree;
    struct arena *arena;
    uint32_t html, head, body; /* node numbers, 0 while not there */
};

static struct builder *builder_of(const struct html_reader *reader)
{
    return reader->listener->data;
}

static uint32_t element_of(const struct html_open_row *row)
{
    return (uint32_t)(uintptr_t)row->element;
}

static void *grown(struct arena *arena, void *list, uint32_t count, uint32_t *room, size_t size)
{
    if (count < *room)
        return list;
    uint32_t wanted = *room == 0 ? 64 : *room * 2;
    void *larger = arena_array(arena, wanted, size);
    if (count > 0)
        memcpy(larger, list, count * size);
    *room = wanted;
    return larger;
}

/* A new last child of PARENT; 0 where the tree is full. */
static uint32_t add_node(struct builder *b, uint32_t parent, enum html_node_type type,
                         struct bytes text)
{
    struct html_tree *tree = b->tree;
    if (tree->count >= HTML_TREE_NODES_MAX) {
        tree->cut = true;
        return 0;
    }
    tree->node = grown(b->arena, tree->node, tree->count, &tree->room, sizeof *tree->node);
    uint32_t number = tree->count++;
    if (number > 0 && tree->node[parent].depth >= HTML_TREE_DEPTH_MAX)
        parent = tree->node[parent].parent;
    struct html_node *node = &tree->node[number], *above = &tree->node[parent];
    *node = (struct html_node){
        .type = type, .parent = parent, .text = text, .depth = number == 0 ? 0 : above->depth + 1};
    if (number == 0)
        return 0;
    if (above->last_child == 0)
        above->first_child = number;
    else
        tree->node[above->last_child].next = number;
    above->last_child = number;
    return number;
}

static uint32_t implied(struct builder *b, const struct html_reader *reader, uint32_t parent,
                        enum html_tag tag)
{
    uint32_t number =
        add_node(b, parent, HTML_NODE_ELEMENT, bytes_of_string(html_tag_rows[tag].name));
    struct html_node *node = &b->tree->node[number];
    node->tag = tag;
    node->link_at = reader->doc->link_count;
    node->display_at = reader->display.out.len;
    node->inner_at = reader->inner.out.len;
    return number;
}

static bool belongs_in_head(enum html_tag tag)
{
    return tag == HTML_TAG_TITLE || tag == HTML_TAG_META || tag == HTML_TAG_LINK ||
           tag == HTML_TAG_STYLE || tag == HTML_TAG_SCRIPT || tag == HTML_TAG_BASE ||
           tag == HTML_TAG_TEMPLATE || tag == HTML_TAG_NOSCRIPT;
}

/* The node a child with TAG (OTHER for text) goes below, when it stands in no element but html. */
static uint32_t root_for(struct builder *b, const struct html_reader *reader, enum html_tag tag)
{
    if (b->html == 0)
        b->html = implied(b, reader, 0, HTML_TAG_HTML);
    if (tag == HTML_TAG_HEAD || tag == HTML_TAG_BODY || tag == HTML_TAG_FRAMESET)
        return b->html;
    if (b->body == 0 && belongs_in_head(tag)) {
        if (b->head == 0)
            b->head = implied(b, reader, b->html, HTML_TAG_HEAD);
        return b->head;
    }
    if (b->body == 0)
        b->body = implied(b, reader, b->html, HTML_TAG_BODY);
    return b->body;
}

/* The node under which something in the element below ROW goes. */
static uint32_t parent_for(struct builder *b, const struct html_reader *reader, uint32_t rows,
                           enum html_tag tag)
{
    while (rows > 0 && element_of(&reader->open->row[rows - 1]) == 0)
        rows--;
    uint32_t parent = rows == 0 ? 0 : element_of(&reader->open->row[rows - 1]);
    if (reader->doc->svg || (parent != 0 && parent != b->html))
        return parent;
    return root_for(b, reader, tag);
}

static void add_attributes(struct builder *b, const struct html_token *token,
                           struct html_node *node)
{
    struct html_tree *tree = b->tree;
    node->attribute_at = tree->attribute_count;
    for (uint32_t i = 0; i < token->attribute_count; i++) {
        tree->attribute = grown(b->arena, tree->attribute, tree->attribute_count,
                                &tree->attribute_room, sizeof *tree->attribute);
        tree->attribute[tree->attribute_count++] = (struct html_tree_attribute){
            .name = html_name(b->arena, token->attribute[i].name),
            .value = html_attribute_value(b->arena, &token->attribute[i]),
        };
    }
    node->attribute_count = token->attribute_count;
}

/* The tbody nobody wrote that is the last child of PARENT, a table; 0 where there is none. */
static uint32_t implied_body(const struct builder *b, uint32_t parent)
{
    const struct html_node *table = &b->tree->node[parent];
    uint32_t last = table->tag == HTML_TAG_TABLE ? table->last_child : 0;
    bool implied = last != 0 && b->tree->node[last].tag == HTML_TAG_TBODY &&
                   b->tree->node[last].source.len == 0;
    return implied ? last : 0;
}

/* A tr directly in a table gets the tbody a browser puts between. */
static uint32_t table_body(struct builder *b, const struct html_reader *reader, uint32_t parent)
{
    uint32_t body = implied_body(b, parent);
    if (b->tree->node[parent].tag != HTML_TAG_TABLE)
        return parent;
    return body != 0 ? body : implied(b, reader, parent, HTML_TAG_TBODY);
}

static void tree_start(struct html_reader *reader, const struct html_token *token,
                       struct html_open_row *row)
{
    struct builder *b = builder_of(reader);
    uint32_t rows = reader->open->count - (row != NULL);
    uint32_t parent = parent_for(b, reader, rows, token->tag), number = 0;
    bool page = !reader->doc->svg;
    if (page && token->tag == HTML_TAG_HEAD && b->body != 0)
        return; /* a browser passes over it: what it holds is the body's */
    if (page && token->tag == HTML_TAG_HTML)
        number = b->html;
    else if (page && token->tag == HTML_TAG_BODY && b->body != 0)
        number = b->body;
    else if (page && token->tag == HTML_TAG_HEAD && b->head != 0)
        number = b->head;
    if (page && token->tag == HTML_TAG_TR)
        parent = table_body(b, reader, parent);
    if (number == 0)
        number = add_node(b, parent, HTML_NODE_ELEMENT, html_name(b->arena, token->text));
    if (number == 0)
        return;
    struct html_node *node = &b->tree->node[number];
    if (node->source.len == 0 && node->attribute_count == 0)
        add_attributes(b, token, node);
    node->tag = token->tag;
    node->source = token->source;
    node->link_at = reader->doc->link_count;
    node->display_at = node->display_end = reader->display.out.len;
    node->inner_at = node->inner_end = reader->inner.out.len;
    node->link_end = node->link_at + 1;
    if (page && token->tag == HTML_TAG_HTML)
        b->html = number;
    else if (page && token->tag == HTML_TAG_BODY)
        b->body = number;
    else if (page && token->tag == HTML_TAG_HEAD)
        b->head = number;
    if (row != NULL)
        row->element = (void *)(uintptr_t)number;
}

static void end_node(const struct html_reader *reader, struct html_node *node)
{
    node->link_end = reader->doc->link_count;
    node->display_end = reader->display.out.len;
    node->inner_end = reader->inner.out.len;
}

static void tree_end(struct html_reader *reader, struct html_open_row *row, size_t source_end)
{
    struct builder *b = builder_of(reader);
    uint32_t number = element_of(row);
    if (number == 0)
        return;
    struct html_node *node = &b->tree->node[number];
    size_t from = (size_t)(node->source.at - reader->doc->source.at);
    if (source_end > from)
        node->source = bytes_sub(reader->doc->source, from, source_end - from);
    end_node(reader, node);
}

static void tree_leaf(struct html_reader *reader, const struct html_token *token, size_t display_at,
                      size_t inner_at)
{
    struct builder *b = builder_of(reader);
    bool comment = token->type == HTML_TOKEN_COMMENT;
    struct bytes text = comment ? html_comment(b->arena, token->text)
                                : html_text(b->arena, token->text, token->state);
    bool outside = reader->open->count == 0 ||
                   element_of(&reader->open->row[reader->open->count - 1]) == b->html;
    if (outside && !comment && bytes_trim(text).len == 0)
        return;
    uint32_t parent;
    if (comment && outside)
        parent = b->body != 0 ? b->body : b->head != 0 ? b->head : b->html;
    else
        parent = parent_for(b, reader, reader->open->count, HTML_TAG_OTHER);
    uint32_t body = implied_body(b, parent); /* what stands between two tr stays between them */
    if (body != 0)
        parent = body;
    uint32_t number = add_node(b, parent, comment ? HTML_NODE_COMMENT : HTML_NODE_TEXT, text);
    if (number == 0)
        return;
    struct html_node *node = &b->tree->node[number];
    node->source = token->source;
    node->link_at = node->link_end = reader->doc->link_count;
    end_node(reader, node);
    node->display_at = display_at;
    node->inner_at = inner_at;
}

static void tree_begin(struct html_reader *reader)
{
    struct builder *b = builder_of(reader);
    *b->tree = (struct html_tree){.node = b->tree->node,
                                  .room = b->tree->room,
                                  .attribute = b->tree->attribute,
                                  .attribute_room = b->tree->attribute_room};
    b->html = b->head = b->body = 0;
    add_node(b, 0, HTML_NODE_ELEMENT, BYTES_NONE);
}

/* What is only implied has no end of its own: it ends where its last child does. */
static void end_implied(struct html_tree *tree)
{
    for (uint32_t i = tree->count; i-- > 0;) {
        struct html_node *node = &tree->node[i];
        if (node->type != HTML_NODE_ELEMENT || node->source.len > 0 || node->last_child == 0)
            continue;
        const struct html_node *last = &tree->node[node->last_child];
        node->display_end = last->display_end;
        node->inner_end = last->inner_end;
        node->link_end = last->link_end;
    }
}

/* Read TO, with the tree of what is read. */
static struct html_tree *read_with_tree(struct html_doc *to, struct budget *budget)
{
    struct builder b = {.tree = arena_new_of(to->arena, struct html_tree), .arena = to->arena};
    struct html_listener listener = {
        .begin = tree_begin, .start = tree_start, .end = tree_end, .leaf = tree_leaf, .data = &b};
    html_read_into(to, budget, &listener);
    end_implied(b.tree);
    return b.tree;
}

struct html_tree *html_tree_of(struct html_doc *doc)
{
    /* The reading is repeated beside DOC, which others may hold slices of; it finds the same texts. */
    struct html_doc again = {.arena = doc->arena, .source = doc->source, .svg = doc->svg};
    if (doc->tree == NULL)
        doc->tree = read_with_tree(&again, NULL);
    return doc->tree;
}

struct html_doc *html_read_with_tree(struct arena *arena, struct budget *budget,
                                     struct bytes source, bool svg)
{
    struct html_doc *doc = arena_new_of(arena, struct html_doc);
    *doc = (struct html_doc){.arena = arena, .source = source, .svg = svg};
    struct html_tree *tree = read_with_tree(doc, budget);
    doc->tree = tree;
    return doc;
}
