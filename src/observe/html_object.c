/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/html_object.h"

#include "observe/links.h"
#include "observe/mailview.h"

/* A page that is read when somebody asks for more than its source. */
struct page {
    struct bytes source;
    const struct html_doc *doc;
};

struct value model_html(struct model *model, struct bytes source, const struct html_doc *doc)
{
    struct page *page = arena_new_of(model->arena, struct page);
    *page = (struct page){doc != NULL ? doc->source : source, doc};
    return value_object(object_new(model, TYPE_HTML, page));
}

static const struct html_doc *page_read(struct object *object)
{
    union {
        const void *from;
        struct page *to;
    } self = {.from = object->self};
    if (self.to->doc == NULL)
        self.to->doc = html_read(object->model->arena, NULL, self.to->source, false);
    return self.to->doc;
}

struct value model_html_node(struct model *model, const struct xpath_node *node)
{
    return value_object(object_new(model, TYPE_HTMLNode, node));
}

struct value resolve_HTML(struct object *object, uint32_t field)
{
    const struct page *page = object->self;
    if (page == NULL)
        return value_null();
    switch (field) {
    case FIELD_HTML_raw:
        return value_string(page->source);
    case FIELD_HTML_inner_text:
        return value_string(page_read(object)->inner_text);
    case FIELD_HTML_display_text:
        return value_string(page_read(object)->display_text);
    case FIELD_HTML_links:
        return links_of_page(object->model, page_read(object));
    default:
        return value_null();
    }
}

struct value resolve_HTMLNode(struct object *object, uint32_t field)
{
    const struct xpath_node *node = object->self;
    if (node == NULL)
        return value_null();
    switch (field) {
    case FIELD_HTMLNode_raw:
        return value_string(node->raw);
    case FIELD_HTMLNode_inner_text:
        return value_string(node->inner_text);
    case FIELD_HTMLNode_display_text:
        return value_string(node->display_text);
    case FIELD_HTMLNode_links:
        if (node->link_count == 0)
            return value_array(array_new(object->model->arena));
        return links_of_page(object->model,
                             html_read(object->model->arena, NULL, node->raw, false));
    default:
        return value_null();
    }
}

/* html_of() gives a page nobody may change; its tree for XPath is made on first use all the same. */
static struct html_doc *page_of(const struct node *node)
{
    return html_of(node) == NULL ? NULL : node->own;
}

uint32_t object_pages(struct object *object, struct html_doc **out, uint32_t most)
{
    uint32_t count = 0;
    if (object->type == TYPE_HTML && object->self != NULL && most > 0) {
        union {
            const struct html_doc *from;
            struct html_doc *to;
        } doc = {.from = page_read(object)};
        out[count++] = doc.to;
    } else if (object->type == TYPE_BodyHTML && object->self != NULL) {
        const struct node_list *list = &mail_view(object->model)->html;
        for (uint32_t i = 0; i < list->count && count < most; i++)
            if ((out[count] = page_of(list->item[i])) != NULL)
                count++;
    } else if (most > 0) {
        int raw = type_field(object->type, BYTES("raw"));
        struct bytes source = raw < 0 ? BYTES_NONE : value_bytes(object_get(object, (uint32_t)raw));
        if (source.at != NULL)
            out[count++] = html_read(object->model->arena, NULL, source, false);
    }
    return count;
}
