/* SPDX-License-Identifier: Apache-2.0
 *
 * What a picture says of itself: EXIF (CIPA DC-008), PNG text chunks, XMP, ICC profile headers.
 * Keys are exiftool's, because that is how rules ask. */
#include "artifact/decompress.h"
#include "base/charset.h"
#include "open/picture.h"

#define ENTRIES_MAX 200
#define TEXT_BYTES_MAX ((size_t)4096)

static void pair(struct node *node, const char *key, struct bytes value)
{
    struct arena *arena = node->tree->arena;
    while (value.len > 0 && (value.at[value.len - 1] == 0 || value.at[value.len - 1] == ' '))
        value.len--;
    value = bytes_sub(value, 0, TEXT_BYTES_MAX);
    if (value.len == 0)
        return;
    struct charset_reading reading = charset_choose(BYTES_NONE, value);
    if (!reading.as_is) {
        struct text out;
        text_init(&out, arena, 0);
        charset_decode(reading.id, value, &out, NULL);
        value = text_bytes(&out);
    }
    node_fact_pair(node, FACT_EXIFTOOL_FIELDS, arena_copy(arena, bytes_of_string(key)),
                   value_string(value));
}

static uint32_t tiff_number(struct bytes b, size_t at, size_t size, bool little)
{
    if (size == 2)
        return little ? bytes_u16le(b, at) : bytes_u16be(b, at);
    return little ? bytes_u32le(b, at) : bytes_u32be(b, at);
}

static const char *tag_name(uint32_t tag)
{
    static const struct {
        uint16_t tag;
        const char *name;
    } rows[] = {{0x010E, "ImageDescription"},
                {0x010F, "Make"},
                {0x0110, "Model"},
                {0x0131, "Software"},
                {0x0132, "ModifyDate"},
                {0x013B, "Artist"},
                {0x8298, "Copyright"},
                {0x9003, "DateTimeOriginal"},
                {0x9004, "CreateDate"},
                {0x9286, "UserComment"},
                {0x9C9B, "XPTitle"},
                {0x9C9C, "XPComment"},
                {0x9C9D, "XPAuthor"},
                {0xA434, "LensModel"},
                {0xA433, "LensMake"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].tag == tag)
            return rows[i].name;
    return NULL;
}

static void read_directory(struct node *node, struct bytes tiff, size_t at, bool little, int depth)
{
    uint32_t count = tiff_number(tiff, at, 2, little);
    for (uint32_t i = 0; i < count && i < ENTRIES_MAX; i++) {
        size_t entry = at + 2 + 12 * (size_t)i;
        if (entry + 12 > tiff.len)
            return;
        uint32_t tag = tiff_number(tiff, entry, 2, little),
                 type = tiff_number(tiff, entry + 2, 2, little);
        uint32_t values = tiff_number(tiff, entry + 4, 4, little);
        size_t where = values <= 4 ? entry + 8 : tiff_number(tiff, entry + 8, 4, little);
        const char *name = tag_name(tag);
        if (tag == 0x8769 && depth == 0)
            read_directory(node, tiff, tiff_number(tiff, entry + 8, 4, little), little, 1);
        if (name == NULL || (type != 1 && type != 2 && type != 7))
            continue;
        struct bytes value = bytes_sub(tiff, where, values);
        if (tag == 0x9286)
            value = bytes_from(value, 8); /* its own charset's name */
        pair(node, name, value);
    }
}

static void read_exif(struct node *node, struct bytes tiff)
{
    bool little = bytes_starts(tiff, BYTES("II"));
    if (!little && !bytes_starts(tiff, BYTES("MM")))
        return;
    read_directory(node, tiff, tiff_number(tiff, 4, 4, little), little, 0);
}

/* An XMP property, as element or attribute; the first that is there. */
static void read_xmp(struct node *node, struct bytes xmp)
{
    static const struct {
        const char *property, *key;
    } rows[] = {{"xmp:CreatorTool", "CreatorTool"},
                {"x:xmptk", "XMPToolkit"},
                {"pdf:Producer", "Producer"},
                {"photoshop:Credit", "Credit"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bytes property = bytes_of_string(rows[i].property);
        size_t at = bytes_find(xmp, property, 0);
        if (at == BYTES_NPOS || at + property.len + 2 > xmp.len)
            continue;
        size_t from = at + property.len;
        uint8_t close = '<';
        if (xmp.at[from] == '=')
            close = xmp.at[++from];
        size_t end = bytes_find_byte(bytes_sub(xmp, 0, from + 1024), close, from + 1);
        if (end != BYTES_NPOS)
            pair(node, rows[i].key, bytes_sub(xmp, from + 1, end - from - 1));
    }
}

/* ICC.1:2010, 7.2: the header's device manufacturer and model. */
static void read_profile(struct node *node, struct bytes icc)
{
    static const struct {
        const char *sign, *name;
    } makers[] = {{"APPL", "Apple Computer Inc."},
                  {"appl", "Apple Computer Inc."},
                  {"HP  ", "Hewlett-Packard"},
                  {"IEC ", "IEC"},
                  {"MSFT", "Microsoft Corporation"},
                  {"ADBE", "Adobe Systems Inc."},
                  {"GOOG", "Google"},
                  {"SONY", "Sony Corporation"}};
    struct bytes sign = bytes_sub(icc, 48, 4);
    if (icc.len < 128 || bytes_u32le(icc, 48) == 0)
        return;
    struct bytes name = sign;
    for (size_t i = 0; i < sizeof makers / sizeof makers[0]; i++)
        if (bytes_equal(sign, bytes_of_string(makers[i].sign)))
            name = bytes_of_string(makers[i].name);
    pair(node, "DeviceManufacturer", name);
    if (bytes_u32le(icc, 52) != 0)
        pair(node, "DeviceModel", bytes_sub(icc, 52, 4));
}

static void read_jpeg(struct node *node)
{
    struct bytes b = node->content;
    for (size_t at = 2; at + 4 <= b.len && b.at[at] == 0xFF && b.at[at + 1] != 0xDA;) {
        uint8_t mark = b.at[at + 1];
        struct bytes segment =
            bytes_sub(b, at + 4, bytes_u16be(b, at + 2) < 2 ? 0 : bytes_u16be(b, at + 2) - 2u);
        if (mark == 0xE1 && bytes_starts(segment, BYTES("Exif\0\0")))
            read_exif(node, bytes_from(segment, 6));
        else if (mark == 0xE1 && bytes_starts(segment, BYTES("http://ns.adobe.com/xap")))
            read_xmp(node, segment);
        else if (mark == 0xE2 && bytes_starts(segment, BYTES("ICC_PROFILE\0")))
            read_profile(node, bytes_from(segment, 14));
        else if (mark == 0xFE)
            pair(node, "Comment", segment);
        at += 4 + segment.len;
    }
}

static struct bytes inflate_small(struct node *node, struct bytes in)
{
    return decompress(node, (struct decompress){.codec = CODEC_ZLIB, .in = in, .at_most = 65536})
        .out;
}

static void read_png(struct node *node)
{
    struct bytes b = node->content;
    for (size_t at = 8; at + 12 <= b.len;) {
        size_t len = bytes_u32be(b, at);
        if (len > b.len - at - 12)
            return;
        struct bytes type = bytes_sub(b, at + 4, 4), data = bytes_sub(b, at + 8, len);
        size_t zero = bytes_find_byte(data, 0, 0);
        char key[80] = "";
        if (zero != BYTES_NPOS && zero < sizeof key)
            memcpy(key, data.at, zero), key[zero] = 0;
        if (bytes_equal(type, BYTES("tEXt")) && zero != BYTES_NPOS)
            pair(node, key, bytes_from(data, zero + 1));
        else if (bytes_equal(type, BYTES("zTXt")) && zero != BYTES_NPOS)
            pair(node, key, inflate_small(node, bytes_from(data, zero + 2)));
        else if (bytes_equal(type, BYTES("iTXt")) && zero != BYTES_NPOS && data.len > zero + 2) {
            bool packed = data.at[zero + 1] != 0;
            size_t language = bytes_find_byte(data, 0, zero + 3);
            size_t translated =
                language == BYTES_NPOS ? BYTES_NPOS : bytes_find_byte(data, 0, language + 1);
            if (translated != BYTES_NPOS) {
                struct bytes text = bytes_from(data, translated + 1);
                text = packed ? inflate_small(node, text) : text;
                if (strncmp(key, "XML:com.adobe.xmp", 17) == 0)
                    read_xmp(node, text);
                else
                    pair(node, key, text);
            }
        } else if (bytes_equal(type, BYTES("eXIf")))
            read_exif(node, data);
        else if (bytes_equal(type, BYTES("iCCP")) && zero != BYTES_NPOS)
            read_profile(node, inflate_small(node, bytes_from(data, zero + 2)));
        at += 12 + len;
    }
}

static void read_webp(struct node *node)
{
    struct bytes b = node->content;
    for (size_t at = 12; at + 8 <= b.len;) {
        size_t len = bytes_u32le(b, at + 4);
        struct bytes data = bytes_sub(b, at + 8, len);
        if (bytes_equal(bytes_sub(b, at, 4), BYTES("EXIF")))
            read_exif(node, bytes_starts(data, BYTES("Exif\0\0")) ? bytes_from(data, 6) : data);
        else if (bytes_equal(bytes_sub(b, at, 4), BYTES("XMP ")))
            read_xmp(node, data);
        if (data.len < len)
            return;
        at += 8 + len + (len & 1);
    }
}

void picture_metadata(struct node *node)
{
    if (node->kind == KIND_JPEG)
        read_jpeg(node);
    else if (node->kind == KIND_PNG)
        read_png(node);
    else if (node->kind == KIND_WEBP)
        read_webp(node);
}
