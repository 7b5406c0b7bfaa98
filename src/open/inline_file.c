/* SPDX-License-Identifier: Apache-2.0 */
#include "open/inline_file.h"

#include "base/codec.h"
#include "open/mime.h"
#include "open/mime_part.h"
#include "open/opener.h"

#define FILES_MAX 64

static const struct form {
    enum anomaly_code code;
    struct mime_part part;
} forms[] = {
    [CODEC_FORM_UU] = {ANOMALY_MIME_UUENCODE,
                       {.role = MIME_ROLE_INLINE,
                        .is_attachment = true,
                        .encoding = MIME_UUENCODE}},
    [CODEC_FORM_YENC] = {ANOMALY_MIME_YENC,
                         {.role = MIME_ROLE_INLINE, .is_attachment = true, .encoding = MIME_YENC}},
    [CODEC_FORM_BINHEX] = {ANOMALY_MIME_BINHEX,
                           {.role = MIME_ROLE_INLINE,
                            .is_attachment = true,
                            .encoding = MIME_BINHEX}},
};

static bool hang(struct node *node, const struct codec_file *file, struct bytes data)
{
    struct bytes name = words_decode(node->tree->arena, file->name, NULL);
    struct node *child =
        open_take_bytes(node, data.len) ? node_add(node, data, name) : NULL;
    if (child == NULL)
        return false;
    child->raw = file->span;
    child->part = &forms[file->form].part;
    return true;
}

void inline_files_hang(struct node *node)
{
    struct codec_file file;
    size_t at = 0;
    for (int i = 0; i < FILES_MAX; i++) {
        if (!codec_find_file(node->tree->arena, node->content, at, &file))
            return;
        size_t offset = (size_t)(file.span.at - node->content.at);
        at = offset + file.span.len;
        node_anomaly(node, forms[file.form].code, offset, file.span.len, BYTES_NONE);
        if (file.report.unfinished)
            node_anomaly(node, ANOMALY_MIME_INLINE_CUT, offset, file.span.len, BYTES_NONE);
        else if (file.report.bad_count > 0)
            node_anomaly(node, ANOMALY_MIME_INLINE_DAMAGED, offset, file.span.len, BYTES_NONE);
        if (!hang(node, &file, file.data) || (file.other.len > 0 && !hang(node, &file, file.other)))
            return;
    }
    node_limit(node, LIMIT_PARTS);
}
