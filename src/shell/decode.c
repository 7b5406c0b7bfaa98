/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/decode.h"

#include "base/text.h"

static int base64_value(uint8_t c)
{
    if ((uint8_t)(c - 'A') < 26)
        return c - 'A';
    if ((uint8_t)(c - 'a') < 26)
        return c - 'a' + 26;
    if (ascii_is_digit(c))
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

struct bytes decode_base64(struct arena *arena, struct bytes code)
{
    uint8_t *out = arena_alloc(arena, code.len / 4 * 3 + 4);
    size_t len = 0;
    uint32_t bits = 0, count = 0;
    for (size_t i = 0; i < code.len; i++) {
        int v = base64_value(code.at[i]);
        if (code.at[i] == '=') { /* the end, or of one of several joined codes */
            bits = count = 0;
            continue;
        }
        if (v < 0)
            continue;
        bits = bits << 6 | (uint32_t)v;
        count += 6;
        if (count >= 8) {
            count -= 8;
            out[len++] = (uint8_t)(bits >> count);
        }
    }
    return len == 0 ? BYTES_NONE : bytes_of(out, len);
}

struct bytes decode_base32(struct arena *arena, struct bytes code)
{
    uint8_t *out = arena_alloc(arena, code.len / 8 * 5 + 8);
    size_t len = 0;
    uint32_t bits = 0, count = 0;
    for (size_t i = 0; i < code.len; i++) {
        uint8_t c = ascii_lower(code.at[i]);
        int v = (uint8_t)(c - 'a') < 26 ? c - 'a' : c >= '2' && c <= '7' ? c - '2' + 26 : -1;
        if (v < 0)
            continue;
        bits = bits << 5 | (uint32_t)v;
        count += 5;
        if (count >= 8) {
            count -= 8;
            out[len++] = (uint8_t)(bits >> count);
        }
    }
    return len == 0 ? BYTES_NONE : bytes_of(out, len);
}

struct bytes decode_hex(struct arena *arena, struct bytes code)
{
    uint8_t *out = arena_alloc(arena, code.len / 2 + 1);
    size_t len = 0;
    for (size_t i = 0; i + 1 < code.len;) {
        int high = ascii_hex(code.at[i]), low = ascii_hex(code.at[i + 1]);
        bool prefix =
            (code.at[i] == '0' || code.at[i] == '\\') && ascii_lower(code.at[i + 1]) == 'x';
        if (prefix)
            i += 2;
        else if (high >= 0 && low >= 0)
            out[len++] = (uint8_t)(high * 16 + low), i += 2;
        else if (ascii_is_space(code.at[i]) || strchr(",;:\\%", code.at[i]) != NULL)
            i++;
        else
            return BYTES_NONE;
    }
    return len == 0 ? BYTES_NONE : bytes_of(out, len);
}

/* One escape at text.at[*at] (after the backslash). */
static void escape_one(struct text *out, struct bytes text, size_t *at)
{
    static const char from[] = "abefnrtv\\\"'", to[] = "\a\b\033\f\n\r\t\v\\\"'";
    uint8_t c = text.at[*at];
    const char *found = strchr(from, c);
    uint32_t code = 0;
    ++*at;
    if (found != NULL && c != 0) {
        text_add_byte(out, (uint8_t)to[found - from]);
    } else if (c == 'x' || c == 'u' || c == 'U') {
        size_t most = c == 'x' ? 2 : c == 'u' ? 4 : 8, digits = 0;
        for (; digits < most && *at < text.len && ascii_hex(text.at[*at]) >= 0; digits++)
            code = code * 16 + (uint32_t)ascii_hex(text.at[(*at)++]);
        if (c == 'x' && code != 0)
            text_add_byte(out, (uint8_t)code);
        else if (code != 0)
            text_add_codepoint(out, code);
    } else if (c >= '0' && c <= '7') {
        code = (uint32_t)(c - '0');
        size_t most = c == '0' ? 3 : 2;
        for (size_t i = 0; i < most && *at < text.len && text.at[*at] >= '0' && text.at[*at] <= '7';
             i++)
            code = code * 8 + (uint32_t)(text.at[(*at)++] - '0');
        if ((code & 0xFF) != 0)
            text_add_byte(out, (uint8_t)code);
    } else {
        text_add_byte(out, '\\');
        text_add_byte(out, c);
    }
}

struct bytes decode_escapes(struct arena *arena, struct bytes text)
{
    if (text.len == 0 || memchr(text.at, '\\', text.len) == NULL)
        return text;
    struct text out;
    text_init(&out, arena, 0);
    for (size_t i = 0; i < text.len;) {
        if (text.at[i] == '\\' && i + 1 < text.len) {
            i++;
            escape_one(&out, text, &i);
        } else {
            text_add_byte(&out, text.at[i++]);
        }
    }
    return out.len == 0 ? BYTES("") : text_bytes(&out);
}

bool decode_is_base64(struct bytes code, size_t least)
{
    size_t letters = 0;
    code = bytes_trim(code);
    for (size_t i = 0; i < code.len; i++) {
        if (base64_value(code.at[i]) >= 0)
            letters++;
        else if (!ascii_is_space(code.at[i]) && !(code.at[i] == '=' && i + 3 > code.len))
            return false;
    }
    return letters >= least;
}

bool decode_is_packed(struct bytes b)
{
    return bytes_starts(b, BYTES("\x1F\x8B")) || bytes_starts(b, BYTES("BZh")) ||
           bytes_starts(b, BYTES("\xFD"
                                 "7zXZ")) ||
           bytes_starts(b, BYTES("\x28\xB5\x2F\xFD"));
}

bool decode_is_text(struct bytes b)
{
    b = bytes_sub(b, 0, 1024);
    size_t controls = 0;
    for (size_t i = 0; i < b.len; i++)
        if (b.at[i] == 0)
            return false;
        else
            controls += b.at[i] < 0x20 && !ascii_is_space(b.at[i]) && b.at[i] != 0x1B;
    return b.len > 0 && controls * 20 <= b.len;
}
