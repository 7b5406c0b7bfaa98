/* SPDX-License-Identifier: Apache-2.0 */
#include "open/xml.h"

#include "base/text.h"
#include "base/utf16.h"

void xml_begin(struct xml *xml, struct arena *arena, struct bytes content)
{
    *xml = (struct xml){.arena = arena, .rest = content};
    if (bytes_starts(content, BYTES("\xEF\xBB\xBF")))
        xml->rest = bytes_from(content, 3);
    else if (bytes_starts(content, BYTES("\xFF\xFE")))
        xml->rest = utf16_to_utf8(arena, bytes_from(content, 2));
    else if (bytes_starts(content, BYTES("\xFE\xFF"))) {
        uint8_t *swapped = arena_alloc(arena, content.len);
        for (size_t i = 0; i + 1 < content.len; i += 2)
            swapped[i] = content.at[i + 1], swapped[i + 1] = content.at[i];
        xml->rest = utf16_to_utf8(arena, bytes_of(swapped + 2, (content.len - 2) & ~(size_t)1));
    }
}

/* Where the tag that begins REST ends: the next ">" outside quotes. */
static size_t tag_end(struct bytes rest)
{
    uint8_t quote = 0;
    for (size_t i = 1; i < rest.len; i++) {
        uint8_t c = rest.at[i];
        if (quote != 0)
            quote = c == quote ? 0 : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == '>')
            return i;
    }
    return BYTES_NPOS;
}

static bool skip_past(struct xml *xml, struct bytes end)
{
    size_t at = bytes_find(xml->rest, end, 0);
    xml->rest = bytes_from(xml->rest, at == BYTES_NPOS ? xml->rest.len : at + end.len);
    return at != BYTES_NPOS;
}

static void read_tag(struct xml *xml, struct bytes tag)
{
    xml->event = tag.len > 0 && tag.at[0] == '/' ? XML_CLOSE : XML_OPEN;
    if (xml->event == XML_CLOSE)
        tag = bytes_from(tag, 1);
    xml->empty = tag.len > 0 && tag.at[tag.len - 1] == '/';
    if (xml->empty)
        tag.len--;
    size_t end = 0;
    while (end < tag.len && !ascii_is_space(tag.at[end]))
        end++;
    xml->name = bytes_sub(tag, 0, end);
    size_t colon = bytes_find_byte(xml->name, ':', 0);
    if (colon != BYTES_NPOS)
        xml->name = bytes_from(xml->name, colon + 1);
    xml->attributes = bytes_from(tag, end);
}

bool xml_next(struct xml *xml)
{
    while (xml->rest.len > 0) {
        if (xml->rest.at[0] != '<') {
            size_t end = bytes_find_byte(xml->rest, '<', 0);
            xml->event = XML_TEXT;
            xml->text = bytes_sub(xml->rest, 0, end == BYTES_NPOS ? xml->rest.len : end);
            xml->rest = bytes_from(xml->rest, xml->text.len);
            return true;
        }
        if (bytes_starts(xml->rest, BYTES("<!--"))) {
            skip_past(xml, BYTES("-->"));
        } else if (bytes_starts(xml->rest, BYTES("<![CDATA["))) {
            struct bytes inner = bytes_from(xml->rest, 9);
            skip_past(xml, BYTES("]]>"));
            xml->event = XML_TEXT;
            xml->text = bytes_sub(inner, 0,
                                  (size_t)(xml->rest.at - inner.at) - (xml->rest.len > 0 ? 3 : 0));
            return true;
        } else if (bytes_starts(xml->rest, BYTES("<?"))) {
            skip_past(xml, BYTES("?>"));
        } else {
            size_t end = tag_end(xml->rest);
            if (end == BYTES_NPOS) { /* cut inside a tag */
                xml->rest = bytes_from(xml->rest, xml->rest.len);
                return false;
            }
            struct bytes tag = bytes_sub(xml->rest, 1, end - 1);
            xml->rest = bytes_from(xml->rest, end + 1);
            if (tag.len > 0 && tag.at[0] == '!')
                continue;
            read_tag(xml, tag);
            return true;
        }
    }
    return false;
}

struct bytes xml_attribute(const struct xml *xml, const char *name)
{
    struct bytes rest = xml->attributes, wanted = bytes_of_string(name);
    while (rest.len > 0) {
        size_t equals = bytes_find_byte(rest, '=', 0);
        if (equals == BYTES_NPOS)
            return BYTES_NONE;
        struct bytes key = bytes_trim(bytes_sub(rest, 0, equals));
        size_t colon = bytes_find_byte(key, ':', 0);
        if (colon != BYTES_NPOS)
            key = bytes_from(key, colon + 1);
        rest = bytes_trim(bytes_from(rest, equals + 1));
        if (rest.len == 0 || (rest.at[0] != '"' && rest.at[0] != '\''))
            return BYTES_NONE;
        size_t end = bytes_find_byte(rest, rest.at[0], 1);
        if (end == BYTES_NPOS)
            return BYTES_NONE;
        if (bytes_equal(key, wanted))
            return xml_decode(xml->arena, bytes_sub(rest, 1, end - 1));
        rest = bytes_from(rest, end + 1);
    }
    return BYTES_NONE;
}

/* The character a reference NAME (between & and ;) stands for; 0 where nobody knows. */
static uint32_t reference(struct bytes name)
{
    static const struct {
        const char *name;
        uint32_t code;
    } known[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    if (name.len > 1 && name.at[0] == '#') {
        bool hex = (name.at[1] | 0x20) == 'x';
        uint32_t code = 0;
        for (size_t i = hex ? 2 : 1; i < name.len && code < 0x110000; i++) {
            int digit = hex                          ? ascii_hex(name.at[i])
                        : ascii_is_digit(name.at[i]) ? name.at[i] - '0'
                                                     : -1;
            if (digit < 0)
                return 0;
            code = code * (hex ? 16 : 10) + (uint32_t)digit;
        }
        return code;
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (bytes_equal(name, bytes_of_string(known[i].name)))
            return known[i].code;
    return 0;
}

struct bytes xml_decode(struct arena *arena, struct bytes s)
{
    size_t amp = bytes_find_byte(s, '&', 0);
    if (amp == BYTES_NPOS)
        return s;
    struct text out;
    text_init(&out, arena, 0);
    size_t at = 0;
    for (; amp != BYTES_NPOS; amp = bytes_find_byte(s, '&', at)) {
        text_add(&out, bytes_sub(s, at, amp - at));
        struct bytes head = bytes_sub(s, amp, 16);
        size_t end = bytes_find_byte(head, ';', 0);
        uint32_t code = end == BYTES_NPOS ? 0 : reference(bytes_sub(head, 1, end - 1));
        if (code != 0)
            text_add_codepoint(&out, code);
        else
            text_add_byte(&out, '&');
        at = amp + (code != 0 ? end + 1 : 1);
    }
    text_add(&out, bytes_from(s, at));
    return text_bytes(&out);
}
