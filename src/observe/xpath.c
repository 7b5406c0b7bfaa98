/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/xpath.h"

#include "observe/xpath_path.h"

#include <libxml/parserInternals.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <stdlib.h>
#include <talloc.h>

#define EXPRESSION_MAX_BYTES 4096

struct xpath {
    xmlXPathCompExprPtr compiled;
    struct xpath_path *path; /* NULL: not a plain one */
};

static void ignore_error(void *data, xmlErrorPtr error)
{
    (void)data, (void)error;
}

/* Some messages of the evaluator go past the context's handler. */
static void ignore_message(void *data, const char *format, ...)
{
    (void)data, (void)format;
}

static xmlXPathContextPtr new_context(xmlDocPtr doc)
{
    xmlSetGenericErrorFunc(NULL, ignore_message);
    xmlXPathContextPtr context = xmlXPathNewContext(doc);
    if (context == NULL)
        abort();
    context->error = ignore_error;
    return context;
}

static int xpath_destroy(struct xpath *xpath)
{
    xmlXPathFreeCompExpr(xpath->compiled);
    return 0;
}

struct xpath *xpath_compile(const void *parent, struct bytes expression)
{
    char text[EXPRESSION_MAX_BYTES + 1];
    if (expression.len == 0 || expression.len > EXPRESSION_MAX_BYTES ||
        memchr(expression.at, 0, expression.len))
        return NULL;
    memcpy(text, expression.at, expression.len);
    text[expression.len] = '\0';
    xmlXPathContextPtr context = new_context(NULL);
    xmlXPathCompExprPtr compiled = xmlXPathCtxtCompile(context, (const xmlChar *)text);
    xmlXPathFreeContext(context);
    if (compiled == NULL)
        return NULL;
    struct xpath *xpath = talloc_zero(parent, struct xpath);
    if (xpath == NULL)
        abort();
    xpath->compiled = compiled;
    talloc_set_destructor(xpath, xpath_destroy);
    xpath->path = xpath_path_new(xpath, expression);
    return xpath;
}

/* libxml2 keeps text as C strings. */
static xmlChar *c_string(struct arena *arena, struct bytes s)
{
    return (xmlChar *)(uintptr_t)arena_copy(arena, s).at;
}

/* The node number goes into _private, which libxml2 leaves to the application. */
static void *number_pointer(uint32_t number)
{
    return (void *)(uintptr_t)number;
}

static void link_attributes(struct arena *arena, const struct html_tree *tree,
                            const struct html_node *from, xmlNodePtr to, uint32_t number)
{
    xmlAttrPtr *place = &to->properties, previous = NULL;
    for (uint32_t i = 0; i < from->attribute_count; i++) {
        uint32_t at = from->attribute_at + i;
        xmlAttrPtr attribute = arena_new_of(arena, xmlAttr);
        xmlNodePtr value = arena_new_of(arena, xmlNode);
        *attribute = (xmlAttr){.type = XML_ATTRIBUTE_NODE,
                               .doc = to->doc,
                               .parent = to,
                               .prev = previous,
                               .name = c_string(arena, tree->attribute[at].name),
                               .children = value,
                               .last = value,
                               ._private = number_pointer(at)};
        *value = (xmlNode){.type = XML_TEXT_NODE,
                           .doc = to->doc,
                           .parent = (xmlNodePtr)attribute,
                           .name = xmlStringText,
                           .content = c_string(arena, tree->attribute[at].value),
                           ._private = number_pointer(number)};
        *place = attribute;
        place = &attribute->next;
        previous = attribute;
    }
}

static void fill_node(struct arena *arena, const struct html_node *from, xmlNodePtr to)
{
    static const xmlElementType types[] = {XML_ELEMENT_NODE, XML_TEXT_NODE, XML_COMMENT_NODE};
    to->type = types[from->type];
    if (from->type == HTML_NODE_ELEMENT)
        to->name = c_string(arena, from->text);
    else
        to->content = c_string(arena, from->text);
    if (from->type != HTML_NODE_ELEMENT)
        to->name = from->type == HTML_NODE_TEXT ? xmlStringText : xmlStringComment;
}

/* TREE as libxml2's structures, all of it in the arena, so that nothing has to be freed. */
static xmlDocPtr foreign_tree(struct arena *arena, struct html_tree *tree)
{
    if (tree->foreign != NULL)
        return tree->foreign;
    xmlDocPtr doc = arena_new_of(arena, xmlDoc);
    xmlNodePtr list = arena_array_of(arena, tree->count, xmlNode);
    doc->type = XML_DOCUMENT_NODE;
    doc->doc = doc;
    for (uint32_t i = 1; i < tree->count; i++) {
        const struct html_node *from = &tree->node[i];
        xmlNodePtr to = &list[i];
        fill_node(arena, from, to);
        to->doc = doc;
        to->_private = number_pointer(i);
        to->parent = from->parent == 0 ? (xmlNodePtr)doc : &list[from->parent];
        to->children = from->first_child == 0 ? NULL : &list[from->first_child];
        to->last = from->last_child == 0 ? NULL : &list[from->last_child];
        if (from->next != 0) {
            to->next = &list[from->next];
            list[from->next].prev = to;
        }
        if (from->type == HTML_NODE_ELEMENT)
            link_attributes(arena, tree, from, to, i);
    }
    if (tree->count > 0 && tree->node[0].first_child != 0) {
        doc->children = &list[tree->node[0].first_child];
        doc->last = &list[tree->node[0].last_child];
    }
    xmlXPathOrderDocElems(doc);
    tree->foreign = doc;
    return doc;
}

static struct xpath_node element_result(const struct html_doc *doc, const struct html_node *node)
{
    struct xpath_node result = {
        .raw = node->source,
        .inner_text = bytes_trim(
            bytes_sub(doc->inner_text, node->inner_at, node->inner_end - node->inner_at)),
        .display_text = bytes_trim(
            bytes_sub(doc->display_text, node->display_at, node->display_end - node->display_at)),
    };
    if (node->tag == HTML_TAG_TITLE)
        result.display_text = result.inner_text;
    uint32_t end = node->link_end < doc->link_count ? node->link_end : doc->link_count;
    if (node->link_at < end) {
        result.link = &doc->link[node->link_at];
        result.link_count = end - node->link_at;
    }
    return result;
}

/* What has one text for all three: an attribute, a text, a comment. */
static struct xpath_node text_result(struct bytes value)
{
    if (value.at == NULL)
        value = bytes_of("", 0);
    return (struct xpath_node){
        .raw = value, .inner_text = bytes_trim(value), .display_text = bytes_trim(value)};
}

static struct xpath_node node_result(const struct html_doc *doc, const struct html_tree *tree,
                                     uint32_t number)
{
    const struct html_node *node = &tree->node[number];
    if (node->type == HTML_NODE_ELEMENT)
        return element_result(doc, node);
    return text_result(node->type == HTML_NODE_COMMENT ? node->source : node->text);
}

static bool foreign_result(const struct html_doc *doc, const struct html_tree *tree,
                           xmlNodePtr found, struct xpath_node *out)
{
    uint32_t number = (uint32_t)(uintptr_t)found->_private;
    if (found->type == XML_ATTRIBUTE_NODE)
        *out = text_result(tree->attribute[number].value);
    else if (found->type == XML_DOCUMENT_NODE)
        *out = (struct xpath_node){.raw = doc->source,
                                   .inner_text = doc->inner_text,
                                   .display_text = doc->display_text,
                                   .link = doc->link,
                                   .link_count = doc->link_count};
    else if (found->type == XML_ELEMENT_NODE || found->type == XML_TEXT_NODE ||
             found->type == XML_COMMENT_NODE)
        *out = node_result(doc, tree, number);
    else
        return false; /* namespace nodes are no part of a page */
    return true;
}

static struct xpath_result *collect(const struct html_doc *doc, const struct html_tree *tree,
                                    xmlNodeSetPtr set, struct arena *arena)
{
    struct xpath_result *result = arena_new_of(arena, struct xpath_result);
    if (set == NULL || set->nodeNr <= 0)
        return result;
    result->node = arena_array_of(arena, (size_t)set->nodeNr, struct xpath_node);
    xmlXPathNodeSetSort(set);
    for (int i = 0; i < set->nodeNr; i++)
        if (foreign_result(doc, tree, set->nodeTab[i], &result->node[result->count]))
            result->count++;
    return result;
}

bool xpath_selects_plainly(const struct xpath *xpath)
{
    return xpath->path != NULL && xpath_path_is_marked_up(xpath->path);
}

/* The answer of a plain path, without the library; NULL where it cannot tell. */
static const struct xpath_result *run_path(const struct xpath_path *path,
                                           const struct html_doc *doc, struct html_tree *tree,
                                           struct arena *arena)
{
    uint32_t *number, count;
    bool attributes;
    if (!xpath_path_run(path, tree, arena, &number, &count, &attributes))
        return NULL;
    struct xpath_result *result = arena_new_of(arena, struct xpath_result);
    result->count = count;
    result->node = arena_array_of(arena, count, struct xpath_node);
    for (uint32_t i = 0; i < count; i++)
        result->node[i] = attributes ? text_result(tree->attribute[number[i]].value)
                                     : node_result(doc, tree, number[i]);
    return result;
}

static const struct xpath_result *run_library(const struct xpath *xpath, const struct html_doc *doc,
                                              struct html_tree *tree, struct arena *arena)
{
    xmlDocPtr foreign = foreign_tree(doc->arena, tree);
    xmlXPathContextPtr context = new_context(foreign);
    context->opLimit = limit_rows[LIMIT_EVAL_STEPS].value;
    context->node = (xmlNodePtr)foreign;
    xmlXPathObjectPtr value = xmlXPathCompiledEval(xpath->compiled, context);
    struct xpath_result *result = NULL;
    if (value != NULL && value->type == XPATH_NODESET)
        result = collect(doc, tree, value->nodesetval, arena);
    xmlXPathFreeObject(value);
    xmlXPathFreeContext(context);
    return result;
}

const struct xpath_result *xpath_run(const struct xpath *xpath, struct html_doc *doc,
                                     struct arena *arena)
{
    struct html_tree *tree = html_tree_of(doc);
    const struct xpath_result *result =
        xpath->path == NULL ? NULL : run_path(xpath->path, doc, tree, arena);
    return result != NULL ? result : run_library(xpath, doc, tree, arena);
}

const struct xpath_result *xpath_run_library(const struct xpath *xpath, struct html_doc *doc,
                                             struct arena *arena)
{
    return run_library(xpath, doc, html_tree_of(doc), arena);
}
