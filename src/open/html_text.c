/* SPDX-License-Identifier: Apache-2.0 */
#include "open/html_text.h"

#include "base/utf8.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

#define NEWLINES_MAX 2

unsigned html_codepoint_class(uint32_t c)
{
    if (c < 0x80)
        return c == ' ' || c == '\t' || c == '\f' ? 1
               : c == '\n' || c == '\r'           ? 4
               : c < 0x20 || c == 0x7F            ? 2
                                                  : 0;
    if (c > 0x3000 && c < 0xFE00)
        return c == 0x3164 ? 2 : 0; /* most of what is not ASCII */
    if (c < 0xA0)
        return c == 0x85 ? 4 : 2;
    if (c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F ||
        c == 0x3000 || c == 0x2800)
        return 1;
    if (c == 0x2028 || c == 0x2029)
        return 4;
    if ((c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E ||
        c == 0x200F || c == 0x061C)
        return 3;
    if (c == 0xAD || c == 0x034F || c == 0x115F || c == 0x1160 || c == 0x17B4 || c == 0x17B5 ||
        (c >= 0x180B && c <= 0x180F) || (c >= 0x200B && c <= 0x200D) ||
        (c >= 0x2060 && c <= 0x2065) || (c >= 0x206A && c <= 0x206F) ||
        (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF || c == 0xFFA0 ||
        (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE0FFF))
        return 2;
    return 0;
}

void html_sink_init(struct html_sink *sink, struct arena *arena, bool clean)
{
    *sink = (struct html_sink){.clean = clean};
    text_init(&sink->out, arena, 0);
}

void html_sink_break(struct html_sink *sink, unsigned count)
{
    if (sink->newlines < count)
        sink->newlines = (uint8_t)count;
}

void html_sink_newline(struct html_sink *sink)
{
    if (sink->newlines < NEWLINES_MAX)
        sink->newlines++;
}

void html_sink_blank(struct html_sink *sink)
{
    sink->blank = true;
}

/* Write the line ends or the blank that are owed. */
static void settle(struct html_sink *sink)
{
    if (sink->out.len > 0) {
        if (sink->newlines == 0 && sink->blank)
            text_add_byte(&sink->out, ' ');
        for (; sink->newlines > 0; sink->newlines--)
            text_add_byte(&sink->out, '\n');
    }
    sink->newlines = 0;
    sink->blank = false;
}

static bool ends_in_letter(const struct text *out)
{
    return out->len > 0 && (ascii_is_alnum(out->at[out->len - 1]) || out->at[out->len - 1] >= 0x80);
}

static void put_code(struct html_sink *sink, uint32_t code, bool pre)
{
    unsigned class = html_codepoint_class(code);
    switch (class) {
    case 1:
        if (pre && sink->newlines == 0)
            text_add_byte(&sink->out, ' ');
        else
            sink->blank = true;
        return;
    case 4:
        if (pre)
            html_sink_newline(sink);
        else
            sink->blank = true;
        return;
    case 0:
        break;
    default:
        sink->invisible_count++;
        sink->bidi_count += class == 3;
        sink->split_count += class == 2 && code >= 0x80 && !sink->blank && sink->newlines == 0 &&
                             ends_in_letter(&sink->out);
        if (sink->clean || code < 0x80)
            return;
    }
    if (sink->blank || sink->newlines > 0)
        settle(sink);
    text_add_codepoint(&sink->out, code);
}

/* Printable ASCII other than "&": copied as it stands. */
static const uint8_t is_plain[256] = {
    [0x21 ... 0x25] = 1,
    [0x27 ... 0x7E] = 1,
};

#ifdef __SSE2__
/* How many of the 16 bytes at AT belong to the run; a blank in the last place is left open. */
static unsigned plain_block(const uint8_t *at)
{
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i word = _mm_cmpgt_epi8(x, _mm_set1_epi8(0x20)); /* signed: 0x21 to 0x7F */
    __m128i other = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('&')),
                                 _mm_cmpeq_epi8(x, _mm_set1_epi8(0x7F)));
    unsigned plain = (unsigned)_mm_movemask_epi8(_mm_andnot_si128(other, word));
    unsigned blank = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8(' ')));
    return (unsigned)__builtin_ctz(~(plain | (blank & plain >> 1)));
}
#endif

/* A run that is copied: plain ASCII with single blanks between. */
static size_t plain_run(struct bytes raw, size_t at)
{
    for (;;) {
#ifdef __SSE2__
        for (unsigned len = 16; len == 16 && raw.len - at >= 16; at += len)
            len = plain_block(raw.at + at);
#endif
        while (at < raw.len && is_plain[raw.at[at]])
            at++;
        if (at + 1 >= raw.len || raw.at[at] != ' ' || !is_plain[raw.at[at + 1]])
            return at;
        at++;
    }
}

/* A run of characters over 0x7F that are copied: neither broken nor of a class. */
static size_t wide_run(struct bytes raw, size_t at)
{
    for (size_t next = at; next < raw.len && raw.at[next] >= 0x80; at = next) {
        uint32_t code = utf8_next(raw, &next);
        if (code == 0xFFFD || html_codepoint_class(code) != 0)
            return at;
    }
    return at;
}

void html_sink_text(struct html_sink *sink, struct bytes raw, enum html_state state, bool pre)
{
    bool references = state == HTML_STATE_DATA || state == HTML_STATE_RCDATA;
    size_t at = pre ? 0 : bytes_skip_blank(raw, 0);
    sink->blank = sink->blank || at > 0;
    if (at == raw.len)
        return; /* what stands between most tags */
    text_reserve(&sink->out, raw.len + 2);
    while (at < raw.len) {
        uint8_t c = raw.at[at];
        if (is_plain[c]) {
            size_t end = plain_run(raw, at);
            if (sink->blank || sink->newlines > 0)
                settle(sink);
            text_add(&sink->out, bytes_sub(raw, at, end - at));
            at = end;
        } else if (!pre && (c == ' ' || c == '\n' || c == '\t' || c == '\r')) {
            at = bytes_skip_blank(raw, at);
            sink->blank = true;
        } else if (c == '\r' && at + 1 < raw.len && raw.at[at + 1] == '\n') {
            at++;
        } else if (c == '&' && references) {
            uint32_t code[2];
            size_t len = html_reference(raw, at, false, code);
            put_code(sink, len == 0 ? '&' : code[0], pre);
            if (len > 0 && code[1] != 0)
                put_code(sink, code[1], pre);
            at += len == 0 ? 1 : len;
        } else if (c < 0x80) {
            put_code(sink, c, pre);
            at++;
        } else {
            size_t end = wide_run(raw, at);
            if (end == at) {
                put_code(sink, utf8_next(raw, &at), pre);
                continue;
            }
            if (sink->blank || sink->newlines > 0)
                settle(sink);
            text_add(&sink->out, bytes_sub(raw, at, end - at));
            at = end;
        }
    }
}

void html_sink_text_both(struct html_sink *first, struct html_sink *second, struct bytes raw,
                         enum html_state state, bool pre)
{
    size_t from = first->out.len, invisible = first->invisible_count;
    bool alike = first->blank == second->blank && first->newlines == second->newlines &&
                 (first->out.len == 0) == (second->out.len == 0);
    html_sink_text(first, raw, state, pre);
    if (!alike || first->invisible_count != invisible) {
        html_sink_text(second, raw, state, pre);
        return;
    }
    text_add(&second->out, bytes_of(first->out.at + from, first->out.len - from));
    second->blank = first->blank;
    second->newlines = first->newlines;
}
