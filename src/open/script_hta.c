/* SPDX-License-Identifier: Apache-2.0
 *
 * HTML applications and Windows script files: their script blocks as children.  Cost O(bytes). */
#include "open/opener.h"

/* Where the next "<script" or "<PREFIX:script" (a style sheet's) at or after FROM begins; *NAME is what
 * stands between '<' and the first byte behind it. */
static size_t script_tag(struct bytes in, size_t from, struct bytes *name)
{
    for (size_t at = from; (at = bytes_find_fold(in, BYTES("script"), at)) != BYTES_NPOS; at++) {
        size_t start = at;
        if (start > 0 && in.at[start - 1] == ':')
            for (start--; start > 0 && ascii_is_alnum(in.at[start - 1]);)
                start--;
        *name = bytes_sub(in, start, at + 6 - start);
        bool ends = at + 6 < in.len && (ascii_is_space(in.at[at + 6]) || in.at[at + 6] == '>');
        if (start > from && in.at[start - 1] == '<' && ends)
            return start - 1;
    }
    return BYTES_NPOS;
}

static size_t end_tag(struct bytes in, size_t from, struct bytes name)
{
    for (size_t at = from; (at = bytes_find(in, BYTES("</"), at)) != BYTES_NPOS; at++)
        if (bytes_starts_fold(bytes_from(in, at + 2), name))
            return at;
    return BYTES_NPOS;
}

/* <script language="VBScript"> ... </script>, in HTA and WSF alike. */
static void hta_open(struct node *node)
{
    struct bytes in = node->content, name;
    int blocks = 0;
    for (size_t at = script_tag(in, 0, &name); at != BYTES_NPOS && blocks < 256;
         at = script_tag(in, at + 1, &name)) {
        size_t open = bytes_find_byte(in, '>', at);
        size_t end = open == BYTES_NPOS ? BYTES_NPOS : end_tag(in, open, name);
        if (open == BYTES_NPOS)
            break;
        if (end == BYTES_NPOS) {
            node_anomaly(node, ANOMALY_TRUNCATED, at, 0, BYTES("a script block is not closed"));
            end = in.len;
        }
        struct bytes tag = bytes_sub(in, at, open - at),
                     body = bytes_sub(in, open + 1, end - open - 1);
        size_t data = bytes_find(bytes_sub(body, 0, 64), BYTES("<![CDATA["), 0);
        if (data != BYTES_NPOS) {
            body = bytes_from(body, data + 9);
            size_t close = bytes_find(body, BYTES("]]>"), 0);
            body = bytes_sub(body, 0, close == BYTES_NPOS ? body.len : close);
        }
        bool vb = bytes_find_fold(tag, BYTES("vbs"), 0) != BYTES_NPOS ||
                  bytes_find_fold(tag, BYTES("vbscript"), 0) != BYTES_NPOS;
        struct node *child =
            bytes_trim(body).len == 0
                ? NULL
                : node_add(node, body, vb ? BYTES("script.vbs") : BYTES("script.js"));
        if (child != NULL) {
            child->kind = vb ? KIND_VBS : KIND_JAVASCRIPT;
            child->is_view = true;
        }
        blocks++;
    }
}

static int hta_bid(const struct node *node)
{
    return node->kind == KIND_HTA || node->kind == KIND_WSF ? 70 : 0;
}

const struct opener opener_hta = {.name = "hta", .bid = hta_bid, .open = hta_open};
