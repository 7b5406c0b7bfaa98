/* SPDX-License-Identifier: Apache-2.0 */
#include "open/html_token.h"

#include "base/text.h"

#include <assert.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

_Static_assert(HTML_ATTRIBUTE_COUNT <= 64, "known attributes are a bit set");

enum decode {
    DECODE_REFERENCES = 1,
    DECODE_ATTRIBUTE = 2, /* references by the rules of attribute values */
    DECODE_NUL = 4,       /* NUL becomes U+FFFD */
    DECODE_LOWER = 8,
    DECODE_ALWAYS = 128,
};

static const uint8_t decode_of[] = {
    [HTML_STATE_DATA] = DECODE_REFERENCES,
    [HTML_STATE_RCDATA] = DECODE_REFERENCES | DECODE_NUL,
    [HTML_STATE_RAWTEXT] = DECODE_NUL,
    [HTML_STATE_SCRIPT] = DECODE_NUL,
    [HTML_STATE_CDATA] = 0,
    [HTML_STATE_PLAINTEXT] = DECODE_NUL,
};

/* Under which of these a byte changes; CR changes under all. */
static const uint8_t changes[256] = {
    ['\r'] = 0xFF,
    ['&'] = DECODE_REFERENCES,
    [0] = DECODE_NUL,
    ['A' ... 'Z'] = DECODE_LOWER,
};

static size_t next_changed(struct bytes raw, size_t from, unsigned how)
{
    unsigned mask = how | DECODE_ALWAYS;
#ifdef __SSE2__
    /* To the next byte that changes under any of them but DECODE_LOWER. */
    for (; !(how & DECODE_LOWER) && raw.len - from >= 16; from += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(raw.at + from));
        __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('&')),
                                   _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('\r')),
                                                _mm_cmpeq_epi8(x, _mm_setzero_si128())));
        if (_mm_movemask_epi8(hit) != 0)
            break;
    }
#endif
    while (from < raw.len && !(changes[raw.at[from]] & mask))
        from++;
    return from;
}

/* One changed byte (or reference) at AT into OUT; answers how many bytes it was. */
static size_t decode_one(struct text *out, struct bytes raw, size_t at, unsigned how)
{
    uint8_t c = raw.at[at];
    if (c == '\r') {
        bool pair = at + 1 < raw.len && raw.at[at + 1] == '\n';
        if (!pair)
            text_add_byte(out, '\n');
        return 1;
    }
    if (c == 0) {
        text_add_codepoint(out, 0xFFFD);
        return 1;
    }
    if (c != '&') {
        text_add_byte(out, ascii_lower(c));
        return 1;
    }
    uint32_t code[2];
    size_t len = html_reference(raw, at, how & DECODE_ATTRIBUTE, code);
    if (len == 0) {
        text_add_byte(out, '&');
        return 1;
    }
    text_add_codepoint(out, code[0]);
    if (code[1] != 0)
        text_add_codepoint(out, code[1]);
    return len;
}

static struct bytes decode(struct arena *arena, struct bytes raw, unsigned how)
{
    size_t at = next_changed(raw, 0, how);
    if (at == raw.len)
        return raw;
    struct text out;
    text_init(&out, arena, 0);
    text_reserve(&out, raw.len);
    text_add(&out, bytes_sub(raw, 0, at));
    while (at < raw.len) {
        at += decode_one(&out, raw, at, how);
        size_t next = next_changed(raw, at, how);
        text_add(&out, bytes_sub(raw, at, next - at));
        at = next;
    }
    return text_bytes(&out);
}

struct bytes html_text(struct arena *arena, struct bytes raw, enum html_state state)
{
    return decode(arena, raw, decode_of[state]);
}

struct bytes html_attribute_value(struct arena *arena, const struct html_attribute *attribute)
{
    return decode(arena, attribute->value, DECODE_REFERENCES | DECODE_ATTRIBUTE | DECODE_NUL);
}

struct bytes html_name(struct arena *arena, struct bytes raw)
{
    return decode(arena, raw, DECODE_LOWER | DECODE_NUL);
}

struct bytes html_comment(struct arena *arena, struct bytes raw)
{
    return decode(arena, raw, DECODE_NUL);
}

const struct html_attribute *html_attribute_at(const struct html_token *token,
                                               enum html_attribute_name known)
{
    const struct html_attribute *a = token->attribute;
    while (a->known != known)
        a++;
    assert(a < token->attribute + token->attribute_count);
    return a;
}
