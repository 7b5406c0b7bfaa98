/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/html_object.h"

#include "observe/links.h"
#include "observe/mailview.h"

struct value model_html(struct model *model, struct bytes source)
{
    return value_object(object_new(model, TYPE_HTML, html_read(model->arena, NULL, source, false)));
}

struct value model_html_node(struct model *model, const struct xpath_node *node)
{
    return value_object(object_new(model, TYPE_HTMLNode, node));
}

struct value resolve_HTML(struct object *object, uint32_t field)
{
    const struct html_doc *doc = object->self;
    if (doc == NULL)
        return value_null();
    switch (field) {
    case FIELD_HTML_raw: return value_string(doc->source);
    case FIELD_HTML_inner_text: return value_string(doc->inner_text);
    case FIELD_HTML_display_text: return value_string(doc->display_text);
    case FIELD_HTML_links: return links_of_page(object->model, doc);
    default: return value_null();
    }
}

struct value resolve_HTMLNode(struct object *object, uint32_t field)
{
    const struct xpath_node *node = object->self;
    if (node == NULL)
        return value_null();
    switch (field) {
    case FIELD_HTMLNode_raw: return value_string(node->raw);
    case FIELD_HTMLNode_inner_text: return value_string(node->inner_text);
    case FIELD_HTMLNode_display_text: return value_string(node->display_text);
    case FIELD_HTMLNode_links:
        if (node->link_count == 0)
            return value_array(array_new(object->model->arena));
        return links_of_page(object->model, html_read(object->model->arena, NULL, node->raw, false));
    default: return value_null();
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
    union {
        const void *from;
        void *to;
    } self = {.from = object->self};
    if (object->type == TYPE_HTML && object->self != NULL && most > 0) {
        out[count++] = self.to;
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
