/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include <assert.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

/* Length of the sequence LEAD starts and the range of its second byte (RFC 3629, section 4). */
static size_t sequence(uint8_t lead, uint8_t *low, uint8_t *high)
{
    *low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    *high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    return lead < 0x80   ? 1
           : lead < 0xC2 ? 0
           : lead < 0xE0 ? 2
           : lead < 0xF0 ? 3
           : lead < 0xF5 ? 4
                         : 0;
}

/* One code point; *ok is cleared where the bytes are not UTF-8. */
static uint32_t decode(struct bytes s, size_t *at, bool *ok)
{
    uint8_t low, high, lead = s.at[(*at)++];
    size_t len = sequence(lead, &low, &high);
    if (len == 1)
        return lead;
    if (len == 0) {
        *ok = false;
        return 0xFFFD;
    }
    uint32_t code = lead & (0xFFu >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        if (*at >= s.len || s.at[*at] < low || s.at[*at] > high) {
            *ok = false;
            return 0xFFFD;
        }
        code = code << 6 | (s.at[(*at)++] & 0x3Fu);
        low = 0x80, high = 0xBF;
    }
    return code;
}

uint32_t utf8_next_wide(struct bytes s, size_t *at)
{
    assert(*at < s.len);
    bool ok = true;
    return decode(s, at, &ok);
}

size_t utf8_ascii_end(struct bytes s, size_t at)
{
#ifdef __SSE2__
    for (; at + 64 <= s.len; at += 64) {
        const __m128i *from = (const __m128i *)(const void *)(s.at + at);
        __m128i low = _mm_or_si128(_mm_loadu_si128(from), _mm_loadu_si128(from + 1));
        __m128i high = _mm_or_si128(_mm_loadu_si128(from + 2), _mm_loadu_si128(from + 3));
        if (_mm_movemask_epi8(_mm_or_si128(low, high)) != 0)
            break;
    }
    for (; at + 16 <= s.len; at += 16) {
        int mask = _mm_movemask_epi8(_mm_loadu_si128((const __m128i *)(const void *)(s.at + at)));
        if (mask != 0)
            return at + (size_t)__builtin_ctz((unsigned)mask);
    }
#endif
    for (; at + 8 <= s.len; at += 8) {
        uint64_t word;
        memcpy(&word, s.at + at, 8);
        if (word & 0x8080808080808080u)
            break;
    }
    while (at < s.len && s.at[at] < 0x80)
        at++;
    return at;
}

bool utf8_is_ascii(struct bytes s)
{
    return utf8_ascii_end(s, 0) == s.len;
}

bool utf8_valid(struct bytes s)
{
    bool ok = true;
    for (size_t at = utf8_ascii_end(s, 0); at < s.len && ok; at = utf8_ascii_end(s, at))
        while (ok && at < s.len && s.at[at] >= 0x80)
            decode(s, &at, &ok);
    return ok;
}

size_t utf8_count(struct bytes s)
{
    size_t count = 0;
    for (size_t at = 0; at < s.len;) {
        size_t end = utf8_ascii_end(s, at);
        count += end - at;
        for (at = end; at < s.len && s.at[at] >= 0x80; count++)
            utf8_next(s, &at);
    }
    return count;
}

struct bytes utf8_cut(struct bytes s, size_t len)
{
    if (len >= s.len)
        return s;
    while (len > 0 && (s.at[len] & 0xC0) == 0x80)
        len--;
    return bytes_sub(s, 0, len);
}
