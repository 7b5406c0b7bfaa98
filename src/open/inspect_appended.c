/* SPDX-License-Identifier: Apache-2.0
 *
 * Files behind something else: a ZIP is read from its end, so it may follow a document, a program,
 * a page or a shortcut that opens as if nothing were there; a program or an archive that a loader cuts out
 * stands in sounds, pictures, fonts and documents, whose players stop before it or step over it.  Pictures
 * with an end of their own are looked behind by their opener.
 * cost O(64 KB) per file, O(bytes) for those carriers
 * source PKWARE APPNOTE 6.3.10, sections 4.3.16 and 4.4.24; MITRE ATT&CK T1027.003 */
#include "open/inspect.h"

#include "open/opener.h"

#define END_BYTES ((size_t)22)
#define COMMENT_BYTES_MAX ((size_t)65535)

/* Where the last end record of a ZIP in B is whose directory is really there; BYTES_NPOS where none. */
static size_t zip_start(struct bytes b)
{
    size_t low = b.len > END_BYTES + COMMENT_BYTES_MAX ? b.len - END_BYTES - COMMENT_BYTES_MAX : 0;
    struct bytes area = bytes_from(b, low);
    size_t found = BYTES_NPOS;
    for (size_t at = bytes_find(area, BYTES("PK\5\6"), 0); at != BYTES_NPOS;
         at = bytes_find(area, BYTES("PK\5\6"), at + 4)) {
        size_t end = low + at;
        uint32_t size = bytes_u32le(b, end + 12), offset = bytes_u32le(b, end + 16);
        if (end + END_BYTES > b.len || size < 46 || size > end)
            continue;
        size_t directory = end - size;
        if (!bytes_starts(bytes_from(b, directory), BYTES("PK\1\2")))
            continue;
        /* Offsets count from the archive's start, or from the file's where a tool mended them. */
        size_t start = offset <= directory ? directory - offset : BYTES_NPOS;
        if (start == 0 && offset == directory)
            start = bytes_find(b, BYTES("PK\3\4"), 0);
        if (start != BYTES_NPOS && start > 0)
            found = start;
    }
    return found;
}

/* Kinds that are ZIPs, hold them as members, or are looked behind by their opener. */
static bool is_expected(enum kind kind)
{
    switch (kind) {
    case KIND_ZIP:
    case KIND_DOCX:
    case KIND_XLSX:
    case KIND_XLSB:
    case KIND_PPTX:
    case KIND_JAR:
    case KIND_APK:
    case KIND_TAR:
    case KIND_ISO:
    case KIND_VHD:
    case KIND_AR:
    case KIND_CPIO:
    case KIND_MAIL:
    case KIND_MULTIPART:
    case KIND_PNG:
    case KIND_JPEG:
    case KIND_GIF:
    case KIND_WEBP:
    case KIND_CFB:
    case KIND_MSG:
    case KIND_MSI:
    case KIND_ONENOTE:
    case KIND_IMAGE:
        return true;
    default:
        return false;
    }
}

/* Kinds nobody here takes apart, or whose reader stops at their end. */
static bool is_carrier(enum kind kind)
{
    switch (kind) {
    case KIND_BMP:
    case KIND_TIFF:
    case KIND_ICO:
    case KIND_HEIC:
    case KIND_EMF:
    case KIND_WMF:
    case KIND_AUDIO:
    case KIND_VIDEO:
    case KIND_FONT:
    case KIND_PDF:
    case KIND_ELF:
    case KIND_MACHO:
    case KIND_JAVA_CLASS:
        return true;
    default:
        return false;
    }
}

static bool is_program(struct bytes b)
{
    uint32_t header = bytes_u32le(b, 60);
    return header >= 64 && header < 4096 &&
           bytes_equal(bytes_sub(b, header, 4), BYTES("PE\0\0")) && b.len >= (size_t)header + 24;
}

static bool is_cabinet(struct bytes b)
{
    return bytes_u32le(b, 4) == 0 && bytes_u32le(b, 8) >= 36 && bytes_u32le(b, 8) <= b.len &&
           bytes_u16le(b, 24) == 0x0103;
}

static bool is_any(struct bytes b)
{
    return b.len > 64;
}

/* The first program or archive behind the beginning of B; its start, or BYTES_NPOS. */
static size_t file_start(struct bytes b)
{
    static const struct {
        const char *magic;
        uint32_t len;
        bool (*goes_on)(struct bytes b);
    } rows[] = {
        {"MZ", 2, is_program},
        {"7z\xBC\xAF\x27\x1C\0", 7, is_any},
        {"Rar!\x1A\7", 6, is_any},
        {"MSCF\0\0\0\0", 8, is_cabinet},
    };
    size_t first = BYTES_NPOS;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bytes area = first == BYTES_NPOS ? b : bytes_sub(b, 0, first);
        struct bytes magic = bytes_of(rows[i].magic, rows[i].len);
        for (size_t at = 1; (at = bytes_find(area, magic, at)) != BYTES_NPOS; at++)
            if (rows[i].goes_on(bytes_from(b, at))) {
                first = at;
                break;
            }
    }
    return first;
}

static void hang(struct node *node, size_t start, const char *what)
{
    struct bytes tail = bytes_from(node->content, start);
    bool known = inspect_in_child(node, bytes_sub(tail, 0, 4));
    if (start == BYTES_NPOS || (known && node->kind != KIND_PE)) /* a program's overlay is its child */
        return;
    if (known || node_add(node, tail, BYTES_NONE) != NULL)
        node_anomaly(node, ANOMALY_POLYGLOT, start, tail.len, bytes_of_string(what));
}

void inspect_appended(struct node *node)
{
    if (node->is_view || is_expected(node->kind) || node->content.len < END_BYTES + 46)
        return;
    hang(node, zip_start(node->content), "an archive behind it");
    if (is_carrier(node->kind))
        hang(node, file_start(node->content), "a program or archive inside it");
}
