/* SPDX-License-Identifier: Apache-2.0 */
#include "open/mime.h"

#include "open/mime_part.h"
#include "open/mime_split.h"
#include "open/opener.h"

#include <assert.h>

#define BOUNDARIES_MAX 8

static int mime_bid(const struct node *node)
{
    switch (node->kind) {
    case KIND_MAIL:
    case KIND_MULTIPART:
        return 95;
    case KIND_MHTML:
        return 60;
    default:
        return 0;
    }
}

/* Fields a message has at most once (RFC 5322, 3.6) and clients pick from differently. */
static void tell_duplicates(struct node *node, const struct header *header)
{
    static const struct bytes once[] = {BYTES("From"),      BYTES("Subject"),  BYTES("Date"),
                                        BYTES("Sender"),    BYTES("Reply-To"), BYTES("To"),
                                        BYTES("Message-ID")};
    for (size_t i = 0; i < sizeof once / sizeof once[0]; i++) {
        struct header_field *first = header_find(header, once[i]);
        struct header_field *second = first == NULL ? NULL : header_next(header, first);
        if (second != NULL)
            node_anomaly(node, ANOMALY_MIME_TWO_FIELDS, second->offset, second->len, first->name);
    }
}

/* Decode what a person sees of the header now, so that its oddities are known. */
static void tell_words(struct node *node, struct header *header)
{
    static const struct {
        unsigned bit;
        enum anomaly_code code;
    } rows[] = {
        {WORD_SPLIT_CHARACTER, ANOMALY_WORD_SPLIT},
        {WORD_UNKNOWN_CHARSET, ANOMALY_CHARSET_UNKNOWN},
        {WORD_BAD_BYTES, ANOMALY_CHARSET_BAD_BYTES},
        {WORD_RAW_8BIT, ANOMALY_WORD_RAW_8BIT},
        {WORD_MALFORMED, ANOMALY_WORD_MALFORMED},
    };
    static const struct bytes shown[] = {BYTES("From"), BYTES("Subject"),  BYTES("To"),
                                         BYTES("Cc"),   BYTES("Reply-To"), BYTES("Sender")};
    for (uint32_t i = 0; i < header->count; i++) {
        struct header_field *field = &header->field[i];
        bool wanted = false;
        for (size_t k = 0; k < sizeof shown / sizeof shown[0] && !wanted; k++)
            wanted = bytes_equal_fold(field->name, shown[k]);
        if (!wanted)
            continue;
        unsigned oddities = 0;
        field->text = words_decode(header->arena, field->raw, &oddities);
        for (size_t k = 0; oddities != 0 && k < sizeof rows / sizeof rows[0]; k++)
            if (oddities & rows[k].bit)
                node_anomaly(node, rows[k].code, field->offset, field->len, field->name);
    }
}

/* Whether B ends inside its header: nowhere an empty line, and no line behind the fields. */
static bool ends_in_header(struct bytes b, struct bytes body)
{
    return bytes_find_byte(body, '\n', 0) == BYTES_NPOS &&
           bytes_find(b, BYTES("\n\n"), 0) == BYTES_NPOS &&
           bytes_find(b, BYTES("\n\r\n"), 0) == BYTES_NPOS &&
           bytes_find(b, BYTES("\r\r"), 0) == BYTES_NPOS;
}

static void open_mail(struct node *node)
{
    struct mime_message *message = arena_new_of(node->tree->arena, struct mime_message);
    struct header *header = &message->header;
    header_split(header, node, node->content);
    node->own = message;
    if (header->count == 0)
        node_anomaly(node, ANOMALY_MIME_NO_HEADER, 0, 0, BYTES_NONE);
    if (node->parent == NULL && ends_in_header(node->content, header->body))
        node_anomaly(node, ANOMALY_TRUNCATED, node->content.len, 0, BYTES("inside the header"));
    tell_duplicates(node, header);
    tell_words(node, header);
    struct mime_entity entity = {.header = header,
                                 .body = header->body,
                                 .default_type = BYTES("text/plain"),
                                 .role = MIME_ROLE_BODY};
    if (header->body.len > 0 || header_find(header, BYTES("Content-Type")) != NULL)
        message->body = mime_add(node, &entity);
    mime_add_other_body(node, &entity);
}

/* A piece of a multipart's content that is no part. */
static void add_margin(struct node *node, struct bytes piece, enum mime_role role)
{
    static const struct header none;
    if (bytes_trim(piece).len == 0)
        return;
    struct mime_entity entity = {
        .header = &none, .body = piece, .role = role, .default_type = BYTES("text/plain")};
    mime_add(node, &entity);
}

static bool add_parts(struct node *node, const struct mime_split *split, bool is_alternative)
{
    struct bytes default_type = bytes_equal(node->type, BYTES("multipart/digest"))
                                    ? BYTES("message/rfc822")
                                    : BYTES("text/plain");
    for (uint32_t i = 0; i < split->count; i++) {
        if (!budget_take(node->tree->budget, LIMIT_PARTS, 1)) {
            node_limit(node, LIMIT_PARTS);
            return false;
        }
        struct header *header = arena_new_of(node->tree->arena, struct header);
        header_split(header, node, split->part[i].bytes);
        struct mime_entity entity = {.header = header,
                                     .body = header->body,
                                     .default_type = default_type,
                                     .role = MIME_ROLE_PART,
                                     .is_alternative = is_alternative || split->part[i].after_end};
        if (mime_add(node, &entity) == NULL)
            return false;
        mime_add_other_body(node, &entity);
    }
    return true;
}

/* A report quotes what it returns as far as its writer cares to (RFC 6522, section 3). */
static bool is_in_report(const struct node *node)
{
    for (; node != NULL; node = node->parent)
        if (bytes_equal(node->type, BYTES("multipart/report")))
            return true;
    return false;
}

static void tell_split(struct node *node, const struct mime_split *split)
{
    if (!split->closed)
        node_anomaly(node, ANOMALY_MIME_NO_END, node->content.len, 0, BYTES_NONE);
    if (!split->closed && !is_in_report(node))
        node_anomaly(node, ANOMALY_TRUNCATED, node->content.len, 0, BYTES("no closing boundary"));
    for (uint32_t i = 0; i < split->count; i++)
        if (split->part[i].after_end) {
            size_t offset = (size_t)(split->part[i].bytes.at - node->content.at);
            node_anomaly(node, ANOMALY_MIME_PARTS_AFTER_END, offset, split->part[i].bytes.len,
                         BYTES_NONE);
            break;
        }
}

/* Whether B is no more than the beginning of "--BOUNDARY". */
static bool begins_boundary(struct bytes b, struct bytes boundary)
{
    return b.len <= 2 ? bytes_starts(BYTES("--"), b)
                      : bytes_starts(b, BYTES("--")) && bytes_starts(boundary, bytes_from(b, 2));
}

/* The boundaries some client could use, the likeliest first. */
static uint32_t boundaries(const struct node *node, struct bytes out[BOUNDARIES_MAX])
{
    const struct header_params *params = node->part == NULL ? NULL : &node->part->content_type;
    uint32_t count = 0;
    for (uint32_t i = 0; params != NULL && i < params->count && count + 2 < BOUNDARIES_MAX; i++) {
        if (!bytes_equal(params->param[i].name, BYTES("boundary")))
            continue;
        struct bytes readings[2] = {params->param[i].value, params->param[i].other};
        for (int k = 0; k < 2; k++) {
            bool known = readings[k].len == 0;
            for (uint32_t j = 0; j < count && !known; j++)
                known = bytes_equal(out[j], readings[k]);
            if (!known)
                out[count++] = readings[k];
        }
    }
    return count;
}

static void open_multipart(struct node *node)
{
    struct bytes boundary[BOUNDARIES_MAX];
    struct mime_split split;
    uint32_t count = boundaries(node, boundary), used = 0;
    if (count > 1)
        node_anomaly(node, ANOMALY_MIME_TWO_BOUNDARIES, 0, 0, boundary[1]);
    for (uint32_t i = 0; i < count; i++) {
        if (!mime_split(&split, node, boundary[i], false))
            continue;
        if (used > 0 && !mime_may_reread(node))
            return;
        tell_split(node, &split);
        add_margin(node, split.preamble, MIME_ROLE_PREAMBLE);
        add_parts(node, &split, used > 0);
        add_margin(node, split.epilogue, MIME_ROLE_EPILOGUE);
        used++;
    }
    if (used > 0)
        return;
    struct bytes guess = count > 0 && mime_split(&split, node, boundary[0], true)
                             ? boundary[0]
                             : mime_guess_boundary(node->content);
    node_anomaly(node, ANOMALY_MIME_NO_BOUNDARY, 0, 0, guess);
    if (count > 0 && begins_boundary(bytes_trim(node->content), boundary[0]))
        node_anomaly(node, ANOMALY_TRUNCATED, node->content.len, 0, BYTES("inside a boundary"));
    if (guess.len > 0 && mime_split(&split, node, guess, true)) {
        add_margin(node, split.preamble, MIME_ROLE_PREAMBLE);
        add_parts(node, &split, false);
        add_margin(node, split.epilogue, MIME_ROLE_EPILOGUE);
    } else {
        add_margin(node, node->content, MIME_ROLE_PREAMBLE);
    }
}

static void mime_open(struct node *node)
{
    if (node->kind == KIND_MULTIPART)
        open_multipart(node);
    else
        open_mail(node);
}

const struct opener opener_mime = {.name = "mime", .bid = mime_bid, .open = mime_open};

const struct mime_message *mime_message(const struct node *node)
{
    bool opened = node->opened && (node->kind == KIND_MAIL || node->kind == KIND_MHTML);
    return opened ? node->own : NULL;
}

struct node *mime_mail_of(struct node *node)
{
    while (node != NULL && node->kind != KIND_MAIL)
        node = node->parent;
    return node;
}
