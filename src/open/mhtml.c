/* SPDX-License-Identifier: Apache-2.0
 *
 * Web archives (RFC 2557), also as Word and Excel save them: a MIME message under another name. 
 * The mail reader
 * opens it; an ActiveMime part (Office's packed macros: 50 bytes of head, then a zlib stream) is
 * unpacked here. */
#include "artifact/decompress.h"
#include "open/opener.h"

extern const struct opener opener_mime;

static int mhtml_bid(const struct node *node)
{
    return bytes_starts(node->content, BYTES("ActiveMime")) ? 95
           : node->kind == KIND_MHTML                       ? 60
                                                            : 0;
}

static void mhtml_open(struct node *node)
{
    if (!bytes_starts(node->content, BYTES("ActiveMime"))) {
        node->kind = KIND_MAIL;
        opener_mime.open(node);
        node->kind = KIND_MHTML;
        return;
    }
    size_t at = bytes_find(node->content, BYTES("\x78\x9C"), 10);
    if (at == BYTES_NPOS)
        at = bytes_find(node->content, BYTES("\x78\x01"), 10);
    if (at == BYTES_NPOS) {
        node_anomaly(node, ANOMALY_UNDECODABLE, 0, 0, BYTES("ActiveMime without its stream"));
        return;
    }
    struct decompressed done = decompress(
        node, (struct decompress){.codec = CODEC_ZLIB, .in = bytes_from(node->content, at)});
    decompress_note(node, done.status, at, 0);
    if (done.out.len > 0)
        node_add(node, done.out, BYTES("editdata.mso"));
}

const struct opener opener_mhtml = {.name = "mhtml", .bid = mhtml_bid, .open = mhtml_open};
