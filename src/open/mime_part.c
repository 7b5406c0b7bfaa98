/* SPDX-License-Identifier: Apache-2.0 */
#include "open/mime_part.h"

#include "artifact/node_text.h"
#include "base/codec.h"
#include "base/utf8.h"
#include "open/inline_file.h"
#include "open/opener.h"

#define FIELD_READINGS_MAX 4

/* One way to read an entity. */
struct reading {
    const struct mime_entity *entity;
    struct header_field *type_field, *encoding_field;
    struct bytes body;
    bool is_alternative, as_identity, joined_base64;
};

bool mime_may_reread(struct node *node)
{
    if (budget_take(node->tree->budget, LIMIT_READINGS, 1))
        return true;
    node_limit(node, LIMIT_READINGS);
    return false;
}

static void tell_field(struct node *node, enum anomaly_code code, const struct header_field *field)
{
    node_anomaly(node, code, field->offset, field->len, BYTES_NONE);
}

static enum mime_encoding encoding_of(struct arena *arena, const struct header_field *field,
                                      bool *comment)
{
    struct header_params params;
    *comment = false;
    if (field == NULL)
        return MIME_IDENTITY;
    header_params(&params, arena, field->raw);
    *comment = params.has_comment;
    struct bytes value = params.value;
    while (value.len > 0 && strchr("\"'.,", value.at[0]) != NULL)
        value = bytes_from(value, 1);
    while (value.len > 0 && strchr("\"'.,", value.at[value.len - 1]) != NULL)
        value.len--;
    static const struct {
        const char *name;
        enum mime_encoding encoding;
    } rows[] = {
        {"7bit", MIME_IDENTITY},       {"8bit", MIME_IDENTITY},  {"binary", MIME_IDENTITY},
        {"", MIME_IDENTITY},           {"base64", MIME_BASE64},  {"quoted-printable", MIME_QUOTED},
        {"x-uuencode", MIME_UUENCODE}, {"x-uue", MIME_UUENCODE}, {"uuencode", MIME_UUENCODE},
        {"uue", MIME_UUENCODE},        {"x-yencode", MIME_YENC}, {"yenc", MIME_YENC},
        {"7-bit", MIME_IDENTITY},      {"8-bit", MIME_IDENTITY}, {"none", MIME_IDENTITY},
        {"x-binhex", MIME_BINHEX},     {"binhex", MIME_BINHEX},
        {"7bits", MIME_IDENTITY},      {"8bits", MIME_IDENTITY}, {"quoted_printable", MIME_QUOTED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (bytes_equal(value, bytes_of_string(rows[i].name)))
            return rows[i].encoding;
    return MIME_UNKNOWN_ENCODING;
}

/* The last path step would be the client's business: the name is kept as given. */
static void names_read(struct mime_part *part)
{
    const struct header_params *lists[] = {&part->disposition, &part->content_type};
    static const char *const names[] = {"filename", "name"};
    for (int i = 0; i < 2; i++)
        for (uint32_t k = 0; k < lists[i]->count; k++) {
            const struct header_param *param = &lists[i]->param[k];
            if (!bytes_equal(param->name, bytes_of_string(names[i])))
                continue;
            struct bytes value = param->other.at != NULL ? param->other : param->value;
            const struct header_param *first = header_param(lists[i], param->name);
            if (part->file_name.at == NULL && param == first)
                part->file_name = value;
        }
    for (int i = 0; i < 2; i++)
        for (uint32_t k = 0; k < lists[i]->count; k++) {
            const struct header_param *param = &lists[i]->param[k];
            if (!bytes_equal(param->name, bytes_of_string(names[i])))
                continue;
            struct bytes value = param->other.at != NULL ? param->other : param->value;
            if (part->other_name.at == NULL && !bytes_equal(value, part->file_name))
                part->other_name = value;
        }
}

static bool is_type(struct bytes value)
{
    size_t slash = bytes_find_byte(value, '/', 0);
    return slash != BYTES_NPOS && slash > 0 && slash + 1 < value.len;
}

static struct mime_part *part_read(struct node *parent, const struct reading *r)
{
    struct arena *arena = parent->tree->arena;
    const struct mime_entity *entity = r->entity;
    struct mime_part *part = arena_new_of(arena, struct mime_part);
    part->header = entity->header;
    part->role = entity->role;
    part->is_alternative = r->is_alternative || entity->is_alternative;
    if (r->type_field != NULL)
        header_params(&part->content_type, arena, r->type_field->raw);
    struct bytes value = part->content_type.value;
    part->type = is_type(value)   ? value
                 : value.len == 0 ? entity->default_type
                                  : BYTES("text/plain");
    if (value.len > 0 && !is_type(value))
        tell_field(parent, ANOMALY_MIME_TYPE_INVALID, r->type_field);
    if (part->content_type.over_limit)
        node_limit(parent, LIMIT_ATTRIBUTES);
    struct header_field *disposition = header_find(entity->header, BYTES("Content-Disposition"));
    if (disposition != NULL)
        header_params(&part->disposition, arena, disposition->raw);
    struct header_field *id = header_find(entity->header, BYTES("Content-ID"));
    if (id != NULL) {
        struct bytes inner = bytes_trim(header_text(entity->header, id));
        if (inner.len >= 2 && inner.at[0] == '<' && inner.at[inner.len - 1] == '>')
            inner = bytes_sub(inner, 1, inner.len - 2);
        part->content_id = inner;
    }
    names_read(part);
    bool comment;
    part->encoding = encoding_of(arena, r->encoding_field, &comment);
    if (comment)
        tell_field(parent, ANOMALY_MIME_COMMENT, r->encoding_field);
    if (part->encoding == MIME_UNKNOWN_ENCODING)
        tell_field(parent, ANOMALY_MIME_UNKNOWN_ENCODING, r->encoding_field);
    part->encoding = r->as_identity ? MIME_IDENTITY : part->encoding;
    if (part->content_type.malformed)
        tell_field(parent, ANOMALY_MIME_PARAMETERS, r->type_field);
    if (part->disposition.malformed)
        tell_field(parent, ANOMALY_MIME_PARAMETERS, disposition);
    bool is_text = bytes_starts(part->type, BYTES("text/"));
    part->is_attachment = bytes_equal(part->disposition.value, BYTES("attachment")) ||
                          (part->file_name.at != NULL && !is_text);
    return part;
}

/* The decoded body; REPORT tells of leniency. */
static struct bytes body_decode(struct arena *arena, const struct mime_part *part,
                                const struct reading *r, struct codec_report *report)
{
    struct codec_file file;
    *report = (struct codec_report){.after_pad = BYTES_NPOS};
    switch (part->encoding) {
    case MIME_BASE64:
        return r->joined_base64 ? codec_base64_joined(arena, r->body)
                                : codec_base64(arena, r->body, report);
    case MIME_QUOTED:
        return codec_quoted(arena, r->body, report);
    case MIME_UUENCODE:
    case MIME_YENC:
    case MIME_BINHEX:
        if (!codec_find_file(arena, r->body, 0, &file))
            return r->body;
        *report = file.report;
        return file.data;
    default:
        return r->body;
    }
}

static bool is_inline_code(enum mime_encoding encoding)
{
    return encoding == MIME_UUENCODE || encoding == MIME_YENC || encoding == MIME_BINHEX;
}

static void tell_decoding(struct node *node, const struct mime_part *part,
                          const struct codec_report *report)
{
    if (part->encoding == MIME_YENC)
        node_anomaly_raw(node, ANOMALY_MIME_YENC, 0, 0, BYTES_NONE);
    if (part->encoding == MIME_BASE64) {
        if (report->after_pad != BYTES_NPOS)
            node_anomaly_raw(node, ANOMALY_MIME_BASE64_AFTER_PADDING, report->after_pad,
                             node->raw.len - report->after_pad, BYTES_NONE);
        if (report->bad_count > 0)
            node_anomaly_raw(node, ANOMALY_MIME_BASE64_FOREIGN, report->first_bad, 1, BYTES_NONE);
    } else if (part->encoding == MIME_QUOTED && report->bad_count > 0) {
        node_anomaly_raw(node, ANOMALY_MIME_QUOTED_MALFORMED, report->first_bad, 1, BYTES_NONE);
    } else if (is_inline_code(part->encoding) && report->unfinished) {
        node_anomaly_raw(node, ANOMALY_MIME_INLINE_CUT, 0, 0, BYTES_NONE);
    } else if (is_inline_code(part->encoding) && report->bad_count > 0) {
        node_anomaly_raw(node, ANOMALY_MIME_INLINE_DAMAGED, report->first_bad, 1, BYTES_NONE);
    }
}

static enum kind kind_of_type(struct bytes type)
{
    if (bytes_starts(type, BYTES("multipart/")))
        return KIND_MULTIPART;
    if (bytes_equal(type, BYTES("message/rfc822")) || bytes_equal(type, BYTES("message/global")) ||
        bytes_equal(type, BYTES("message/news")))
        return KIND_MAIL;
    return KIND_UNKNOWN;
}

static struct node *reading_add(struct node *parent, const struct reading *r,
                                struct codec_report *report)
{
    struct arena *arena = parent->tree->arena;
    struct mime_part *part = part_read(parent, r);
    struct bytes content = body_decode(arena, part, r, report);
    if (content.at != r->body.at && !open_take_bytes(parent, content.len))
        content = bytes_sub(content, 0, 0);
    struct node *node = node_add(parent, content, part->file_name);
    if (node == NULL)
        return NULL;
    node->part = part;
    node->type = part->type;
    node->kind = content.len == 0 ? KIND_UNKNOWN : kind_of_type(part->type);
    if (content.at != r->body.at)
        node->raw = r->body;
    node->is_view = part->role == MIME_ROLE_PREAMBLE || part->role == MIME_ROLE_EPILOGUE;
    const struct header_param *charset = header_param(&part->content_type, BYTES("charset"));
    if (charset != NULL && charset->value.len > 0)
        node->charset = charset->value;
    tell_decoding(node, part, report);
    if (part->other_name.at != NULL)
        node_anomaly(node, ANOMALY_MIME_TWO_NAMES, 0, 0, part->other_name);
    if (!is_inline_code(part->encoding) && bytes_equal(part->type, BYTES("text/plain")))
        inline_files_hang(node);
    if (bytes_equal(part->type, BYTES("message/partial")))
        node_anomaly(node, ANOMALY_MIME_PARTIAL, 0, 0, BYTES_NONE);
    return node;
}

/* Lines of BODY that begin with "--". */
static size_t dashed_lines(struct bytes body)
{
    size_t count = bytes_starts(body, BYTES("--"));
    for (size_t at = 0; (at = bytes_find(body, BYTES("\n--"), at)) != BYTES_NPOS; at++)
        count++;
    return count;
}

/* A multipart must not be encoded (RFC 2045, 6.4), yet some are, and many only say so: where boundary
 * lines stand in the open the label is the lie for most clients, and decoding is a further reading
 * only where it brings other boundary lines to light.  The main reading's node. */
static struct node *multipart_add(struct node *parent, struct reading main,
                                  struct codec_report *report)
{
    struct reading other = main;
    size_t open_lines = dashed_lines(main.body);
    main.as_identity = open_lines > 0;
    struct node *node = reading_add(parent, &main, report);
    tell_field(parent, ANOMALY_MIME_ENCODED_MULTIPART, main.encoding_field);
    if (!main.as_identity || node == NULL)
        return node;
    struct mime_part part = {
        .encoding = encoding_of(parent->tree->arena, main.encoding_field, &(bool){false})};
    struct bytes decoded = body_decode(parent->tree->arena, &part, &other, report);
    other.is_alternative = true;
    if (dashed_lines(decoded) != open_lines && mime_may_reread(parent))
        reading_add(parent, &other, report);
    return node;
}

/* Whether READING is a multipart that says it is encoded. */
static bool is_encoded_multipart(struct arena *arena, const struct reading *r)
{
    bool comment;
    if (r->type_field == NULL || r->encoding_field == NULL ||
        encoding_of(arena, r->encoding_field, &comment) == MIME_IDENTITY)
        return false;
    struct header_params params;
    header_params(&params, arena, r->type_field->raw);
    return bytes_starts(params.value, BYTES("multipart/"));
}

/* Fields of one name whose values differ from the first: other clients take those. */
static uint32_t rivals(const struct header *header, struct bytes name,
                       struct header_field *out[FIELD_READINGS_MAX])
{
    struct header_field *first = header_find(header, name);
    uint32_t count = 0;
    for (struct header_field *f = first; f != NULL && count < FIELD_READINGS_MAX;
         f = header_next(header, f)) {
        bool same = false;
        for (uint32_t i = 0; i < count && !same; i++)
            same = bytes_equal_fold(bytes_trim(out[i]->raw), bytes_trim(f->raw));
        if (!same)
            out[count++] = f;
    }
    return count;
}

/* Whether a body that says base64 may be text. */
static bool looks_plain(struct bytes body, const struct codec_report *report)
{
    size_t blanks = 0;
    if (report->bad_count == 0)
        return false;
    for (size_t i = 0; i < body.len; i++)
        blanks += body.at[i] == ' ';
    return (report->bad_count + blanks) * 8 > body.len;
}

/* Transfer-decoded body of a base64 label that is no base64, and the two ways past padding. */
static void reread_encoding(struct node *parent, struct reading r, const struct node *node,
                            const struct codec_report *report)
{
    struct codec_report unused;
    if (node->part->encoding != MIME_BASE64)
        return;
    r.is_alternative = true;
    if (looks_plain(r.body, report) && mime_may_reread(parent)) {
        struct reading plain = r;
        plain.as_identity = true;
        reading_add(parent, &plain, &unused);
    }
    if (report->after_pad != BYTES_NPOS && mime_may_reread(parent)) {
        r.joined_base64 = true;
        reading_add(parent, &r, &unused);
    }
}

struct node *mime_add(struct node *parent, const struct mime_entity *entity)
{
    struct header_field *type[FIELD_READINGS_MAX], *encoding[FIELD_READINGS_MAX];
    uint32_t types = rivals(entity->header, BYTES("Content-Type"), type);
    uint32_t encodings = rivals(entity->header, BYTES("Content-Transfer-Encoding"), encoding);
    struct reading main = {.entity = entity,
                           .type_field = types > 0 ? type[0] : NULL,
                           .encoding_field = encodings > 0 ? encoding[0] : NULL,
                           .body = entity->body};
    struct codec_report report;
    bool encoded = is_encoded_multipart(parent->tree->arena, &main);
    struct node *node =
        encoded ? multipart_add(parent, main, &report) : reading_add(parent, &main, &report);
    if (node == NULL)
        return NULL;
    if (!encoded)
        reread_encoding(parent, main, node, &report);
    main.is_alternative = true;
    for (uint32_t i = 1; i < types; i++) {
        tell_field(parent, ANOMALY_MIME_TWO_TYPES, type[i]);
        struct reading other = main;
        other.type_field = type[i];
        if (mime_may_reread(parent))
            reading_add(parent, &other, &report);
    }
    for (uint32_t i = 1; i < encodings; i++) {
        tell_field(parent, ANOMALY_MIME_TWO_ENCODINGS, encoding[i]);
        struct reading other = main;
        other.encoding_field = encoding[i];
        if (mime_may_reread(parent))
            reading_add(parent, &other, &report);
    }
    return node;
}

void mime_add_other_body(struct node *parent, const struct mime_entity *entity)
{
    size_t start = 0;
    if (entity->header->other_body.at == NULL || !mime_may_reread(parent))
        return;
    struct header *header = arena_new_of(parent->tree->arena, struct header);
    *header = *entity->header;
    bytes_inside(parent->content, header->other_body, &start);
    while (header->count > 0 && header->field[header->count - 1].offset >= start)
        header->count--;
    struct mime_entity other = *entity;
    other.header = header;
    other.body = header->other_body;
    other.is_alternative = true;
    mime_add(parent, &other);
}
