/* SPDX-License-Identifier: Apache-2.0
 *
 * Guessing: marks, escapes, validity, then how much of the text beyond ASCII falls where each script
 * keeps its common letters.  The zones are those of the national standards (JIS X 0208 rows 4, 5 and
 * 16-47, GB 2312 rows 16-55, KS X 1001 rows 16-40, Big5 A4-C6). */
#include "base/charset.h"
#include "base/utf8.h"

#define SNIFF_BYTES 65536
#define SAMPLE_BYTES 4096

struct tally {
    size_t units, good, bad, kana;
};

static bool between(uint8_t c, uint8_t low, uint8_t high)
{
    return c >= low && c <= high;
}

static struct tally tally_sjis(struct bytes in)
{
    struct tally t = {0};
    for (size_t at = 0; at < in.len; at++) {
        uint8_t c = in.at[at], d = at + 1 < in.len ? in.at[at + 1] : 0;
        if (c < 0x80)
            continue;
        t.units++;
        if (between(c, 0xA1, 0xDF)) {
            t.good += at > 0 && between(in.at[at - 1], 0xA1, 0xDF) && between(d, 0xA1, 0xDF);
            continue;
        }
        if (!(between(c, 0x81, 0x9F) || between(c, 0xE0, 0xFC)) || d < 0x40 || d == 0x7F ||
            d > 0xFC) {
            t.bad += at + 1 < in.len;
            continue;
        }
        bool kana = (c == 0x82 && between(d, 0x9F, 0xF1)) || (c == 0x83 && between(d, 0x40, 0x96));
        t.kana += kana;
        t.good += kana || between(c, 0x88, 0x97) || (c == 0x81 && d < 0xAC) || c == 0x82;
        at++;
    }
    return t;
}

/* Pairs A1..FE: a good pair has its first byte in [low, high]. */
static struct tally tally_pairs(struct bytes in, uint8_t low, uint8_t high)
{
    struct tally t = {0};
    for (size_t at = 0; at < in.len; at++) {
        uint8_t c = in.at[at], d = at + 1 < in.len ? in.at[at + 1] : 0;
        if (c < 0x80)
            continue;
        t.units++;
        if (c == 0x8E && between(d, 0xA1, 0xDF)) {
            at++;
        } else if (c == 0x8F || between(c, 0xA1, 0xFE)) {
            if (!between(d, 0xA1, 0xFE)) {
                t.bad += at + 1 < in.len;
                continue;
            }
            t.kana += c == 0xA4 || c == 0xA5;
            t.good += c == 0xA1 || c == 0xA3 || between(c, low, high);
            at++;
        } else {
            t.bad++;
        }
    }
    return t;
}

static struct tally tally_big5(struct bytes in)
{
    struct tally t = {0};
    for (size_t at = 0; at < in.len; at++) {
        uint8_t c = in.at[at], d = at + 1 < in.len ? in.at[at + 1] : 0;
        if (c < 0x80)
            continue;
        t.units++;
        if (between(c, 0x87, 0xFE) && (between(d, 0x40, 0x7E) || between(d, 0xA1, 0xFE))) {
            t.good += between(c, 0xA4, 0xC6) || c == 0xA1;
            at++;
        } else {
            t.bad += at + 1 < in.len;
        }
    }
    return t;
}

/* Russian in windows-1251 or KOI8-R: words of letters beyond ASCII, lower case the most. */
static struct tally tally_cyrillic(struct bytes in, uint8_t low, uint8_t high)
{
    struct tally t = {0};
    for (size_t at = 0; at < in.len; at++) {
        uint8_t c = in.at[at];
        if (c < 0x80)
            continue;
        t.units++;
        /* A letter of another alphabet in the same word: not Russian. */
        t.bad += at + 1 < in.len && ascii_is_alpha(in.at[at + 1]);
        bool beside =
            (at > 0 && in.at[at - 1] >= 0xC0) || (at + 1 < in.len && in.at[at + 1] >= 0xC0);
        t.good += between(c, low, high) && beside;
        t.bad += between(c, 0x80, 0x9F);
    }
    return t;
}

/* How many of the units are among the ten commonest characters of a language, parts per hundred, at
 * most 15: Chinese and Korean share their zones and differ in these. */
static int common(struct bytes in, const char *pairs)
{
    size_t units = 0, hits = 0;
    for (size_t at = 0; at + 1 < in.len; at++) {
        if (in.at[at] < 0x80)
            continue;
        units++;
        for (const char *p = pairs; *p != 0; p += 2)
            if (in.at[at] == (uint8_t)p[0] && in.at[at + 1] == (uint8_t)p[1]) {
                hits++;
                break;
            }
        at++;
    }
    int parts = units == 0 ? 0 : (int)(hits * 100 / units);
    return parts > 15 ? 15 : parts;
}

/* de shi le bu nin wo you zai qing, full-width comma and full stop */
#define CHINESE                                                                                    \
    "\xB5\xC4\xCA\xC7\xC1\xCB\xB2\xBB\xC4\xFA\xCE\xD2\xD3\xD0\xD4\xDA\xC7\xEB\xA3\xAC\xA1\xA3"
/* da ni i neun eul ha e ui yo se */
#define KOREAN "\xB4\xD9\xB4\xCF\xC0\xCC\xB4\xC2\xC0\xBB\xC7\xCF\xBF\xA1\xC0\xC7\xBF\xE4\xBC\xBC"

/* Parts per hundred of the units that are where the script keeps its letters; 0 where much is bad. */
static int share(struct tally t)
{
    if (t.units == 0 || t.bad * 20 > t.units)
        return 0;
    return (int)((t.good - (t.good < t.bad ? t.good : t.bad)) * 100 / t.units);
}

/* The parts of IN beyond ASCII, each with the byte behind it (it may be a trail byte), as far as they
 * fit: what the tallies need, without the plain text between. */
static struct bytes beyond_ascii(struct bytes in, uint8_t out[SAMPLE_BYTES])
{
    size_t len = 0;
    for (size_t at = 0; (at = utf8_ascii_end(in, at)) < in.len && len + 2 < SAMPLE_BYTES;) {
        while (at < in.len && in.at[at] >= 0x80 && len + 2 < SAMPLE_BYTES)
            out[len++] = in.at[at++];
        if (at < in.len)
            out[len++] = in.at[at++];
    }
    return bytes_of(out, len);
}

static enum charset_id guess(struct bytes in, int *confidence_out)
{
    uint8_t sample[SAMPLE_BYTES];
    in = beyond_ascii(in, sample);
    struct tally sjis = tally_sjis(in), euc = tally_pairs(in, 0xB0, 0xCF);
    struct tally euc_kana = euc;
    euc_kana.good += euc_kana.kana;
    int kana_euc = euc.units == 0 ? 0 : (int)(euc.kana * 100 / euc.units);
    int kana_sjis = sjis.units == 0 ? 0 : (int)(sjis.kana * 100 / sjis.units);
    struct {
        enum charset_id id;
        int score;
    } candidate[] = {
        {CHARSET_SHIFT_JIS,
         share(sjis) > 0 && kana_sjis > 0 ? share(sjis) + kana_sjis / 2 : share(sjis) / 2},
        {CHARSET_EUC_JP, share(euc_kana) > 0 && kana_euc > 5 ? share(euc_kana) + kana_euc / 2 : 0},
        {CHARSET_GB18030,
         kana_euc > 20 ? 0 : share(tally_pairs(in, 0xB0, 0xD7)) * 8 / 10 + common(in, CHINESE)},
        {CHARSET_CP949,
         kana_euc > 20 ? 0 : share(tally_pairs(in, 0xB0, 0xC8)) * 8 / 10 + common(in, KOREAN)},
        {CHARSET_BIG5, share(tally_big5(in)) * 8 / 10},
        {CHARSET_WINDOWS_1251, share(tally_cyrillic(in, 0xE0, 0xFF)) * 8 / 10},
        {CHARSET_KOI8_R, share(tally_cyrillic(in, 0xC0, 0xDF)) * 8 / 10},
    };
    enum charset_id best = CHARSET_WINDOWS_1252;
    int highest = 55;
    for (size_t i = 0; i < sizeof candidate / sizeof candidate[0]; i++)
        if (candidate[i].score > highest)
            highest = candidate[i].score, best = candidate[i].id;
    *confidence_out = best == CHARSET_WINDOWS_1252 ? 20 : highest > 80 ? 80 : highest;
    return best;
}

/* Escapes of 7-bit charsets; UNKNOWN where there are none. */
static enum charset_id by_escape(struct bytes in)
{
    for (size_t at = bytes_find_byte(in, 0x1B, 0); at != BYTES_NPOS;
         at = bytes_find_byte(in, 0x1B, at + 1)) {
        struct bytes next = bytes_sub(in, at + 1, 3);
        if (bytes_starts(next, BYTES("$)C")))
            return CHARSET_ISO_2022_KR;
        if (bytes_starts(next, BYTES("$)A")) || bytes_starts(next, BYTES("$)G")))
            return CHARSET_ISO_2022_CN;
        if (bytes_starts(next, BYTES("$B")) || bytes_starts(next, BYTES("$@")) ||
            bytes_starts(next, BYTES("$(D")) || bytes_starts(next, BYTES("(I")) ||
            bytes_starts(next, BYTES("$(C")) || bytes_starts(next, BYTES("$(Q")))
            return CHARSET_ISO_2022_JP;
    }
    return CHARSET_UNKNOWN;
}

size_t charset_mark(struct bytes in, enum charset_id *id_out)
{
    static const struct {
        struct bytes mark;
        enum charset_id id;
    } marks[] = {
        {{(const uint8_t *)"\xEF\xBB\xBF", 3}, CHARSET_UTF_8},
        {{(const uint8_t *)"\xFF\xFE\0\0", 4}, CHARSET_UTF_32LE},
        {{(const uint8_t *)"\0\0\xFE\xFF", 4}, CHARSET_UTF_32BE},
        {{(const uint8_t *)"\xFF\xFE", 2}, CHARSET_UTF_16LE},
        {{(const uint8_t *)"\xFE\xFF", 2}, CHARSET_UTF_16BE},
    };
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (bytes_starts(in, marks[i].mark)) {
            *id_out = marks[i].id;
            return marks[i].mark.len;
        }
    return 0;
}

/* UTF-16 without a mark: text whose every other byte is NUL. */
static enum charset_id by_zeroes(struct bytes in)
{
    size_t zero[2] = {0, 0};
    in = bytes_sub(in, 0, 4096);
    if (bytes_find_byte(in, 0, 0) == BYTES_NPOS)
        return CHARSET_UNKNOWN;
    for (size_t at = 0; at < in.len; at++)
        zero[at & 1] += in.at[at] == 0;
    if (in.len < 8)
        return CHARSET_UNKNOWN;
    if (zero[1] * 10 >= in.len * 4 && zero[0] * 20 < in.len)
        return CHARSET_UTF_16LE;
    return zero[0] * 10 >= in.len * 4 && zero[1] * 20 < in.len ? CHARSET_UTF_16BE : CHARSET_UNKNOWN;
}

enum charset_id charset_sniff(struct bytes in, int *confidence_out)
{
    enum charset_id id = CHARSET_UNKNOWN;
    bool cut = in.len > SNIFF_BYTES;
    in = bytes_sub(in, 0, SNIFF_BYTES);
    *confidence_out = 100;
    if (charset_mark(in, &id) > 0)
        return id;
    id = by_escape(in);
    if (id != CHARSET_UNKNOWN)
        return id;
    id = by_zeroes(in);
    *confidence_out = 90;
    if (id != CHARSET_UNKNOWN)
        return id;
    if (utf8_is_ascii(in))
        return CHARSET_US_ASCII;
    struct bytes whole = cut ? utf8_cut(in, in.len - 4) : in;
    if (utf8_valid(whole))
        return CHARSET_UTF_8;
    return guess(in, confidence_out);
}

enum charset_id charset_of_page(struct bytes page)
{
    page = bytes_sub(page, 0, 1024);
    for (size_t at = 0; (at = bytes_find_fold(page, BYTES("charset"), at)) != BYTES_NPOS; at++) {
        size_t from = at + 7;
        while (from < page.len && (ascii_is_space(page.at[from]) || page.at[from] == '"'))
            from++;
        if (from >= page.len || page.at[from] != '=')
            continue;
        from++;
        while (from < page.len &&
               (ascii_is_space(page.at[from]) || page.at[from] == '"' || page.at[from] == '\''))
            from++;
        size_t end = from;
        while (end < page.len && end - from < 40 && !ascii_is_space(page.at[end]) &&
               strchr("\"'>;/", page.at[end]) == NULL)
            end++;
        enum charset_id id = charset_find(bytes_sub(page, from, end - from));
        if (id != CHARSET_UNKNOWN)
            return charset_has_ascii(id) || id == CHARSET_ISO_2022_JP ? id : CHARSET_UTF_8;
    }
    return CHARSET_UNKNOWN;
}

/* Share of IN, read as ID, that is not readable. */
static bool reads_badly(enum charset_id id, struct bytes in)
{
    struct text out;
    struct charset_report report;
    text_init(&out, NULL, 0);
    charset_decode(id, bytes_sub(in, 0, SNIFF_BYTES), &out, &report);
    text_finish(&out);
    bool cut = in.len > SNIFF_BYTES;
    return report.bad_count > (cut ? 1 : 0);
}

static bool is_western(enum charset_id id)
{
    return id == CHARSET_US_ASCII || id == CHARSET_WINDOWS_1252 || id == CHARSET_ISO_8859_15 ||
           id == CHARSET_MACINTOSH;
}

/* Bytes that are control characters in ISO 8859, letters in the windows sets. */
static bool has_c1(struct bytes in)
{
    for (size_t at = 0; (at = utf8_ascii_end(in, at)) < in.len; at++)
        if (in.at[at] < 0xA0)
            return true;
    return false;
}

struct charset_reading charset_choose(struct bytes label, struct bytes in)
{
    struct charset_reading r = {.id = charset_find(label), .other = CHARSET_UNKNOWN};
    enum charset_id marked = CHARSET_UNKNOWN;
    r.label_unknown = r.id == CHARSET_UNKNOWN && label.len > 0;
    r.mark = in.len > 0 && (in.at[0] >= 0xEF || in.at[0] == 0) ? charset_mark(in, &marked) : 0;
    if (r.mark > 0) {
        /* A mark beats every label (WHATWG Encoding, 6); a client that keeps to the label reads mojibake. */
        r.label_wrong = r.id != CHARSET_UNKNOWN && r.id != marked &&
                        !(marked == CHARSET_UTF_16LE && r.id == CHARSET_UTF_16BE);
        r.id = marked;
        r.as_is = marked == CHARSET_UTF_8 && utf8_valid(bytes_from(in, r.mark));
        return r;
    }
    bool utf8 = utf8_valid(in);
    bool ascii_like = r.id == CHARSET_UNKNOWN || charset_has_ascii(r.id);
    bool escapes = utf8 && ascii_like && bytes_find_byte(in, 0x1B, 0) != BYTES_NPOS;
    if (utf8 && ascii_like && !escapes && (r.id == CHARSET_UTF_8 || utf8_is_ascii(in))) {
        r.as_is = true;
        r.id = r.id == CHARSET_UNKNOWN ? CHARSET_US_ASCII : r.id;
        return r;
    }
    int confidence;
    enum charset_id seen = charset_sniff(in, &confidence), labelled = r.id;
    if (labelled == CHARSET_UNKNOWN) {
        r.id = seen;
    } else if (seen != labelled && !(seen == CHARSET_US_ASCII)) {
        bool lie = confidence >= 90
                       ? is_western(labelled) || labelled == CHARSET_UTF_8 ||
                             (ascii_like && reads_badly(labelled, in))
                       : (is_western(labelled) && confidence >= 70) || reads_badly(labelled, in);
        if (lie && !(confidence < 50 && labelled != CHARSET_US_ASCII && labelled != CHARSET_UTF_8 &&
                     seen == CHARSET_WINDOWS_1252)) {
            r.label_wrong = true;
            r.other = labelled == CHARSET_US_ASCII ? CHARSET_UNKNOWN : labelled;
            r.id = seen;
        }
    }
    r.label_wrong |= labelled == CHARSET_US_ASCII && !utf8_is_ascii(in);
    r.strays = !utf8 && (label.len == 0 || (r.id == CHARSET_WINDOWS_1252 &&
                                            bytes_starts_fold(label, BYTES("iso")) && has_c1(in)));
    r.as_is = utf8 && (r.id == CHARSET_UTF_8 || r.id == CHARSET_US_ASCII);
    return r;
}
