/* SPDX-License-Identifier: Apache-2.0 */
#include "base/charset.h"

#include "base/charset_jp.h"
#include "base/utf8.h"

#include <assert.h>
#include <errno.h>
#include <iconv.h>
#include <stdlib.h>

enum charset_class {
    CLASS_UTF8,
    CLASS_ASCII,
    CLASS_ISO2022JP,
    CLASS_MULTI,
    CLASS_HZ,
    CLASS_SINGLE
};

static const struct charset_row {
    const char *name, *iconv_name, *aliases;
    enum charset_class class;
} rows[CHARSET_COUNT] = {
#define CHARSET(id, name, iconv_name, class, aliases)                                              \
    [CHARSET_##id] = {name, iconv_name, " " aliases " ", CLASS_##class},
#include "base/charset.def"
#undef CHARSET
};

#define LABEL_MAX 40
#define ALIAS_SLOTS 1024 /* power of two, over twice the aliases */

/* Kept for the life of the process. */
static struct {
    struct {
        struct bytes alias;
        enum charset_id id;
    } slot[ALIAS_SLOTS];
    bool have_aliases;
    bool tried[CHARSET_COUNT];
    iconv_t descriptor[CHARSET_COUNT]; /* (iconv_t)-1 where iconv has none */
    uint16_t *single[CHARSET_COUNT];   /* 256 code points; 0xFFFD where undefined */
} cache;

/* LABEL in lower case without marks, its length; 0 where it is longer than any. */
static size_t label_plain(struct bytes label, uint8_t out[LABEL_MAX])
{
    size_t len = 0;
    for (size_t i = 0; i < label.len; i++) {
        uint8_t c = ascii_lower(label.at[i]);
        if (!ascii_is_alnum(c))
            continue;
        if (len == LABEL_MAX)
            return 0;
        out[len++] = c;
    }
    return len;
}

static void alias_add(struct bytes alias, enum charset_id id)
{
    size_t at = bytes_hash(alias) & (ALIAS_SLOTS - 1);
    while (cache.slot[at].alias.at != NULL) {
        if (bytes_equal(cache.slot[at].alias, alias))
            return;
        at = (at + 1) & (ALIAS_SLOTS - 1);
    }
    cache.slot[at].alias = alias;
    cache.slot[at].id = id;
}

static void aliases_load(void)
{
    static uint8_t plain[CHARSET_COUNT][LABEL_MAX];
    uint32_t count = 0;
    for (int id = 0; id < CHARSET_COUNT; id++) {
        alias_add(bytes_of(plain[id], label_plain(bytes_of_string(rows[id].name), plain[id])),
                  (enum charset_id)id);
        struct bytes rest = bytes_of_string(rows[id].aliases), alias;
        while (bytes_next_field(&rest, ' ', &alias))
            if (alias.len > 0) {
                alias_add(alias, (enum charset_id)id);
                count++;
            }
    }
    assert(count < ALIAS_SLOTS / 2);
    cache.have_aliases = true;
}

enum charset_id charset_find(struct bytes label)
{
    uint8_t plain[LABEL_MAX];
    if (!cache.have_aliases)
        aliases_load();
    size_t len = label_plain(label, plain);
    struct bytes wanted = bytes_of(plain, len);
    if (len == 0)
        return CHARSET_UNKNOWN;
    size_t at = bytes_hash(wanted) & (ALIAS_SLOTS - 1);
    for (; cache.slot[at].alias.at != NULL; at = (at + 1) & (ALIAS_SLOTS - 1))
        if (bytes_equal(cache.slot[at].alias, wanted))
            return cache.slot[at].id;
    return CHARSET_UNKNOWN;
}

const char *charset_name(enum charset_id id)
{
    return id < CHARSET_COUNT ? rows[id].name : "unknown";
}

bool charset_has_ascii(enum charset_id id)
{
    switch (id) {
    case CHARSET_UTF_7:
    case CHARSET_UTF_16LE:
    case CHARSET_UTF_16BE:
    case CHARSET_UTF_32LE:
    case CHARSET_UTF_32BE:
    case CHARSET_HZ_GB_2312:
    case CHARSET_ISO_2022_JP:
    case CHARSET_ISO_2022_KR:
    case CHARSET_ISO_2022_CN:
    case CHARSET_IBM037:
        return false;
    default:
        return true;
    }
}

/* What each byte from FROM up to the first that DESCRIPTOR has no character for stands for, to TABLE;
 * returns where it stopped.  Sets that join letters and marks are told by their count, and take one byte. */
static int single_run(iconv_t descriptor, int from, uint16_t table[256])
{
    char in[256], out[4 * 256], *read = in, *written = out;
    size_t in_left = (size_t)(256 - from), out_left = sizeof out;
    for (int i = from; i < 256; i++)
        in[i - from] = (char)i;
    iconv(descriptor, NULL, NULL, NULL, NULL);
    iconv(descriptor, &read, &in_left, &written, &out_left);
    iconv(descriptor, NULL, NULL, &written, &out_left);
    struct bytes text = bytes_of(out, sizeof out - out_left);
    size_t count = 0, end = (size_t)(read - in);
    for (size_t at = 0; at < text.len; count++) {
        uint32_t code = utf8_next(text, &at);
        if (count < end)
            table[from + (int)count] = (uint16_t)code;
    }
    return count == end ? from + (int)end : from;
}

static uint16_t single_one(iconv_t descriptor, int byte)
{
    char in[1] = {(char)byte}, out[8], *from = in, *to = out;
    size_t in_left = 1, out_left = sizeof out, at = 0;
    iconv(descriptor, NULL, NULL, NULL, NULL);
    bool ok = iconv(descriptor, &from, &in_left, &to, &out_left) != (size_t)-1 &&
              iconv(descriptor, NULL, NULL, &to, &out_left) != (size_t)-1 && out_left < sizeof out;
    if (ok)
        return (uint16_t)utf8_next(bytes_of(out, sizeof out - out_left), &at);
    /* The holes of the windows sets are C1 controls for a browser (WHATWG Encoding, 9). */
    return byte >= 0x80 && byte < 0xA0 ? (uint16_t)byte : 0xFFFD;
}

static void single_load(enum charset_id id, iconv_t descriptor)
{
    uint16_t *table = malloc(256 * sizeof *table);
    if (table == NULL)
        abort();
    for (int i = 0; i < 256; i++) {
        i = single_run(descriptor, i, table);
        if (i < 256)
            table[i] = single_one(descriptor, i);
    }
    cache.single[id] = table;
}

/* Whether iconv knows ID; its descriptor and, for a single-byte set, its table are ready afterwards. */
static bool charset_ready(enum charset_id id)
{
    if (!cache.tried[id]) {
        cache.tried[id] = true;
        cache.descriptor[id] = (iconv_t)-1;
        if (rows[id].iconv_name[0] != 0)
            cache.descriptor[id] = iconv_open("UTF-8", rows[id].iconv_name);
        bool single = rows[id].class == CLASS_SINGLE || rows[id].class == CLASS_ASCII;
        if (single && cache.descriptor[id] != (iconv_t)-1) {
            single_load(id, cache.descriptor[id]);
            iconv_close(cache.descriptor[id]);
            cache.descriptor[id] = (iconv_t)-1;
        }
    }
    return cache.single[id] != NULL || cache.descriptor[id] != (iconv_t)-1;
}

uint32_t charset_preload(void)
{
    uint32_t missing = 0;
    charset_find(BYTES("utf-8"));
    for (int id = 0; id < CHARSET_COUNT; id++)
        missing += rows[id].iconv_name[0] != 0 && !charset_ready((enum charset_id)id);
    return missing;
}

static void mark_bad(struct charset_report *report, size_t at)
{
    if (report->bad_count++ == 0)
        report->first_bad = at;
}

static void decode_utf8(struct bytes in, struct text *out, struct charset_report *report)
{
    if (utf8_valid(in)) {
        text_add(out, in);
        return;
    }
    for (size_t at = 0; at < in.len;) {
        size_t from = at;
        at = utf8_ascii_end(in, at);
        if (at > from) {
            text_add(out, bytes_sub(in, from, at - from));
            continue;
        }
        uint32_t code = utf8_next(in, &at);
        bool written = at - from == 3 && in.at[from] == 0xEF; /* a real U+FFFD */
        if (code == 0xFFFD && !written)
            mark_bad(report, from);
        text_add_codepoint(out, code);
    }
}

static void decode_single(const uint16_t *table, struct bytes in, struct text *out,
                          struct charset_report *report)
{
    uint8_t *start = text_reserve(out, in.len * 3);
    if (start == NULL)
        return;
    uint8_t *o = start;
    bool plain = table['A'] == 'A' && table['!'] == '!';
    for (size_t at = 0; at < in.len; at++) {
        if (plain && in.at[at] < 0x80) {
            size_t end = utf8_ascii_end(in, at);
            memcpy(o, in.at + at, end - at);
            o += end - at;
            if (end == in.len)
                break;
            at = end;
        }
        uint32_t code = table[in.at[at]];
        if (code == 0xFFFD)
            mark_bad(report, at);
        if (code < 0x80) {
            *o++ = (uint8_t)code;
        } else if (code < 0x800) {
            *o++ = (uint8_t)(0xC0 | code >> 6);
            *o++ = (uint8_t)(0x80 | (code & 0x3F));
        } else {
            *o++ = (uint8_t)(0xE0 | code >> 12);
            *o++ = (uint8_t)(0x80 | (code >> 6 & 0x3F));
            *o++ = (uint8_t)(0x80 | (code & 0x3F));
        }
    }
    out->len += (size_t)(o - start);
}

/* What iconv reads, with U+FFFD for each byte it does not. */
static void decode_iconv(enum charset_id id, struct bytes in, struct text *out,
                         struct charset_report *report)
{
    iconv_t descriptor = cache.descriptor[id];
    char *from =
        (char *)(uintptr_t)in.at; /* iconv does not write there; its prototype predates const */
    size_t left = in.len;
    iconv(descriptor, NULL, NULL, NULL, NULL);
    while (left > 0) {
        size_t room = left * 3 / 2 + 64;
        uint8_t *start = text_reserve(out, room);
        if (start == NULL)
            return;
        char *to = (char *)start;
        size_t result = iconv(descriptor, &from, &left, &to, &room);
        out->len += (size_t)((uint8_t *)to - start);
        if (result != (size_t)-1 || errno == E2BIG)
            continue;
        mark_bad(report, in.len - left);
        text_add_codepoint(out, 0xFFFD);
        if (errno == EINVAL || left == 0)
            return;
        from++, left--;
    }
    uint8_t *start = text_reserve(out, 16);
    if (start != NULL) {
        char *to = (char *)start;
        size_t room = 16;
        iconv(descriptor, NULL, NULL, &to, &room);
        out->len += (size_t)((uint8_t *)to - start);
    }
}

/* RFC 1843: ~{ ... ~} holds GB 2312 pairs with the high bit off. */
static void decode_hz(struct bytes in, struct text *out, struct charset_report *report)
{
    bool gb = false;
    for (size_t at = 0; at < in.len;) {
        struct bytes pair = bytes_sub(in, at, 2);
        if (bytes_equal(pair, BYTES("~{")) || bytes_equal(pair, BYTES("~}"))) {
            gb = pair.at[1] == '{';
            at += 2;
        } else if (!gb && bytes_equal(pair, BYTES("~~"))) {
            text_add_byte(out, '~');
            at += 2;
        } else if (gb && pair.len == 2 && pair.at[0] > 0x20 && pair.at[1] > 0x20) {
            uint8_t high[2] = {(uint8_t)(pair.at[0] | 0x80), (uint8_t)(pair.at[1] | 0x80)};
            struct charset_report part = {0};
            charset_decode(CHARSET_GB18030, bytes_of(high, 2), out, &part);
            if (part.bad_count > 0)
                mark_bad(report, at);
            at += 2;
        } else {
            if (in.at[at] == '\n')
                gb = false;
            text_add_codepoint(out, in.at[at] < 0x80 ? in.at[at] : 0xFFFD);
            if (in.at[at] >= 0x80)
                mark_bad(report, at);
            at++;
        }
    }
}

void charset_decode(enum charset_id id, struct bytes in, struct text *out,
                    struct charset_report *report)
{
    struct charset_report unused;
    report = report == NULL ? &unused : report;
    *report = (struct charset_report){0};
    if (id >= CHARSET_COUNT)
        id = CHARSET_WINDOWS_1252;
    enum charset_class class = rows[id].class;
    if (class != CLASS_UTF8 && class != CLASS_ISO2022JP && !charset_ready(id))
        class = CLASS_UTF8;
    switch (class) {
    case CLASS_UTF8:
        decode_utf8(in, out, report);
        break;
    case CLASS_ASCII:
    case CLASS_SINGLE:
        decode_single(cache.single[id], in, out, report);
        break;
    case CLASS_ISO2022JP:
        charset_decode_iso2022jp(in, out, report);
        break;
    case CLASS_HZ:
        decode_hz(in, out, report);
        break;
    case CLASS_MULTI:
        decode_iconv(id, in, out, report);
        break;
    }
}
