/* SPDX-License-Identifier: Apache-2.0 */
#include "open/html_read.h"

#include "base/codec.h"

#define EMBEDDED_MAX 512
#define URLS_PER_STYLE_MAX 256

const struct html_sign_row html_sign_rows[HTML_SIGN_COUNT] = {
#define HTML_SIGN(id, name, needle, what) [HTML_SIGN_##id] = {name, needle, what},
#include "open/html_sign.def"
#undef HTML_SIGN
};
_Static_assert(HTML_SIGN_COUNT <= 64, "signs are a bit set");

void html_embed_signs(struct html_doc *doc, struct bytes text)
{
    uint64_t first[256] = {0};
    for (int i = 0; i < HTML_SIGN_COUNT; i++) {
        uint8_t c = (uint8_t)html_sign_rows[i].needle[0];
        first[c] |= 1ull << i;
        if (ascii_is_alpha(c))
            first[c & ~0x20] |= 1ull << i;
    }
    for (size_t at = 0; at < text.len; at++) {
        uint64_t open = first[text.at[at]] & ~doc->signs;
        for (; open != 0; open &= open - 1) {
            int sign = __builtin_ctzll(open);
            struct bytes needle = bytes_of_string(html_sign_rows[sign].needle);
            if (!bytes_starts_fold(bytes_from(text, at), needle))
                continue;
            doc->signs |= 1ull << sign;
            doc->sign_at[sign] = bytes_sub(text, at, needle.len);
        }
    }
}

void html_embed_script(struct html_reader *reader, struct bytes text, struct bytes source)
{
    uint32_t at = html_list_add(reader, script, HTML_LIST_MAX);
    if (at == UINT32_MAX)
        return;
    struct html_script *script = &reader->doc->script[at];
    *script = (struct html_script){.text = text, .type = reader->script_type, .source = source};
    reader->doc->script_count++;
    html_embed_signs(reader->doc, text);
}

static void add_embedded(struct html_reader *reader, struct bytes source, struct bytes decoded,
                         bool is_page)
{
    uint32_t at = html_list_add(reader, embedded, EMBEDDED_MAX);
    if (at == UINT32_MAX)
        return;
    reader->doc->embedded[at] =
        (struct html_embedded){.source = source, .content = decoded, .is_page = is_page};
    reader->doc->embedded_count++;
}

static void add_event(struct html_reader *reader, struct bytes name, struct bytes value,
                      struct bytes source)
{
    uint32_t at = html_list_add(reader, event, HTML_LIST_MAX);
    if (at == UINT32_MAX)
        return;
    reader->doc->event[at] = (struct html_event){
        .name = html_name(reader->arena, name), .value = value, .source = source};
    reader->doc->event_count++;
    html_embed_signs(reader->doc, value);
}

/* url(...) in a style sheet: what it loads, or a data: URI. */
static void read_urls(struct html_reader *reader, struct bytes css)
{
    size_t at = 0;
    for (int i = 0; i < URLS_PER_STYLE_MAX; i++) {
        at = bytes_find(css, BYTES("url("), at);
        if (at == BYTES_NPOS)
            return;
        at += 4;
        size_t end = bytes_find_byte(css, ')', at);
        struct bytes url = bytes_trim(bytes_sub(css, at, end == BYTES_NPOS ? css.len : end - at));
        if (url.len > 1 && (url.at[0] == '"' || url.at[0] == '\''))
            url = bytes_sub(url, 1, url.len - 2);
        if (bytes_starts_fold(url, BYTES("data:"))) {
            add_embedded(reader, url, BYTES_NONE, false);
        } else if (url.len > 0) {
            uint32_t link = html_list_add(reader, link, reader->links_most);
            if (link == UINT32_MAX)
                return;
            size_t offset = 0;
            bytes_inside(reader->doc->source, url, &offset);
            reader->doc->link[link] = (struct html_link){.kind = HTML_LINK_STYLE,
                                                         .href = url,
                                                         .source = url,
                                                         .href_at = offset,
                                                         .href_len = url.len,
                                                         .text_at = reader->display.out.len};
            reader->doc->link_count++;
        }
    }
}

static bool is_address(enum html_attribute_name name)
{
    return name == HTML_ATTRIBUTE_HREF || name == HTML_ATTRIBUTE_SRC ||
           name == HTML_ATTRIBUTE_XLINK_HREF || name == HTML_ATTRIBUTE_DATA ||
           name == HTML_ATTRIBUTE_ACTION || name == HTML_ATTRIBUTE_FORMACTION ||
           name == HTML_ATTRIBUTE_BACKGROUND || name == HTML_ATTRIBUTE_POSTER;
}

static void read_address(struct html_reader *reader, const struct html_attribute *attribute)
{
    struct bytes value = attribute->value;
    while (value.len > 0 && value.at[0] <= 0x20)
        value = bytes_from(value, 1);
    uint8_t c = value.len == 0 ? 0 : ascii_lower(value.at[0]);
    if (c != 'd' && c != 'j' && c != 'v' && c != '&')
        return;
    if (bytes_starts_fold(value, BYTES("data:"))) {
        add_embedded(reader, value, BYTES_NONE, false);
        return;
    }
    struct bytes decoded = html_attribute_value(reader->arena, attribute);
    while (decoded.len > 0 && decoded.at[0] <= 0x20)
        decoded = bytes_from(decoded, 1);
    if (bytes_starts_fold(decoded, BYTES("javascript:")) ||
        bytes_starts_fold(decoded, BYTES("vbscript:")))
        add_event(reader, attribute->name, decoded, attribute->value);
    else if (bytes_starts_fold(decoded, BYTES("data:")))
        add_embedded(reader, decoded, BYTES_NONE, false);
}

void html_embed_attributes(struct html_reader *reader, const struct html_token *token)
{
    for (uint32_t i = 0; i < token->attribute_count; i++) {
        const struct html_attribute *a = &token->attribute[i];
        if (a->value.len == 0)
            continue;
        if (a->known == HTML_ATTRIBUTE_OTHER) {
            if (a->name.len > 3 && (a->name.at[0] | 0x20) == 'o' && (a->name.at[1] | 0x20) == 'n')
                add_event(reader, a->name, html_attribute_value(reader->arena, a), a->value);
        } else if (is_address(a->known)) {
            read_address(reader, a);
        } else if (a->known == HTML_ATTRIBUTE_STYLE) {
            if (memchr(a->value.at, '(', a->value.len) != NULL)
                read_urls(reader, html_attribute_value(reader->arena, a));
        } else if (a->known == HTML_ATTRIBUTE_SRCDOC) {
            add_embedded(reader, a->value, html_attribute_value(reader->arena, a), true);
        }
    }
    if (token->tag != HTML_TAG_SCRIPT)
        return;
    const struct html_attribute *src = html_attribute_get(token, HTML_ATTRIBUTE_SRC);
    uint32_t at = src == NULL ? UINT32_MAX : html_list_add(reader, script, HTML_LIST_MAX);
    if (at == UINT32_MAX)
        return;
    reader->doc->script[at] = (struct html_script){.text = bytes_of("", 0),
                                                   .src = html_attribute_value(reader->arena, src),
                                                   .source = token->source};
    reader->doc->script_count++;
}

void html_embed_style(struct html_reader *reader, struct bytes css)
{
    bool hid = reader->sheet->hides;
    uint32_t rules = reader->sheet->rule == NULL ? 0 : reader->sheet->rule->count;
    html_sheet_read(reader->sheet, reader->arena, css);
    bool more = reader->sheet->rule->count > rules || reader->sheet->hides != hid;
    if (more && reader->display.out.len > 0 && !reader->is_again)
        reader->again = true;
    else
        read_urls(reader, css);
}

/* %xx decoding; base64 is taken from it afterwards. */
static struct bytes percent_decode(struct arena *arena, struct bytes s)
{
    if (bytes_find_byte(s, '%', 0) == BYTES_NPOS)
        return s;
    struct text out;
    text_init(&out, arena, 0);
    text_reserve(&out, s.len);
    for (size_t i = 0; i < s.len; i++) {
        int high = i + 2 < s.len && s.at[i] == '%' ? ascii_hex(s.at[i + 1]) : -1;
        int low = high >= 0 ? ascii_hex(s.at[i + 2]) : -1;
        text_add_byte(&out, low >= 0 ? (uint8_t)(high << 4 | low) : s.at[i]);
        i += low >= 0 ? 2 : 0;
    }
    return text_bytes(&out);
}

bool html_data_uri(struct arena *arena, struct bytes uri, struct bytes *type_out,
                   struct bytes *content_out)
{
    if (!bytes_starts_fold(uri, BYTES("data:")))
        return false;
    size_t comma = bytes_find_byte(uri, ',', 5);
    if (comma == BYTES_NPOS)
        return false;
    struct bytes head = bytes_sub(uri, 5, comma - 5), body = bytes_from(uri, comma + 1), part;
    bool base64 = false;
    *type_out = BYTES_NONE;
    for (int i = 0; bytes_next_field(&head, ';', &part); i++) {
        part = bytes_trim(part);
        if (i == 0 && part.len > 0)
            *type_out = html_name(arena, part);
        else if (bytes_equal_fold(part, BYTES("base64")))
            base64 = true;
    }
    body = percent_decode(arena, body);
    /* The first "=" ends it; what is no letter of either alphabet is skipped. */
    *content_out =
        base64 ? codec_base64(arena, bytes_sub(body, 0, bytes_find_byte(body, '=', 0)), NULL) : body;
    return true;
}
