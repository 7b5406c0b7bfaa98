/* SPDX-License-Identifier: Apache-2.0
 *
 * Charsets as mail writes them: what a label means, what bytes read as, and what they are guessed to be. */
#include "base/charset.h"

#include "tap.h"

/* U+65E5 U+672C U+8A9E and what surrounds it in the rows below. */
#define NIHONGO "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E"
#define CIRCLED_1 "\xE2\x91\xA0"
#define KABU "\xE3\x88\xB1"
#define TAKA "\xE9\xAB\x99"
#define WAVE "\xEF\xBD\x9E"

static const struct {
    const char *name, *label, *in, *expected;
} decode_rows[] = {
    {"plain Shift_JIS", "Shift_JIS", "\x93\xFA\x96\x7B\x8C\xEA", NIHONGO},
    {"NEC and IBM extensions under a Shift_JIS label", "shift_jis", "\x87\x40\x87\x8A\xFB\xFC" "x",
     CIRCLED_1 KABU TAKA "x"},
    {"wave dash as Windows reads it", "sjis", "\x81\x60", WAVE},
    {"half-width katakana", "x-sjis", "\xB1\xB2", "\xEF\xBD\xB1\xEF\xBD\xB2"},
    {"a bad byte costs one character", "shift_jis", "\x93\xFA\xFF\x96\x7B", "\xE6\x97\xA5\xEF\xBF\xBD\xE6\x9C\xAC"},
    {"ISO-2022-JP", "ISO-2022-JP", "\x1B$BF|K\\8l\x1B(B.", NIHONGO "."},
    {"NEC row 13 inside ISO-2022-JP (CP50221)", "iso-2022-jp", "\x1B$B-!-j\x1B(B", CIRCLED_1 KABU},
    {"IBM extension rows inside ISO-2022-JP", "iso-2022-jp", "\x1B$B|b\x1B(B", TAKA},
    {"half-width katakana by ESC ( I", "iso-2022-jp", "\x1B(I12\x1B(B", "\xEF\xBD\xB1\xEF\xBD\xB2"},
    {"half-width katakana by SO and SI", "iso-2022-jp", "\x0E" "12\x0F" "a", "\xEF\xBD\xB1\xEF\xBD\xB2" "a"},
    {"half-width katakana as 8-bit bytes", "cp50220", "\xB1\xB2", "\xEF\xBD\xB1\xEF\xBD\xB2"},
    {"JIS X 0201 Roman", "iso-2022-jp", "\x1B(Jab\x1B(B", "ab"},
    {"JIS X 0212", "iso-2022-jp-1", "\x1B$(D0!\x1B(B", "\xE4\xB8\x82"},
    {"a line end returns to ASCII", "iso-2022-jp", "\x1B$BF|\nabc", "\xE6\x97\xA5\nabc"},
    {"EUC-JP", "euc-jp", "\xC6\xFC\xCB\xDC\xB8\xEC", NIHONGO},
    {"EUC-JP with NEC row 13 (CP51932)", "x-euc-jp", "\xAD\xA1\xAD\xEA", CIRCLED_1 KABU},
    {"GB2312 is GB18030", "gb2312", "\xC4\xE3\x84\x31\x95\x33", "\xE4\xBD\xA0\xEF\xBB\xBF"},
    {"HZ", "hz-gb-2312", "a~{Dc~}~~b", "a\xE4\xBD\xA0~b"},
    {"KS_C_5601 is CP949", "ks_c_5601-1987", "\xB0\xA1\x81\x41", "\xEA\xB0\x80\xEA\xB0\x82"},
    {"Big5", "big5", "\xA4\xA4", "\xE4\xB8\xAD"},
    {"ISO-8859-1 is windows-1252", "iso-8859-1", "\x80\x93" "a\xE9", "\xE2\x82\xAC\xE2\x80\x9C" "a\xC3\xA9"},
    {"a hole of windows-1252", "windows-1252", "\x81", "\xC2\x81"},
    {"KOI8-R", "koi8-r", "\xC1\xC2", "\xD0\xB0\xD0\xB1"},
    {"windows-1251", "cp1251", "\xE0\xE1", "\xD0\xB0\xD0\xB1"},
    {"Thai", "tis-620", "\xA1", "\xE0\xB8\x81"},
    {"UTF-7", "utf-7", "a+ZeVnLIqe-b", "a" NIHONGO "b"},
    {"UTF-8 with a broken byte", "utf-8", "a\xFF" "b", "a\xEF\xBF\xBD" "b"},
    {"EBCDIC", "cp037", "\xC1\xC2", "AB"},
};

static const struct {
    const char *name, *label, *in;
    enum charset_id id;
    bool as_is, wrong;
} choose_rows[] = {
    {"ASCII without a label", "", "plain", CHARSET_US_ASCII, true, false},
    {"UTF-8 as labelled", "utf-8", NIHONGO, CHARSET_UTF_8, true, false},
    {"UTF-8 without a label", "", NIHONGO, CHARSET_UTF_8, true, false},
    {"UTF-8 labelled ISO-8859-1", "iso-8859-1", NIHONGO, CHARSET_UTF_8, true, true},
    {"UTF-8 labelled us-ascii", "us-ascii", NIHONGO, CHARSET_UTF_8, true, true},
    {"Shift_JIS labelled ISO-2022-JP", "iso-2022-jp",
     "\x93\xFA\x96\x7B\x8C\xEA\x82\xCC\x83\x81\x81\x5B\x83\x8B\x82\xC5\x82\xB7\x81\x42", CHARSET_SHIFT_JIS, false, true},
    {"Shift_JIS labelled UTF-8", "utf-8",
     "\x93\xFA\x96\x7B\x8C\xEA\x82\xCC\x83\x81\x81\x5B\x83\x8B\x82\xC5\x82\xB7\x81\x42", CHARSET_SHIFT_JIS, false, true},
    {"Shift_JIS without a label", "",
     "\x93\xFA\x96\x7B\x8C\xEA\x82\xCC\x83\x81\x81\x5B\x83\x8B\x82\xC5\x82\xB7\x81\x42", CHARSET_SHIFT_JIS, false, false},
    {"EUC-JP without a label", "",
     "\xC6\xFC\xCB\xDC\xB8\xEC\xA4\xCE\xA5\xE1\xA1\xBC\xA5\xEB\xA4\xC7\xA4\xB9\xA1\xA3", CHARSET_EUC_JP, false, false},
    {"ISO-2022-JP without a label", "", "\x1B$BF|K\\8l\x1B(B", CHARSET_ISO_2022_JP, false, false},
    {"ISO-2022-JP labelled us-ascii", "us-ascii", "\x1B$BF|K\\8l\x1B(B", CHARSET_ISO_2022_JP, false, true},
    {"ISO-2022-JP labelled UTF-8", "utf-8", "\x1B$BF|K\\8l\x1B(B", CHARSET_ISO_2022_JP, false, true},
    {"Western European without a label", "", "Caf\xE9 na\xEFve d\xE9j\xE0 vu", CHARSET_WINDOWS_1252, false, false},
    {"Western European under its label", "iso-8859-1", "Caf\xE9 na\xEFve", CHARSET_WINDOWS_1252, false, false},
    {"Russian without a label", "", "\xCF\xF0\xE8\xE2\xE5\xF2, \xEC\xE8\xF0! \xEF\xE8\xF1\xFC\xEC\xEE",
     CHARSET_WINDOWS_1251, false, false},
    {"Chinese without a label", "",
     "\xC4\xFA\xBA\xC3\xA3\xAC\xC7\xEB\xB5\xE3\xBB\xF7\xC1\xB4\xBD\xD3\xC8\xB7\xC8\xCF\xC4\xFA\xB5\xC4\xD5\xCA\xBB\xA7",
     CHARSET_GB18030, false, false},
    {"Korean without a label", "", "\xBE\xC8\xB3\xE7\xC7\xCF\xBC\xBC\xBF\xE4 \xB0\xED\xB0\xB4\xB4\xD4",
     CHARSET_CP949, false, false},
    {"an unknown label", "x-nobody", NIHONGO, CHARSET_UTF_8, true, false},
    {"a byte order mark", "iso-8859-1", "\xFF\xFE" "a\0b", CHARSET_UTF_16LE, false, true},
    {"GB18030 as labelled, not Japanese", "gb2312", "\xC4\xFA\xBA\xC3", CHARSET_GB18030, false, false},
};

int main(void)
{
    tap_int(charset_preload(), 0, "iconv has every charset of the table");
    for (size_t i = 0; i < sizeof decode_rows / sizeof decode_rows[0]; i++) {
        struct text out;
        text_init(&out, NULL, 0);
        charset_decode(charset_find(bytes_of_string(decode_rows[i].label)), bytes_of_string(decode_rows[i].in),
                       &out, NULL);
        tap_string(text_bytes(&out), decode_rows[i].expected, decode_rows[i].name);
        text_finish(&out);
    }
    for (size_t i = 0; i < sizeof choose_rows / sizeof choose_rows[0]; i++) {
        struct bytes in = bytes_of_string(choose_rows[i].in);
        if (in.len > 2 && in.at[0] == 0xFF)
            in.len = 6;
        struct charset_reading r = charset_choose(bytes_of_string(choose_rows[i].label), in);
        tap_ok(r.id == choose_rows[i].id && r.as_is == choose_rows[i].as_is &&
                   r.label_wrong == choose_rows[i].wrong,
               "%s: %s, %d, %d", choose_rows[i].name, charset_name(r.id), r.as_is, r.label_wrong);
    }
    static const char *const known[] = {"\"UTF-8\"", "UTF8", "ISO_8859-1:1987", "Shift-JIS", "windows-31j", "cp-850",
                                        "KS_C_5601-1987", "ISO-2022-JP", "x-mac-roman", "iso-8859-8-i"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        tap_ok(charset_find(bytes_of_string(known[i])) != CHARSET_UNKNOWN, "label %zu is known", i);
    tap_ok(charset_find(BYTES("")) == CHARSET_UNKNOWN, "an empty label");
    tap_ok(charset_of_page(BYTES("<html><meta http-equiv=x content='text/html; charset=Shift_JIS'>")) ==
               CHARSET_SHIFT_JIS, "a page names its charset");
    tap_ok(charset_of_page(BYTES("<meta charset=\"utf-16\">")) == CHARSET_UTF_8,
           "a page that says UTF-16 in ASCII is UTF-8");
    return tap_end();
}
