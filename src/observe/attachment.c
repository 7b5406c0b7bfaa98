/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/attachment.h"

#include "artifact/digest.h"
#include "artifact/identify.h"
#include "observe/body.h"
#include "observe/mailview.h"

/* Kinds that the public model has under another name, or, found by shape and not by a magic number,
 * under none: those are "unknown" there, and rules that ask for it mean them. */
static const struct {
    enum kind kind;
    const char *name;
} renamed[] = {
    {KIND_EMPTY, "unknown"},
    {KIND_TEXT, "unknown"},
    {KIND_XML, "unknown"},
    {KIND_JSON, "unknown"},
    {KIND_CSV, "unknown"},
    {KIND_VCF, "unknown"},
    {KIND_MULTIPART, "unknown"},
    {KIND_MBOX, "unknown"},
    {KIND_MHTML, "unknown"},
    {KIND_JAVASCRIPT, "unknown"},
    {KIND_VBS, "unknown"},
    {KIND_VBA, "unknown"},
    {KIND_HTA, "html"},
    {KIND_WSF, "unknown"},
    {KIND_POWERSHELL, "unknown"},
    {KIND_BATCH, "unknown"},
    {KIND_SHELL, "unknown"},
    {KIND_PYTHON, "unknown"},
    {KIND_PERL, "unknown"},
    {KIND_PHP, "unknown"},
    {KIND_DOCKERFILE, "unknown"},
    {KIND_YAML, "unknown"},
    {KIND_ROBOT, "unknown"},
    {KIND_SLK, "unknown"},
    {KIND_URL_SHORTCUT, "unknown"},
    {KIND_PGP, "unknown"},
    {KIND_P7M, "unknown"},
    {KIND_TIFF, "tif"},
    {KIND_HEIC, "heif"},
    {KIND_JAR, "zip"},
    {KIND_APK, "zip"},
    {KIND_IMAGE, "tar"},
    {KIND_DIRECTORY, "unknown"},
};

/* Sound and film are told apart by their first bytes (RIFF form type, ISO 14496-12 brand). */
static const char *media_name(const struct node *node)
{
    struct bytes b = node->content;
    if (bytes_equal(bytes_sub(b, 8, 4), BYTES("WAVE")))
        return "wav";
    if (bytes_starts(b, BYTES("OggS")))
        return "ogg";
    if (bytes_starts(b, BYTES("fLaC")))
        return "flac";
    if (node->kind == KIND_AUDIO)
        return "mp3";
    if (bytes_equal(bytes_sub(b, 8, 4), BYTES("AVI ")))
        return "avi";
    if (bytes_equal(bytes_sub(b, 8, 2), BYTES("qt")))
        return "mov";
    return bytes_starts(b, BYTES("\x1A\x45\xDF\xA3")) ? "mkv" : "mp4";
}

struct bytes node_file_type(const struct node *node)
{
    if (node->kind == KIND_AUDIO || node->kind == KIND_VIDEO)
        return bytes_of_string(media_name(node));
    for (size_t i = 0; i < sizeof renamed / sizeof renamed[0]; i++)
        if (renamed[i].kind == node->kind)
            return bytes_of_string(renamed[i].name);
    return bytes_of_string(kind_rows[node->kind].name);
}

struct bytes node_file_name(const struct node *node)
{
    struct bytes name = node->name;
    size_t slash = node->parent == NULL ? bytes_find_last_byte(name, '/') : BYTES_NPOS;
    if (slash != BYTES_NPOS)
        name = bytes_from(name, slash + 1);
    return name.len == 0 ? BYTES_NONE : name;
}

struct bytes node_file_extension(const struct node *node)
{
    struct bytes extension = name_extension(node_file_name(node));
    return extension.len == 0 ? BYTES_NONE : extension;
}

static struct bytes or_absent(struct bytes b)
{
    return b.len == 0 ? BYTES_NONE : b;
}

struct value resolve_Attachment(struct object *object, uint32_t field)
{
    const struct node *self = object->self;
    struct arena *arena = object->model->arena;
    if (self == NULL)
        return value_null();
    const struct mime_part *part = self->part;
    switch (field) {
    case FIELD_Attachment_content_id:
        return part == NULL ? value_null() : value_string(or_absent(part->content_id));
    case FIELD_Attachment_content_transfer_encoding:
        return part_transfer_encoding(self);
    case FIELD_Attachment_content_type:
        if (part != NULL && part->content_type.value.len > 0)
            return value_string(part->content_type.value);
        return value_string(or_absent(self->type));
    case FIELD_Attachment_content_disposition:
        return part == NULL ? value_null() : value_string(or_absent(part->disposition.value));
    case FIELD_Attachment_file_extension:
        return value_string(node_file_extension(self));
    case FIELD_Attachment_file_name:
        return value_string(node_file_name(self));
    case FIELD_Attachment_file_type:
        return value_string(node_file_type(self));
    case FIELD_Attachment_md5:
        return value_string(digest_hex(arena, DIGEST_MD5, self->content));
    case FIELD_Attachment_raw:
        return value_string(self->raw.at != NULL ? self->raw : self->content);
    case FIELD_Attachment_sha1:
        return value_string(digest_hex(arena, DIGEST_SHA1, self->content));
    case FIELD_Attachment_sha256:
        return value_string(digest_hex(arena, DIGEST_SHA256, self->content));
    case FIELD_Attachment_size:
        return value_int((int64_t)self->content.len);
    default:
        return value_null();
    }
}

bool object_is_stored(const struct object *object)
{
    return object->model->resolve != NULL;
}

const struct node *object_node(const struct object *object)
{
    struct model *model = object->model;
    if (object_is_stored(object))
        return NULL;
    switch (object->type) {
    case TYPE_Attachment:
    case TYPE_File:
        return object->self;
    case TYPE_Message:
        return object->self == NULL ? NULL : model->node;
    case TYPE_BodyHTML:
        return object->self == NULL ? NULL : mail_view(model)->html.item[0];
    case TYPE_Plain:
        return object->self == NULL ? NULL : mail_view(model)->plain.item[0];
    default:
        return NULL;
    }
}
