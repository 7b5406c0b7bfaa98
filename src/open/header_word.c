/* SPDX-License-Identifier: Apache-2.0
 *
 * Encoded words (RFC 2047) the way they come: split inside a character or a base64 group, with blanks
 * inside, in false charsets, beside raw 8-bit text.  Neighbouring words of one charset are joined as
 * bytes before they are read, so a character split over two words is whole again. */
#include "base/charset.h"
#include "base/codec.h"
#include "base/utf8.h"
#include "open/header.h"

#define CHARSET_LABEL_MAX 64

struct word {
    struct bytes charset, text;
    bool is_base64;
    size_t len; /* from "=?" to "?=" */
};

/* The encoded word at AT of IN, whose last "?=" is at LAST_END; false where there is none. */
static bool word_at(struct bytes in, size_t at, size_t last_end, struct word *word)
{
    if (at + 8 > in.len + 1 || in.at[at] != '=' || in.at[at + 1] != '?')
        return false;
    struct bytes head = bytes_sub(in, at + 2, CHARSET_LABEL_MAX);
    size_t mark = bytes_find_byte(head, '?', 0);
    if (mark == BYTES_NPOS || mark == 0 ||
        bytes_find_byte(bytes_sub(head, 0, mark), ' ', 0) != BYTES_NPOS)
        return false;
    size_t letter = at + 2 + mark + 1;
    if (letter + 1 >= in.len || in.at[letter + 1] != '?')
        return false;
    uint8_t encoding = ascii_lower(in.at[letter]);
    size_t text = letter + 2;
    if ((encoding != 'b' && encoding != 'q') || text > last_end)
        return false;
    size_t end = bytes_find(in, BYTES("?="), text);
    struct bytes label = bytes_sub(head, 0, mark);
    word->charset =
        bytes_sub(label, 0, bytes_find_byte(label, '*', 0)); /* RFC 2231, 5: =?utf-8*en?.. */
    word->text = bytes_sub(in, text, end - text);
    word->is_base64 = encoding == 'b';
    word->len = end + 2 - at;
    return true;
}

struct joiner {
    struct arena *arena;
    struct text *out;
    struct text bytes;        /* of the words joined so far */
    struct bytes charset;     /* their label; absent: nothing is pending */
    struct bytes raw_charset; /* name of the charset of raw 8-bit text; absent: UTF-8 */
    uint8_t carry[4];         /* letters of an unfinished base64 group at the end */
    size_t carry_len;
    unsigned oddities;
};

/* Append TEXT without line ends and NUL: a decoded word must not make lines. */
static void add_inert(struct joiner *j, struct bytes text)
{
    for (size_t at = 0; at < text.len;) {
        size_t end = at;
        while (end < text.len && text.at[end] != '\r' && text.at[end] != '\n' && text.at[end] != 0)
            end++;
        text_add(j->out, bytes_sub(text, at, end - at));
        if (end < text.len) {
            j->oddities |= WORD_CONTROL;
            if (text.at[end] != 0)
                text_add_byte(j->out, ' ');
            end++;
        }
        at = end;
    }
}

static void words_flush(struct joiner *j)
{
    if (j->charset.at == NULL)
        return;
    struct bytes in = text_bytes(&j->bytes);
    struct charset_reading reading = charset_choose(j->charset, in);
    if (reading.label_unknown)
        j->oddities |= WORD_UNKNOWN_CHARSET;
    if (reading.label_wrong)
        j->oddities |= WORD_BAD_BYTES;
    in = bytes_from(in, reading.mark);
    if (reading.as_is) {
        add_inert(j, in);
    } else {
        struct text utf8;
        struct charset_report report;
        text_init(&utf8, NULL, 0);
        charset_decode(reading.id, in, &utf8, &report);
        if (report.bad_count > 0)
            j->oddities |= WORD_BAD_BYTES;
        add_inert(j, text_bytes(&utf8));
        text_finish(&utf8);
    }
    j->bytes.len = 0;
    j->carry_len = 0;
    j->charset = BYTES_NONE;
}

/* The letters of B after the last whole group of four, where nothing pads them. */
static size_t unfinished_letters(struct bytes b, uint8_t out[4])
{
    size_t count = 0;
    uint8_t last[4];
    for (size_t i = 0; i < b.len; i++) {
        if (b.at[i] == '=')
            return 0;
        if (ascii_is_alnum(b.at[i]) || strchr("+/-_", b.at[i]) != NULL)
            last[count++ & 3] = b.at[i];
    }
    memcpy(out, last, count & 3);
    return count & 3;
}

/* Whether B ends inside a UTF-8 sequence: its last three bytes tell. */
static bool ends_inside(struct bytes b)
{
    for (size_t back = 1; back <= 3 && back <= b.len; back++) {
        uint8_t c = b.at[b.len - back];
        if (c < 0x80)
            return false;
        if (c >= 0xC0)
            return back < (c >= 0xF0 ? 4u : c >= 0xE0 ? 3u : 2u);
    }
    return false;
}

static void word_add(struct joiner *j, const struct word *word)
{
    if (j->charset.at != NULL && !bytes_equal_fold(j->charset, word->charset))
        words_flush(j);
    bool joins = j->charset.at != NULL;
    j->charset = word->charset;
    if (joins && ends_inside(text_bytes(&j->bytes)) && charset_find(word->charset) == CHARSET_UTF_8)
        j->oddities |= WORD_SPLIT_CHARACTER;
    struct codec_report report;
    struct bytes text = word->text, decoded;
    if (!word->is_base64) {
        decoded = codec_q(j->arena, text, &report);
        j->carry_len = 0;
    } else {
        if (joins && j->carry_len > 0) {
            /* The base64 text itself was cut between two words: take back the half group. */
            uint8_t *whole = arena_alloc_raw(j->arena, j->carry_len + text.len);
            memcpy(whole, j->carry, j->carry_len);
            memcpy(whole + j->carry_len, text.at, text.len);
            text = bytes_of(whole, j->carry_len + text.len);
            j->bytes.len -= j->carry_len - (j->carry_len > 0);
            j->oddities |= WORD_SPLIT_CHARACTER;
        }
        decoded = codec_base64(j->arena, text, &report);
        j->carry_len = report.unfinished ? unfinished_letters(text, j->carry) : 0;
    }
    if (report.bad_count > 0 || bytes_find_byte(word->text, ' ', 0) != BYTES_NPOS)
        j->oddities |= WORD_MALFORMED;
    text_add(&j->bytes, decoded);
}

static void plain_add(struct joiner *j, struct bytes text)
{
    words_flush(j);
    if (j->raw_charset.at == NULL || utf8_is_ascii(text))
        text_add(j->out, text);
    else
        charset_decode(charset_find(j->raw_charset), text, j->out, NULL);
}

static bool is_space_only(struct bytes b)
{
    for (size_t i = 0; i < b.len; i++)
        if (!ascii_is_space(b.at[i]))
            return false;
    return true;
}

/* IN without line ends (RFC 5322, 2.2.3) and NUL; a CR that ends no line becomes a blank. */
static struct bytes unfold(struct arena *arena, struct bytes in, unsigned *oddities)
{
    uint8_t *out = arena_alloc_raw(arena, in.len + 1);
    size_t len = 0;
    for (size_t at = 0; at < in.len;) {
        size_t end = bytes_find_byte(in, '\n', at), next = end == BYTES_NPOS ? in.len : end + 1;
        end = end == BYTES_NPOS ? in.len : end;
        end -= next > end && end > at && in.at[end - 1] == '\r';
        memcpy(out + len, in.at + at, end - at);
        len += end - at;
        at = next;
    }
    if (memchr(out, 0, len) == NULL && memchr(out, '\r', len) == NULL)
        return bytes_of(out, len);
    *oddities |= WORD_CONTROL;
    size_t kept = 0;
    for (size_t i = 0; i < len; i++)
        if (out[i] != 0)
            out[kept++] = out[i] == '\r' ? ' ' : out[i];
    return bytes_of(out, kept);
}

static bool has_byte(struct bytes in, uint8_t byte)
{
    return bytes_find_byte(in, byte, 0) != BYTES_NPOS;
}

struct bytes words_decode(struct arena *arena, struct bytes in, unsigned *oddities)
{
    unsigned unused = 0;
    oddities = oddities == NULL ? &unused : oddities;
    in = bytes_trim(in);
    uint8_t odd = 0; /* one pass without branches: most values need nothing */
    for (size_t i = 0; i < in.len; i++)
        odd |=
            (uint8_t)(in.at[i] < 0x20) | (uint8_t)(in.at[i] >= 0x80) | (uint8_t)(in.at[i] == '?');
    if (odd == 0)
        return in;
    size_t mark = bytes_find_byte(in, '?', 0);
    bool words =
        mark != BYTES_NPOS && bytes_find(in, BYTES("=?"), mark == 0 ? 0 : mark - 1) != BYTES_NPOS;
    bool high = !utf8_is_ascii(in) || has_byte(in, 0x1B);
    bool folds = has_byte(in, '\n') || has_byte(in, '\r') || has_byte(in, 0);
    if (folds)
        in = unfold(arena, in, oddities);
    struct joiner j = {.arena = arena};
    if (high) {
        struct charset_reading raw = charset_choose(BYTES_NONE, in);
        if (!raw.as_is) {
            j.raw_charset = bytes_of_string(charset_name(raw.id));
            *oddities |= WORD_RAW_8BIT;
        }
    }
    if (!words && j.raw_charset.at == NULL)
        return in;
    struct text out;
    text_init(&out, arena, 0);
    text_init(&j.bytes, NULL, 0);
    j.out = &out;
    size_t plain = 0, last_end = in.len < 2 ? 0 : in.len - 2;
    while (last_end > 0 && !(in.at[last_end] == '?' && in.at[last_end + 1] == '='))
        last_end--;
    for (size_t at = 0; at < in.len;) {
        struct word word;
        size_t hit = bytes_find(in, BYTES("=?"), at);
        if (hit == BYTES_NPOS)
            break;
        if (!word_at(in, hit, last_end, &word)) {
            at = hit + 2;
            continue;
        }
        struct bytes between = bytes_sub(in, plain, hit - plain);
        if (between.len > 0 && !(j.charset.at != NULL && is_space_only(between)))
            plain_add(&j, between);
        word_add(&j, &word);
        at = plain = hit + word.len;
    }
    if (plain < in.len)
        plain_add(&j, bytes_from(in, plain));
    words_flush(&j);
    text_finish(&j.bytes);
    *oddities |= j.oddities;
    return out.at == NULL ? BYTES("") : text_bytes(&out);
}
