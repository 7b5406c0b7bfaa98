/* SPDX-License-Identifier: Apache-2.0 */
#include "base/codec.h"

#define DAMAGED_MAX 4 /* lines in a row */

struct lines {
    struct bytes text;
    size_t at;
};

static bool line_next(struct lines *l, struct bytes *line)
{
    struct bytes rest = bytes_from(l->text, l->at);
    size_t before = rest.len;
    if (!bytes_next_line(&rest, line))
        return false;
    l->at += before - rest.len;
    return true;
}

/* The letters' six bits: uuencode counts from the blank ('`' is a blank too), xxencode has an alphabet
 * that survives every code page.  -1 where C is none. */
static int uu_value(uint8_t c, bool is_xx)
{
    if (!is_xx)
        return c < 0x20 || c > 0x60 ? -1 : (c - 0x20) & 0x3F;
    return c == '+'            ? 0
           : c == '-'          ? 1
           : ascii_is_digit(c) ? c - '0' + 2
           : !ascii_is_alpha(c) ? -1
           : c <= 'Z'          ? c - 'A' + 12
                               : c - 'a' + 38;
}

/* One line of uuencoded data into OUT; false where LINE is none.  Missing trailing blanks count as
 * zero bits (mail paths strip them); xxencode has no blanks to lose. */
static bool uu_line(struct bytes line, bool is_xx, uint8_t **out)
{
    int length = line.len == 0 ? -1 : uu_value(line.at[0], is_xx);
    size_t count = length < 0 ? 0 : (size_t)length, letters = (count + 2) / 3 * 4;
    size_t fewest = is_xx ? letters : letters / 2;
    if (length < 0 || line.len < fewest + 1 || line.len > letters + (is_xx ? 2 : 8))
        return false;
    for (size_t i = 1; i < line.len; i++)
        if (uu_value(line.at[i], is_xx) < 0)
            return false;
    uint8_t *o = *out;
    for (size_t i = 0; count > 0; i += 4) {
        uint32_t group = 0;
        for (size_t k = 0; k < 4; k++) {
            int value = 1 + i + k < line.len ? uu_value(line.at[1 + i + k], is_xx) : 0;
            group = group << 6 | (uint32_t)value;
        }
        for (int shift = 16; shift >= 0 && count > 0; shift -= 8, count--)
            *o++ = (uint8_t)(group >> shift);
    }
    *out = o;
    return true;
}

static bool uu_begin(struct bytes line, struct bytes *name, bool *is_base64)
{
    *is_base64 = bytes_starts(line, BYTES("begin-base64 "));
    if (!*is_base64 && !bytes_starts(line, BYTES("begin ")))
        return false;
    size_t at = *is_base64 ? 13 : 6, digits = 0;
    while (at < line.len && line.at[at] >= '0' && line.at[at] <= '7')
        at++, digits++;
    if (digits < 3 || digits > 4 || at + 1 >= line.len || line.at[at] != ' ')
        return false;
    *name = bytes_trim(bytes_from(line, at));
    return true;
}

/* Which letters: small ones are xxencode's alone. */
static bool uu_is_xx(struct lines l)
{
    struct bytes line;
    for (int i = 0; i < DAMAGED_MAX && line_next(&l, &line); i++)
        for (size_t k = 1; k < line.len; k++)
            if (line.at[k] >= 'a' && line.at[k] <= 'z')
                return uu_line(line, true, &(uint8_t *){(uint8_t[96]){0}});
    return false;
}

/* Bytes the lines at L hold, measured first, so that text after "begin" costs nothing; *END is where the
 * last of them ends.  Damaged lines are stepped over where sound ones follow. */
static size_t uu_measure(struct lines *l, bool is_xx, size_t *end, struct codec_file *file)
{
    uint8_t one[96], *out = one;
    size_t count = 0, damaged = 0, at = l->at;
    struct bytes line;
    for (; damaged < DAMAGED_MAX && line_next(l, &line); at = l->at, out = one) {
        if (bytes_equal(bytes_trim(line), BYTES("end")))
            break;
        if (!uu_line(line, is_xx, &out)) {
            if (damaged++ == 0 && file->report.bad_count == 0)
                file->report.first_bad = at;
            continue;
        }
        file->report.bad_count += damaged;
        damaged = 0;
        count += (size_t)(out - one);
        *end = l->at;
    }
    return count;
}

static bool uu_read(struct arena *arena, struct lines *l, size_t from, bool is_base64,
                    struct codec_file *file)
{
    struct bytes line;
    size_t start = l->at, end = start;
    if (is_base64) {
        while (line_next(l, &line) && !bytes_equal(bytes_trim(line), BYTES("====")))
            end = l->at;
        file->data = codec_base64(arena, bytes_sub(l->text, start, end - start), &file->report);
        file->span = bytes_sub(l->text, from, l->at - from);
        return true;
    }
    bool is_xx = uu_is_xx(*l);
    size_t count = uu_measure(l, is_xx, &end, file);
    if (count == 0)
        return false;
    uint8_t *data = arena_alloc_raw(arena, count + 64), *out = data;
    l->at = start;
    while (l->at < end && line_next(l, &line))
        uu_line(line, is_xx, &out);
    if (!line_next(l, &line) || !bytes_equal(bytes_trim(line), BYTES("end"))) {
        file->report.unfinished = true;
        l->at = end;
    }
    file->data = bytes_of(data, (size_t)(out - data));
    file->span = bytes_sub(l->text, from, l->at - from);
    return true;
}

/* yEnc: bytes plus 42, '=' escapes the next, which is 64 more. */
static void yenc_read(struct arena *arena, struct lines *l, size_t from, struct codec_file *file)
{
    struct bytes line;
    size_t start = l->at;
    file->report.unfinished = true;
    while (line_next(l, &line) && file->report.unfinished)
        file->report.unfinished = !bytes_starts(line, BYTES("=yend"));
    size_t end = l->at;
    uint8_t *data = arena_alloc_raw(arena, end - start + 1), *out = data;
    l->at = start;
    while (l->at < end && line_next(l, &line) && !bytes_starts(line, BYTES("=yend"))) {
        if (bytes_starts(line, BYTES("=ypart ")))
            continue;
        for (size_t i = 0; i < line.len; i++) {
            bool escaped = line.at[i] == '=' && i + 1 < line.len;
            i += escaped;
            *out++ = (uint8_t)(line.at[i] - 42 - (escaped ? 64 : 0));
        }
    }
    file->form = CODEC_FORM_YENC;
    file->data = bytes_of(data, (size_t)(out - data));
    file->span = bytes_sub(l->text, from, l->at - from);
}

static size_t find_line_start(struct bytes text, struct bytes word, size_t from)
{
    for (size_t at = from; (at = bytes_find(text, word, at)) != BYTES_NPOS; at++)
        if (at == 0 || text.at[at - 1] == '\n')
            return at;
    return BYTES_NPOS;
}

static bool find_uu(struct arena *arena, struct bytes text, size_t from, struct codec_file *out)
{
    struct bytes line;
    for (size_t at = from; (at = find_line_start(text, BYTES("begin"), at)) != BYTES_NPOS; at++) {
        struct lines l = {.text = text, .at = at};
        bool is_base64;
        *out = (struct codec_file){.report.after_pad = BYTES_NPOS};
        if (line_next(&l, &line) && uu_begin(line, &out->name, &is_base64) &&
            uu_read(arena, &l, at, is_base64, out))
            return true;
    }
    return false;
}

static void yenc_file(struct arena *arena, struct bytes text, size_t at, struct codec_file *out)
{
    struct lines l = {.text = text, .at = at};
    struct bytes line = BYTES_NONE;
    *out = (struct codec_file){.report.after_pad = BYTES_NPOS};
    line_next(&l, &line);
    size_t name = bytes_find(line, BYTES(" name="), 0);
    if (name != BYTES_NPOS)
        out->name = bytes_trim(bytes_from(line, name + 6));
    yenc_read(arena, &l, at, out);
}

bool codec_find_file(struct arena *arena, struct bytes text, size_t from, struct codec_file *out)
{
    size_t yenc = find_line_start(text, BYTES("=ybegin "), from);
    size_t binhex = bytes_find(text, BYTES(CODEC_BINHEX_WORDS), from);
    struct bytes before = bytes_sub(text, 0, yenc < binhex ? yenc : binhex);
    /* Whichever begins first: its data may look like another's. */
    if (find_uu(arena, before, from, out))
        return true;
    if (binhex < yenc && codec_binhex(arena, text, binhex, out))
        return true;
    if (yenc == BYTES_NPOS)
        return binhex != BYTES_NPOS && find_uu(arena, text, binhex, out);
    yenc_file(arena, text, yenc, out);
    return true;
}
