/* SPDX-License-Identifier: Apache-2.0 */
#include "report/markup.h"

#include "base/utf8.h"

#include <inttypes.h>
#include <stdio.h>

/* C0 without tab and line feed, C1, bidi and invisible controls, tags: nothing to show. */
static bool is_unsafe(uint32_t code)
{
    return (code < 0x20 && code != '\t' && code != '\n') || (code >= 0x7F && code < 0xA0) ||
           code == 0x061C || (code >= 0x200B && code <= 0x200F) ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) ||
           code == 0xFEFF || (code >= 0xE0000 && code < 0xE0080) || (code & 0xFFFE) == 0xFFFE;
}

static void add_code(struct text *out, uint32_t code)
{
    if (code == '&')
        text_add_string(out, "&amp;");
    else if (code == '<')
        text_add_string(out, "&lt;");
    else if (code == '>')
        text_add_string(out, "&gt;");
    else if (code == '"')
        text_add_string(out, "&quot;");
    else if (code == '\'')
        text_add_string(out, "&#39;");
    else
        text_add_codepoint(out, is_unsafe(code) ? 0xFFFD : code);
}

void markup_short(struct text *out, struct bytes s, uint32_t most)
{
    for (size_t at = 0; at < s.len; most--) {
        if (most == 0) {
            text_add_string(out, "…");
            return;
        }
        add_code(out, utf8_next(s, &at));
    }
}

void markup_text(struct text *out, struct bytes s)
{
    markup_short(out, s, UINT32_MAX);
}

void markup_string(struct text *out, const char *s)
{
    markup_text(out, bytes_of_string(s));
}

void markup_number(struct text *out, int64_t n)
{
    char digits[32];
    int len = snprintf(digits, sizeof digits, "%" PRId64, n);
    for (int i = 0; i < len; i++) {
        text_add_byte(out, (uint8_t)digits[i]);
        if (ascii_is_digit((uint8_t)digits[i]) && i + 1 < len && (len - 1 - i) % 3 == 0)
            text_add_byte(out, ',');
    }
}

struct bytes markup_slug(struct arena *arena, struct bytes name)
{
    struct text out;
    text_init(&out, arena, 0);
    bool lost = false, gap = false;
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = ascii_lower(name.at[i]);
        if (!ascii_is_alnum(c) || out.len >= 60) {
            lost = lost || (c != ' ' && c != '-') || gap;
            gap = true;
            continue;
        }
        if (gap && out.len > 0)
            text_add_byte(&out, '-');
        gap = false;
        text_add_byte(&out, c);
    }
    if (lost || gap || out.len == 0) /* two names that differ only in what is lost stay two */
        text_add_format(&out, "%s%08x", out.len > 0 ? "-" : "n",
                        (unsigned)(bytes_hash(name) & 0xFFFFFFFF));
    return text_bytes(&out);
}

struct bytes markup_defang(struct arena *arena, struct bytes s)
{
    struct text out;
    text_init(&out, arena, 0);
    if (bytes_starts_fold(s, BYTES("http"))) {
        text_add_string(&out, "hxxp");
        s = bytes_from(s, 4);
    }
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] == '.' || s.at[i] == '@')
            text_add_format(&out, "[%c]", s.at[i]);
        else
            text_add_byte(&out, s.at[i]);
    return text_bytes(&out);
}
