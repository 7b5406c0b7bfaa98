/* SPDX-License-Identifier: Apache-2.0
 *
 * Windows programs, without running a byte: sections, imports, exports, version text, what hangs behind
 * the image, and command-line switches that name a family.
 *
 * source   PE Format (Microsoft, 2024-07): 2.3-2.6, 3, 6.4 imports, 6.3 exports, VS_VERSIONINFO; the imphash
 *          of Mandiant, 2014: md5 over "library.function" in lower case, joined by commas. */
#include "artifact/digest.h"
#include "artifact/entropy.h"
#include "base/utf16.h"
#include "open/opener.h"

#define SECTIONS_MAX 96
#define LIBRARIES_MAX 256
#define FUNCTIONS_MAX 8192
#define EXPORTS_MAX 2048

struct image {
    struct node *node;
    struct bytes b;
    size_t header, table; /* offsets of "PE\0\0" and of the section table */
    uint16_t sections;
    bool wide; /* PE32+ */
    size_t directories;
    uint32_t directory_count;
    size_t end; /* of the last section's data */
};

static int bid(const struct node *node)
{
    return node->kind == KIND_PE ? 80 : 0;
}

/* File offset of virtual address RVA; BYTES_NPOS where no section holds it. */
static size_t offset_of(const struct image *image, uint32_t rva)
{
    for (uint16_t i = 0; i < image->sections; i++) {
        size_t row = image->table + 40u * i;
        uint32_t size = bytes_u32le(image->b, row + 8), at = bytes_u32le(image->b, row + 12);
        uint32_t raw_size = bytes_u32le(image->b, row + 16), raw = bytes_u32le(image->b, row + 20);
        uint32_t span = size > raw_size ? size : raw_size;
        if (rva >= at && rva - at < span)
            return rva - at < raw_size ? (size_t)raw + (rva - at) : BYTES_NPOS;
    }
    return rva < image->table ? rva : BYTES_NPOS;
}

static struct bytes string_at(const struct image *image, uint32_t rva)
{
    size_t at = offset_of(image, rva);
    if (at == BYTES_NPOS || at >= image->b.len)
        return BYTES_NONE;
    struct bytes text = bytes_sub(image->b, at, 256);
    size_t end = bytes_find_byte(text, 0, 0);
    return end == BYTES_NPOS ? BYTES_NONE : bytes_sub(text, 0, end);
}

static uint32_t directory(const struct image *image, uint32_t index)
{
    return index < image->directory_count ? bytes_u32le(image->b, image->directories + 8u * index)
                                          : 0;
}

static void add_lower(struct text *out, struct bytes s)
{
    for (size_t i = 0; i < s.len; i++)
        text_add_byte(out, ascii_lower(s.at[i]));
}

static void read_functions(struct image *image, struct bytes library, uint32_t names,
                           struct text *hash, uint32_t *functions)
{
    struct arena *arena = image->node->tree->arena;
    size_t at = offset_of(image, names), step = image->wide ? 8 : 4;
    struct bytes stem = library;
    if (stem.len > 4 && stem.at[stem.len - 4] == '.')
        stem.len -= 4;
    for (; at != BYTES_NPOS && at + step <= image->b.len && *functions < FUNCTIONS_MAX;
         at += step, ++*functions) {
        uint64_t entry = image->wide ? bytes_u64le(image->b, at) : bytes_u32le(image->b, at);
        if (entry == 0)
            return;
        bool by_number = (entry >> (image->wide ? 63 : 31) & 1) != 0;
        struct bytes name = by_number ? arena_printf(arena, "ord%u", (unsigned)(entry & 0xFFFF))
                                      : string_at(image, (uint32_t)entry + 2);
        if (name.len == 0)
            return;
        if (hash->len > 0)
            text_add_byte(hash, ',');
        add_lower(hash, stem);
        text_add_byte(hash, '.');
        add_lower(hash, name);
        if (!by_number)
            node_fact_add(image->node, FACT_PE_IMPORTS,
                          arena_printf(arena, "%.*s!%.*s", BYTES_FMT(library), BYTES_FMT(name)));
    }
}

static void read_imports(struct image *image)
{
    size_t at = offset_of(image, directory(image, 1));
    struct text hash;
    uint32_t functions = 0;
    text_init(&hash, image->node->tree->arena, 0);
    if (directory(image, 1) == 0)
        return;
    for (int i = 0; i < LIBRARIES_MAX && at != BYTES_NPOS && at + 20 <= image->b.len;
         i++, at += 20) {
        struct bytes library = string_at(image, bytes_u32le(image->b, at + 12));
        uint32_t names = bytes_u32le(image->b, at);
        if (library.len == 0)
            break;
        node_fact_add(image->node, FACT_PE_LIBRARIES, library);
        read_functions(image, library, names != 0 ? names : bytes_u32le(image->b, at + 16), &hash,
                       &functions);
    }
    if (hash.len > 0)
        node_fact_string(image->node, FACT_PE_IMPHASH,
                         digest_hex(image->node->tree->arena, DIGEST_MD5, text_bytes(&hash)));
}

static void read_exports(struct image *image)
{
    size_t at = offset_of(image, directory(image, 0));
    if (directory(image, 0) == 0 || at == BYTES_NPOS || at + 40 > image->b.len)
        return;
    struct bytes name = string_at(image, bytes_u32le(image->b, at + 12));
    uint32_t count = bytes_u32le(image->b, at + 24);
    size_t names = offset_of(image, bytes_u32le(image->b, at + 32));
    if (name.len > 0)
        node_fact_string(image->node, FACT_PE_EXPORT_NAME, name);
    for (uint32_t i = 0;
         i < count && i < EXPORTS_MAX && names != BYTES_NPOS && names + 4 <= image->b.len;
         i++, names += 4) {
        struct bytes function = string_at(image, bytes_u32le(image->b, names));
        if (function.len > 0)
            node_fact_add(image->node, FACT_PE_EXPORTS, function);
    }
}

static void read_sections(struct image *image)
{
    struct arena *arena = image->node->tree->arena;
    bool cut = false;
    image->end = image->table + 40u * image->sections;
    for (uint16_t i = 0; i < image->sections; i++) {
        struct bytes row = bytes_sub(image->b, image->table + 40u * i, 40),
                     name = bytes_sub(row, 0, 8);
        uint32_t size = bytes_u32le(row, 16), at = bytes_u32le(row, 20);
        size_t end = bytes_find_byte(name, 0, 0);
        name = end == BYTES_NPOS ? name : bytes_sub(name, 0, end);
        struct bytes data = bytes_sub(image->b, at, size);
        cut = cut || data.len < size || row.len < 40;
        if (size > 0 && (size_t)at + data.len > image->end)
            image->end = (size_t)at + data.len;
        node_fact_add(image->node, FACT_PE_SECTIONS, arena_printf(arena, "%.*s", BYTES_FMT(name)));
        if (data.len > 0 && entropy_of(data) > 7.2)
            node_fact_add(image->node, FACT_PE_PACKED_SECTIONS, arena_copy(arena, name));
    }
    if (cut)
        node_anomaly(image->node, ANOMALY_TRUNCATED, image->b.len, 0, BYTES("section"));
}

/* VS_VERSIONINFO's strings, found by their keys: the resource tree need not be walked. */
static void read_version(struct image *image)
{
    static const char *const keys[] = {"CompanyName",      "FileDescription", "InternalName",
                                       "OriginalFilename", "ProductName",     "FileVersion",
                                       "LegalCopyright"};
    struct arena *arena = image->node->tree->arena;
    size_t base = bytes_find(image->b, BYTES("V\0S\0_\0V\0E\0R\0S\0I\0O\0N\0_\0I\0N\0F\0O\0"), 0);
    if (base == BYTES_NPOS)
        return;
    struct bytes area = bytes_sub(image->b, base, 8192);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        uint8_t wide[64];
        size_t len = strlen(keys[i]);
        for (size_t k = 0; k < len; k++)
            wide[2 * k] = (uint8_t)keys[i][k], wide[2 * k + 1] = 0;
        size_t at = bytes_find(area, bytes_of(wide, 2 * len), 0);
        if (at == BYTES_NPOS)
            continue;
        at += 2 * len + 2;
        while (at + 1 < area.len && area.at[at] == 0 && area.at[at + 1] == 0)
            at += 2;
        struct bytes value = utf16_to_utf8_nul(arena, bytes_sub(area, at, 512));
        if (value.len > 0)
            node_fact_pair(image->node, FACT_EXIFTOOL_FIELDS, bytes_of_string(keys[i]),
                           value_string(value));
    }
}

/* Switches and marks that stand in the clear in samples (public reports, 2020-2021). */
static void read_marks(struct image *image)
{
    static const char *const marks[] = {"-passegregor",   "--nomimikatz",       "--multiproc",
                                        "--killrdp",      "-peguard",           "--greetings",
                                        "--yourmommy",    "%Greetings2target%", "%egregor_data%",
                                        "%sekhmet_data%", "RECOVER-FILES.txt",  "DllRegisterServer",
                                        "PluginInit",     "URLDownloadToFile",  "ReflectiveLoader"};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        struct bytes mark = bytes_of_string(marks[i]);
        uint8_t wide[64];
        for (size_t k = 0; k < mark.len; k++)
            wide[2 * k] = mark.at[k], wide[2 * k + 1] = 0;
        if (bytes_find(image->b, mark, 0) != BYTES_NPOS ||
            bytes_find(image->b, bytes_of(wide, 2 * mark.len), 0) != BYTES_NPOS)
            node_fact_add(image->node, FACT_PE_MARKS, mark);
    }
}

static void hang_overlay(struct image *image)
{
    struct bytes overlay = bytes_from(image->b, image->end);
    uint32_t certificate = directory(image, 4); /* an offset, not an address */
    node_fact_bool(image->node, FACT_PE_SIGNED, certificate != 0);
    if (certificate != 0 && certificate >= image->end)
        overlay = bytes_sub(image->b, image->end, certificate - image->end);
    if (overlay.len < 16)
        return;
    node_fact_int(image->node, FACT_PE_OVERLAY_BYTES, (int64_t)overlay.len);
    node_add(image->node, overlay, BYTES("overlay"));
}

static void open(struct node *node)
{
    struct image image = {.node = node, .b = node->content};
    image.header = bytes_u32le(image.b, 0x3C);
    if (image.b.len < 64 || image.header > image.b.len || image.b.len - image.header < 24 ||
        !bytes_equal(bytes_sub(image.b, image.header, 4), BYTES("PE\0\0"))) {
        node_anomaly(node, ANOMALY_MALFORMED, 0, 0, BYTES("no PE header"));
        /* What has neither header after the DOS one is a DOS program, or anything at all. */
        node_anomaly(node, ANOMALY_UNKNOWN_CONTENT, 0, 0, BYTES("a program without a header"));
        read_marks(&image);
        return;
    }
    uint16_t optional = bytes_u16le(image.b, image.header + 20),
             flags = bytes_u16le(image.b, image.header + 22);
    uint16_t magic = bytes_u16le(image.b, image.header + 24);
    image.wide = magic == 0x20B;
    image.sections = bytes_u16le(image.b, image.header + 6);
    image.table = image.header + 24 + optional;
    image.directories = image.header + 24 + (image.wide ? 112u : 96u);
    image.directory_count = bytes_u32le(image.b, image.directories - 4);
    if (image.directory_count > 16)
        image.directory_count = 16;
    if (image.sections > SECTIONS_MAX)
        image.sections = SECTIONS_MAX;
    node_fact_int(node, FACT_PE_MACHINE, bytes_u16le(image.b, image.header + 4));
    node_fact_int(node, FACT_PE_TIMESTAMP, bytes_u32le(image.b, image.header + 8));
    node_fact_bool(node, FACT_PE_IS_LIBRARY, (flags & 0x2000) != 0);
    read_sections(&image);
    read_imports(&image);
    read_exports(&image);
    read_version(&image);
    read_marks(&image);
    hang_overlay(&image);
}

const struct opener opener_pe = {"pe", bid, open};
