/* SPDX-License-Identifier: Apache-2.0
 *
 * The one file that wraps libpng, for what png_plain() leaves. */
#include "open/picture.h"
#include "open/png_plain.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>

#define WIDTH_MAX 1000000 /* pixels; the limit libpng has by default */

struct source {
    struct bytes b;
    size_t at;
    bool cut;
};

static void read_bytes(png_structp png, png_bytep to, size_t len)
{
    struct source *source = png_get_io_ptr(png);
    struct bytes part = bytes_sub(source->b, source->at, len);
    if (part.len < len) {
        source->cut = true;
        png_error(png, "cut");
    }
    memcpy(to, part.at, len);
    source->at += len;
}

static void on_error(png_structp png, png_const_charp message)
{
    (void)message;
    longjmp(*png_set_longjmp_fn(png, longjmp, sizeof(jmp_buf)), 1);
}

static void on_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static void set_transforms(png_structp png, png_infop info)
{
    png_color_16 white = {.red = 0xFFFF, .green = 0xFFFF, .blue = 0xFFFF, .gray = 0xFFFF};
    int color = png_get_color_type(png, info), depth = png_get_bit_depth(png, info);
    if (color == PNG_COLOR_TYPE_PALETTE)
        png_set_palette_to_rgb(png);
    if (color == PNG_COLOR_TYPE_GRAY && depth < 8)
        png_set_expand_gray_1_2_4_to_8(png);
    bool alpha = (color & PNG_COLOR_MASK_ALPHA) != 0;
    if (png_get_valid(png, info, PNG_INFO_tRNS) != 0) {
        png_set_tRNS_to_alpha(png);
        alpha = true;
    }
    if (depth == 16)
        png_set_scale_16(png);
    if (alpha) {
        white.red = white.green = white.blue = white.gray = 255;
        png_set_background(png, &white, PNG_BACKGROUND_GAMMA_SCREEN, 0, 1.0);
    }
    if ((color & PNG_COLOR_MASK_COLOR) != 0)
        png_set_rgb_to_gray(png, PNG_ERROR_ACTION_NONE, -1, -1);
}

/* The rows; longjmp lands in picture_png. */
static void read_rows(struct node *node, png_structp png, struct picture *picture, int passes)
{
    for (int pass = 0; pass < passes; pass++)
        for (uint32_t y = 0; y < picture->height; y++) {
            if (y % 256 == 255 && !budget_time_left(node->tree->budget))
                png_error(png, "time");
            png_read_row(png, picture->gray + (size_t)y * picture->width, NULL);
        }
}

/* A white picture; false, and an anomaly, where it is too large.  Asked before libpng makes room for
 * the rows it works on: a picture of one row may be as wide as all pixels that are allowed. */
static bool begin(struct node *node, struct picture *picture, uint32_t width, uint32_t height)
{
    if (width > WIDTH_MAX) {
        node_limit(node, LIMIT_PIXELS);
        return false;
    }
    if (!picture_begin(node, picture, width, height))
        return false;
    memset(picture->gray, 255, (size_t)width * height);
    return true;
}

bool picture_png(struct node *node, struct picture *picture)
{
    struct source source = {.b = node->content};
    *picture = (struct picture){0};
    if (png_plain(node, picture))
        return true;
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
    png_infop info = png == NULL ? NULL : png_create_info_struct(png);
    if (info == NULL)
        abort();
    volatile bool sized = false, over = false;
    if (setjmp(*png_set_longjmp_fn(png, longjmp, sizeof(jmp_buf))) == 0) {
        png_set_read_fn(png, &source, read_bytes);
        png_set_crc_action(png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
        png_set_option(png, PNG_IGNORE_ADLER32, PNG_OPTION_ON); /* viewers show it all the same */
        png_set_chunk_malloc_max(png, 8 * 1024 * 1024);
        png_set_user_limits(png, 0x7FFFFFFF, 0x7FFFFFFF);
        png_read_info(png, info);
        over = !begin(node, picture, png_get_image_width(png, info),
                      png_get_image_height(png, info));
        if (!over) {
            sized = true;
            set_transforms(png, info);
            int passes = png_set_interlace_handling(png);
            png_read_update_info(png, info);
            if (png_get_channels(png, info) != 1 || png_get_bit_depth(png, info) != 8)
                png_error(png, "shape");
            read_rows(node, png, picture, passes);
        }
    } else if (!over) {
        node_anomaly(node, source.cut ? ANOMALY_TRUNCATED : ANOMALY_UNDECODABLE, source.at, 0,
                     BYTES("PNG data"));
    }
    png_destroy_read_struct(&png, &info, NULL);
    return sized; /* what was decoded before the trouble is looked at too */
}
