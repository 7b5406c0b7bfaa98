/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/inspection.h"

#define CODE_BYTES_MAX ((size_t)4 * 1024 * 1024)

static bool is_office(const struct node *node)
{
    static const enum kind kinds[] = {KIND_CFB,  KIND_DOC,  KIND_XLS,  KIND_PPT,  KIND_DOCX,
                                      KIND_XLSX, KIND_XLSB, KIND_PPTX, KIND_RTF,  KIND_SLK,
                                      KIND_MHTML, KIND_MSI};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (node->kind == kinds[i])
            return true;
    return node_get(node, FACT_OLETOOLS_CONTAINER).tag != VALUE_UNSET;
}

/* Whether NODE is a part of DOCUMENT and not of a document inside it; a bare compound file (a package's
 * vbaProject.bin) is a part. */
static bool is_part(const struct node *document, const struct node *node)
{
    for (; node != document; node = node->parent)
        if (node->kind != KIND_CFB && is_office(node))
            return false;
    return true;
}

/* CODE's value on the document, or on the first part that has it. */
static struct value fact_of(const struct node *document, enum fact_code code)
{
    for (const struct node *n = document; n != NULL; n = node_walk(document, n)) {
        struct value v = node_get(n, code);
        if (v.tag != VALUE_UNSET && is_part(document, n))
            return v;
    }
    return (struct value){0};
}

static struct bytes lowered(struct arena *arena, struct bytes s)
{
    uint8_t *at = arena_alloc(arena, s.len + 1);
    for (size_t i = 0; i < s.len; i++)
        at[i] = ascii_lower(s.at[i]);
    return bytes_of(at, s.len);
}

static struct value risk_of(bool is_there, const char *risk)
{
    return value_string(bytes_of_string(is_there ? risk : "none"));
}

static struct value bool_indicator(struct model *model, bool is_there, struct value risk)
{
    struct object *made = object_new(model, TYPE_OletoolsBoolIndicator, NULL);
    object_set(made, FIELD_OletoolsBoolIndicator_exists, value_bool(is_there));
    object_set(made, FIELD_OletoolsBoolIndicator_risk, risk);
    return value_object(made);
}

static struct value int_indicator(struct model *model, struct value count)
{
    struct object *made = object_new(model, TYPE_OletoolsIntIndicator, NULL);
    int64_t n = count.tag == VALUE_INT ? count.as.integer : 0;
    object_set(made, FIELD_OletoolsIntIndicator_count, value_int(n));
    object_set(made, FIELD_OletoolsIntIndicator_risk, risk_of(n > 0, "high"));
    return value_object(made);
}

static struct value string_indicator(struct model *model, struct value value)
{
    struct object *made = object_new(model, TYPE_OletoolsStringIndicator, NULL);
    object_set(made, FIELD_OletoolsStringIndicator_value,
               value.tag == VALUE_STRING ? value : value_null());
    object_set(made, FIELD_OletoolsStringIndicator_risk, risk_of(true, "info"));
    return value_object(made);
}

/* Risks as oleid gives them: a macro is medium, one with suspicious words high, an encrypted document
 * low, what loads from outside or plays Flash high. */
static struct value indicators(struct model *model, const struct node *document)
{
    struct object *made = object_new(model, TYPE_OletoolsIndicators, NULL);
    bool macros = value_is_true(fact_of(document, FACT_MACRO_PRESENT));
    bool locked = value_is_true(fact_of(document, FACT_OLETOOLS_ENCRYPTION));
    bool pool = value_is_true(fact_of(document, FACT_OLETOOLS_OBJECT_POOL));
    struct bytes risk = value_bytes(fact_of(document, FACT_OLETOOLS_VBA_RISK));
    struct value macro_risk = risk.len > 0 ? value_string(lowered(model->arena, risk))
                                           : risk_of(macros, "medium");
    object_set(made, FIELD_OletoolsIndicators_container_format,
               string_indicator(model, fact_of(document, FACT_OLETOOLS_CONTAINER)));
    object_set(made, FIELD_OletoolsIndicators_file_format,
               string_indicator(model, fact_of(document, FACT_OLETOOLS_FORMAT)));
    object_set(made, FIELD_OletoolsIndicators_encryption,
               bool_indicator(model, locked, risk_of(locked, "low")));
    object_set(made, FIELD_OletoolsIndicators_object_pool,
               bool_indicator(model, pool, risk_of(pool, "low")));
    object_set(made, FIELD_OletoolsIndicators_vba_macros, bool_indicator(model, macros, macro_risk));
    object_set(made, FIELD_OletoolsIndicators_external_relationships,
               int_indicator(model, fact_of(document, FACT_OLETOOLS_EXTERNAL_COUNT)));
    object_set(made, FIELD_OletoolsIndicators_flash_objects,
               int_indicator(model, fact_of(document, FACT_OLETOOLS_FLASH_COUNT)));
    return value_object(made);
}

/* A row of a fact, "a\tb\tc", into COUNT fields of a new object. */
static struct value row_object(struct model *model, enum type type, struct bytes row,
                               const uint32_t *field, uint32_t count)
{
    struct object *made = object_new(model, type, NULL);
    struct bytes cell;
    for (uint32_t i = 0; i < count; i++)
        object_set(made, field[i],
                   bytes_next_field(&row, '\t', &cell) ? value_string(cell) : value_null());
    return value_object(made);
}

static struct value keywords(struct model *model, struct value rows)
{
    static const uint32_t field[] = {FIELD_OletoolsMacroKeyword_type,
                                     FIELD_OletoolsMacroKeyword_keyword,
                                     FIELD_OletoolsMacroKeyword_description};
    struct array *made = array_new(model->arena);
    for (uint32_t i = 0; rows.tag == VALUE_ARRAY && i < rows.as.array->count; i++)
        array_add(model->arena, made,
                  row_object(model, TYPE_OletoolsMacroKeyword,
                             value_bytes(rows.as.array->item[i]), field, 3));
    return value_array(made);
}

static struct value relationships(struct model *model, struct value rows)
{
    static const uint32_t field[] = {FIELD_OletoolsObjRelationship_name,
                                     FIELD_OletoolsObjRelationship_target};
    struct array *made = array_new(model->arena);
    for (uint32_t i = 0; rows.tag == VALUE_ARRAY && i < rows.as.array->count; i++) {
        struct value one = row_object(model, TYPE_OletoolsObjRelationship,
                                      value_bytes(rows.as.array->item[i]), field, 2);
        struct bytes target =
            value_bytes(object_get(one.as.object, FIELD_OletoolsObjRelationship_target));
        object_set(one.as.object, FIELD_OletoolsObjRelationship_target_url,
                   model_url(model, target));
        array_add(model->arena, made, one);
    }
    return value_array(made);
}

static struct value modules(struct model *model, const struct node *document, struct text *code)
{
    struct array *made = array_new(model->arena);
    for (const struct node *n = document; n != NULL; n = node_walk(document, n)) {
        if (n->kind != KIND_VBA || !is_part(document, n))
            continue;
        struct object *module = object_new(model, TYPE_OletoolsVBAModule, NULL);
        object_set(module, FIELD_OletoolsVBAModule_vba_code, value_string(n->content));
        object_set(module, FIELD_OletoolsVBAModule_vba_file_name, value_string(n->name));
        object_set(module, FIELD_OletoolsVBAModule_ole_stream,
                   value_string(arena_printf(model->arena, "VBA/%.*s", BYTES_FMT(n->name))));
        array_add(model->arena, made, value_object(module));
        if (code->len + n->content.len < CODE_BYTES_MAX) {
            text_add(code, n->content);
            text_add_byte(code, '\n');
        }
    }
    return value_array(made);
}

static struct value macros(struct model *model, const struct node *document)
{
    struct object *made = object_new(model, TYPE_OletoolsVBAMacros, NULL);
    struct text code;
    text_init(&code, model->arena, 0);
    object_set(made, FIELD_OletoolsVBAMacros_keywords,
               keywords(model, fact_of(document, FACT_OLETOOLS_KEYWORDS)));
    object_set(made, FIELD_OletoolsVBAMacros_modules, modules(model, document, &code));
    object_set(made, FIELD_OletoolsVBAMacros_vba_code_all_modules,
               code.len == 0 ? value_null() : value_string(text_bytes(&code)));
    return value_object(made);
}

struct value model_oletools(struct model *model, const struct node *node)
{
    struct object *made = object_new(model, TYPE_OletoolsResult, NULL);
    bool office = is_office(node);
    object_set(made, FIELD_OletoolsResult_error,
               office ? value_null() : value_string(BYTES("not an Office document")));
    object_set(made, FIELD_OletoolsResult_indicators,
               office ? indicators(model, node) : value_null());
    object_set(made, FIELD_OletoolsResult_macros, office ? macros(model, node) : value_null());
    object_set(made, FIELD_OletoolsResult_relationships,
               office ? relationships(model, fact_of(node, FACT_OLETOOLS_RELATIONSHIPS))
                      : value_array(array_new(model->arena)));
    return value_object(made);
}
