/* SPDX-License-Identifier: Apache-2.0
 *
 * OneNote sections: the files somebody put on a page, their names, and the words beside them.
 *
 * The store's revision tables need not be read for that: each embedded file is a FileDataStoreObject
 * led by a GUID and its length, and names and texts are properties led by their identifiers.
 *
 * source   MS-ONESTORE 2.6.13 FileDataStoreObject; MS-ONE 2.3.16 EmbeddedFileName (1C001D72), 2.2.23
 *          RichEditTextUnicode (1C001C22) */
#include "base/utf16.h"
#include "open/opener.h"

#define FILES_MAX 1024
#define NEAR_BYTES 768
#define EXPECTED_AT 196 /* cbExpectedFileLength, MS-ONESTORE 2.3.1 */

static int bid(const struct node *node)
{
    return node->kind == KIND_ONENOTE ? 90 : 0;
}

/* The next counted UTF-16 string within NEAR_BYTES of AT, at least MIN characters; absent where none. */
static struct bytes string_near(struct arena *arena, struct bytes b, size_t at, size_t min)
{
    struct bytes area = bytes_sub(b, at, NEAR_BYTES);
    for (size_t i = 0; i + 6 < area.len; i++) {
        size_t len = bytes_u32le(area, i);
        if (len < min * 2 || len % 2 != 0 || len > 8192 || i + 4 + len > b.len - at)
            continue;
        struct bytes raw = bytes_sub(b, at + i + 4, len);
        bool plain = true;
        size_t characters = len / 2;
        for (size_t k = 0; k < characters && plain; k++) {
            uint16_t c = bytes_u16le(raw, k * 2);
            bool last = k + 1 == characters;
            plain = (c >= 0x20 && c != 0xFFFF && !(c >= 0xD800 && c < 0xE000)) || c == '\n' ||
                    c == '\r' || c == '\t' || c == 0x0B || (c == 0 && last && k > 0);
        }
        if (plain)
            return utf16_to_utf8_nul(arena, raw);
    }
    return BYTES_NONE;
}

static uint32_t find_names(struct node *node, struct bytes names[FILES_MAX])
{
    struct bytes b = node->content;
    uint32_t count = 0;
    for (size_t at = bytes_find(b, BYTES("\x72\x1D\0\x1C"), 0);
         at != BYTES_NPOS && count < FILES_MAX;
         at = bytes_find(b, BYTES("\x72\x1D\0\x1C"), at + 4)) {
        struct bytes name = string_near(node->tree->arena, b, at + 4, 3);
        if (name.len == 0 || bytes_find_byte(name, '.', 0) == BYTES_NPOS)
            continue;
        bool known = false;
        for (uint32_t i = 0; i < count && !known; i++)
            known = bytes_equal(names[i], name);
        if (known)
            continue;
        names[count++] = name;
        node_fact_add(node, FACT_ONENOTE_FILE_NAMES, name);
    }
    return count;
}

static void hang_text(struct node *node)
{
    struct bytes b = node->content;
    struct text out;
    uint32_t pieces = 0;
    text_init(&out, node->tree->arena, 256 * 1024);
    for (size_t at = bytes_find(b, BYTES("\x22\x1C\0\x1C"), 0); at != BYTES_NPOS && pieces < 4096;
         at = bytes_find(b, BYTES("\x22\x1C\0\x1C"), at + 4), pieces++) {
        struct bytes text = string_near(node->tree->arena, b, at + 4, 2);
        if (text.len == 0)
            continue;
        text_add(&out, text);
        text_add_byte(&out, '\n');
    }
    if (out.len == 0)
        return;
    struct node *child = node_add(node, text_bytes(&out), BYTES("text"));
    if (child != NULL) {
        child->is_view = true;
        child->kind = KIND_TEXT;
    }
}

static void open(struct node *node)
{
    static const char mark[] = "\xE7\x16\xE3\xBD\x65\x26\x11\x45\xA4\xC4\x8D\x4D\x0B\x7A\x9E\xAC";
    struct bytes b = node->content, guid = bytes_of(mark, 16);
    struct bytes *names = arena_array_of(node->tree->arena, FILES_MAX, struct bytes);
    uint32_t named = find_names(node, names), files = 0;
    for (size_t at = bytes_find(b, guid, 0); at != BYTES_NPOS;) {
        uint64_t len = bytes_u64le(b, at + 16);
        size_t from = at + 36;
        struct bytes data = bytes_sub(b, from, len > SIZE_MAX ? SIZE_MAX : (size_t)len);
        if (from > b.len || data.len < len)
            node_anomaly(node, ANOMALY_TRUNCATED, at, b.len - at, BYTES("embedded file"));
        struct bytes name = files < named ? names[files] : BYTES_NONE;
        if (node_add(node, data, name) == NULL)
            break;
        files++;
        at = bytes_find(b, guid, from + data.len);
    }
    node_fact_int(node, FACT_ONENOTE_FILES, files);
    hang_text(node);
    uint64_t expected = bytes_u64le(b, EXPECTED_AT);
    if (b.len < 1024)
        node_anomaly(node, ANOMALY_TRUNCATED, b.len, 0, BYTES("header"));
    else if (expected > b.len && expected != UINT64_MAX)
        node_anomaly(node, ANOMALY_TRUNCATED, b.len, 0, BYTES("shorter than its header says"));
}

const struct opener opener_onenote = {"onenote", bid, open};
