/* SPDX-License-Identifier: Apache-2.0 */
#include "base/charset_jp.h"

enum set { SET_ASCII, SET_ROMAN, SET_KANA, SET_0208, SET_0212, SET_GB, SET_KS };

static const struct escape {
    const char *bytes;
    enum set set;
} escapes[] = {
    {"\x1B(B", SET_ASCII}, {"\x1B(J", SET_ROMAN}, {"\x1B(H", SET_ROMAN}, {"\x1B(I", SET_KANA},
    {"\x1B$@", SET_0208},  {"\x1B$B", SET_0208},  {"\x1B$(@", SET_0208}, {"\x1B$(B", SET_0208},
    {"\x1B$(D", SET_0212}, {"\x1B$(O", SET_0208}, {"\x1B$(Q", SET_0208}, {"\x1B$A", SET_GB},
    {"\x1B$(A", SET_GB},   {"\x1B$(C", SET_KS},   {"\x1B(A", SET_ASCII},
};

static size_t escape_len(struct bytes in, size_t at, enum set *set)
{
    for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
        struct bytes wanted = bytes_of_string(escapes[i].bytes);
        if (bytes_equal(bytes_sub(in, at, wanted.len), wanted)) {
            *set = escapes[i].set;
            return wanted.len;
        }
    }
    return 0;
}

/* JIS row and cell as the two bytes of Shift_JIS (JIS X 0208:1997, annex 1). */
static void to_sjis(uint8_t row, uint8_t cell, uint8_t out[2])
{
    uint8_t trail = (uint8_t)(row & 1 ? cell + (cell >= 0x60 ? 0x20 : 0x1F) : cell + 0x7E);
    uint8_t lead = (uint8_t)((row + 1) / 2 + (row < 0x5F ? 0x70 : 0xB0));
    out[0] = lead, out[1] = trail;
}

/* A run of two-byte characters, in one conversion. */
static size_t decode_run(struct bytes in, size_t at, enum set set, struct text *out,
                         struct charset_report *report)
{
    uint8_t buffer[3 * 128];
    size_t len = 0, from = at;
    while (at + 1 < in.len && len + 3 <= sizeof buffer) {
        uint8_t row = in.at[at] & 0x7F, cell = in.at[at + 1] & 0x7F;
        if (row < 0x21 || row > 0x7E || cell < 0x21 || cell > 0x7E)
            break;
        if (set == SET_0208) {
            to_sjis(row, cell, buffer + len);
        } else {
            if (set == SET_0212)
                buffer[len++] = 0x8F;
            buffer[len] = (uint8_t)(row | 0x80), buffer[len + 1] = (uint8_t)(cell | 0x80);
        }
        len += 2, at += 2;
    }
    if (len == 0)
        return 0;
    enum charset_id id = set == SET_0208   ? CHARSET_SHIFT_JIS
                         : set == SET_0212 ? CHARSET_EUC_JP
                         : set == SET_GB   ? CHARSET_GB18030
                                           : CHARSET_CP949;
    struct charset_report part;
    charset_decode(id, bytes_of(buffer, len), out, &part);
    if (part.bad_count > 0 && report->bad_count == 0)
        report->first_bad = from;
    report->bad_count += part.bad_count;
    return at - from;
}

static void add_bad(struct text *out, struct charset_report *report, size_t at)
{
    if (report->bad_count++ == 0)
        report->first_bad = at;
    text_add_codepoint(out, 0xFFFD);
}

static size_t ascii_run(struct bytes in, size_t at)
{
    size_t end = at;
    while (end < in.len && in.at[end] < 0x80 && in.at[end] != 0x1B && in.at[end] != 0x0E &&
           in.at[end] != 0x0F)
        end++;
    return end - at;
}

void charset_decode_iso2022jp(struct bytes in, struct text *out, struct charset_report *report)
{
    enum set set = SET_ASCII;
    bool shifted = false;
    for (size_t at = 0; at < in.len;) {
        uint8_t c = in.at[at];
        size_t len = c == 0x1B ? escape_len(in, at, &set) : 0;
        if (len == 0 && c > 0x20 && c != 0x7F && set >= SET_0208)
            len = decode_run(in, at, set, out, report);
        else if (len == 0 && set <= SET_ROMAN && !shifted && (len = ascii_run(in, at)) > 0)
            text_add(out, bytes_sub(in, at, len));
        if (len > 0) {
            at += len;
            continue;
        }
        if (c == 0x0E || c == 0x0F) {
            shifted = c == 0x0E;
        } else if ((shifted || set == SET_KANA) && c >= 0x21 && c <= 0x5F) {
            text_add_codepoint(out, 0xFF61u + c - 0x21);
        } else if (c >= 0xA1 && c <= 0xDF) {
            text_add_codepoint(out, 0xFF61u + c - 0xA1);
        } else if (c < 0x80 && (c <= 0x20 || set < SET_0208)) {
            if (c == '\n' || c == '\r')
                set = SET_ASCII, shifted = false;
            text_add_byte(out, c);
        } else {
            add_bad(out, report, at);
        }
        at++;
    }
}
