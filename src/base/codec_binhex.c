/* SPDX-License-Identifier: Apache-2.0
 *
 * BinHex 4.0 (RFC 1741, appendix A): six bits a letter between two colons, runs packed as BYTE 0x90 COUNT,
 * then a header (name, two forks' lengths, checksum) and the forks, each with its checksum. */
#include "base/codec.h"

#define RUN_MARK 0x90
/* Runs of 255 make no bomb of a text. */
#define GROWTH_MAX ((size_t)8)
#define GROWTH_BYTES_MAX ((size_t)4 << 20)

static int letter_value(uint8_t c)
{
    static const char letters[] =
        "!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr";
    const char *at = c == 0 ? NULL : strchr(letters, c);
    return at == NULL ? -1 : (int)(at - letters);
}

struct unpacking {
    uint8_t *out;
    size_t len, room;
    bool in_run;
};

static void unpack_byte(struct unpacking *u, uint8_t byte)
{
    if (u->in_run) {
        size_t more = byte == 0 ? 0 : byte - 1u;
        u->in_run = false;
        if (byte == 0 && u->len < u->room)
            u->out[u->len++] = RUN_MARK;
        for (; more > 0 && u->len > 0 && u->len < u->room; more--, u->len++)
            u->out[u->len] = u->out[u->len - 1];
    } else if (byte == RUN_MARK) {
        u->in_run = true;
    } else if (u->len < u->room) {
        u->out[u->len++] = byte;
    }
}

/* The letters of TEXT from AT into U up to the closing colon; where that stands, or the text's end. */
static size_t unpack(struct unpacking *u, struct bytes text, size_t at, struct codec_report *report)
{
    uint32_t bits = 0, count = 0;
    for (; at < text.len && text.at[at] != ':'; at++) {
        int value = letter_value(text.at[at]);
        if (value < 0) {
            if (!ascii_is_space(text.at[at]) && report->bad_count++ == 0)
                report->first_bad = at;
            continue;
        }
        bits = bits << 6 | (uint32_t)value, count += 6;
        if (count >= 8)
            count -= 8, unpack_byte(u, (uint8_t)(bits >> count));
    }
    return at;
}

static bool is_line_start(struct bytes text, size_t at)
{
    return at == 0 || text.at[at - 1] == '\n' || text.at[at - 1] == '\r';
}

bool codec_binhex(struct arena *arena, struct bytes text, size_t from, struct codec_file *out)
{
    size_t colon = bytes_find_byte(text, ':', from);
    while (colon != BYTES_NPOS && !is_line_start(text, colon))
        colon = bytes_find_byte(text, ':', colon + 1);
    if (colon == BYTES_NPOS)
        return false;
    *out = (struct codec_file){.form = CODEC_FORM_BINHEX, .report.after_pad = BYTES_NPOS};
    size_t end = bytes_find_byte(text, ':', colon + 1);
    size_t letters = (end == BYTES_NPOS ? text.len : end) - colon;
    bool is_long = letters * (GROWTH_MAX - 1) > GROWTH_BYTES_MAX;
    struct unpacking u = {.room = is_long ? letters + GROWTH_BYTES_MAX : letters * GROWTH_MAX};
    u.out = arena_alloc_raw(arena, u.room + 1);
    end = unpack(&u, text, colon + 1, &out->report);
    struct bytes all = bytes_of(u.out, u.len);
    size_t name = u.len == 0 ? 0 : u.out[0], head = name + 22; /* with version, kind and checksum */
    if (name == 0 || name > 63 || u.len < head)
        return false;
    out->name = bytes_sub(all, 1, name);
    size_t data = bytes_u32be(all, name + 12), other = bytes_u32be(all, name + 16);
    out->data = bytes_sub(all, head, data);
    out->other = bytes_sub(all, head + data + 2, other);
    out->report.unfinished =
        end == text.len || out->data.len < data || out->other.len < other || u.len == u.room;
    out->span = bytes_sub(text, from, end - from + 1);
    return true;
}
