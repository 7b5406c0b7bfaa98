/* SPDX-License-Identifier: Apache-2.0 */
#include "base/codec.h"

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

/* One line of uuencoded data into OUT; false where LINE is none.  Missing trailing blanks count as
 * zero bits (mail paths strip them). */
static bool uu_line(struct bytes line, uint8_t **out)
{
    if (line.len == 0 || line.at[0] < 0x20 || line.at[0] > 0x60)
        return false;
    size_t count = (line.at[0] - 0x20u) & 0x3F, letters = (count + 2) / 3 * 4;
    if (line.len < letters / 2 + 1 || line.len > letters + 8)
        return false;
    for (size_t i = 1; i < line.len; i++)
        if (line.at[i] < 0x20 || line.at[i] > 0x60)
            return false;
    uint8_t *o = *out;
    for (size_t i = 0; count > 0; i += 4) {
        uint32_t group = 0;
        for (size_t k = 0; k < 4; k++) {
            uint32_t letter = 1 + i + k < line.len ? line.at[1 + i + k] : 0x20;
            group = group << 6 | ((letter - 0x20) & 0x3F);
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
    /* Room for what the lines can hold: measured first, so that text after "begin" costs nothing. */
    uint8_t one[96], *out = one;
    size_t count = 0;
    for (end = start; line_next(l, &line) && uu_line(line, &out); end = l->at, out = one)
        count += (size_t)(out - one);
    if (count == 0)
        return false;
    uint8_t *data = arena_alloc_raw(arena, count + 64);
    out = data;
    l->at = start;
    while (l->at < end && line_next(l, &line))
        uu_line(line, &out);
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
    file->is_yenc = true;
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

bool codec_find_file(struct arena *arena, struct bytes text, size_t from, struct codec_file *out)
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
    size_t at = find_line_start(text, BYTES("=ybegin "), from);
    if (at == BYTES_NPOS)
        return false;
    struct lines l = {.text = text, .at = at};
    *out = (struct codec_file){.report.after_pad = BYTES_NPOS};
    line_next(&l, &line);
    size_t name = bytes_find(line, BYTES(" name="), 0);
    if (name != BYTES_NPOS)
        out->name = bytes_trim(bytes_from(line, name + 6));
    yenc_read(arena, &l, at, out);
    return true;
}
