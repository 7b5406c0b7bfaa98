/* SPDX-License-Identifier: Apache-2.0 */
#include "open/ooxml.h"

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

void ooxml_open(struct node *node)
{
    (void)node;
}
