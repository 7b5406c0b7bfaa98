/* SPDX-License-Identifier: Apache-2.0 */
#include "open/lzfu.h"

#include "base/text.h"

#define WINDOW 4096u

/* MS-OXRTFCP 2.1.2.1 */
static const char common[] = "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman "
                             "\\fswiss \\fmodern \\fscript "
                             "\\fdecor MS Sans SerifSymbolArialTimes New "
                             "RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
                             "\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

struct bytes lzfu_unpack(struct arena *arena, struct bytes packed, size_t limit_bytes,
                         bool *whole_out)
{
    uint8_t window[WINDOW] = {0};
    size_t at = 16, place = sizeof common - 1;
    struct text out;
    *whole_out = false;
    if (packed.len < 16)
        return BYTES_NONE;
    uint32_t raw = bytes_u32le(packed, 4), kind = bytes_u32le(packed, 8);
    if (kind == 0x414C454D) { /* stored */
        *whole_out = packed.len - 16 >= raw;
        return bytes_sub(packed, 16, raw < limit_bytes ? raw : limit_bytes);
    }
    if (kind != 0x75465A4C)
        return BYTES_NONE;
    memcpy(window, common, sizeof common - 1);
    text_init(&out, arena, limit_bytes);
    while (at < packed.len && !out.over_limit) {
        uint8_t flags = packed.at[at++];
        for (int bit = 0; bit < 8 && at < packed.len; bit++) {
            if ((flags >> bit & 1) == 0) {
                text_add_byte(&out, packed.at[at]);
                window[place++ % WINDOW] = packed.at[at++];
                continue;
            }
            if (at + 2 > packed.len)
                return text_bytes(&out);
            uint16_t token = bytes_u16be(packed, at);
            at += 2;
            size_t from = token >> 4, len = (size_t)(token & 15) + 2;
            if (from == place % WINDOW) {
                *whole_out = true;
                return text_bytes(&out);
            }
            for (size_t i = 0; i < len; i++) {
                uint8_t c = window[(from + i) % WINDOW];
                text_add_byte(&out, c);
                window[place++ % WINDOW] = c;
            }
        }
    }
    return text_bytes(&out);
}
