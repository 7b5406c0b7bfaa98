/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/body.h"

#include "artifact/node_text.h"
#include "base/text.h"
#include "base/time.h"
#include "observe/links.h"
#include "observe/thread.h"

/* One part's text cut into threads; a mail with several text parts has several. */
struct body_part {
    const struct node *node;
    const struct html_doc *doc; /* NULL: plain */
    struct bytes shown;
    const struct thread *thread;
};

struct body_threads {
    struct body_part *part;
    uint32_t count;
};

static void add_part(struct model *model, struct body_threads *threads, struct node *node)
{
    struct body_part *part = &threads->part[threads->count++];
    part->node = node;
    part->doc = html_of(node);
    part->shown = part->doc != NULL ? part->doc->display_text : node_text(node);
    part->thread = thread_split(model->arena, part->shown, part->doc);
}

static bool has_shown_text(const struct node_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const struct html_doc *doc = html_of(list->item[i]);
        if (doc != NULL && bytes_trim(doc->display_text).len > 0)
            return true;
    }
    return false;
}

/* The parts a person reads: HTML where it shows any text, else plain text. */
static const struct body_threads *body_threads(struct model *model)
{
    struct mail_view *view = mail_view(model);
    if (view->threads != NULL)
        return view->threads;
    struct body_threads *made = view->threads = arena_new_of(model->arena, struct body_threads);
    const struct node_list *list =
        view->plain.count == 0 || has_shown_text(&view->html) ? &view->html : &view->plain;
    made->part = arena_array_of(model->arena, list->count + 1, struct body_part);
    for (uint32_t i = 0; i < list->count; i++)
        if (!list->item[i]->part->is_alternative || made->count == 0)
            add_part(model, made, list->item[i]);
    return made;
}

/* The newest message's text; of several parts joined by a line end. */
struct bytes body_newest_text(struct model *model)
{
    const struct body_threads *threads = body_threads(model);
    if (threads->count == 1)
        return threads->part[0].thread->text;
    struct text joined;
    text_init(&joined, model->arena, 0);
    for (uint32_t i = 0; i < threads->count; i++) {
        if (i > 0)
            text_add_byte(&joined, '\n');
        text_add(&joined, threads->part[i].thread->text);
    }
    return threads->count == 0 ? BYTES_NONE : text_bytes(&joined);
}

struct bytes body_shown_text(struct model *model, uint32_t number)
{
    const struct body_threads *threads = body_threads(model);
    return number < threads->count ? threads->part[number].shown : BYTES_NONE;
}

static void append(struct model *model, struct array *to, struct value from)
{
    for (uint32_t i = 0; i < from.as.array->count; i++)
        array_add(model->arena, to, from.as.array->item[i]);
}

/* Links of the newest message: what stands in its span, and all of a part that has no quotes. */
static struct value newest_links(struct model *model)
{
    const struct body_threads *threads = body_threads(model);
    struct array *made = array_new(model->arena);
    for (uint32_t i = 0; i < threads->count; i++) {
        const struct body_part *part = &threads->part[i];
        bool whole = part->thread->previous_count == 0;
        append(model, made,
               links_between(model, part->node, whole ? 0 : part->thread->text_at,
                             whole ? SIZE_MAX : part->thread->text_end));
    }
    return value_array(made);
}

static struct value banners_of(struct model *model, const struct body_part *part)
{
    struct array *made = array_new(model->arena);
    for (uint32_t i = 0; part != NULL && i < part->thread->banner_count; i++) {
        struct bytes text = part->thread->banner[i];
        struct object *banner = object_new(model, TYPE_Banner, NULL);
        size_t at;
        object_set(banner, FIELD_Banner_text, value_string(text));
        object_set(banner, FIELD_Banner_links,
                   bytes_inside(part->shown, text, &at)
                       ? links_between(model, part->node, at, at + text.len)
                       : value_array(array_new(model->arena)));
        array_add(model->arena, made, value_object(banner));
    }
    return value_array(made);
}

struct value resolve_Thread(struct object *object, uint32_t field)
{
    struct model *model = object->model;
    if (object->self == NULL)
        return value_null();
    const struct body_threads *threads = body_threads(model);
    const struct body_part *first = threads->count > 0 ? &threads->part[0] : NULL;
    switch (field) {
    case FIELD_Thread_banners:
        return banners_of(model, first);
    case FIELD_Thread_links:
        return newest_links(model);
    case FIELD_Thread_preamble:
        return first == NULL ? value_null() : value_string(first->thread->preamble);
    case FIELD_Thread_text:
        return value_string(body_newest_text(model));
    default:
        return value_null();
    }
}

struct model_previous {
    const struct body_part *part;
    const struct thread_previous *previous;
    uint32_t index;
};

static struct value previous_threads(struct model *model)
{
    const struct body_threads *threads = body_threads(model);
    struct array *made = array_new(model->arena);
    for (uint32_t i = 0; i < threads->count; i++)
        for (uint32_t k = 0; k < threads->part[i].thread->previous_count; k++) {
            struct model_previous *self = arena_new_of(model->arena, struct model_previous);
            *self = (struct model_previous){&threads->part[i],
                                            &threads->part[i].thread->previous[k], made->count};
            array_add(model->arena, made,
                      value_object(object_new(model, TYPE_PreviousThread, self)));
        }
    return value_array(made);
}

static struct value quoted_mailbox(struct model *model, const struct thread_mailbox *quoted)
{
    struct address address = {0};
    address_split(model->arena, quoted->email, &address);
    address.name = quoted->display_name.len > 0 ? quoted->display_name : BYTES_NONE;
    if (address.name.at == NULL && address.email.at == NULL)
        return value_null();
    return model_mailbox(model, TYPE_Mailbox, &address);
}

struct value resolve_PreviousThread(struct object *object, uint32_t field)
{
    const struct model_previous *self = object->self;
    struct model *model = object->model;
    int64_t at_us;
    if (self == NULL)
        return value_null();
    const struct thread_previous *previous = self->previous;
    switch (field) {
    case FIELD_PreviousThread_banners:
        return value_array(array_new(model->arena));
    case FIELD_PreviousThread_date:
        return time_from_mail(previous->date, &at_us, NULL) ? model_time(model, at_us)
                                                            : value_string(previous->date);
    case FIELD_PreviousThread_index:
        return value_int(self->index);
    case FIELD_PreviousThread_links:
        return links_between(model, self->part->node, previous->text_at, previous->text_end);
    case FIELD_PreviousThread_preamble:
        return value_string(previous->preamble);
    case FIELD_PreviousThread_recipients:
        return value_object(object_new(model, TYPE_ThreadRecipients, previous));
    case FIELD_PreviousThread_sender:
        return quoted_mailbox(model, &previous->sender);
    case FIELD_PreviousThread_subject:
        return model_subject(model, previous->subject);
    case FIELD_PreviousThread_text:
        return value_string(previous->text);
    default:
        return value_null();
    }
}

struct value resolve_ThreadRecipients(struct object *object, uint32_t field)
{
    const struct thread_previous *self = object->self;
    struct model *model = object->model;
    if (self == NULL)
        return value_null();
    bool to = field == FIELD_ThreadRecipients_to, cc = field == FIELD_ThreadRecipients_cc;
    const struct thread_mailbox *list = to ? self->to : cc ? self->cc : self->bcc;
    uint32_t count = to ? self->to_count : cc ? self->cc_count : self->bcc_count;
    struct array *made = array_new(model->arena);
    for (uint32_t i = 0; i < count; i++) {
        struct value mailbox = quoted_mailbox(model, &list[i]);
        if (mailbox.tag == VALUE_OBJECT)
            array_add(model->arena, made, mailbox);
    }
    return value_array(made);
}

/* Dotted quads in what is shown, each once. */
static struct value body_ips(struct model *model)
{
    struct array *made = array_new(model->arena);
    const struct body_threads *threads = body_threads(model);
    for (uint32_t i = 0; i < threads->count; i++) {
        struct bytes text = threads->part[i].shown;
        for (size_t dot = bytes_find_byte(text, '.', 0); dot != BYTES_NPOS && made->count < 256;
             dot = bytes_find_byte(text, '.', dot + 1)) {
            size_t from = dot, to = dot;
            while (from > 0 && dot - from < 3 && ascii_is_digit(text.at[from - 1]))
                from--;
            while (to < text.len && to - from < 16 &&
                   (ascii_is_digit(text.at[to]) || text.at[to] == '.'))
                to++;
            struct bytes word = bytes_sub(text, from, to - from);
            while (word.len > 0 && word.at[word.len - 1] == '.')
                word.len--;
            struct value ip = from == dot ? value_null() : model_ip(model, word);
            if (ip.tag == VALUE_OBJECT) {
                bool known = false;
                for (uint32_t k = 0; k < made->count; k++)
                    known |= bytes_equal(
                        value_bytes(object_get(made->item[k].as.object, FIELD_IP_ip)), word);
                if (!known)
                    array_add(model->arena, made, ip);
                dot = to - 1;
            }
        }
    }
    return value_array(made);
}

struct value resolve_Body(struct object *object, uint32_t field)
{
    struct model *model = object->model;
    if (object->self == NULL)
        return value_null();
    const struct mail_view *view = mail_view(model);
    switch (field) {
    case FIELD_Body_current_thread:
        return value_object(object_new(model, TYPE_Thread, model));
    case FIELD_Body_html:
        return view->html.count == 0 ? value_null()
                                     : value_object(object_new(model, TYPE_BodyHTML, model));
    case FIELD_Body_ips:
        return body_ips(model);
    case FIELD_Body_links:
        return value_array(links_of_mail(model));
    case FIELD_Body_plain:
        return view->plain.count == 0 ? value_null()
                                      : value_object(object_new(model, TYPE_Plain, model));
    case FIELD_Body_previous_threads:
        return previous_threads(model);
    default:
        return value_null();
    }
}

enum page_text { PAGE_SOURCE, PAGE_SHOWN, PAGE_INNER };

static struct bytes page_text(struct node *node, enum page_text which)
{
    const struct html_doc *doc = html_of(node);
    if (which == PAGE_SOURCE || doc == NULL)
        return node_text(node);
    return which == PAGE_SHOWN ? doc->display_text : doc->inner_text;
}

/* The text of all parts of LIST; of several joined by a line end. */
static struct value joined_text(struct model *model, const struct node_list *list,
                                enum page_text which)
{
    if (list->count == 1)
        return value_string(page_text(list->item[0], which));
    struct text joined;
    text_init(&joined, model->arena, 0);
    for (uint32_t i = 0; i < list->count; i++) {
        if (i > 0)
            text_add_byte(&joined, '\n');
        text_add(&joined, page_text(list->item[i], which));
    }
    return value_string(text_bytes(&joined));
}

static struct value links_of_list(struct model *model, const struct node_list *list)
{
    struct array *made = array_new(model->arena);
    for (uint32_t i = 0; i < list->count; i++)
        append(model, made, links_of_part(model, list->item[i]));
    return value_array(made);
}

struct value part_transfer_encoding(const struct node *node)
{
    if (node->part == NULL || node->part->header == NULL)
        return value_null();
    struct bytes value =
        bytes_trim(header_value(node->part->header, BYTES("Content-Transfer-Encoding")));
    return value.len == 0 ? value_null() : value_string(value);
}

struct value resolve_BodyHTML(struct object *object, uint32_t field)
{
    struct model *model = object->model;
    if (object->self == NULL)
        return value_null();
    const struct node_list *list = &mail_view(model)->html;
    switch (field) {
    case FIELD_BodyHTML_charset:
        return value_string(list->item[0]->charset);
    case FIELD_BodyHTML_content_transfer_encoding:
        return part_transfer_encoding(list->item[0]);
    case FIELD_BodyHTML_display_text:
        return joined_text(model, list, PAGE_SHOWN);
    case FIELD_BodyHTML_inner_text:
        return joined_text(model, list, PAGE_INNER);
    case FIELD_BodyHTML_links:
        return links_of_list(model, list);
    case FIELD_BodyHTML_raw:
        return joined_text(model, list, PAGE_SOURCE);
    default:
        return value_null();
    }
}

struct value resolve_Plain(struct object *object, uint32_t field)
{
    struct model *model = object->model;
    if (object->self == NULL)
        return value_null();
    const struct node_list *list = &mail_view(model)->plain;
    switch (field) {
    case FIELD_Plain_charset:
        return value_string(list->item[0]->charset);
    case FIELD_Plain_content_transfer_encoding:
        return part_transfer_encoding(list->item[0]);
    case FIELD_Plain_links:
        return links_of_list(model, list);
    case FIELD_Plain_raw:
        return joined_text(model, list, PAGE_SOURCE);
    default:
        return value_null();
    }
}
