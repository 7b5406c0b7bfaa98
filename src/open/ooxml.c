/* SPDX-License-Identifier: Apache-2.0 */
#include "open/ooxml.h"

#include "open/document.h"
#include "open/ooxml_part.h"
#include "open/opener.h"
#include "open/vba.h"

static bool any_starts(const struct bytes *names, size_t count, struct bytes prefix)
{
    for (size_t i = 0; i < count; i++)
        if (bytes_starts_fold(names[i], prefix))
            return true;
    return false;
}

enum kind ooxml_kind(const struct bytes *names, size_t count, struct bytes content_types)
{
    bool rels = any_starts(names, count, BYTES("_rels/.rels"));
    if (content_types.at == NULL && !rels)
        return KIND_UNKNOWN;
    if (any_starts(names, count, BYTES("xl/workbook.bin")))
        return KIND_XLSB;
    if (any_starts(names, count, BYTES("xl/")) ||
        bytes_find_fold(content_types, BYTES("spreadsheetml"), 0) != BYTES_NPOS)
        return KIND_XLSX;
    if (any_starts(names, count, BYTES("word/")) ||
        bytes_find_fold(content_types, BYTES("wordprocessingml"), 0) != BYTES_NPOS)
        return KIND_DOCX;
    if (any_starts(names, count, BYTES("ppt/")) ||
        bytes_find_fold(content_types, BYTES("presentationml"), 0) != BYTES_NPOS)
        return KIND_PPTX;
    return KIND_UNKNOWN;
}

static struct bytes plain_path(struct bytes path)
{
    while (path.len > 0 && (path.at[0] == '/' || path.at[0] == '\\'))
        path = bytes_from(path, 1);
    return path;
}

struct node *ooxml_member(const struct ooxml *o, struct bytes path)
{
    path = plain_path(path);
    for (struct node *child = o->node->first_child; child != NULL; child = child->next)
        if (!child->is_view && bytes_equal_fold(plain_path(child->name), path))
            return child;
    return NULL;
}

/* TARGET as seen from the folder of PART: "../" and "/" resolved (ISO 29500-2, 9.3). */
static struct bytes resolve(struct arena *arena, struct bytes part, struct bytes target)
{
    if (target.len > 0 && target.at[0] == '/')
        return plain_path(target);
    size_t slash = bytes_find_last_byte(part, '/');
    struct bytes folder = bytes_sub(part, 0, slash == BYTES_NPOS ? 0 : slash);
    while (bytes_starts(target, BYTES("../"))) {
        target = bytes_from(target, 3);
        slash = bytes_find_last_byte(folder, '/');
        folder = bytes_sub(folder, 0, slash == BYTES_NPOS ? 0 : slash);
    }
    return folder.len == 0 ? target
                           : arena_printf(arena, "%.*s/%.*s", BYTES_FMT(folder), BYTES_FMT(target));
}

struct bytes ooxml_target(const struct ooxml *o, struct bytes path, struct bytes id,
                          bool *macro_out)
{
    size_t slash = bytes_find_last_byte(path, '/');
    struct bytes folder = bytes_sub(path, 0, slash == BYTES_NPOS ? 0 : slash + 1);
    struct bytes file = bytes_from(path, folder.len);
    const struct node *rels = ooxml_member(
        o, arena_printf(o->arena, "%.*s_rels/%.*s.rels", BYTES_FMT(folder), BYTES_FMT(file)));
    struct xml xml;
    if (rels == NULL)
        return BYTES_NONE;
    xml_begin(&xml, o->arena, rels->content);
    while (xml_next(&xml)) {
        if (xml.event != XML_OPEN || !xml_is(&xml, "Relationship") ||
            !bytes_equal(xml_attribute(&xml, "Id"), id))
            continue;
        *macro_out =
            bytes_find_fold(xml_attribute(&xml, "Type"), BYTES("macrosheet"), 0) != BYTES_NPOS;
        return resolve(o->arena, path, xml_attribute(&xml, "Target"));
    }
    return BYTES_NONE;
}

/* One relationship that leaves the package (TargetMode="External", ISO 29500-2, 9.3). */
static void external(struct ooxml *o, struct bytes type, struct bytes target)
{
    struct node *node = o->node;
    size_t slash = bytes_find_last_byte(type, '/');
    struct bytes short_type = bytes_from(type, slash == BYTES_NPOS ? 0 : slash + 1);
    if (bytes_equal_fold(short_type, BYTES("hyperlink"))) {
        node_fact_add(node, FACT_DOCUMENT_LINKS, target);
        node_fact_add(
            node, FACT_OLETOOLS_RELATIONSHIPS,
            arena_printf(o->arena, "%.*s\t%.*s", BYTES_FMT(short_type), BYTES_FMT(target)));
        return;
    }
    document_relationship(node, short_type, target);
    if (bytes_equal_fold(short_type, BYTES("attachedTemplate")))
        node_fact_add(node, FACT_DOCUMENT_TEMPLATES, target);
}

static void read_relationships(struct ooxml *o, const struct node *part)
{
    struct xml xml;
    xml_begin(&xml, o->arena, part->content);
    while (xml_next(&xml)) {
        if (xml.event != XML_OPEN || !xml_is(&xml, "Relationship"))
            continue;
        struct bytes type = xml_attribute(&xml, "Type"), target = xml_attribute(&xml, "Target");
        if (bytes_equal_fold(xml_attribute(&xml, "TargetMode"), BYTES("External")))
            external(o, type, target);
        if (bytes_find_fold(type, BYTES("/afChunk"), 0) != BYTES_NPOS)
            node_fact_add(o->node, FACT_DOCUMENT_CHUNKS, target);
    }
}

/* A part that runs code when shown: ActiveX; Flash by its class id. */
static void note_control(struct ooxml *o, const struct node *part)
{
    struct xml xml;
    xml_begin(&xml, o->arena, part->content);
    while (xml_next(&xml)) {
        if (xml.event != XML_OPEN)
            continue;
        struct bytes class_id = xml_attribute(&xml, "classid");
        if (class_id.len == 0)
            continue;
        node_fact_add(o->node, FACT_DOCUMENT_ACTIVEX, class_id);
        if (bytes_find_fold(class_id, BYTES("D27CDB6E-AE6D-11cf-96B8-444553540000"), 0) !=
            BYTES_NPOS)
            node_fact_int(o->node, FACT_OLETOOLS_FLASH_COUNT, 1);
        return;
    }
}

/* word/document.xml and what is shown with it; ppt/slides; charts and drawings hold text too. */
static bool is_prose(struct bytes name)
{
    static const char *const starts[] = {"word/document", "word/header",
                                         "word/footer",   "word/footnotes",
                                         "word/endnotes", "word/comments",
                                         "ppt/slides/",   "ppt/notesSlides/",
                                         "xl/drawings/",  "word/glossary/document",
                                         "ppt/diagrams/", "word/diagrams/"};
    if (!bytes_ends_fold(name, BYTES(".xml")))
        return false;
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (bytes_starts_fold(name, bytes_of_string(starts[i])))
            return true;
    return false;
}

static void read_part(struct ooxml *o, struct node *part)
{
    struct bytes name = plain_path(part->name);
    if (bytes_ends_fold(name, BYTES(".rels")))
        read_relationships(o, part);
    else if (bytes_starts(part->content, BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"))) {
        /* Whatever its name: Office finds the project by its relationship. */
        if (bytes_find_fold(name, BYTES("vbaProject"), 0) != BYTES_NPOS ||
            bytes_find(part->content, BYTES("_\0V\0B\0A\0_\0P\0R\0O\0J\0E\0C\0T\0"), 0) !=
                BYTES_NPOS) {
            o->macros = true;
            vba_open_part(part, o->node);
        }
    } else if (bytes_find_fold(name, BYTES("/activeX/"), 0) != BYTES_NPOS &&
               bytes_ends_fold(name, BYTES(".xml")))
        note_control(o, part);
    else if (bytes_starts_fold(name, BYTES("docProps/")) && bytes_ends_fold(name, BYTES(".xml")))
        ooxml_read_properties(o, part->content);
    else if (bytes_ends_fold(name, BYTES("word/settings.xml")))
        ooxml_read_settings(o, part->content);
    else if (is_prose(name))
        ooxml_read_text(o, part->content);
    if (bytes_starts_fold(name, BYTES("ppt/slides/slide")))
        o->slides++;
    if (bytes_find_fold(name, BYTES("/media/"), 0) != BYTES_NPOS)
        o->images++;
}

static bool is_early(struct bytes name)
{
    name = plain_path(name);
    return bytes_starts_fold(name, BYTES("docProps/")) ||
           bytes_ends_fold(name, BYTES("word/settings.xml"));
}

static void set_counts(struct ooxml *o)
{
    bool slides = o->node->kind == KIND_PPTX;
    struct bytes text = text_bytes(&o->text);
    bool inside = false;
    for (size_t i = 0; i < text.len; i++) {
        bool space = ascii_is_space(text.at[i]);
        o->words += inside && space;
        inside = !space;
    }
    o->words += inside;
    node_fact_int(o->node, slides ? FACT_PPTX_WORD_COUNT : FACT_DOCX_WORD_COUNT, o->words);
    node_fact_int(o->node, slides ? FACT_PPTX_IMAGE_COUNT : FACT_DOCX_IMAGE_COUNT, o->images);
    if (slides)
        node_fact_int(o->node, FACT_PPTX_SLIDE_COUNT, o->slides);
}

void ooxml_open(struct node *node)
{
    struct ooxml o = {.node = node, .arena = node->tree->arena};
    static const char *const formats[] = {"MS Word 2007+ Document", "MS Excel 2007+ Workbook",
                                          "MS Excel 2007+ Binary Workbook",
                                          "MS PowerPoint 2007+ Presentation"};
    node_fact_string(node, FACT_OLETOOLS_CONTAINER, BYTES("OpenXML"));
    node_fact_string(node, FACT_OLETOOLS_FORMAT,
                     bytes_of_string(formats[node->kind == KIND_DOCX   ? 0
                                             : node->kind == KIND_XLSX ? 1
                                             : node->kind == KIND_XLSB ? 2
                                                                       : 3]));
    text_init(&o.text, o.arena, 8 * 1024 * 1024);
    struct node *last = node->last_child; /* parts only, not what is hung below on the way */
    for (int late = 0; late < 2; late++)
        for (struct node *part = node->first_child; part != NULL; part = part->next) {
            if (part->content.at != NULL && !part->is_view && is_early(part->name) == !late)
                read_part(&o, part);
            if (part == last)
                break;
        }
    if (node->kind == KIND_XLSX || node->kind == KIND_XLSB)
        ooxml_read_workbook(&o);
    if (o.text.over_limit)
        node_limit(node, LIMIT_BYTES_OUT);
    set_counts(&o);
    document_text(node, text_bytes(&o.text));
}
