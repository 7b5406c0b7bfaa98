/* SPDX-License-Identifier: Apache-2.0 */
#include "open/document.h"
#include "open/ooxml_part.h"
#include "open/property.h"
#include "open/script.h"

#include <stdlib.h>

#define FIELDS_MAX 16
#define FIELD_BYTES_MAX 16384u

/* Nested fields: { DDEAUTO { QUOTE 99 109 100 } }: an inner result is text of the outer one. */
struct fields {
    struct text code[FIELDS_MAX];
    bool in_result[FIELDS_MAX];
    uint32_t depth;
};

/* What QUOTE's numbers spell (ISO 29500-1, 17.16.5.49). */
static void add_quoted(struct text *out, struct bytes code)
{
    struct bytes rest = bytes_from(code, 5), word;
    while (bytes_next_field(&rest, ' ', &word)) {
        int64_t n;
        struct bytes number = bytes_trim(word);
        if (number.len > 0 && bytes_to_int(number, 1, 0x10FFFF, &n))
            text_add_codepoint(out, (uint32_t)n);
        else if (number.len > 1 && number.at[0] == '"')
            text_add(out, bytes_sub(number, 1, number.len - 2));
    }
}

static void end_field(struct ooxml *o, struct fields *fields)
{
    struct bytes code = bytes_trim(text_bytes(&fields->code[--fields->depth]));
    struct text *outer = fields->depth > 0 ? &fields->code[fields->depth - 1] : NULL;
    if (bytes_starts_fold(code, BYTES("QUOTE")) && outer != NULL)
        add_quoted(outer, code);
    else
        document_field(o->node, code);
}

static void begin_field(struct ooxml *o, struct fields *fields)
{
    if (fields->depth >= FIELDS_MAX)
        return;
    text_init(&fields->code[fields->depth], o->arena, FIELD_BYTES_MAX);
    fields->in_result[fields->depth++] = false;
}

static void open_tag(struct ooxml *o, struct xml *xml, struct fields *fields, struct bytes *inside)
{
    if (xml_is(xml, "fldChar")) {
        struct bytes type = xml_attribute(xml, "fldCharType");
        if (bytes_equal(type, BYTES("begin")))
            begin_field(o, fields);
        else if (bytes_equal(type, BYTES("separate")) && fields->depth > 0)
            fields->in_result[fields->depth - 1] = true;
        else if (bytes_equal(type, BYTES("end")) && fields->depth > 0)
            end_field(o, fields);
    } else if (xml_is(xml, "fldSimple")) {
        begin_field(o, fields);
        if (fields->depth > 0) {
            text_add(&fields->code[fields->depth - 1], xml_attribute(xml, "instr"));
            end_field(o, fields);
        }
    } else if (xml_is(xml, "tab") || xml_is(xml, "br") || xml_is(xml, "cr")) {
        text_add_byte(&o->text, xml_is(xml, "tab") ? '\t' : '\n');
    }
    if (!xml->empty)
        *inside = xml->name;
}

void ooxml_read_text(struct ooxml *o, struct bytes part)
{
    struct xml xml;
    struct fields fields = {.depth = 0};
    struct bytes inside = BYTES_NONE;
    xml_begin(&xml, o->arena, part);
    while (xml_next(&xml)) {
        if (xml.event == XML_OPEN) {
            open_tag(o, &xml, &fields, &inside);
        } else if (xml.event == XML_CLOSE) {
            if (xml_is(&xml, "p") || xml_is(&xml, "tr"))
                text_add_byte(&o->text, '\n');
            inside = BYTES_NONE;
        } else if (bytes_equal(inside, BYTES("t"))) {
            text_add(&o->text, xml_decode(o->arena, xml.text));
        } else if (bytes_equal(inside, BYTES("instrText")) && fields.depth > 0) {
            text_add(&fields.code[fields.depth - 1], xml_decode(o->arena, xml.text));
        }
    }
    while (fields.depth > 0) /* a field that is not closed still runs */
        end_field(o, &fields);
}

void ooxml_read_properties(struct ooxml *o, struct bytes part)
{
    static const struct {
        const char *tag, *key, *property; /* exiftool's name; what macros call it */
        int docx, pptx;                   /* fact codes; -1: none */
    } rows[] = {
        {"creator", "Creator", "author", FACT_DOCX_AUTHOR, FACT_PPTX_AUTHOR},
        {"title", "Title", "title", FACT_DOCX_TITLE, FACT_PPTX_TITLE},
        {"subject", "Subject", "subject", FACT_DOCX_SUBJECT, FACT_PPTX_SUBJECT},
        {"description", "Description", "comments", FACT_DOCX_COMMENTS, FACT_PPTX_COMMENTS},
        {"keywords", "Keywords", "keywords", FACT_DOCX_KEYWORDS, FACT_PPTX_KEYWORDS},
        {"category", "Category", "category", FACT_DOCX_CATEGORY, FACT_PPTX_CATEGORY},
        {"created", "CreateDate", "creation date", FACT_DOCX_CREATED, FACT_PPTX_CREATED},
        {"modified", "ModifyDate", "last save time", FACT_DOCX_MODIFIED, FACT_PPTX_MODIFIED},
        {"lastModifiedBy", "LastModifiedBy", "last author", -1, FACT_PPTX_LAST_MODIFIED_BY},
        {"revision", "RevisionNumber", "revision number", -1, -1},
        {"language", "Language", "language", -1, -1},
        {"Company", "Company", "company", -1, -1},
        {"Manager", "Manager", "manager", -1, -1},
        {"Application", "Application", "application name", -1, -1},
        {"AppVersion", "AppVersion", NULL, -1, -1},
        {"Template", "Template", "template", -1, -1},
        {"TotalTime", "TotalEditTime", NULL, -1, -1},
        {"Pages", "Pages", NULL, -1, -1},
        {"Words", "Words", NULL, -1, -1},
        {"lpstr", "TitlesOfParts", NULL, -1, -1},
        {"DocSecurity", "DocSecurity", NULL, -1, -1},
    };
    bool slides = o->node->kind == KIND_PPTX;
    struct xml xml;
    struct bytes inside = BYTES_NONE;
    xml_begin(&xml, o->arena, part);
    while (xml_next(&xml)) {
        if (xml.event != XML_TEXT) {
            inside = xml.event == XML_OPEN ? xml.name : BYTES_NONE;
            continue;
        }
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            if (!bytes_equal(inside, bytes_of_string(rows[i].tag)))
                continue;
            struct bytes value = xml_decode(o->arena, xml.text);
            int code = slides ? rows[i].pptx : rows[i].docx;
            if (code >= 0)
                node_fact_string(o->node, (enum fact_code)code, value);
            property_add(o->node, rows[i].key, value);
            if (rows[i].property != NULL)
                script_document_value(o->node, arena_printf(o->arena, "prop:%s", rows[i].property),
                                      value);
        }
    }
}

void ooxml_read_settings(struct ooxml *o, struct bytes part)
{
    struct xml xml;
    xml_begin(&xml, o->arena, part);
    while (xml_next(&xml))
        if (xml.event == XML_OPEN && xml_is(&xml, "docVar")) {
            struct bytes name = xml_attribute(&xml, "name");
            script_document_value(o->node, arena_printf(o->arena, "var:%.*s", BYTES_FMT(name)),
                                  xml_attribute(&xml, "val"));
        }
}
