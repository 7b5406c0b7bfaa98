/* SPDX-License-Identifier: Apache-2.0 */
#include "open/word.h"

#include "artifact/decompress.h"
#include "base/text.h"
#include "base/utf16.h"
#include "open/codepage.h"
#include "open/document.h"
#include "open/opener.h"

#define TEXT_MAX ((size_t)8 * 1024 * 1024)

/* A field's instruction stands between 0x13 and 0x14 (or 0x15) in the text (MS-DOC 2.8.25). */
static void read_fields(struct node *node, struct bytes text)
{
    for (size_t at = bytes_find_byte(text, 0x13, 0); at != BYTES_NPOS;
         at = bytes_find_byte(text, 0x13, at + 1)) {
        size_t end = at + 1;
        while (end < text.len && text.at[end] != 0x13 && text.at[end] != 0x14 &&
               text.at[end] != 0x15)
            end++;
        document_field(node, bytes_sub(text, at + 1, end - at - 1));
    }
}

/* Pieces (MS-DOC 2.8.35): characters of 8 bits where bit 30 of their place is set, else UTF-16. */
static void read_pieces(struct cfb *cfb, struct bytes main, struct bytes pieces, struct text *out)
{
    size_t count = pieces.len < 4 ? 0 : (pieces.len - 4) / 12;
    for (size_t i = 0; i < count && !out->over_limit; i++) {
        uint32_t from = bytes_u32le(pieces, i * 4), to = bytes_u32le(pieces, i * 4 + 4);
        uint32_t place = bytes_u32le(pieces, (count + 1) * 4 + i * 8 + 2);
        bool narrow = place & 0x40000000;
        if (to <= from)
            continue;
        size_t offset = narrow ? (place & 0x3FFFFFFF) / 2 : place & 0x3FFFFFFF;
        struct bytes raw = bytes_sub(main, offset, (size_t)(to - from) * (narrow ? 1 : 2));
        if (narrow)
            text_add(out, codepage_to_utf8(cfb->node->tree->arena, 1252, raw));
        else
            utf16_add(out, raw);
    }
}

void word_open(struct cfb *cfb)
{
    struct node *node = cfb->node;
    struct bytes main = cfb_stream(cfb, cfb_find(cfb, "WordDocument"));
    uint16_t flags = bytes_u16le(main, 0x0A);
    if (flags & 0x0100) { /* fEncrypted, or obfuscated: MS-DOC 2.5.2 */
        node_fact_bool(node, FACT_OLETOOLS_ENCRYPTION, true);
        node_anomaly(node, ANOMALY_ENCRYPTED, 0, 0, BYTES("the text of the document is locked"));
        return;
    }
    struct bytes table = cfb_stream(cfb, cfb_find(cfb, flags & 0x0200 ? "1Table" : "0Table"));
    uint32_t offset = bytes_u32le(main, 0x1A2), len = bytes_u32le(main, 0x1A6);
    struct bytes clx = bytes_sub(table, offset, len);
    size_t at = 0;
    while (at + 3 <= clx.len && clx.at[at] == 1) /* property changes first */
        at += 3 + (size_t)bytes_u16le(clx, at + 1);
    if (at + 5 > clx.len || clx.at[at] != 2)
        return;
    struct text out;
    text_init(&out, node->tree->arena, TEXT_MAX);
    read_pieces(cfb, main, bytes_sub(clx, at + 5, bytes_u32le(clx, at + 1)), &out);
    if (out.over_limit)
        node_limit(node, LIMIT_BYTES_OUT);
    for (size_t i = 0; i < out.len; i++) /* paragraph marks, cell marks, page breaks */
        if (out.at[i] == '\r' || out.at[i] == 7 || out.at[i] == 0x0B || out.at[i] == 0x0C)
            out.at[i] = '\n';
    if (out.len == 0)
        return;
    read_fields(node, text_bytes(&out));
    document_text(node, text_bytes(&out));
}

/* Records of a presentation (MS-PPT 2.3.1): containers are walked into, atoms stepped over. */
void word_open_slides(struct cfb *cfb)
{
    struct node *node = cfb->node;
    struct bytes in = cfb_stream(cfb, cfb_find(cfb, "PowerPoint Document"));
    struct text out;
    text_init(&out, node->tree->arena, TEXT_MAX);
    if (cfb_find(cfb, "EncryptedSummary") != CFB_NONE) {
        node_fact_bool(node, FACT_OLETOOLS_ENCRYPTION, true);
        node_anomaly(node, ANOMALY_ENCRYPTED, 0, 0, BYTES("the presentation is locked"));
        return;
    }
    for (size_t at = 0; at + 8 <= in.len;) {
        uint16_t head = bytes_u16le(in, at), type = bytes_u16le(in, at + 2);
        uint32_t len = bytes_u32le(in, at + 4);
        struct bytes data = bytes_sub(in, at + 8, len);
        at += 8;
        if ((head & 0x0F) == 0x0F)
            continue;
        if (data.len < len)
            node_anomaly(node, ANOMALY_TRUNCATED, 0, 0,
                         BYTES("a record of the presentation is cut"));
        if (type == 0x0FA0 || type == 0x0FBA) {
            utf16_add(&out, data);
            text_add_byte(&out, '\n');
        } else if (type == 0x0FA8) {
            text_add(&out, codepage_to_utf8(node->tree->arena, 1252, data));
            text_add_byte(&out, '\n');
        } else if (
            type ==
            0x1011) { /* ExOleObjStg: a compound file, packed where the instance is 1 (2.10.35) */
            struct decompressed done = {.out = data};
            if (head >> 4 == 1) {
                done = decompress(
                    node, (struct decompress){.codec = CODEC_ZLIB, .in = bytes_from(data, 4)});
                decompress_note(node, done.status, 0, 0);
            }
            document_object(node, done.out, BYTES("ExOleObjStg"));
        }
        at += data.len;
    }
    for (size_t i = 0; i < out.len; i++)
        if (out.at[i] == '\r' || out.at[i] == 0x0B)
            out.at[i] = '\n';
    if (out.len > 0)
        document_text(node, text_bytes(&out));
}
