/* SPDX-License-Identifier: Apache-2.0 */
#include "open/codepage.h"

#include "base/utf16.h"
#include "base/utf8.h"

#include <iconv.h>
#include <stdio.h>

static const uint16_t windows_1252[32] = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

static struct bytes from_1252(struct arena *arena, struct bytes s)
{
    struct text out;
    text_init(&out, arena, 0);
    for (size_t i = 0; i < s.len; i++)
        text_add_codepoint(&out, s.at[i] - 0x80u < 32u ? windows_1252[s.at[i] - 0x80u] : s.at[i]);
    return text_bytes(&out);
}

/* One byte that does not convert costs one U+FFFD; the rest goes on. */
static struct bytes by_iconv(struct arena *arena, iconv_t handle, struct bytes s)
{
    struct text out;
    text_init(&out, arena, 0);
    uint8_t *copy = arena_alloc(arena, s.len + 1);
    memcpy(copy, s.at, s.len);
    char *in = (char *)copy;
    size_t left = s.len;
    while (left > 0) {
        size_t room = left * 4 + 16, had = room;
        char *to = (char *)text_reserve(&out, room);
        size_t result = iconv(handle, &in, &left, &to, &room);
        out.len += had - room;
        if (result == (size_t)-1 && left > 0) {
            text_add_codepoint(&out, 0xFFFD);
            in++, left--;
            iconv(handle, NULL, NULL, NULL, NULL);
        }
    }
    return text_bytes(&out);
}

struct bytes codepage_to_utf8(struct arena *arena, uint32_t number, struct bytes s)
{
    if (number == 1200)
        return utf16_to_utf8(arena, s);
    if (utf8_is_ascii(s) || number == 65001)
        return s;
    if (number != 1252 && number != 0) {
        char name[32];
        snprintf(name, sizeof name, "CP%u", (unsigned)number);
        iconv_t handle = iconv_open("UTF-8", name);
        if (handle != (iconv_t)-1) {
            struct bytes out = by_iconv(arena, handle, s);
            iconv_close(handle);
            return out;
        }
    }
    return from_1252(arena, s);
}
