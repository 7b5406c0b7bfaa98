/* SPDX-License-Identifier: Apache-2.0 */
#include "open/msg.h"

#include "base/text.h"
#include "base/utf16.h"
#include "open/codepage.h"
#include "open/lzfu.h"
#include "open/opener.h"

#include <stdio.h>
#include <time.h>

#define NESTED_MAX 8u

struct writer {
    struct cfb *cfb;
    struct arena *arena;
    struct text out;
    uint32_t code_page;
};

/* The stream of property ID with TYPE in STORAGE. */
static struct bytes stream_of(struct writer *w, uint32_t storage, uint32_t id, uint32_t type)
{
    char name[32];
    snprintf(name, sizeof name, "__substg1.0_%04X%04X", (unsigned)id, (unsigned)type);
    return cfb_stream(w->cfb, cfb_child(w->cfb, storage, bytes_of_string(name)));
}

/* A text property as UTF-8: Unicode (001F) or in the message's code page (001E). */
static struct bytes text_of(struct writer *w, uint32_t storage, uint32_t id)
{
    struct bytes wide = stream_of(w, storage, id, 0x1F);
    if (wide.at != NULL)
        return utf16_to_utf8(w->arena, wide);
    struct bytes narrow = stream_of(w, storage, id, 0x1E);
    return narrow.at == NULL ? BYTES_NONE : codepage_to_utf8(w->arena, w->code_page, narrow);
}

/* The 8-byte value of fixed-size property TAG in the property stream, whose header is HEAD bytes.
 * */
static uint64_t fixed_of(struct writer *w, uint32_t storage, uint32_t tag, size_t head)
{
    struct bytes stream =
        cfb_stream(w->cfb, cfb_child(w->cfb, storage, BYTES("__properties_version1.0")));
    for (size_t at = head; at + 16 <= stream.len; at += 16)
        if (bytes_u32le(stream, at) == tag)
            return bytes_u64le(stream, at + 8);
    return 0;
}

static void add_base64(struct text *out, struct bytes b)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < b.len; i += 3) {
        uint32_t left = b.len - i < 3 ? (uint32_t)(b.len - i) : 3;
        uint32_t bits = (uint32_t)b.at[i] << 16 | (left > 1 ? (uint32_t)b.at[i + 1] << 8 : 0) |
                        (left > 2 ? b.at[i + 2] : 0u);
        uint8_t four[4] = {(uint8_t)digits[bits >> 18], (uint8_t)digits[bits >> 12 & 63],
                           left > 1 ? (uint8_t)digits[bits >> 6 & 63] : '=',
                           left > 2 ? (uint8_t)digits[bits & 63] : '='};
        text_add(out, bytes_of(four, 4));
        if (i % 57 == 54)
            text_add_string(out, "\r\n");
    }
    text_add_string(out, "\r\n");
}

/* A field value without line breaks, as an encoded word where it is not ASCII (RFC 2047). */
static void add_value(struct writer *w, struct bytes value)
{
    bool plain = true;
    for (size_t i = 0; i < value.len && plain; i++)
        plain = value.at[i] >= 0x20 && value.at[i] < 0x7F;
    if (plain) {
        text_add(&w->out, value);
        return;
    }
    for (size_t at = 0; at < value.len;) {
        size_t end = at + 39 < value.len ? at + 39 : value.len;
        while (end < value.len && end > at + 1 && (value.at[end] & 0xC0) == 0x80)
            end--;
        text_add_string(&w->out, at == 0 ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?");
        add_base64(&w->out, bytes_sub(value, at, end - at));
        w->out.len -= 2; /* its line end */
        text_add_string(&w->out, "?=");
        at = end;
    }
}

static void add_field(struct writer *w, const char *name, struct bytes value)
{
    if (value.len == 0)
        return;
    text_add_format(&w->out, "%s: ", name);
    add_value(w, value);
    text_add_string(&w->out, "\r\n");
}

static void add_address(struct writer *w, const char *name, struct bytes shown,
                        struct bytes address)
{
    if (shown.len == 0 && address.len == 0)
        return;
    text_add_format(&w->out, "%s: ", name);
    if (shown.len > 0) {
        bool quote = bytes_find_byte(shown, '"', 0) == BYTES_NPOS;
        text_add_string(&w->out, quote ? "\"" : "");
        add_value(w, shown);
        text_add_string(&w->out, quote ? "\" " : " ");
    }
    text_add_string(&w->out, "<");
    for (size_t i = 0; i < address.len; i++)
        if (address.at[i] > ' ' && address.at[i] != '<' && address.at[i] != '>')
            text_add_byte(&w->out, address.at[i]);
    text_add_string(&w->out, ">\r\n");
}

static void add_recipients(struct writer *w, uint32_t storage)
{
    static const char *const names[] = {"To", "To", "Cc", "Bcc"};
    for (uint32_t i = 1, count = 0; i < w->cfb->count && count < 1024; i++) {
        if (w->cfb->entry[i].parent != storage ||
            !bytes_starts(w->cfb->entry[i].name, BYTES("__recip_version1.0_")))
            continue;
        count++;
        uint64_t kind = fixed_of(w, i, 0x0C150003, 8) & 3;
        struct bytes address = text_of(w, i, 0x39FE);
        if (address.len == 0)
            address = text_of(w, i, 0x3003);
        add_address(w, names[kind], text_of(w, i, 0x3001), address);
    }
}

/* FILETIME to an RFC 5322 date. */
static void add_date(struct writer *w, uint64_t filetime)
{
    if (filetime < 116444736000000000u)
        return;
    time_t seconds = (time_t)((filetime - 116444736000000000u) / 10000000);
    struct tm tm;
    char date[64];
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (gmtime_r(&seconds, &tm) == NULL || tm.tm_year > 8099)
        return;
    snprintf(date, sizeof date, "%s, %02d %s %04d %02d:%02d:%02d +0000",
             days[tm.tm_wday & 7 ? tm.tm_wday : 0], tm.tm_mday, months[tm.tm_mon],
             tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
    add_field(w, "Date", bytes_of_string(date));
}

/* The transport's own header fields, but those that describe a body that is made anew. */
static bool add_transport(struct writer *w, struct bytes header)
{
    struct bytes rest = header, line;
    bool keep = true, any = false;
    while (bytes_next_line(&rest, &line) && line.len > 0) {
        if (line.at[0] != ' ' && line.at[0] != '\t') {
            keep = !bytes_starts_fold(line, BYTES("Content-")) &&
                   !bytes_starts_fold(line, BYTES("MIME-Version:"));
            keep = keep && bytes_find_byte(line, ':', 0) != BYTES_NPOS;
        }
        if (!keep)
            continue;
        text_add(&w->out, line);
        text_add_string(&w->out, "\r\n");
        any = true;
    }
    return any;
}

static void add_header(struct writer *w, uint32_t storage, size_t head)
{
    struct bytes transport = text_of(w, storage, 0x7D);
    bool from = bytes_starts_fold(transport, BYTES("From:")) ||
                bytes_find_fold(transport, BYTES("\nFrom:"), 0) != BYTES_NPOS;
    if (transport.len > 0 && add_transport(w, transport) && from)
        return;
    struct bytes address = text_of(w, storage, 0x5D01);
    if (address.len == 0)
        address = text_of(w, storage, 0x0C1F);
    add_address(w, "From", text_of(w, storage, 0x0C1A), address);
    add_recipients(w, storage);
    add_field(w, "Subject", text_of(w, storage, 0x37));
    add_field(w, "Message-ID", text_of(w, storage, 0x1035));
    uint64_t date = fixed_of(w, storage, 0x00390040, head);
    add_date(w, date != 0 ? date : fixed_of(w, storage, 0x0E060040, head));
}

static void begin_part(struct writer *w, uint32_t level, const char *type)
{
    text_add_format(&w->out,
                    "--=_outlook_%u\r\nContent-Type: %s\r\nContent-Transfer-Encoding: base64\r\n",
                    (unsigned)level, type);
}

static void add_bodies(struct writer *w, uint32_t storage, uint32_t level)
{
    struct bytes plain = text_of(w, storage, 0x1000), html = stream_of(w, storage, 0x1013, 0x102);
    bool whole;
    const char *charset = "utf-8";
    char type[64];
    if (html.at == NULL)
        html = text_of(w, storage, 0x1013);
    else
        charset =
            NULL; /* bytes as they came: the page says its charset, or the message's code page does */
    if (plain.len > 0) {
        begin_part(w, level, "text/plain; charset=utf-8");
        text_add_string(&w->out, "\r\n");
        add_base64(&w->out, plain);
    }
    if (html.len > 0) {
        snprintf(type, sizeof type,
                 charset != NULL         ? "text/html; charset=utf-8"
                 : w->code_page == 65001 ? "text/html; charset=utf-8"
                 : w->code_page == 932   ? "text/html; charset=shift_jis"
                                         : "text/html; charset=windows-%u",
                 (unsigned)w->code_page);
        begin_part(w, level, type);
        text_add_string(&w->out, "\r\n");
        add_base64(&w->out, html);
    }
    struct bytes packed = stream_of(w, storage, 0x1009, 0x102);
    struct bytes rtf =
        packed.at == NULL ? BYTES_NONE : lzfu_unpack(w->arena, packed, 8 * 1024 * 1024, &whole);
    if (packed.len > 0 && (rtf.at == NULL || !whole))
        node_anomaly(w->cfb->node, ANOMALY_MALFORMED, 0, 0,
                     BYTES("the compressed RTF body breaks off"));
    if (rtf.len > 0 && html.len == 0) {
        begin_part(w, level, "application/rtf; name=\"body.rtf\"");
        text_add_string(&w->out, "\r\n");
        add_base64(&w->out, rtf);
    }
}

static void add_message(struct writer *w, uint32_t storage, uint32_t level, size_t head);

static void add_attachment(struct writer *w, uint32_t storage, uint32_t level)
{
    struct bytes name = text_of(w, storage, 0x3707), data = stream_of(w, storage, 0x3701, 0x102);
    struct bytes type = text_of(w, storage, 0x370E);
    if (name.len == 0)
        name = text_of(w, storage, 0x3704);
    uint32_t inner = cfb_child(w->cfb, storage, BYTES("__substg1.0_3701000D"));
    if (data.at == NULL && inner != CFB_NONE) {
        if (level >= NESTED_MAX) {
            node_limit(w->cfb->node, LIMIT_DEPTH);
        } else if (cfb_child(w->cfb, inner, BYTES("__properties_version1.0")) != CFB_NONE) {
            text_add_format(&w->out, "--=_outlook_%u\r\nContent-Type: message/rfc822\r\n\r\n",
                            (unsigned)level);
            add_message(w, inner, level + 1, 24);
        } else {
            data = cfb_stream(w->cfb, cfb_child(w->cfb, inner, BYTES("CONTENTS")));
            if (data.at == NULL)
                node_anomaly(w->cfb->node, ANOMALY_UNSUPPORTED, 0, 0,
                             BYTES("an attached object that is a storage"));
        }
    }
    if (data.at == NULL)
        return;
    bool known = type.len > 2 && type.len < 100 && bytes_find_byte(type, '/', 0) != BYTES_NPOS;
    for (size_t i = 0; i < type.len && known; i++)
        known = type.at[i] > ' ' && type.at[i] < 0x7F;
    struct bytes shown = known ? type : BYTES("application/octet-stream");
    text_add_format(&w->out,
                    "--=_outlook_%u\r\nContent-Type: %.*s\r\nContent-Transfer-Encoding: base64\r\n",
                    (unsigned)level, BYTES_FMT(shown));
    text_add_string(&w->out, "Content-Disposition: attachment; filename*=UTF-8''");
    for (size_t i = 0; i < name.len; i++)
        if (ascii_is_alnum(name.at[i]) || name.at[i] == '.' || name.at[i] == '-' ||
            name.at[i] == '_')
            text_add_byte(&w->out, name.at[i]);
        else
            text_add_format(&w->out, "%%%02X", name.at[i]);
    text_add_string(&w->out, "\r\n");
    struct bytes id = text_of(w, storage, 0x3712);
    if (id.len > 0 && id.len < 200 && bytes_find_byte(id, '\n', 0) == BYTES_NPOS)
        text_add_format(&w->out, "Content-ID: <%.*s>\r\n", BYTES_FMT(id));
    text_add_string(&w->out, "\r\n");
    add_base64(&w->out, data);
}

static void add_message(struct writer *w, uint32_t storage, uint32_t level, size_t head)
{
    uint32_t code_page = w->code_page;
    uint64_t page = fixed_of(w, storage, 0x3FFD0003, head),
             internet = fixed_of(w, storage, 0x3FDE0003, head);
    page = page != 0 ? page : internet;
    w->code_page = page == 0 || page > 65535 || page == 1200 ? 1252 : (uint32_t)page;
    add_header(w, storage, head);
    text_add_format(
        &w->out,
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=_outlook_%u\"\r\n\r\n",
        (unsigned)level);
    add_bodies(w, storage, level);
    for (uint32_t i = 1; i < w->cfb->count; i++)
        if (w->cfb->entry[i].parent == storage &&
            bytes_starts(w->cfb->entry[i].name, BYTES("__attach_version1.0_")))
            add_attachment(w, i, level);
    text_add_format(&w->out, "--=_outlook_%u--\r\n", (unsigned)level);
    w->code_page = code_page;
}

void msg_open(struct cfb *cfb)
{
    struct node *node = cfb->node;
    struct budget *budget = node->tree->budget;
    uint64_t left = budget->most[LIMIT_BYTES_OUT] > budget->used[LIMIT_BYTES_OUT]
                        ? budget->most[LIMIT_BYTES_OUT] - budget->used[LIMIT_BYTES_OUT]
                        : 1;
    struct writer w = {.cfb = cfb, .arena = node->tree->arena, .code_page = 1252};
    text_init(&w.out, w.arena, (size_t)left);
    add_message(&w, 0, 0, 32);
    if (w.out.over_limit || !open_take_bytes(node, w.out.len)) {
        node_limit(node, LIMIT_BYTES_OUT);
        return;
    }
    struct node *mail = node_add(node, text_bytes(&w.out), BYTES("message.eml"));
    if (mail == NULL)
        return;
    mail->kind = KIND_MAIL;
    mail->is_view = true;
}
