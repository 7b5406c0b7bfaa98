/* SPDX-License-Identifier: Apache-2.0
 *
 * The one file that wraps libjpeg-turbo. */
#include "open/picture.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#define SIDE_WANTED 3000u /* a code is readable at this; more only costs */
#define SCANS_MAX 200     /* progressive bombs repeat scans */
#define START_OF_SCAN 0xDA

struct jpeg_error {
    struct jpeg_error_mgr base;
    jmp_buf back;
    bool cut;
};

static void on_error(j_common_ptr jpeg)
{
    longjmp(((struct jpeg_error *)jpeg->err)->back, 1);
}

static void on_message(j_common_ptr jpeg, int level)
{
    /* libjpeg fills in what is missing and warns: then the picture is not all there. */
    if (level < 0)
        ((struct jpeg_error *)jpeg->err)->cut = true;
}

static void on_output(j_common_ptr jpeg)
{
    (void)jpeg;
}

static void on_progress(j_common_ptr common)
{
    j_decompress_ptr jpeg = (j_decompress_ptr)common;
    struct budget *budget = common->client_data;
    if (jpeg->input_scan_number > SCANS_MAX || !budget_time_left(budget))
        on_error(common);
}

/* A progressive file without the scans that hold colour alone: gray needs none of them, and they are
 * a third of what is to be decoded. */
struct gray_source {
    struct jpeg_source_mgr base;
    struct bytes rest; /* what was not handed out yet */
};

/* The first mark at or behind AT of B, whose data may end there; b.len where there is none. */
static size_t next_mark(struct bytes b, size_t at)
{
    while ((at = bytes_find_byte(b, 0xFF, at)) != BYTES_NPOS && at + 1 < b.len) {
        uint8_t mark = b.at[at + 1];
        bool is_data = mark <= 1 || mark == 0xFF || (mark >= 0xD0 && mark <= 0xD7);
        if (!is_data)
            return at;
        at += mark == 0xFF ? 1 : 2;
    }
    return b.len;
}

/* Where the next scan of one component other than LUMA begins; b.len where there is none. */
static size_t find_colour_scan(struct bytes b, uint8_t luma)
{
    for (size_t at = next_mark(b, 0); at + 5 < b.len && b.at[at + 1] != JPEG_EOI;
         at = next_mark(b, at + 2 + bytes_u16be(b, at + 2)))
        if (b.at[at + 1] == START_OF_SCAN && b.at[at + 4] == 1 && b.at[at + 5] != luma)
            return at;
    return b.len;
}

static boolean next_piece(j_decompress_ptr jpeg)
{
    static const JOCTET end[] = {0xFF, JPEG_EOI};
    struct gray_source *source = (struct gray_source *)jpeg->src;
    uint8_t luma = (uint8_t)jpeg->comp_info[0].component_id;
    size_t len;
    while ((len = find_colour_scan(source->rest, luma)) == 0 && source->rest.len > 0)
        source->rest = bytes_from(source->rest, next_mark(source->rest, 2));
    source->base.next_input_byte = len == 0 ? end : source->rest.at;
    source->base.bytes_in_buffer = len == 0 ? sizeof end : len;
    source->rest = bytes_from(source->rest, len);
    if (len == 0)
        ((struct jpeg_error *)jpeg->err)->cut = true;
    return TRUE;
}

static void skip_bytes(j_decompress_ptr jpeg, long count)
{
    while (count > (long)jpeg->src->bytes_in_buffer) {
        count -= (long)jpeg->src->bytes_in_buffer;
        next_piece(jpeg);
    }
    jpeg->src->next_input_byte += count;
    jpeg->src->bytes_in_buffer -= (size_t)count;
}

/* Go on without colour where the header that was read allows it. */
static void leave_colour(struct jpeg_decompress_struct *jpeg, struct gray_source *source)
{
    if (!jpeg->progressive_mode || jpeg->jpeg_color_space != JCS_YCbCr)
        return;
    source->base = *jpeg->src;
    source->base.fill_input_buffer = next_piece;
    source->base.skip_input_data = skip_bytes;
    source->rest = bytes_of(source->base.next_input_byte, source->base.bytes_in_buffer);
    jpeg->src = &source->base;
    next_piece(jpeg);
}

static void read_rows(struct jpeg_decompress_struct *jpeg, struct picture *picture)
{
    while (jpeg->output_scanline < jpeg->output_height) {
        JSAMPROW row = picture->gray + (size_t)jpeg->output_scanline * picture->width;
        jpeg_read_scanlines(jpeg, &row, 1);
    }
}

/* The rows that were not read. */
static void leave_white(const struct jpeg_decompress_struct *jpeg, struct picture *picture)
{
    size_t done = (size_t)jpeg->output_scanline * picture->width;
    memset(picture->gray + done, 255, (size_t)picture->width * picture->height - done);
}

bool picture_jpeg(struct node *node, struct picture *picture)
{
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error error = {.cut = false};
    struct jpeg_progress_mgr progress = {.progress_monitor = on_progress};
    struct gray_source source;
    volatile bool sized = false, broken = false;
    *picture = (struct picture){0};
    jpeg.err = jpeg_std_error(&error.base);
    error.base.error_exit = on_error;
    error.base.emit_message = on_message;
    error.base.output_message = on_output;
    if (setjmp(error.back) == 0) {
        jpeg_create_decompress(&jpeg);
        jpeg.client_data = node->tree->budget;
        jpeg.progress = &progress;
        jpeg.mem->max_memory_to_use = 64L * 1024 * 1024;
        jpeg_mem_src(&jpeg, node->content.at, node->content.len);
        jpeg_read_header(&jpeg, TRUE);
        jpeg.out_color_space =
            jpeg.jpeg_color_space == JCS_CMYK || jpeg.jpeg_color_space == JCS_YCCK ? JCS_CMYK
                                                                                   : JCS_GRAYSCALE;
        jpeg.do_block_smoothing = FALSE; /* edges are what is looked for */
        leave_colour(&jpeg, &source);
        jpeg.scale_num = jpeg.scale_denom = 1;
        while (jpeg.scale_denom < 8 && (jpeg.image_width / jpeg.scale_denom > SIDE_WANTED ||
                                        jpeg.image_height / jpeg.scale_denom > SIDE_WANTED))
            jpeg.scale_denom *= 2;
        uint64_t pixels = (uint64_t)jpeg.image_width * jpeg.image_height;
        if (jpeg.out_color_space == JCS_CMYK) {
            broken = false; /* prints, not codes */
        } else if (pixels > node->tree->budget->most[LIMIT_PIXELS]) {
            node_limit(node, LIMIT_PIXELS);
        } else {
            jpeg_start_decompress(&jpeg);
            sized = picture_begin(node, picture, jpeg.output_width, jpeg.output_height);
            if (sized)
                read_rows(&jpeg, picture);
        }
    } else {
        broken = true;
        if (sized)
            leave_white(&jpeg, picture);
    }
    jpeg_destroy_decompress(&jpeg);
    if (broken)
        node_anomaly(node, ANOMALY_UNDECODABLE, 0, 0, BYTES("JPEG data"));
    else if (error.cut)
        node_anomaly(node, ANOMALY_MALFORMED, 0, 0, BYTES("JPEG data"));
    return sized;
}
