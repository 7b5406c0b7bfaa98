/* SPDX-License-Identifier: Apache-2.0 */
#include "report/terminal.h"

#include "base/arena.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <unistd.h>

static bool is_inert(uint32_t code)
{
    if (code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0xAD || code == 0x061C ||
        code == 0xFEFF)
        return false;
    return !((code >= 0x200B && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
             (code >= 0x2060 && code <= 0x206F) || (code >= 0xFFF9 && code <= 0xFFFB) ||
             (code >= 0xE0000 && code <= 0xE007F));
}

void terminal_add(struct text *out, struct bytes s, size_t most)
{
    size_t at = 0;
    for (size_t count = 0; at < s.len; count++) {
        if (most != 0 && count == most) {
            text_add_string(out, "\xE2\x80\xA6");
            return;
        }
        uint32_t code = utf8_next(s, &at);
        if (code == '\n' || code == '\t' || code == '\r')
            text_add_byte(out, ' ');
        else if (is_inert(code))
            text_add_codepoint(out, code);
        else
            text_add_format(out, "\\u{%04X}", (unsigned)code);
    }
}

static bool is_host_byte(uint8_t c)
{
    return ascii_is_alnum(c) || c == '-' || c >= 0x80;
}

struct bytes terminal_defang(struct arena *arena, struct bytes s)
{
    struct text out;
    text_init(&out, arena, 0);
    for (size_t i = 0; i < s.len; i++) {
        struct bytes rest = bytes_from(s, i);
        if (bytes_starts_fold(rest, BYTES("http")) &&
            (bytes_starts(bytes_from(rest, 4), BYTES("://")) ||
             bytes_starts_fold(bytes_from(rest, 4), BYTES("s://")))) {
            text_add_string(&out, "hxxp");
            i += 3;
        } else if (s.at[i] == '.' && i > 0 && i + 1 < s.len && is_host_byte(s.at[i - 1]) &&
                   is_host_byte(s.at[i + 1])) {
            text_add_string(&out, "[.]");
        } else {
            text_add_byte(&out, s.at[i]);
        }
    }
    return text_bytes(&out);
}

struct bytes terminal_redact(struct arena *arena, struct bytes s)
{
    struct text out;
    text_init(&out, arena, 0);
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] != '@' || i + 1 == s.len || !is_host_byte(s.at[i + 1])) {
            text_add_byte(&out, s.at[i]);
            continue;
        }
        size_t from = out.len;
        while (from > 0 && (is_host_byte(out.at[from - 1]) || out.at[from - 1] == '.' ||
                            out.at[from - 1] == '_' || out.at[from - 1] == '+'))
            from--;
        if (from < out.len) {
            out.len = from;
            text_add_string(&out, "***");
        }
        text_add_byte(&out, '@');
    }
    return text_bytes(&out);
}

bool terminal_has_colour(FILE *stream)
{
    const char *off = getenv("NO_COLOR");
    return (off == NULL || off[0] == 0) && isatty(fileno(stream));
}
