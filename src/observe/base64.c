/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/base64.h"

int base64_digit(uint8_t c)
{
    if (ascii_is_alpha(c))
        return c >= 'a' ? c - 'a' + 26 : c - 'A';
    if (ascii_is_digit(c))
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

struct bytes base64_decode(struct arena *arena, struct bytes b, bool spaces)
{
    uint8_t *made = arena_alloc(arena, b.len / 4 * 3 + 4);
    size_t len = 0;
    uint32_t bits = 0, count = 0;
    for (size_t i = 0; i < b.len; i++) {
        int digit = base64_digit(b.at[i]);
        if (digit < 0 && spaces && ascii_is_space(b.at[i]))
            continue;
        if (digit < 0)
            break;
        bits = bits << 6 | (uint32_t)digit;
        count += 6;
        if (count >= 8) {
            count -= 8;
            made[len++] = (uint8_t)(bits >> count);
        }
    }
    return bytes_of(made, len);
}
