/* SPDX-License-Identifier: Apache-2.0 */
#include "open/property.h"

#include "base/civil.h"
#include "base/utf16.h"
#include "open/codepage.h"
#include "open/script.h"

#define PROPERTIES_MAX 256u
#define VALUE_BYTES_MAX ((size_t)65536)
#define PAGE_DEFAULT 1252u
#define FILETIME_OF_1970 116444736000000000u

enum { ID_PAGE = 1 };
enum { VT_I2 = 2, VT_I4 = 3, VT_BOOL = 11, VT_LPSTR = 30, VT_LPWSTR = 31, VT_FILETIME = 64 };

/* One property: its identifier in its set, exiftool's name, what macros call it. */
struct property_row {
    uint32_t id;
    const char *key, *macro;
};

static const struct property_row summary_rows[] = {
    {2, "Title", "title"},
    {3, "Subject", "subject"},
    {4, "Author", "author"},
    {5, "Keywords", "keywords"},
    {6, "Comments", "comments"},
    {7, "Template", "template"},
    {8, "LastModifiedBy", "last author"},
    {9, "RevisionNumber", "revision number"},
    {11, "LastPrinted", "last print date"},
    {12, "CreateDate", "creation date"},
    {13, "ModifyDate", "last save time"},
    {14, "Pages", NULL},
    {15, "Words", NULL},
    {16, "Characters", NULL},
    {18, "Software", "application name"},
    {19, "Security", NULL},
};

static const struct property_row document_rows[] = {
    {2, "Category", "category"},
    {3, "PresentationTarget", NULL},
    {5, "Lines", NULL},
    {6, "Paragraphs", NULL},
    {7, "Slides", NULL},
    {14, "Manager", "manager"},
    {15, "Company", "company"},
    {26, "ContentType", NULL},
    {27, "ContentStatus", NULL},
    {28, "Language", NULL},
};

void property_add(struct node *node, const char *key, struct bytes value)
{
    static const struct {
        const char *key;
        enum fact_code code;
    } own[] = {{"Title", FACT_EXIFTOOL_TITLE},
               {"Author", FACT_EXIFTOOL_AUTHOR},
               {"Creator", FACT_EXIFTOOL_CREATOR},
               {"CreateDate", FACT_EXIFTOOL_CREATE_DATE},
               {"ModifyDate", FACT_EXIFTOOL_MODIFY_DATE}};
    node_fact_pair(node, FACT_EXIFTOOL_FIELDS, bytes_of_string(key), value_string(value));
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (strcmp(key, own[i].key) == 0)
            node_fact_string(node, own[i].code, value);
}

/* "2021:03:05 12:30:00", as exiftool writes dates; absent where it is none. */
static struct bytes date(struct arena *arena, uint64_t filetime)
{
    if (filetime < FILETIME_OF_1970)
        return BYTES_NONE;
    struct bytes iso = civil_iso(arena, (int64_t)((filetime - FILETIME_OF_1970) / 10));
    if (iso.len < 19)
        return BYTES_NONE;
    return arena_printf(arena, "%.4s:%.2s:%.2s %.8s", (const char *)iso.at,
                        (const char *)iso.at + 5, (const char *)iso.at + 8,
                        (const char *)iso.at + 11);
}

/* A typed value as text; absent where its type is none that is shown. */
static struct bytes value_text(struct arena *arena, struct bytes typed, uint32_t page)
{
    uint32_t len = bytes_u32le(typed, 4);
    switch (bytes_u16le(typed, 0)) {
    case VT_I2:
        return arena_printf(arena, "%d", (int)(int16_t)bytes_u16le(typed, 4));
    case VT_I4:
        return arena_printf(arena, "%d", (int)len);
    case VT_BOOL:
        return bytes_u16le(typed, 4) != 0 ? BYTES("Yes") : BYTES("No");
    case VT_FILETIME:
        return date(arena, bytes_u64le(typed, 4));
    case VT_LPWSTR:
        return utf16_to_utf8_nul(arena, bytes_sub(typed, 8, len < VALUE_BYTES_MAX / 2
                                                                ? (size_t)len * 2
                                                                : VALUE_BYTES_MAX));
    case VT_LPSTR: {
        struct bytes raw = bytes_sub(typed, 8, len < VALUE_BYTES_MAX ? len : VALUE_BYTES_MAX);
        size_t end = bytes_find_byte(raw, 0, 0);
        if (page == 1200)
            return utf16_to_utf8_nul(arena, raw);
        return codepage_to_utf8(arena, page, bytes_sub(raw, 0, end));
    }
    default:
        return BYTES_NONE;
    }
}

/* One property set; its code page is a property itself. */
static void read_set(struct node *node, struct bytes set, const struct property_row *row,
                     size_t rows)
{
    struct arena *arena = node->tree->arena;
    uint32_t count = bytes_u32le(set, 4), page = PAGE_DEFAULT;
    if (set.len < 8 || count > (set.len - 8) / 8)
        count = set.len < 8 ? 0 : (uint32_t)((set.len - 8) / 8);
    count = count > PROPERTIES_MAX ? PROPERTIES_MAX : count;
    for (uint32_t i = 0; i < count; i++)
        if (bytes_u32le(set, 8 + i * 8) == ID_PAGE)
            page = bytes_u16le(set, bytes_u32le(set, 12 + i * 8) + (size_t)4);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t id = bytes_u32le(set, 8 + i * 8), at = bytes_u32le(set, 12 + i * 8);
        for (size_t k = 0; k < rows; k++) {
            if (row[k].id != id || at >= set.len)
                continue;
            struct bytes value = value_text(arena, bytes_from(set, at), page);
            if (value.len == 0)
                continue;
            property_add(node, row[k].key, value);
            if (row[k].macro != NULL)
                script_document_value(node, arena_printf(arena, "prop:%s", row[k].macro), value);
        }
    }
}

/* The first set of the stream NAME (the second of the document summary holds what users add). */
static void read_stream(struct cfb *cfb, const char *name, const struct property_row *row,
                        size_t rows)
{
    uint32_t at = cfb_find(cfb, name);
    struct bytes stream = at == CFB_NONE ? BYTES_NONE : cfb_stream(cfb, at);
    if (stream.len < 48 || bytes_u16le(stream, 0) != 0xFFFE)
        return;
    uint32_t offset = bytes_u32le(stream, 44);
    if (offset < stream.len)
        read_set(cfb->node, bytes_from(stream, offset), row, rows);
}

void property_read(struct cfb *cfb)
{
    read_stream(cfb, "\5SummaryInformation", summary_rows,
                sizeof summary_rows / sizeof summary_rows[0]);
    read_stream(cfb, "\5DocumentSummaryInformation", document_rows,
                sizeof document_rows / sizeof document_rows[0]);
}
