/* SPDX-License-Identifier: Apache-2.0
 *
 * The opener of compound files: the directory says which format it is, that format's reader does
 * the rest. */
#include "base/utf16.h"
#include "open/biff.h"
#include "open/cfb.h"
#include "open/document.h"
#include "open/msg.h"
#include "open/offcrypto.h"
#include "open/opener.h"
#include "open/property.h"
#include "open/vba.h"
#include "open/word.h"

static int ole_bid(const struct node *node)
{
    return node->kind == KIND_CFB ? 95 : 0;
}

/* MS-CFB leaves the format to the streams; these names are what each application looks for itself.
 * */
static const struct mark {
    const char *path;
    enum kind kind;
    const char *format;
} marks[] = {
    {"EncryptedPackage", KIND_CFB, "Encrypted OOXML"},
    {"WordDocument", KIND_DOC, "MS Word 97-2003 Document or Template"},
    {"Workbook", KIND_XLS, "MS Excel 97-2003 Workbook or Template"},
    {"Book", KIND_XLS, "MS Excel 5.0/95 Workbook"},
    {"PowerPoint Document", KIND_PPT, "MS PowerPoint 97-2003 Presentation"},
    {"__properties_version1.0", KIND_MSG, "MS Outlook Message"},
};

/* Streams no reader here takes apart: their bytes, for whoever looks at bytes. */
static void hang_streams(struct cfb *cfb)
{
    for (uint32_t i = 1; i < cfb->count; i++) {
        if (cfb->entry[i].type != CFB_STREAM || cfb->entry[i].size_bytes == 0)
            continue;
        struct bytes content = cfb_stream(cfb, i);
        if (content.at == NULL || node_add(cfb->node, content, cfb_path(cfb, i)) == NULL)
            return;
    }
}

/* Class ids of objects worth a word, as stored (the first three fields little-endian). */
static const struct class_mark {
    const char *id;
    const char *name;
} class_marks[] = {
    {"\x02\xCE\x02\x00\x00\x00\x00\x00\xC0\x00\x00\x00\x00\x00\x00\x46", "Equation.3"},
    {"\x03\xCE\x02\x00\x00\x00\x00\x00\xC0\x00\x00\x00\x00\x00\x00\x46", "Equation.2"},
    {"\x00\x03\x00\x00\x00\x00\x00\x00\xC0\x00\x00\x00\x00\x00\x00\x46", "OLE2Link"},
    {"\x6E\xDB\x7C\xD2\x6D\xAE\xCF\x11\x96\xB8\x44\x45\x53\x54\x00\x00", "ShockwaveFlash"},
    {"\x0C\x00\x03\x00\x00\x00\x00\x00\xC0\x00\x00\x00\x00\x00\x00\x46", "Package"},
};

static void note_class(struct node *node, struct bytes class_id)
{
    for (size_t i = 0; i < sizeof class_marks / sizeof class_marks[0]; i++) {
        if (!bytes_equal(class_id, bytes_of(class_marks[i].id, 16)))
            continue;
        node_fact_add(node, FACT_OLE_CLASSES, bytes_of_string(class_marks[i].name));
        if (i < 2)
            node_fact_bool(node, FACT_DOCUMENT_EQUATION, true);
        else if (i == 3)
            node_fact_int(node, FACT_OLETOOLS_FLASH_COUNT, 1);
    }
}

/* \1Ole holds the moniker of a linked object: its target is loaded when the document is (MS-OLEDS
 * 2.3.3). */
static void read_link(struct node *node, struct bytes stream)
{
    static const char *const begins[] = {"h\0t\0t\0p\0", "f\0i\0l\0e\0:\0", "\\\0\\\0",
                                         "s\0c\0r\0i\0p\0t\0:\0"};
    static const uint8_t lengths[] = {8, 10, 4, 14};
    for (size_t i = 0; i < sizeof lengths; i++) {
        size_t at = bytes_find(stream, bytes_of(begins[i], lengths[i]), 0);
        if (at == BYTES_NPOS)
            continue;
        document_relationship(node, BYTES("oleLink"),
                              utf16_to_utf8_nul(node->tree->arena, bytes_from(stream, at)));
        return;
    }
}

/* Embedded objects: packages, whole documents in storages or streams of their own (ObjectPool,
 * MBD...). */
static void hang_objects(struct cfb *cfb)
{
    struct node *node = cfb->node;
    for (uint32_t i = 0; i < cfb->count; i++) {
        const struct cfb_entry *entry = &cfb->entry[i];
        note_class(node, entry->class_id);
        if (bytes_equal_fold(entry->name, BYTES("ObjectPool")) && entry->type == CFB_STORAGE)
            node_fact_bool(node, FACT_OLETOOLS_OBJECT_POOL, true);
        if (entry->type != CFB_STREAM)
            continue;
        if (bytes_equal(entry->name, BYTES("\1Ole10Native")) ||
            bytes_equal_fold(entry->name, BYTES("\1OLE10NATIVE"))) {
            struct bytes native = cfb_stream(cfb, i);
            if (document_package(node, native) == NULL)
                document_object(node, bytes_from(native, 4), cfb_path(cfb, i));
        } else if (bytes_equal(entry->name, BYTES("\1Ole"))) {
            read_link(node, cfb_stream(cfb, i));
        } else if (bytes_equal_fold(entry->name, BYTES("Package")) ||
                   bytes_equal_fold(entry->name, BYTES("CONTENTS")) ||
                   bytes_equal_fold(entry->name, BYTES("Equation Native")) ||
                   bytes_equal_fold(entry->name, BYTES("EmbeddedOdf"))) {
            document_object(node, cfb_stream(cfb, i), cfb_path(cfb, i));
        }
    }
}

static void ole_open(struct node *node)
{
    struct cfb *cfb = cfb_read(node, node->content);
    if (cfb == NULL) {
        node_anomaly(node, ANOMALY_TRUNCATED, 0, node->content.len,
                     BYTES("a compound file without its header"));
        return;
    }
    node_fact_string(node, FACT_OLETOOLS_CONTAINER, BYTES("OLE"));
    const struct mark *mark = NULL;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0] && mark == NULL; i++)
        if (cfb_find(cfb, marks[i].path) != CFB_NONE)
            mark = &marks[i];
    if (mark != NULL) {
        node->kind = mark->kind;
        node_fact_string(node, FACT_OLETOOLS_FORMAT, bytes_of_string(mark->format));
    }
    if (node->kind == KIND_XLS) {
        uint32_t book = cfb_find(cfb, "Workbook");
        biff_open(cfb, book != CFB_NONE ? book : cfb_find(cfb, "Book"));
    }
    if (node->kind == KIND_DOC)
        word_open(cfb);
    if (node->kind == KIND_PPT)
        word_open_slides(cfb);
    if (cfb_find(cfb, "EncryptedPackage") != CFB_NONE)
        offcrypto_package(cfb);
    if (node->kind == KIND_MSG) {
        msg_open(cfb);
        return;
    }
    property_read(cfb);
    vba_open_all(cfb);
    hang_objects(cfb);
    if (mark == NULL)
        hang_streams(cfb);
    int64_t children = 0;
    for (const struct node *child = node->first_child; child != NULL; child = child->next)
        children++;
    node_fact_int(node, FACT_OLE_TOTAL_EXTRACTED, children);
}

const struct opener opener_ole = {.name = "ole", .bid = ole_bid, .open = ole_open};
