/* SPDX-License-Identifier: Apache-2.0 */
#include "open/picture.h"

#include "open/lzw.h"

#include <stdlib.h>

bool picture_begin(struct node *node, struct picture *picture, uint32_t width, uint32_t height)
{
    *picture = (struct picture){.width = width, .height = height};
    if (width == 0 || height == 0 ||
        (uint64_t)width * height > node->tree->budget->most[LIMIT_PIXELS]) {
        if (width != 0 && height != 0)
            node_limit(node, LIMIT_PIXELS);
        return false;
    }
    picture->gray = malloc((size_t)width * height);
    if (picture->gray == NULL)
        abort();
    return true;
}

void picture_finish(struct picture *picture)
{
    free(picture->gray);
    picture->gray = NULL;
}

/* The frame header (SOF0..15 without the three that are none) of a JPEG file. */
static bool jpeg_size(struct bytes b, uint32_t *width, uint32_t *height)
{
    size_t at = 2;
    while (at + 9 < b.len) {
        if (b.at[at] != 0xFF) {
            at++;
            continue;
        }
        uint8_t mark = b.at[at + 1];
        if (mark >= 0xC0 && mark <= 0xCF && mark != 0xC4 && mark != 0xC8 && mark != 0xCC) {
            *height = bytes_u16be(b, at + 5);
            *width = bytes_u16be(b, at + 7);
            return true;
        }
        at += mark == 0xFF ? 1
              : mark == 0 || mark == 1 || (mark >= 0xD0 && mark <= 0xD9)
                  ? 2
                  : 2u + bytes_u16be(b, at + 2);
    }
    return false;
}

static bool webp_size(struct bytes b, uint32_t *width, uint32_t *height)
{
    struct bytes tag = bytes_sub(b, 12, 4);
    if (b.len < 30)
        return false;
    if (bytes_equal(tag, BYTES("VP8X"))) {
        *width = (bytes_u32le(b, 24) & 0xFFFFFF) + 1;
        *height = (bytes_u32le(b, 26) >> 8) + 1;
    } else if (bytes_equal(tag, BYTES("VP8L"))) {
        uint32_t bits = bytes_u32le(b, 21);
        *width = (bits & 0x3FFF) + 1;
        *height = (bits >> 14 & 0x3FFF) + 1;
    } else {
        *width = bytes_u16le(b, 26) & 0x3FFF;
        *height = bytes_u16le(b, 28) & 0x3FFF;
    }
    return true;
}

bool picture_size(const struct node *node, uint32_t *width, uint32_t *height)
{
    struct bytes b = node->content;
    switch (node->kind) {
    case KIND_PNG:
        *width = bytes_u32be(b, 16);
        *height = bytes_u32be(b, 20);
        return b.len >= 24;
    case KIND_JPEG:
        return jpeg_size(b, width, height);
    case KIND_GIF:
        *width = bytes_u16le(b, 6);
        *height = bytes_u16le(b, 8);
        return b.len >= 10;
    case KIND_WEBP:
        return webp_size(b, width, height);
    case KIND_BMP:
        *width = bytes_u32le(b, 18);
        *height = (uint32_t)labs((long)(int32_t)bytes_u32le(b, 22));
        return b.len >= 26;
    default:
        return false;
    }
}

/* GIF sub-blocks from AT joined into OUT (room for LEFT bytes); where they end, or 0 where cut. */
static size_t join_blocks(struct bytes b, size_t at, uint8_t *out, size_t *len_out)
{
    size_t len = 0;
    while (at < b.len && b.at[at] != 0) {
        struct bytes part = bytes_sub(b, at + 1, b.at[at]);
        if (out != NULL)
            memcpy(out + len, part.at, part.len);
        len += part.len;
        at += 1u + b.at[at];
    }
    *len_out = len;
    return at < b.len ? at + 1 : 0;
}

/* Where the first image descriptor (mark ',') of a GIF file is; 0 where there is none. */
static size_t gif_first_image(struct bytes b)
{
    size_t at = 13, len;
    if (b.len < 13)
        return 0;
    if ((b.at[10] & 0x80) != 0)
        at += (size_t)3 << ((b.at[10] & 7) + 1);
    while (at + 2 < b.len && b.at[at] == '!') {
        at = join_blocks(b, at + 2, NULL, &len);
        if (at == 0)
            return 0;
    }
    return at < b.len && b.at[at] == ',' ? at : 0;
}

bool picture_gif(struct node *node, struct picture *picture)
{
    struct bytes b = node->content;
    size_t at = gif_first_image(b);
    *picture = (struct picture){0};
    if (at == 0 || b.len - at < 11) {
        node_anomaly(node, ANOMALY_TRUNCATED, b.len, 0, BYTES("GIF data"));
        return false;
    }
    uint32_t width = bytes_u16le(b, at + 5), height = bytes_u16le(b, at + 7);
    uint8_t flags = b.at[at + 9];
    struct bytes palette =
        bytes_sub(b, 13, (b.at[10] & 0x80) != 0 ? (size_t)3 << ((b.at[10] & 7) + 1) : 0);
    at += 10;
    if ((flags & 0x80) != 0) {
        palette = bytes_sub(b, at, (size_t)3 << ((flags & 7) + 1));
        at += palette.len;
    }
    if (at >= b.len || b.at[at] < 2 || b.at[at] > 8 || !picture_begin(node, picture, width, height))
        return false;
    uint8_t literal_bits = b.at[at];
    size_t len;
    uint8_t *joined = malloc(b.len);
    struct lzw *lzw = malloc(sizeof *lzw);
    uint8_t *row = malloc(width);
    if (joined == NULL || lzw == NULL || row == NULL)
        abort();
    if (join_blocks(b, at + 1, joined, &len) == 0)
        node_anomaly(node, ANOMALY_TRUNCATED, b.len, 0, BYTES("GIF data"));
    lzw_begin(lzw, bytes_of(joined, len), LZW_GIF, literal_bits);
    memset(picture->gray, 255, (size_t)width * height);
    static const uint8_t first[] = {0, 4, 2, 1}, step[] = {8, 8, 4, 2};
    bool laced = (flags & 0x40) != 0;
    for (int pass = 0; pass < (laced ? 4 : 1); pass++)
        for (uint32_t y = laced ? first[pass] : 0; y < height; y += laced ? step[pass] : 1) {
            int64_t got = lzw_read(lzw, row, width);
            for (int64_t x = 0; x < got; x++) {
                struct bytes c = bytes_sub(palette, (size_t)row[x] * 3, 3);
                if (c.len == 3)
                    picture->gray[(size_t)y * width + (size_t)x] =
                        picture_gray(c.at[0], c.at[1], c.at[2]);
            }
            if (got < width)
                break;
        }
    free(row);
    free(lzw);
    free(joined);
    return true;
}

static size_t png_end(struct bytes b, bool *cut)
{
    size_t at = 8;
    while (at + 12 <= b.len) {
        size_t len = bytes_u32be(b, at);
        if (bytes_equal(bytes_sub(b, at + 4, 4), BYTES("IEND")))
            return at + 12 + len > b.len ? b.len : at + 12 + len;
        if (len > b.len - at - 12)
            break;
        at += 12 + len;
    }
    *cut = true;
    return b.len;
}

static size_t jpeg_end(struct bytes b, bool *cut)
{
    size_t at = 2;
    while (at + 2 <= b.len) {
        if (b.at[at] != 0xFF) {
            size_t next = bytes_find_byte(b, 0xFF, at);
            at = next == BYTES_NPOS ? b.len : next;
            continue;
        }
        if (b.at[at + 1] == 0xFF || b.at[at + 1] == 0) {
            at++;
            continue;
        }
        uint8_t mark = b.at[at + 1];
        if (mark == 0xD9)
            return at + 2;
        at += mark == 1 || (mark >= 0xD0 && mark <= 0xD8) ? 2 : 2u + bytes_u16be(b, at + 2);
    }
    *cut = true;
    return b.len;
}

static size_t gif_end(struct bytes b, bool *cut)
{
    size_t at = gif_first_image(b), len;
    while (at != 0 && at < b.len) {
        if (b.at[at] == ';')
            return at + 1;
        if (b.at[at] == '!') {
            at = join_blocks(b, at + 2, NULL, &len);
        } else if (b.at[at] == ',' && b.len - at > 11) {
            size_t data =
                at + 10 + ((b.at[at + 9] & 0x80) != 0 ? (size_t)3 << ((b.at[at + 9] & 7) + 1) : 0);
            at = join_blocks(b, data + 1, NULL, &len);
        } else {
            break;
        }
    }
    *cut = true;
    return b.len;
}

size_t picture_end(const struct node *node, bool *cut)
{
    struct bytes b = node->content;
    *cut = false;
    switch (node->kind) {
    case KIND_PNG:
        return png_end(b, cut);
    case KIND_JPEG:
        return jpeg_end(b, cut);
    case KIND_GIF:
        return gif_end(b, cut);
    case KIND_WEBP: {
        uint64_t end = (uint64_t)bytes_u32le(b, 4) + 8;
        *cut = end > b.len;
        return *cut ? b.len : (size_t)end;
    }
    default:
        return b.len;
    }
}
