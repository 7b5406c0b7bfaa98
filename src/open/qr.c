/* SPDX-License-Identifier: Apache-2.0 */
#include "open/picture.h"
#include "open/qr_zxing.h"

#include <stdlib.h>

#define SIDE_MIN 21 /* modules of the smallest QR code */
#define INVERT_PIXELS_MAX 1500000u
#define QUIET 4 /* modules of white border, ISO/IEC 18004 section 5.3.8 */
#define MODULE_PIXELS 4
#define MODULES_MAX 400u

static void found(void *own, const char *text, size_t len)
{
    struct node *node = own;
    struct bytes data = arena_copy(node->tree->arena, bytes_of(text, len));
    struct bytes type = bytes_of_string(qr_type(data));
    node_fact_add(node, FACT_QR_DATA, data);
    if (node_get(node, FACT_QR_TYPE).tag == VALUE_UNSET)
        node_fact_string(node, FACT_QR_TYPE, type);
    node_fact_pair(node, FACT_QR_ITEMS, data, value_string(type));
}

const char *qr_type(struct bytes data)
{
    static const struct {
        const char *prefix, *type;
    } rows[] = {{"http://", "url"},   {"https://", "url"}, {"www.", "url"},    {"mailto:", "email"},
                {"matmsg:", "email"}, {"smtp:", "email"},  {"tel:", "mobile"}, {"sms:", "mobile"},
                {"smsto:", "mobile"}, {"geo:", "geo"},     {"wifi:", "wifi"},  {"urlto:", "url"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (bytes_starts_fold(data, bytes_of_string(rows[i].prefix)))
            return rows[i].type;
    /* "example.com/path": a name with a dot and no blank before the first slash. */
    size_t slash = bytes_find_byte(data, '/', 0);
    struct bytes host = bytes_sub(data, 0, slash == BYTES_NPOS ? data.len : slash);
    size_t dot = bytes_find_last_byte(host, '.');
    if (dot == BYTES_NPOS || dot == 0 || dot + 2 >= host.len ||
        bytes_find_byte(host, '@', 0) != BYTES_NPOS)
        return "undefined";
    for (size_t i = 0; i < host.len; i++)
        if (!ascii_is_alnum(host.at[i]) && host.at[i] != '.' && host.at[i] != '-' &&
            host.at[i] != ':')
            return "undefined";
    for (size_t i = dot + 1; i < host.len && host.at[i] != ':'; i++)
        if (!ascii_is_alpha(host.at[i]))
            return "undefined";
    return "url";
}

/* Pale codes on pale ground: spread the samples to the whole range. */
static void stretch(const struct picture *picture, size_t pixels)
{
    uint8_t least = 255, most = 0;
    for (size_t i = 0; i < pixels; i++) {
        least = picture->gray[i] < least ? picture->gray[i] : least;
        most = picture->gray[i] > most ? picture->gray[i] : most;
    }
    unsigned range = (unsigned)(most - least);
    if (range < 8 || range > 200)
        return;
    for (size_t i = 0; i < pixels; i++)
        picture->gray[i] = (uint8_t)((unsigned)(picture->gray[i] - least) * 255u / range);
}

void qr_read(struct node *node, const struct picture *picture)
{
    size_t pixels = (size_t)picture->width * picture->height;
    if (picture->gray == NULL || picture->width < SIDE_MIN || picture->height < SIDE_MIN ||
        !budget_time_left(node->tree->budget))
        return;
    stretch(picture, pixels);
    if (qr_zxing_read(picture->gray, picture->width, picture->height, found, node) > 0 ||
        pixels > INVERT_PIXELS_MAX)
        return;
    /* Light on dark. */
    for (size_t i = 0; i < pixels; i++)
        picture->gray[i] = (uint8_t)(255 - picture->gray[i]);
    qr_zxing_read(picture->gray, picture->width, picture->height, found, node);
}

void qr_read_modules(struct node *node, const uint8_t *module, uint32_t width, uint32_t height)
{
    if (width < SIDE_MIN || height < SIDE_MIN || width > MODULES_MAX || height > MODULES_MAX)
        return;
    uint32_t out_width = (width + 2 * QUIET) * MODULE_PIXELS,
             out_height = (height + 2 * QUIET) * MODULE_PIXELS;
    struct picture picture;
    if (!picture_begin(node, &picture, out_width, out_height))
        return;
    memset(picture.gray, 255, (size_t)out_width * out_height);
    for (uint32_t y = 0; y < height * MODULE_PIXELS; y++)
        for (uint32_t x = 0; x < width * MODULE_PIXELS; x++)
            if (module[(y / MODULE_PIXELS) * width + x / MODULE_PIXELS] != 0)
                picture.gray[(size_t)(y + QUIET * MODULE_PIXELS) * out_width + x +
                             QUIET * MODULE_PIXELS] = 0;
    qr_read(node, &picture);
    picture_finish(&picture);
}
