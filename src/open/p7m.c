/* SPDX-License-Identifier: Apache-2.0
 *
 * S/MIME objects: what an opaque signature wraps is a mail and hung below; what is enveloped is locked.
 * Signatures are not verified, and a detached one (.p7s) holds nothing to look into.
 *
 * source   RFC 5652 sections 3, 5 and 6; X.690 for the two encodings of lengths */
#include "base/text.h"
#include "open/opener.h"

#define STEPS_MAX 4096

static int bid(const struct node *node)
{
    return node->kind == KIND_P7M ? 80 : 0;
}

struct element {
    uint8_t tag;
    struct bytes content; /* to the end of what there is, where the length is indefinite */
    size_t total;         /* header and content; 0 where indefinite */
};

static bool read_element(struct bytes b, struct element *out)
{
    if (b.len < 2)
        return false;
    size_t len = b.at[1], head = 2;
    out->tag = b.at[0];
    out->total = 0;
    if (len == 0x80) {
        out->content = bytes_from(b, 2);
        return true;
    }
    if (len > 0x80) {
        size_t count = len & 0x7F;
        if (count > 4 || b.len < 2 + count)
            return false;
        len = 0;
        for (size_t i = 0; i < count; i++)
            len = len << 8 | b.at[2 + i];
        head += count;
    }
    out->content = bytes_sub(b, head, len);
    out->total = head + len;
    return true;
}

/* Join the primitive strings below the OCTET STRING at B. */
static void join_octets(struct bytes b, struct text *out)
{
    struct element element;
    int steps = 0;
    while (steps++ < STEPS_MAX && read_element(b, &element)) {
        if (element.tag == 0x04 && element.total != 0)
            text_add(out, element.content);
        if (element.tag == 0x24 || element.total == 0) {
            b = element.content; /* go in */
            if (element.tag == 0)
                return;
            continue;
        }
        if (element.tag != 0x04)
            return;
        b = bytes_from(b, element.total);
    }
}

static void open(struct node *node)
{
    static const uint8_t pkcs7[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07};
    struct bytes b = node->content, prefix = bytes_of(pkcs7, sizeof pkcs7);
    size_t at = bytes_find(bytes_sub(b, 0, 64), prefix, 0);
    uint8_t type = at == BYTES_NPOS || at + 10 >= b.len ? 0 : b.at[at + 10];
    if (type == 3 || type == 6) {
        node_anomaly(node, ANOMALY_ENCRYPTED, 0, 0, BYTES("S/MIME"));
        return;
    }
    if (type != 2) {
        node_anomaly(node, ANOMALY_UNSUPPORTED, 0, 0, BYTES("S/MIME object"));
        return;
    }
    size_t inner = bytes_find(bytes_sub(b, 0, at + 512), prefix, at + 10);
    struct element wrapped;
    struct text out;
    text_init(&out, node->tree->arena, 0);
    if (inner == BYTES_NPOS || !read_element(bytes_from(b, inner + 11), &wrapped) ||
        wrapped.tag != 0xA0) {
        node->kind = KIND_P7S; /* detached: the content is elsewhere in the mail */
        return;
    }
    if (!open_take_bytes(node, b.len))
        return;
    join_octets(wrapped.content, &out);
    if (out.len == 0) {
        node_anomaly(node, ANOMALY_UNDECODABLE, inner, 0, BYTES("signed content"));
        return;
    }
    struct node *child = node_add(node, text_bytes(&out), BYTES("smime.eml"));
    if (child != NULL)
        child->kind = KIND_MAIL;
}

const struct opener opener_p7m = {"p7m", bid, open};
