/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/mailview.h"

static void list_add(struct arena *arena, struct node_list *list, struct node *node)
{
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity == 0 ? 4 : list->capacity * 2;
        struct node **grown = arena_array_of(arena, capacity, struct node *);
        if (list->count > 0)
            memcpy(grown, list->item, list->count * sizeof *grown);
        list->item = grown;
        list->capacity = capacity;
    }
    list->item[list->count++] = node;
}

static bool is_text_part(const struct mail_view *view, const struct node *node, bool html)
{
    const struct mime_part *part = node->part;
    if (bytes_equal(part->disposition.value, BYTES("attachment")) || part->role == MIME_ROLE_INLINE)
        return false;
    return part->file_name.len == 0 || (html ? view->html.count : view->plain.count) == 0;
}

/* Put one leaf where it belongs. */
static void place(struct model *model, struct mail_view *view, struct node *node,
                  struct node_list *others)
{
    const struct mime_part *part = node->part;
    bool html = bytes_equal(part->type, BYTES("text/html"));
    bool plain = bytes_equal(part->type, BYTES("text/plain"));
    if ((html || plain) && is_text_part(view, node, html)) {
        if (part->is_alternative)
            list_add(model->arena, others, node);
        else
            list_add(model->arena, html ? &view->html : &view->plain, node);
    } else if (part->role != MIME_ROLE_PREAMBLE && part->role != MIME_ROLE_EPILOGUE) {
        if (!part->is_alternative || node->content.len > 0)
            list_add(model->arena, &view->attachment, node);
    }
}

/* The next node in document order; not below attached mails, nor below what no mail opener made. */
static struct node *next_part(const struct node *mail, struct node *node)
{
    bool enter = node == mail || (node->part != NULL && node->kind == KIND_MULTIPART);
    if (enter && node->first_child != NULL)
        return node->first_child;
    for (; node != mail; node = node->parent)
        if (node->next != NULL)
            return node->next;
    return NULL;
}

static void sort_parts(struct model *model, struct mail_view *view)
{
    struct node *mail = view->node;
    struct node_list others = {0};
    for (struct node *node = next_part(mail, mail); node != NULL; node = next_part(mail, node)) {
        if (node->part == NULL || node->is_view)
            continue;
        if (node->kind != KIND_MULTIPART || node->first_child == NULL)
            place(model, view, node, &others);
        for (struct node *child = node->first_child; child != NULL && node->kind != KIND_MULTIPART;
             child = child->next)
            if (child->part != NULL && child->part->role == MIME_ROLE_INLINE)
                list_add(model->arena, &view->attachment, child);
    }
    for (uint32_t i = 0; i < others.count; i++) {
        bool html = bytes_equal(others.item[i]->part->type, BYTES("text/html"));
        list_add(model->arena, html ? &view->html : &view->plain, others.item[i]);
    }
}

static bool closes_hop(const struct header_field *field)
{
    return (field->name.len == 8 && bytes_equal_fold(field->name, BYTES("Received"))) ||
           (field->name.len == 10 && bytes_equal_fold(field->name, BYTES("X-Received")));
}

static void cut_hops(struct model *model, struct mail_view *view)
{
    const struct header *header = view->header;
    uint32_t count = 1;
    for (uint32_t i = 0; i < header->count; i++)
        count += closes_hop(&header->field[i]);
    view->hop = arena_array_of(model->arena, count, struct hop);
    uint32_t first = header->count;
    for (uint32_t i = header->count; i-- > 0;) {
        if (!closes_hop(&header->field[i]))
            continue;
        view->hop[view->hop_count++] = (struct hop){first - 1, i, true};
        first = i;
    }
    if (first > 0)
        view->hop[view->hop_count++] = (struct hop){first - 1, 0, false};
}

struct mail_view *mail_view(struct model *model)
{
    if (model->view != NULL)
        return model->view;
    struct mail_view *view = model->view = arena_new_of(model->arena, struct mail_view);
    view->node = model->node;
    const struct mime_message *message = mime_message(model->node);
    if (message == NULL) {
        list_add(model->arena, &view->attachment, model->node);
        return view;
    }
    view->header = &message->header;
    sort_parts(model, view);
    cut_hops(model, view);
    trust_find(model, view);
    return view;
}

struct bytes mail_field(struct model *model, uint32_t number)
{
    const struct header *header = mail_view(model)->header;
    return header_unfolded(header, &header->field[number]);
}

struct bytes mail_field_named(struct model *model, const char *name)
{
    const struct header *header = mail_view(model)->header;
    const struct header_field *field =
        header == NULL ? NULL : header_find(header, bytes_of_string(name));
    return field == NULL ? BYTES_NONE : field->raw;
}

struct bytes mail_text_named(struct model *model, const char *name)
{
    const struct header *header = mail_view(model)->header;
    return header == NULL ? BYTES_NONE : header_value(header, bytes_of_string(name));
}
