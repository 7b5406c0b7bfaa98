/* SPDX-License-Identifier: Apache-2.0 */
#include "oracle/gmime_mail.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual"
#pragma GCC diagnostic ignored "-Wconversion"
#include <gmime/gmime.h>

struct visit {
    struct gmime_counts *counts; /* NULL: SEE is called instead */
    void (*see)(void *data, const struct gmime_leaf *leaf);
    void *data;
};

void gmime_mail_start(void)
{
    g_mime_init();
}

static void visit_leaf(const struct visit *v, GMimeObject *object)
{
    GMimeDataWrapper *wrapper = g_mime_part_get_content(GMIME_PART(object));
    GMimeContentType *type = g_mime_object_get_content_type(object);
    GMimeStream *memory = g_mime_stream_mem_new();
    if (wrapper != NULL)
        g_mime_data_wrapper_write_to_stream(wrapper, memory);
    GByteArray *array = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory));
    struct gmime_leaf leaf = {.content = bytes_of(array->data, array->len)};
    char *text = NULL, *name = NULL;
    if (GMIME_IS_TEXT_PART(object)) {
        text = g_mime_text_part_get_text(GMIME_TEXT_PART(object));
        leaf.text = text == NULL ? BYTES("") : bytes_of_string(text);
    }
    if (v->counts != NULL) {
        v->counts->leaves++;
        v->counts->decoded_bytes += leaf.content.len;
        v->counts->text_bytes += leaf.text.len;
    } else {
        name = type == NULL ? NULL : g_mime_content_type_get_mime_type(type);
        char *lower = name == NULL ? NULL : g_ascii_strdown(name, -1);
        leaf.type = lower == NULL ? "" : lower;
        leaf.file_name = g_mime_part_get_filename(GMIME_PART(object));
        v->see(v->data, &leaf);
        g_free(lower);
    }
    g_free(name);
    g_free(text);
    g_object_unref(memory);
}

static void visit_message(const struct visit *v, GMimeMessage *message, int depth);

static void visit_object(const struct visit *v, GMimeObject *object, int depth)
{
    if (depth > 64)
        return;
    if (GMIME_IS_MULTIPART(object)) {
        GMimeMultipart *multipart = GMIME_MULTIPART(object);
        for (int i = 0; i < g_mime_multipart_get_count(multipart); i++)
            visit_object(v, g_mime_multipart_get_part(multipart, i), depth + 1);
    } else if (GMIME_IS_MESSAGE_PART(object)) {
        GMimeMessage *inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
        if (inner != NULL)
            visit_message(v, inner, depth + 1);
    } else if (GMIME_IS_PART(object)) {
        visit_leaf(v, object);
    }
}

static void visit_message(const struct visit *v, GMimeMessage *message, int depth)
{
    GMimeHeaderList *headers = g_mime_object_get_header_list(GMIME_OBJECT(message));
    int count = g_mime_header_list_get_count(headers);
    for (int i = 0; v->counts != NULL && i < count; i++)
        v->counts->fields += g_mime_header_get_value(g_mime_header_list_get_header_at(headers, i)) != NULL;
    GMimeObject *part = g_mime_message_get_mime_part(message);
    if (part != NULL)
        visit_object(v, part, depth);
}

static GMimeMessage *message_of(struct bytes mail)
{
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer((const char *)mail.at, mail.len);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    g_object_unref(parser);
    g_object_unref(stream);
    return message;
}

void gmime_mail_count(struct bytes mail, struct gmime_counts *counts)
{
    struct visit v = {.counts = counts};
    GMimeMessage *message = message_of(mail);
    if (message != NULL) {
        visit_message(&v, message, 0);
        g_object_unref(message);
    }
}

void gmime_mail_read(struct bytes mail, void (*subject)(void *data, struct bytes subject),
                     void (*see)(void *data, const struct gmime_leaf *leaf), void *data)
{
    struct visit v = {.see = see, .data = data};
    GMimeMessage *message = message_of(mail);
    if (message == NULL)
        return;
    subject(data, bytes_of_string(g_mime_message_get_subject(message)));
    visit_message(&v, message, 0);
    g_object_unref(message);
}
#pragma GCC diagnostic pop
