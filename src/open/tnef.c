/* SPDX-License-Identifier: Apache-2.0
 *
 * winmail.dat (MS-OXTNEF): a row of attributes; attachments become children with their names,
 * bodies views.
 *
 * An attribute is level (1), id (4), length (4), data, checksum (2).  Attachment names come as
 * attAttachTitle or,
 * in full, inside the MAPI properties of attAttachment; the message's own MAPI properties hold
 * HTML and
 * compressed RTF.  Cost O(bytes). */
#include "base/text.h"
#include "base/utf16.h"
#include "open/codepage.h"
#include "open/lzfu.h"
#include "open/opener.h"

#define ATTRIBUTES_MAX 8192
#define PROPERTIES_MAX 4096u

struct reader {
    struct node *node;
    struct arena *arena;
    uint32_t code_page;
    struct bytes name, long_name, data; /* of the attachment being read */
    bool in_attachment;
};

static void finish_attachment(struct reader *r)
{
    if (r->in_attachment && r->data.len > 0)
        node_add(r->node, r->data, r->long_name.len > 0 ? r->long_name : r->name);
    r->in_attachment = false;
    r->name = r->long_name = r->data = BYTES_NONE;
}

static void view(struct reader *r, struct bytes content, const char *name, enum kind kind)
{
    struct node *node =
        bytes_trim(content).len == 0 ? NULL : node_add(r->node, content, bytes_of_string(name));
    if (node == NULL)
        return;
    node->kind = kind;
    node->is_view = kind != KIND_UNKNOWN;
}

static void use_property(struct reader *r, uint32_t id, uint32_t type, struct bytes value)
{
    bool whole;
    bool text = type == 0x1E || type == 0x1F;
    struct bytes s = type == 0x1F ? utf16_to_utf8_nul(r->arena, value)
                     : text       ? codepage_to_utf8(r->arena, r->code_page, value)
                                  : value;
    if (text && s.len > 0 && s.at[s.len - 1] == 0)
        s.len--;
    if (id == 0x3707 && text)
        r->long_name = s;
    else if (id == 0x3701 && r->in_attachment && r->data.len == 0)
        r->data = type == 0x0D ? bytes_from(value, 16)
                               : value; /* an object begins with its interface id */
    else if (id == 0x1013)
        view(r, s, "body.html", KIND_HTML);
    else if (id == 0x1000)
        view(r, s, "body.txt", KIND_TEXT);
    else if (id == 0x1009) {
        struct bytes rtf = lzfu_unpack(r->arena, value, 8 * 1024 * 1024, &whole);
        if (rtf.len > 0 && open_take_bytes(r->node, rtf.len))
            view(r, rtf, "body.rtf", KIND_UNKNOWN);
        if (!whole)
            node_anomaly(r->node, ANOMALY_MALFORMED, 0, 0,
                         BYTES("the compressed RTF body breaks off"));
    }
}

/* MAPI properties (2.1.3.4): count, then tag, perhaps a name, and values padded to four bytes. */
static void read_properties(struct reader *r, struct bytes b)
{
    uint32_t count = bytes_u32le(b, 0);
    size_t at = 4;
    for (uint32_t i = 0; i < count && i < PROPERTIES_MAX && at + 4 <= b.len; i++) {
        uint32_t type = bytes_u16le(b, at), id = bytes_u16le(b, at + 2);
        at += 4;
        if (id >= 0x8000) { /* a named property: its set, then a number or a name */
            bool named = bytes_u32le(b, at + 16) == 1;
            uint32_t len = named ? bytes_u32le(b, at + 20) : 0;
            at += 24 + (named ? ((size_t)len + 3) / 4 * 4 : 0);
        }
        uint32_t plain = type & 0x0FFF;
        bool variable = plain == 0x1E || plain == 0x1F || plain == 0x0D || plain == 0x102;
        uint32_t values = (type & 0x1000) || variable ? bytes_u32le(b, at) : 1;
        if ((type & 0x1000) || variable)
            at += 4;
        for (uint32_t k = 0; k < values && at < b.len; k++) {
            size_t len =
                plain == 0x14 || plain == 0x05 || plain == 0x06 || plain == 0x07 || plain == 0x40
                    ? 8
                : plain == 0x48 ? 16
                                : 4;
            if (variable) {
                len = bytes_u32le(b, at);
                at += 4;
            }
            if (len > b.len || at > b.len - len) {
                node_anomaly(r->node, ANOMALY_TRUNCATED, 0, 0, BYTES("a MAPI property is cut"));
                return;
            }
            use_property(r, id, plain, bytes_sub(b, at, len));
            at += (len + 3) / 4 * 4;
        }
    }
}

static void read_attribute(struct reader *r, uint8_t level, uint32_t id, struct bytes data)
{
    switch (id & 0xFFFF) {
    case 0x9007: /* attOemCodepage */
        if (bytes_u32le(data, 0) > 0 && bytes_u32le(data, 0) < 65536)
            r->code_page = bytes_u32le(data, 0);
        break;
    case 0x9002: /* attAttachRenddata: a new attachment begins */
        finish_attachment(r);
        r->in_attachment = true;
        break;
    case 0x8010: /* attAttachTitle */
        r->name = codepage_to_utf8(
            r->arena, r->code_page,
            data.len > 0 && data.at[data.len - 1] == 0 ? bytes_sub(data, 0, data.len - 1) : data);
        break;
    case 0x800F: /* attAttachData */
        r->in_attachment = true;
        r->data = data;
        break;
    case 0x800C: /* attBody */
        if (level == 1)
            view(r, codepage_to_utf8(r->arena, r->code_page, data), "body.txt", KIND_TEXT);
        break;
    case 0x9003: /* attMAPIProps */
    case 0x9005: /* attAttachment */
        read_properties(r, data);
        break;
    default:
        break;
    }
}

static void tnef_open(struct node *node)
{
    struct reader r = {.node = node, .arena = node->tree->arena, .code_page = 1252};
    struct bytes in = node->content;
    int attributes = 0;
    size_t at = 6;
    for (; at + 9 <= in.len && attributes < ATTRIBUTES_MAX; attributes++) {
        uint8_t level = in.at[at];
        uint32_t id = bytes_u32le(in, at + 1), len = bytes_u32le(in, at + 5);
        struct bytes data = bytes_sub(in, at + 9, len);
        if (level != 1 && level != 2) {
            node_anomaly(node, ANOMALY_MALFORMED, at, 1,
                         BYTES("an attribute of neither message nor attachment"));
            break;
        }
        if (data.len < len)
            node_anomaly(node, ANOMALY_TRUNCATED, at, 0, BYTES("an attribute is cut"));
        read_attribute(&r, level, id, data);
        uint16_t sum = 0;
        for (size_t i = 0; i < data.len; i++)
            sum = (uint16_t)(sum + data.at[i]);
        if (data.len == len && at + 9 + len + 2 <= in.len && sum != bytes_u16le(in, at + 9 + len))
            node_anomaly(node, ANOMALY_BAD_CHECKSUM, at, 0, BYTES_NONE);
        at += 9 + data.len + 2;
    }
    if (attributes >= ATTRIBUTES_MAX)
        node_limit(node, LIMIT_NODES);
    if (attributes == 0)
        node_anomaly(node, ANOMALY_TRUNCATED, 0, in.len, BYTES("no attribute"));
    finish_attachment(&r);
}

static int tnef_bid(const struct node *node)
{
    return node->kind == KIND_TNEF ? 95 : 0;
}

const struct opener opener_tnef = {.name = "tnef", .bid = tnef_bid, .open = tnef_open};
