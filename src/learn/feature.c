/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/feature.h"

#include "base/utf8.h"

#include <stdlib.h>

#define TEXT_BYTES_MAX ((size_t)24 * 1024)
#define WORD_BYTES_MAX 40u

struct collector {
    struct arena *arena;
    struct feature *item;
    uint32_t count;
};

static uint32_t hash_name(struct bytes name)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ name.at[i]) * 0x100000001b3u;
    return (uint32_t)(hash ^ hash >> 29);
}

static void add(struct collector *c, struct bytes name, bool trait)
{
    if (c->count < FEATURES_MAX * 2)
        c->item[c->count++] = (struct feature){hash_name(name), trait, name};
}

static void add_trait(struct collector *c, const char *name)
{
    add(c, bytes_of_string(name), true);
}

static void add_trait_value(struct collector *c, const char *name, struct bytes value)
{
    if (value.len > 0 && value.len < WORD_BYTES_MAX)
        add(c, arena_printf(c->arena, "trait:%s %.*s", name, BYTES_FMT(value)), true);
}

static bool is_wide(uint32_t code)
{
    return (code >= 0x3040 && code <= 0x30FF) || (code >= 0x3400 && code <= 0x9FFF) ||
           (code >= 0xAC00 && code <= 0xD7A3);
}

static bool is_letter(uint32_t code)
{
    return code < 0x80
               ? ascii_is_alpha((uint8_t)code) || code == '\''
               : code >= 0xC0 && code != 0xD7 && code != 0xF7 && !(code >= 0x2000 && code < 0x3040);
}

/* One word of letters from *AT on, lower case for ASCII; absent where none starts there. */
static struct bytes take_word(struct collector *c, struct bytes text, size_t *at)
{
    size_t from = *at, end = *at;
    while (end < text.len) {
        size_t next = end;
        uint32_t code = utf8_next(text, &next);
        if (!is_letter(code) || is_wide(code))
            break;
        end = next;
    }
    *at = end;
    if (end == from)
        return BYTES_NONE;
    if (end - from > WORD_BYTES_MAX)
        return BYTES("trait:long word");
    struct bytes word = arena_copy(c->arena, bytes_sub(text, from, end - from));
    uint8_t *letters = arena_alloc(c->arena, word.len + 1);
    for (size_t i = 0; i < word.len; i++)
        letters[i] = ascii_lower(word.at[i]);
    return bytes_of(letters, word.len);
}

/* Words, pairs of words, and pairs of wide characters; PREFIX tells where they stand. */
static void add_text(struct collector *c, struct bytes text, const char *prefix)
{
    struct bytes previous = BYTES_NONE;
    text = utf8_cut(text, TEXT_BYTES_MAX);
    for (size_t at = 0; at < text.len && c->count < FEATURES_MAX * 2 - 4;) {
        size_t start = at;
        uint32_t code = utf8_next(text, &at);
        if (is_wide(code)) {
            size_t end = at;
            if (end < text.len && is_wide(utf8_next(text, &end)))
                add(c,
                    arena_printf(c->arena, "%s%.*s", prefix,
                                 BYTES_FMT(bytes_sub(text, start, end - start))),
                    false);
            previous = BYTES_NONE;
            continue;
        }
        if (!is_letter(code)) {
            if (code == '.' || code == '!' || code == '?' || code == '\n')
                previous = BYTES_NONE;
            continue;
        }
        at = start;
        struct bytes word = take_word(c, text, &at);
        if (word.len < 2)
            continue;
        add(c, arena_printf(c->arena, "%s%.*s", prefix, BYTES_FMT(word)), false);
        if (previous.len > 0)
            add(c,
                arena_printf(c->arena, "%s%.*s %.*s", prefix, BYTES_FMT(previous), BYTES_FMT(word)),
                false);
        previous = word;
    }
}

static struct object *child(struct object *object, uint32_t field)
{
    struct value v = object == NULL ? value_null() : object_get(object, field);
    return v.tag == VALUE_OBJECT ? v.as.object : NULL;
}

static struct bytes string(struct object *object, uint32_t field)
{
    return object == NULL ? BYTES_NONE : value_bytes(object_get(object, field));
}

static const struct array *list(struct object *object, uint32_t field)
{
    static const struct array empty;
    struct value v = object == NULL ? value_null() : object_get(object, field);
    return v.tag == VALUE_ARRAY ? v.as.array : &empty;
}

static void add_count(struct collector *c, const char *what, uint32_t count)
{
    const char *bucket = count == 0    ? "none"
                         : count == 1  ? "one"
                         : count <= 3  ? "few"
                         : count <= 10 ? "some"
                                       : "many";
    add(c, arena_printf(c->arena, "trait:%s %s", what, bucket), true);
}

static void add_links(struct collector *c, struct object *body, struct bytes sender_root)
{
    const struct array *links = list(body, FIELD_Body_links);
    bool foreign = false, own = false;
    add_count(c, "links", links->count);
    for (uint32_t i = 0; i < links->count && i < 64; i++) {
        struct object *link = links->item[i].as.object;
        struct object *url = child(link, FIELD_Link_href_url);
        struct object *domain = child(url, FIELD_URL_domain);
        struct bytes root = string(domain, FIELD_Domain_root_domain);
        foreign = foreign || (root.len > 0 && !bytes_equal_fold(root, sender_root));
        own = own || (root.len > 0 && bytes_equal_fold(root, sender_root));
        add_trait_value(c, "link tld", string(domain, FIELD_Domain_tld));
        if (value_is_true(object_get(link, FIELD_Link_mismatched)))
            add_trait(c, "trait:link text is another host");
        if (child(url, FIELD_URL_ip) != NULL)
            add_trait(c, "trait:link to an address");
        if (string(url, FIELD_URL_query_params).len > 120)
            add_trait(c, "trait:long query");
    }
    if (links->count > 0)
        add_trait(c, foreign && own ? "trait:links own and foreign"
                     : foreign      ? "trait:links foreign"
                                    : "trait:links own");
}

static void add_attachments(struct collector *c, struct object *root)
{
    const struct array *attachments = list(root, FIELD_Message_attachments);
    add_count(c, "attachments", attachments->count);
    for (uint32_t i = 0; i < attachments->count && i < 16; i++)
        add_trait_value(c, "attachment",
                        string(attachments->item[i].as.object, FIELD_Attachment_file_type));
}

static void add_sender(struct collector *c, struct object *root)
{
    struct object *sender = child(root, FIELD_Message_sender);
    struct object *email = child(sender, FIELD_SenderMailbox_email);
    struct object *domain = child(email, FIELD_EmailAddress_domain);
    struct bytes name = string(sender, FIELD_SenderMailbox_display_name);
    struct bytes reply = BYTES_NONE, own = string(domain, FIELD_Domain_root_domain);
    struct object *headers = child(root, FIELD_Message_headers);
    const struct array *replies = list(headers, FIELD_Headers_reply_to);
    if (replies->count > 0)
        reply = string(child(child(replies->item[0].as.object, FIELD_Mailbox_email),
                             FIELD_EmailAddress_domain),
                       FIELD_Domain_root_domain);
    add_trait_value(c, "sender tld", string(domain, FIELD_Domain_tld));
    if (name.len == 0)
        add_trait(c, "trait:no display name");
    if (bytes_find_byte(name, '@', 0) != BYTES_NPOS)
        add_trait(c, "trait:display name is an address");
    if (!utf8_is_ascii(name))
        add_trait(c, "trait:display name not ASCII");
    if (reply.len > 0 && !bytes_equal_fold(reply, own))
        add_trait(c, "trait:replies go elsewhere");
    if (list(headers, FIELD_Headers_references)->count > 0)
        add_trait(c, "trait:has references");
    add_text(c, name, "from:");
}

static int by_hash(const void *a, const void *b)
{
    const struct feature *left = a, *right = b;
    return (left->hash > right->hash) - (left->hash < right->hash);
}

struct features features_of(struct model *model)
{
    struct collector c = {.arena = model->arena,
                          .item = arena_array_of(model->arena, FEATURES_MAX * 2, struct feature)};
    struct object *root = model->root;
    struct object *body = child(root, FIELD_Message_body);
    struct object *subject = child(root, FIELD_Message_subject);
    struct object *domain =
        child(child(child(root, FIELD_Message_sender), FIELD_SenderMailbox_email),
              FIELD_EmailAddress_domain);
    add_sender(&c, root);
    add_links(&c, body, string(domain, FIELD_Domain_root_domain));
    add_attachments(&c, root);
    add_trait(&c, child(body, FIELD_Body_html) == NULL    ? "trait:text only"
                  : child(body, FIELD_Body_plain) == NULL ? "trait:HTML only"
                                                          : "trait:text and HTML");
    if (subject != NULL && value_is_true(object_get(subject, FIELD_Subject_is_reply)))
        add_trait(&c, "trait:reply");
    add_text(&c, string(subject, FIELD_Subject_base), "subject:");
    struct bytes text = string(child(body, FIELD_Body_current_thread), FIELD_Thread_text);
    if (text.len < 200)
        add_trait(&c, "trait:hardly any text");
    add_text(&c, text, "");
    qsort(c.item, c.count, sizeof *c.item, by_hash);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < c.count; i++)
        if (kept == 0 || c.item[kept - 1].hash != c.item[i].hash)
            c.item[kept++] = c.item[i];
    return (struct features){c.item, kept};
}
