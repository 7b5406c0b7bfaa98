/* SPDX-License-Identifier: Apache-2.0 */
#include "artifact/decompress.h"
#include "open/lzw.h"
#include "open/opener.h"
#include "open/pdf.h"
#include "open/predict.h"

struct pull {
    struct bytes in;
    size_t at;
    uint8_t pending[8];
    size_t pending_len, pending_at;
    bool ended;
};

static size_t pull_pending(struct pull *pull, uint8_t *to, size_t room)
{
    size_t n = 0;
    while (n < room && pull->pending_at < pull->pending_len)
        to[n++] = pull->pending[pull->pending_at++];
    return n;
}

/* ISO 32000-1, 7.4.3: groups of five letters from '!' make four bytes; 'z' is four zeros. */
static void next_ascii85(struct pull *pull)
{
    uint32_t value = 0;
    int count = 0;
    pull->pending_len = pull->pending_at = 0;
    while (pull->at < pull->in.len && count < 5) {
        uint8_t c = pull->in.at[pull->at++];
        if (c == '~') {
            pull->ended = true;
            break;
        }
        if (c == 'z' && count == 0) {
            memset(pull->pending, 0, 4);
            pull->pending_len = 4;
            return;
        }
        if (c < '!' || c > 'u')
            continue;
        value = value * 85 + (c - '!');
        count++;
    }
    if (count == 0) {
        pull->ended = true;
        return;
    }
    for (int i = count; i < 5; i++)
        value = value * 85 + 84;
    for (int i = 0; i < count - 1; i++)
        pull->pending[pull->pending_len++] = (uint8_t)(value >> (24 - 8 * i));
}

static void next_hex(struct pull *pull)
{
    int high = -1;
    pull->pending_len = pull->pending_at = 0;
    while (pull->at < pull->in.len && pull->pending_len == 0) {
        uint8_t c = pull->in.at[pull->at++];
        int digit = ascii_hex(c);
        if (c == '>') {
            pull->ended = true;
            break;
        }
        if (digit >= 0 && high < 0)
            high = digit;
        else if (digit >= 0)
            pull->pending[pull->pending_len++] = (uint8_t)(high << 4 | digit);
    }
    if (pull->pending_len == 0) {
        if (high >= 0)
            pull->pending[pull->pending_len++] = (uint8_t)(high << 4);
        pull->ended = true;
    }
}

static int64_t read_letters(struct pull *pull, uint8_t *to, size_t room,
                            void (*next)(struct pull *))
{
    size_t n = pull_pending(pull, to, room);
    while (n < room && !pull->ended) {
        next(pull);
        n += pull_pending(pull, to + n, room - n);
    }
    return (int64_t)n;
}

/* Whole groups of five letters, up to the first that is none; how many bytes they made. */
static size_t read_groups(struct pull *pull, uint8_t *to, size_t room)
{
    size_t n = 0;
    while (room - n >= 4 && pull->in.len - pull->at >= 5) {
        const uint8_t *from = pull->in.at + pull->at;
        uint32_t value = 0, others = 0;
        for (size_t i = 0; i < 5; i++) {
            value = value * 85 + (from[i] - (uint32_t)'!');
            others |= from[i] < '!' || from[i] > 'u';
        }
        if (others != 0)
            break;
        for (size_t i = 0; i < 4; i++)
            to[n++] = (uint8_t)(value >> (24 - 8 * i));
        pull->at += 5;
    }
    return n;
}

static int64_t read_ascii85(void *own, uint8_t *to, size_t room)
{
    struct pull *pull = own;
    size_t n = 0;
    while (n < room) {
        if (pull->pending_at == pull->pending_len && !pull->ended)
            n += read_groups(pull, to + n, room - n);
        int64_t some = read_letters(pull, to + n, room - n < 4 ? room - n : 4, next_ascii85);
        if (some == 0)
            break;
        n += (size_t)some;
    }
    return (int64_t)n;
}

static int64_t read_hex(void *own, uint8_t *to, size_t room)
{
    return read_letters(own, to, room, next_hex);
}

/* 7.4.5: a length byte, then bytes or one byte to repeat; 128 ends. */
struct runs {
    struct bytes in;
    size_t at;
    size_t left;
    bool repeat;
};

static int64_t read_runs(void *own, uint8_t *to, size_t room)
{
    struct runs *runs = own;
    size_t n = 0;
    while (n < room) {
        if (runs->left == 0) {
            if (runs->at >= runs->in.len || runs->in.at[runs->at] == 128)
                break;
            uint8_t length = runs->in.at[runs->at++];
            runs->repeat = length > 128;
            runs->left = length > 128 ? 257u - length : length + 1u;
        }
        if (runs->at >= runs->in.len)
            break;
        to[n++] = runs->in.at[runs->at];
        runs->left--;
        if (!runs->repeat || runs->left == 0)
            runs->at++;
    }
    return (int64_t)n;
}

/* 7.4.4.4: PNG predictors, each row led by its filter's number; in place, the rows move up. */
static struct bytes unpredict(struct node *node, struct bytes parameters, struct bytes in)
{
    int64_t predictor = pdf_int(pdf_get(parameters, "Predictor"), 1);
    int64_t columns = pdf_int(pdf_get(parameters, "Columns"), 1),
            colors = pdf_int(pdf_get(parameters, "Colors"), 1);
    int64_t bits = pdf_int(pdf_get(parameters, "BitsPerComponent"), 8);
    if (predictor < 10 || columns < 1 || columns > 1 << 20 || colors < 1 || colors > 32 ||
        bits < 1 || bits > 16)
        return in;
    size_t row = (size_t)((columns * colors * bits + 7) / 8),
           step = (size_t)((colors * bits + 7) / 8);
    size_t rows = in.len / (row + 1);
    if (rows == 0 || !open_take_bytes(node, rows * row))
        return in;
    uint8_t *out = arena_alloc_raw(node->tree->arena, rows * row);
    const uint8_t *up = arena_alloc(node->tree->arena, row); /* above the first row is zero */
    for (size_t y = 0; y < rows; y++) {
        const uint8_t *from = in.at + y * (row + 1) + 1;
        predict_undo(from[-1], from, up, out + y * row, row, step);
        up = out + y * row;
    }
    return bytes_of(out, rows * row);
}

bool pdf_filter(struct node *node, struct bytes name, struct bytes parameters, struct bytes in,
                size_t known, struct bytes *out)
{
    struct decompressed done;
    bool predicts = false;
    if (pdf_name_is(name, "FlateDecode") || pdf_name_is(name, "Fl")) {
        done = decompress(node, (struct decompress){.codec = CODEC_ZLIB,
                                                    .in = in,
                                                    .at_most = known,
                                                    .any_ratio = known != 0,
                                                    .unchecked = true}); /* viewers show it */
        if (done.out.len == 0 &&
            done.status == DECOMPRESS_MALFORMED) /* without its two header bytes */
            done = decompress(node,
                              (struct decompress){.codec = CODEC_DEFLATE, .in = bytes_from(in, 2)});
        predicts = true;
    } else if (pdf_name_is(name, "LZWDecode") || pdf_name_is(name, "LZW")) {
        struct lzw lzw;
        lzw_begin(&lzw, in, LZW_PDF, 8);
        lzw.early = pdf_int(pdf_get(parameters, "EarlyChange"), 1) != 0;
        done = decompress_from(node, in.len, lzw_read, &lzw);
        predicts = true;
    } else if (pdf_name_is(name, "ASCII85Decode") || pdf_name_is(name, "A85")) {
        struct pull pull = {.in = in};
        done = decompress_from(node, in.len, read_ascii85, &pull);
    } else if (pdf_name_is(name, "ASCIIHexDecode") || pdf_name_is(name, "AHx")) {
        struct pull pull = {.in = in};
        done = decompress_from(node, in.len, read_hex, &pull);
    } else if (pdf_name_is(name, "RunLengthDecode") || pdf_name_is(name, "RL")) {
        struct runs runs = {.in = in};
        done = decompress_from(node, in.len, read_runs, &runs);
    } else {
        return false;
    }
    size_t at = 0;
    bytes_inside(node->content, in, &at);
    if (done.status == DECOMPRESS_BYTES || done.status == DECOMPRESS_RATIO ||
        done.status == DECOMPRESS_TIME)
        decompress_note(node, done.status, at, in.len);
    else if (done.out.len == 0 && done.status != DECOMPRESS_OK && in.len > 8)
        decompress_note(node, done.status, at, in.len);
    *out = predicts && parameters.len > 0 ? unpredict(node, parameters, done.out) : done.out;
    return true;
}
