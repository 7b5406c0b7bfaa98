/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/explode.h"

#include "artifact/node_text.h"
#include "observe/attachment.h"
#include "observe/capability.h"
#include "observe/scanner.h"

struct exploded {
    const struct node *node, *file; /* file: what was exploded */
};

/* A decoding of the parent's charset: the same content again. */
static bool is_charset_view(const struct node *node)
{
    return node->is_view && bytes_equal(node->charset, BYTES("utf-8"));
}

/* Nodes below NODE, walked without a stack: nesting is the sender's choice. */
static uint32_t count_below(const struct node *node)
{
    uint32_t count = 0;
    for (const struct node *at = node->first_child; at != NULL; count++) {
        const struct node *next = at->first_child;
        while (next == NULL && at != node) {
            next = at->next;
            at = at->parent;
        }
        at = next;
    }
    return count;
}

struct value model_explode_node(struct model *model, const struct node *file)
{
    struct array *made = array_new(model->arena);
    uint32_t count = 0, room = 1 + count_below(file);
    const struct node **queue = arena_array_of(model->arena, room, const struct node *);
    queue[count++] = file;
    for (uint32_t i = 0; i < count; i++) {
        struct exploded *self = arena_new_of(model->arena, struct exploded);
        *self = (struct exploded){queue[i], file};
        array_add(model->arena, made, value_object(object_new(model, TYPE_ExplodeOutput, self)));
        for (const struct node *child = queue[i]->first_child; child != NULL; child = child->next)
            if (!is_charset_view(child) && count < room)
                queue[count++] = child;
    }
    return value_array(made);
}

struct value model_explode(struct model *model, const struct object *file)
{
    const struct node *node = object_node(file);
    if (node == NULL)
        return object_is_stored(file) ? value_lacking(CAPABILITY_BODY) : value_null();
    return model_explode_node(model, node);
}

static struct bytes output_extension(const struct node *node)
{
    struct bytes extension = node_file_extension(node);
    if (extension.at != NULL)
        return extension;
    const char *of_kind = kind_rows[node->kind].extension;
    return of_kind[0] == 0 ? BYTES_NONE : bytes_of_string(of_kind);
}

struct value resolve_ExplodeOutput(struct object *object, uint32_t field)
{
    const struct exploded *self = object->self;
    struct model *model = object->model;
    if (self == NULL)
        return value_null();
    const struct node *node = self->node;
    switch (field) {
    case FIELD_ExplodeOutput_depth:
        return value_int(node->depth - self->file->depth);
    case FIELD_ExplodeOutput_file_extension:
        return value_string(output_extension(node));
    case FIELD_ExplodeOutput_file_name:
        return value_string(node_file_name(node));
    case FIELD_ExplodeOutput_flavors:
        return value_object(object_new(model, TYPE_StrelkaFlavors, node));
    case FIELD_ExplodeOutput_node_id:
        return value_string(node_path(model->arena, node));
    case FIELD_ExplodeOutput_parent_node_id:
        return node == self->file ? value_null()
                                  : value_string(node_path(model->arena, node->parent));
    case FIELD_ExplodeOutput_scan:
        return value_object(object_new(model, TYPE_StrelkaScan, node));
    case FIELD_ExplodeOutput_size:
        return value_int((int64_t)node->content.len);
    case FIELD_ExplodeOutput_source:
        return node == self->file
                   ? value_null()
                   : value_string(bytes_of_string(kind_rows[node->parent->kind].name));
    default:
        return value_null();
    }
}

/* Marks of content, by the names of the public feed's tasting rules. */
static struct value flavor_names(struct model *model, const struct node *node)
{
    static const struct {
        enum kind kind;
        const char *name;
    } names[] = {
        {KIND_PE, "mz_file"},           {KIND_ELF, "elf_file"},
        {KIND_MACHO, "macho_file"},     {KIND_JAVASCRIPT, "javascript_file"},
        {KIND_VBS, "vb_file"},          {KIND_VBA, "vba_file"},
        {KIND_HTML, "html_file"},       {KIND_HTA, "hta_file"},
        {KIND_ONENOTE, "onenote_file"}, {KIND_PDF, "pdf_file"},
        {KIND_ZIP, "zip_file"},         {KIND_RAR, "rar_file"},
        {KIND_SEVEN_ZIP, "_7zip_file"}, {KIND_LNK, "lnk_file"},
        {KIND_RTF, "rtf_file"},         {KIND_CFB, "olecf_file"},
        {KIND_DOC, "olecf_file"},       {KIND_XLS, "olecf_file"},
        {KIND_PPT, "olecf_file"},       {KIND_MSG, "olecf_file"},
        {KIND_DOCX, "ooxml_file"},      {KIND_XLSX, "ooxml_file"},
        {KIND_PPTX, "ooxml_file"},      {KIND_ISO, "iso_file"},
        {KIND_XML, "xml_file"},         {KIND_JSON, "json_file"},
        {KIND_TNEF, "tnef_file"},       {KIND_MAIL, "email_file"},
        {KIND_ICS, "ics_file"},         {KIND_BATCH, "batch_file"},
        {KIND_PNG, "png_file"},         {KIND_JPEG, "jpeg_file"},
        {KIND_GIF, "gif_file"},         {KIND_TAR, "tar_file"},
        {KIND_GZIP, "gzip_file"},       {KIND_CAB, "cab_file"},
    };
    struct array *made = array_new(model->arena);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].kind == node->kind)
            array_add(model->arena, made, value_string(bytes_of_string(names[i].name)));
    if (value_is_true(node_get(node, FACT_ZIP_ENCRYPTED)))
        array_add(model->arena, made, value_string(BYTES("encrypted_zip")));
    if (bytes_find(node->content, BYTES("TVqQAAMAAAAEAAAA"), 0) != BYTES_NPOS ||
        bytes_find(node->content, BYTES("TVpQAAIAAAAEAA8A"), 0) != BYTES_NPOS)
        array_add(model->arena, made, value_string(BYTES("base64_pe")));
    return value_array(made);
}

struct value resolve_StrelkaFlavors(struct object *object, uint32_t field)
{
    const struct node *node = object->self;
    if (node == NULL)
        return value_null();
    switch (field) {
    case FIELD_StrelkaFlavors_mime: /* as libmagic names them */
        return value_string(node->kind == KIND_PE ? BYTES("application/x-dosexec")
                            : node->kind == KIND_JAVASCRIPT || node->kind == KIND_VBS ||
                                    node->kind == KIND_VBA
                                ? BYTES("text/plain")
                                : bytes_of_string(kind_rows[node->kind].media_type));
    case FIELD_StrelkaFlavors_yara:
        return flavor_names(object->model, node);
    default:
        return value_array(array_new(object->model->arena));
    }
}

/* A part of scan: which one, of which node. */
struct scan_part {
    const struct node *node;
    uint32_t field; /* of StrelkaScan */
};

#define SCAN_FIELDS_MAX 64
#define PART_FIELDS_MAX 40
/* 1 + fact code of "NAME.FIELD" by field of StrelkaScan and field of its type; 0: no such fact. */
static uint16_t fact_of[SCAN_FIELDS_MAX][PART_FIELDS_MAX];
static bool is_indexed;

static void index_facts(void)
{
    const struct type_row *scan = &type_rows[TYPE_StrelkaScan];
    for (int f = 0; f < FACT_COUNT; f++) {
        struct bytes name = bytes_of_string(fact_rows[f].name);
        size_t dot = bytes_find_byte(name, '.', 0);
        int part = dot == BYTES_NPOS ? -1 : type_field(TYPE_StrelkaScan, bytes_sub(name, 0, dot));
        int field =
            part < 0 ? -1 : type_field(scan->field[part].element, bytes_from(name, dot + 1));
        if (field >= 0 && field < PART_FIELDS_MAX && part < SCAN_FIELDS_MAX)
            fact_of[part][field] = (uint16_t)(f + 1);
    }
    is_indexed = true;
}

static bool has_facts(const struct node *node, uint32_t part)
{
    const struct type_row *type = &type_rows[type_rows[TYPE_StrelkaScan].field[part].element];
    for (uint32_t i = 0; i < type->field_count && i < PART_FIELDS_MAX; i++)
        if (fact_of[part][i] != 0 && node_get(node, fact_of[part][i] - 1u).tag != VALUE_UNSET)
            return true;
    return false;
}

struct value resolve_StrelkaScan(struct object *object, uint32_t field)
{
    const struct node *node = object->self;
    if (node == NULL)
        return value_null();
    if (!is_indexed)
        index_facts();
    if (!scanner_applies(node, field) && !has_facts(node, field))
        return value_null();
    struct scan_part *part = arena_new_of(object->model->arena, struct scan_part);
    *part = (struct scan_part){node, field};
    return value_object(
        object_new(object->model, type_rows[TYPE_StrelkaScan].field[field].element, part));
}

struct value model_metadata(struct model *model, const struct node *node)
{
    struct scan_part *part = arena_new_of(model->arena, struct scan_part);
    *part = (struct scan_part){node, FIELD_StrelkaScan_exiftool};
    if (!is_indexed)
        index_facts();
    return value_object(object_new(model, TYPE_StrelkaExifTool, part));
}

/* A STRINGS fact as URL objects, or as objects whose `name` it is. */
static struct value strings_as_objects(struct model *model, struct value strings, enum type element)
{
    struct array *made = array_new(model->arena);
    int name = type_field(element, BYTES("name"));
    for (uint32_t i = 0; i < strings.as.array->count; i++) {
        struct value v = strings.as.array->item[i];
        if (element == TYPE_URL) {
            v = model_url(model, value_bytes(v));
        } else if (name >= 0) {
            struct object *named = object_new(model, element, NULL);
            object_set(named, (uint32_t)name, v);
            v = value_object(named);
        }
        if (v.tag == VALUE_OBJECT)
            array_add(model->arena, made, v);
    }
    return value_array(made);
}

static struct value map_as_rows(struct model *model, const struct map *map)
{
    struct array *made = array_new(model->arena);
    for (uint32_t i = 0; i < map->count; i++) {
        struct object *row = object_new(model, TYPE_StrelkaKeyVal, NULL);
        object_set(row, FIELD_StrelkaKeyVal_key, value_string(map->row[i].key));
        object_set(row, FIELD_StrelkaKeyVal_value, map->row[i].value);
        array_add(model->arena, made, value_object(row));
    }
    return value_array(made);
}

/* FACT's value in the shape the field has. */
static struct value shaped(struct model *model, struct value fact, const struct field_row *row)
{
    bool list = fact.tag == VALUE_ARRAY;
    struct value first =
        list ? (fact.as.array->count > 0 ? fact.as.array->item[0] : value_null()) : fact;
    switch (row->shape) {
    case SHAPE_OBJECTS:
        if (fact.tag == VALUE_MAP)
            return map_as_rows(model, fact.as.map);
        return list ? strings_as_objects(model, fact, row->element) : value_null();
    case SHAPE_OBJECT:
        return row->element == TYPE_URL ? model_url(model, value_bytes(first)) : value_null();
    case SHAPE_STRINGS:
        if (!list && fact.tag == VALUE_STRING) {
            struct array *one = array_new(model->arena);
            array_add(model->arena, one, fact);
            return value_array(one);
        }
        return fact;
    case SHAPE_STRING:
    case SHAPE_INT:
        return first;
    case SHAPE_FLOAT:
        return first.tag == VALUE_INT ? value_float((double)first.as.integer) : first;
    default:
        return fact;
    }
}

/* Any part of scan: the fact of that name, else what a scanner computes. */
static struct value explode_field(struct object *object, uint32_t field)
{
    const struct scan_part *part = object->self;
    if (part == NULL)
        return value_null();
    const struct field_row *row = &type_rows[object->type].field[field];
    uint16_t fact = field < PART_FIELDS_MAX ? fact_of[part->field][field] : 0;
    struct value known = fact == 0 ? (struct value){0} : node_get(part->node, fact - 1u);
    if (known.tag != VALUE_UNSET)
        return shaped(object->model, known, row);
    struct value computed = scanner_field(object, part->node, part->field, field);
    if (computed.tag != VALUE_UNSET)
        return computed;
    bool is_list = row->shape == SHAPE_STRINGS || row->shape == SHAPE_OBJECTS;
    return is_list ? value_array(array_new(object->model->arena)) : value_null();
}

#define PART(t)                                                                                    \
    struct value resolve_##t(struct object *object, uint32_t field)                                \
    {                                                                                              \
        return explode_field(object, field);                                                       \
    }
PART(StrelkaBZip2)
PART(StrelkaDocX)
PART(StrelkaEncryptedDoc)
PART(StrelkaEncryptedZip)
PART(StrelkaEntropy)
PART(StrelkaExifTool)
PART(StrelkaGZip)
PART(StrelkaHTML)
PART(StrelkaHash)
PART(StrelkaICS)
PART(StrelkaJavascript)
PART(StrelkaJpegGif)
PART(StrelkaLNK)
PART(StrelkaLibArchive)
PART(StrelkaMachO)
PART(StrelkaOCR)
PART(StrelkaOle)
PART(StrelkaPDF)
PART(StrelkaPDFObjHash)
PART(StrelkaPPTX)
PART(StrelkaQR)
PART(StrelkaRTF)
PART(StrelkaRar)
PART(StrelkaStrings)
PART(StrelkaTar)
PART(StrelkaURL)
PART(StrelkaVBA)
PART(StrelkaXML)
PART(StrelkaYARA)
PART(StrelkaZLib)
PART(StrelkaZip)
