/* SPDX-License-Identifier: Apache-2.0
 *
 * Archives behind something else: a ZIP is read from its end, so it may follow a document, a program,
 * a page or a shortcut that opens as if nothing were there.  Pictures are looked behind by their own
 * opener.  cost O(64 KB) per file. source PKWARE APPNOTE 6.3.10, sections 4.3.16 and 4.4.24 */
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

static bool has_archive(const struct node *node, struct bytes tail)
{
    size_t at;
    for (const struct node *child = node->first_child; child != NULL; child = child->next)
        if (child->kind == KIND_ZIP && bytes_inside(child->content, tail, &at))
            return true;
    return false;
}

void inspect_appended(struct node *node)
{
    if (node->is_view || is_expected(node->kind) || node->content.len < END_BYTES + 46)
        return;
    size_t start = zip_start(node->content);
    if (start == BYTES_NPOS)
        return;
    struct bytes tail = bytes_from(node->content, start);
    if (has_archive(node, bytes_sub(tail, 0, 4)))
        return;
    struct node *child = node_add(node, tail, BYTES_NONE);
    if (child == NULL)
        return;
    node_anomaly(node, ANOMALY_POLYGLOT, start, tail.len, BYTES("an archive behind it"));
}
