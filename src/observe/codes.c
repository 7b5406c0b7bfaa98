/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/inspection.h"

#include "observe/attachment.h"

#define CODES_MAX 256u
#define MEMBERS_MAX 1024u

static bool is_known(const struct array *list, struct bytes data)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (bytes_equal(value_bytes(object_get(list->item[i].as.object, FIELD_QRItem_data)), data))
            return true;
    return false;
}

static void add_codes(struct model *model, struct array *items, const struct node *node)
{
    struct value codes = node_get(node, FACT_QR_ITEMS); /* text: type */
    for (uint32_t i = 0; codes.tag == VALUE_MAP && i < codes.as.map->count; i++) {
        struct bytes said = codes.as.map->row[i].key;
        struct value type = codes.as.map->row[i].value;
        if (items->count == CODES_MAX || is_known(items, said))
            continue;
        struct object *item = object_new(model, TYPE_QRItem, NULL);
        object_set(item, FIELD_QRItem_data, value_string(said));
        object_set(item, FIELD_QRItem_type, type);
        object_set(item, FIELD_QRItem_url, bytes_equal(value_bytes(type), BYTES("url"))
                                               ? model_url(model, said)
                                               : value_null());
        array_add(model->arena, items, value_object(item));
    }
}

struct value model_codes(struct model *model, const struct node *node)
{
    struct object *made = object_new(model, TYPE_QRResult, NULL);
    struct array *items = array_new(model->arena);
    for (const struct node *n = node; n != NULL; n = node_walk(node, n))
        add_codes(model, items, n);
    object_set(made, FIELD_QRResult_found, value_bool(items->count > 0));
    object_set(made, FIELD_QRResult_items, value_array(items));
    return value_object(made);
}

static bool is_archive(const struct node *node)
{
    static const enum kind kinds[] = {
        KIND_ZIP,  KIND_SEVEN_ZIP, KIND_RAR,  KIND_TAR, KIND_GZIP, KIND_BZIP2, KIND_XZ,  KIND_ZSTD,
        KIND_LZMA, KIND_ZLIB,      KIND_CAB,  KIND_CPIO, KIND_AR,  KIND_XAR,   KIND_WIM, KIND_DMG,
        KIND_ARJ,  KIND_LHA,       KIND_ACE,  KIND_ISO, KIND_VHD};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (node->kind == kinds[i])
            return true;
    return false;
}

struct value model_members(struct model *model, const struct node *node)
{
    struct object *made = object_new(model, TYPE_ArchiveResult, NULL);
    struct array *files = array_new(model->arena);
    for (const struct node *n = node; n != NULL; n = node_walk(node, n))
        if (n != node && !n->is_view && is_archive(n->parent) && files->count < MEMBERS_MAX)
            array_add(model->arena, files, value_object(object_new(model, TYPE_File, n)));
    object_set(made, FIELD_ArchiveResult_files, value_array(files));
    return value_object(made);
}

struct value resolve_File(struct object *object, uint32_t field)
{
    const struct node *node = object->self;
    if (node == NULL)
        return value_null();
    switch (field) {
    case FIELD_File_file_extension:
        return value_string(node_file_extension(node));
    case FIELD_File_file_name:
        return value_string(node_file_name(node));
    case FIELD_File_file_type:
        return value_string(node_file_type(node));
    case FIELD_File_raw:
        return value_string(node->content);
    case FIELD_File_size:
        return value_int((int64_t)node->content.len);
    default:
        return value_null();
    }
}
