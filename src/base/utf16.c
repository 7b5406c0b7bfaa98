/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf16.h"

void utf16_add(struct text *out, struct bytes s)
{
    for (size_t i = 0; i + 2 <= s.len; i += 2) {
        uint32_t unit = bytes_u16le(s, i);
        if (unit < 0x80) {
            text_add_byte(out, (uint8_t)unit);
            continue;
        }
        uint32_t low = i + 4 <= s.len ? bytes_u16le(s, i + 2) : 0;
        if (unit >= 0xD800 && unit < 0xDC00 && low >= 0xDC00 && low < 0xE000) {
            unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
            i += 2;
        }
        text_add_codepoint(out, unit);
    }
}

struct bytes utf16_to_utf8(struct arena *arena, struct bytes s)
{
    struct text out;
    text_init(&out, arena, 0);
    text_reserve(&out, s.len / 2 + 1);
    utf16_add(&out, s);
    return text_bytes(&out);
}

struct bytes utf16_to_utf8_nul(struct arena *arena, struct bytes s)
{
    size_t len = 0;
    while (len + 2 <= s.len && bytes_u16le(s, len) != 0)
        len += 2;
    return utf16_to_utf8(arena, bytes_sub(s, 0, len));
}
