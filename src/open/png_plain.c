/* SPDX-License-Identifier: Apache-2.0 */
#include "open/png_plain.h"

#include "artifact/decompress.h"
#include "open/predict.h"

#include <stdlib.h>

#define ROWS_BYTES_MAX ((size_t)32 * 1024 * 1024)
#define CHUNK_MAX ((size_t)8 * 1024 * 1024)
#define WIDTH_MAX 1000000 /* pixels */

enum color { GRAY = 0, RGB = 2, PALETTE = 3, GRAY_ALPHA = 4, RGB_ALPHA = 6 };

struct plain {
    struct bytes b;
    uint32_t width, height;
    uint8_t depth, color, components;
    struct bytes palette, opacity; /* PLTE, and tRNS of its entries */
    struct bytes data;             /* IDAT where there is one only */
    size_t data_at, data_end, data_len; /* the run of IDAT chunks, and what they hold */
};

/* The header, by the table in section 11.2.2; false for 16 bits and interlaced ones too. */
static bool read_header(struct plain *png)
{
    static const uint8_t components[] = {1, 0, 3, 1, 2, 0, 4};
    struct bytes b = png->b;
    if (b.len < 33 || !bytes_starts(b, BYTES("\x89PNG\r\n\x1A\n")) || bytes_u32be(b, 8) != 13 ||
        !bytes_equal(bytes_sub(b, 12, 4), BYTES("IHDR")))
        return false;
    png->width = bytes_u32be(b, 16), png->height = bytes_u32be(b, 20);
    png->depth = b.at[24], png->color = b.at[25];
    if (png->width == 0 || png->height == 0 || png->width > WIDTH_MAX || png->height > INT32_MAX ||
        png->color > RGB_ALPHA || b.at[26] != 0 || b.at[27] != 0 || b.at[28] != 0)
        return false;
    png->components = components[png->color];
    bool few = png->depth == 1 || png->depth == 2 || png->depth == 4;
    return png->components != 0 &&
           (png->depth == 8 || (few && (png->color == GRAY || png->color == PALETTE)));
}

/* A chunk before the data; false where libpng has something to say about it. */
static bool read_before(struct plain *png, struct bytes name, struct bytes data)
{
    if (bytes_equal(name, BYTES("PLTE"))) {
        size_t most = png->color == PALETTE ? (size_t)1 << png->depth : 256;
        if (png->palette.at != NULL || png->color == GRAY || png->color == GRAY_ALPHA ||
            data.len == 0 || data.len % 3 != 0 || data.len / 3 > most)
            return false;
        png->palette = data;
        return true;
    }
    if (bytes_equal(name, BYTES("tRNS"))) {
        png->opacity = data;
        return png->color == PALETTE && data.len > 0 && data.len <= png->palette.len / 3;
    }
    return (name.at[0] & 0x20) != 0; /* not a critical one */
}

/* Chunks up to the end of the data. */
static bool read_chunks(struct plain *png)
{
    for (size_t at = 33; at + 12 <= png->b.len;) {
        size_t len = bytes_u32be(png->b, at);
        struct bytes name = bytes_sub(png->b, at + 4, 4), data = bytes_sub(png->b, at + 8, len);
        if (len > png->b.len - at - 12)
            return false;
        for (size_t i = 0; i < 4; i++)
            if (!ascii_is_alpha(name.at[i]))
                return false;
        bool is_data = bytes_equal(name, BYTES("IDAT"));
        if (!is_data && png->data_at != 0)
            return png->palette.at != NULL || png->color != PALETTE;
        if (!is_data && (len > CHUNK_MAX || !read_before(png, name, data)))
            return false;
        if (is_data) {
            png->data = png->data_at == 0 ? data : BYTES_NONE;
            png->data_at = png->data_at == 0 ? at : png->data_at;
            png->data_len += len;
            png->data_end = at + 12 + len;
        }
        at += 12 + len;
    }
    return false;
}

/* The IDAT chunks one after the other; on the heap where there are several. */
static struct bytes join_data(const struct plain *png, uint8_t **heap_out)
{
    if (png->data.at != NULL)
        return png->data;
    uint8_t *joined = *heap_out = malloc(png->data_len + 1);
    if (joined == NULL)
        abort();
    size_t used = 0;
    for (size_t at = png->data_at; at < png->data_end;) {
        size_t len = bytes_u32be(png->b, at);
        memcpy(joined + used, png->b.at + at + 8, len);
        used += len;
        at += 12 + len;
    }
    return bytes_of(joined, used);
}

/* The rows with their filters' numbers, inflated; false where there are not exactly LEN bytes. */
static bool inflate_rows(const struct plain *png, uint8_t *rows, size_t len)
{
    uint8_t *heap = NULL;
    struct bytes data = join_data(png, &heap);
    bool whole = decompress_into(data, rows, len) == len;
    free(heap);
    return whole;
}

/* Gray of each value: of the palette's entries over white, or of few bits. */
static void fill_table(const struct plain *png, uint8_t table[256])
{
    unsigned most = (1u << png->depth) - 1;
    const struct sample_row form = {.bits = 8, .step = 4, .red = 0, .blue = 2, .alpha = 3};
    for (unsigned i = 0; i <= most; i++) {
        struct bytes entry = bytes_sub(png->palette, 3 * (size_t)i, 3);
        uint8_t sample[4] = {0, 0, 0, i < png->opacity.len ? png->opacity.at[i] : 255};
        if (entry.len == 3)
            memcpy(sample, entry.at, 3);
        if (png->color == PALETTE)
            picture_gray_row(&form, sample, &table[i], 1);
        else
            table[i] = (uint8_t)(i * 255 / most);
    }
}

/* Undo the filters in place and put each row's gray into PICTURE; false at an unknown filter. */
static bool read_rows(const struct plain *png, uint8_t *rows, size_t row_len,
                      struct picture *picture)
{
    uint8_t table[256];
    size_t step = png->depth < 8 ? 1 : png->components;
    struct sample_row form = {.bits = png->depth, .step = (uint8_t)step, .red = 0, .blue = 2};
    form.alpha = png->color == GRAY_ALPHA ? 1 : png->color == RGB_ALPHA ? 3 : 0;
    if (step == 1 && (png->color == PALETTE || png->depth < 8)) {
        fill_table(png, table);
        form.table = table;
    }
    uint8_t *first = calloc(1, row_len); /* above the first row is zero */
    const uint8_t *up = first;
    if (first == NULL)
        abort();
    bool known = true;
    for (uint32_t y = 0; y < png->height && known; y++) {
        uint8_t *row = rows + (size_t)y * (row_len + 1) + 1;
        known = row[-1] < PREDICT_FILTERS;
        predict_undo(row[-1], row, up, row, row_len, step);
        picture_gray_row(&form, row, picture->gray + (size_t)y * png->width, png->width);
        up = row;
    }
    free(first);
    return known;
}

bool png_plain(struct node *node, struct picture *picture)
{
    struct plain png = {.b = node->content};
    if (!read_header(&png) || !read_chunks(&png))
        return false;
    size_t row_len = ((size_t)png.width * png.components * png.depth + 7) / 8;
    if (row_len + 1 > ROWS_BYTES_MAX / png.height ||
        (uint64_t)png.width * png.height > node->tree->budget->most[LIMIT_PIXELS])
        return false;
    size_t len = (row_len + 1) * png.height;
    uint8_t *rows = malloc(len);
    if (rows == NULL)
        abort();
    bool done =
        inflate_rows(&png, rows, len) && picture_begin(node, picture, png.width, png.height);
    if (done && !read_rows(&png, rows, row_len, picture)) {
        picture_finish(picture);
        done = false;
    }
    free(rows);
    return done;
}
