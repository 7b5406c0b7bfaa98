/* SPDX-License-Identifier: Apache-2.0 */
#include "open/picture.h"
#include "open/qr_mark.h"
#include "open/qr_zxing.h"

#include <stdlib.h>

#define SIDE_MIN 21 /* modules of the smallest QR code */
#define RANGE_MIN 8   /* less between the darkest and the lightest sample: nothing is drawn */
#define RANGE_FULL 200
#define LAYER_SIDE 500u /* larger pictures are read at a third of their size too: grain, big codes */
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

/* Pale codes on pale ground: spread the samples to the whole range; false where there is none. */
static bool stretch(const struct picture *picture, const struct ink *ink, bool *changed_out)
{
    uint8_t least, most, to[256];
    ink_range(ink, &least, &most);
    unsigned range = (unsigned)(most - least);
    *changed_out = range >= RANGE_MIN && range <= RANGE_FULL;
    if (!*changed_out)
        return range >= RANGE_MIN;
    for (unsigned i = 0; i < 256; i++)
        to[i] = (uint8_t)(i < least ? 0 : i > most ? 255 : (i - least) * 255u / range);
    for (size_t i = 0; i < (size_t)picture->width * picture->height; i++)
        picture->gray[i] = to[picture->gray[i]];
    return true;
}

/* A third of the size, each sample the mean of nine. */
static struct picture third_of(const struct picture *from)
{
    struct picture out = {.width = from->width / 3, .height = from->height / 3};
    out.gray = malloc((size_t)out.width * out.height);
    if (out.gray == NULL)
        abort();
    for (uint32_t y = 0; y < out.height; y++) {
        const uint8_t *a = from->gray + (size_t)y * 3 * from->width, *b = a + from->width,
                      *c = b + from->width;
        uint8_t *to = out.gray + (size_t)y * out.width;
        for (uint32_t x = 0; x < out.width; x++, a += 3, b += 3, c += 3)
            to[x] = (uint8_t)((a[0] + a[1] + a[2] + b[0] + b[1] + b[2] + c[0] + c[1] + c[2]) / 9);
    }
    return out;
}

static void read_box(struct node *node, const struct picture *picture, const struct qr_box *box)
{
    const uint8_t *from = picture->gray + (size_t)box->y * picture->width + box->x;
    if (!box->light) {
        qr_zxing_read(from, box->width, box->height, picture->width, found, node);
        return;
    }
    uint8_t *inverse = malloc((size_t)box->width * box->height);
    if (inverse == NULL)
        abort();
    for (size_t y = 0; y < box->height; y++)
        for (size_t x = 0; x < box->width; x++)
            inverse[y * box->width + x] = (uint8_t)(255 - from[y * picture->width + x]);
    qr_zxing_read(inverse, box->width, box->height, box->width, found, node);
    free(inverse);
}

/* Boxes on the picture as it is; false where nothing can be on it at any size. */
static bool read_layer(struct node *node, const struct picture *picture, bool first)
{
    struct qr_box box[QR_BOXES_MAX];
    struct ink ink;
    bool ranges = true, changed = false;
    ink_begin(&ink, picture->gray, picture->width, picture->height);
    if (first)
        ranges = stretch(picture, &ink, &changed);
    if (changed) {
        ink_finish(&ink);
        ink_begin(&ink, picture->gray, picture->width, picture->height);
    }
    uint32_t count = ranges ? qr_boxes(&ink, box) : 0;
    ink_finish(&ink);
    for (uint32_t i = 0; i < count; i++)
        read_box(node, picture, &box[i]);
    return ranges;
}

/* Too small to look for marks on, and for that to pay. */
static void read_small(struct node *node, const struct picture *picture)
{
    struct qr_box whole = {0, 0, picture->width, picture->height, false};
    read_box(node, picture, &whole);
    whole.light = true;
    read_box(node, picture, &whole);
}

void qr_read(struct node *node, struct picture *picture)
{
    if (picture->gray == NULL || picture->width < SIDE_MIN || picture->height < SIDE_MIN ||
        !budget_time_left(node->tree->budget))
        return;
    if (picture->width < INK_SIDE_MIN || picture->height < INK_SIDE_MIN) {
        read_small(node, picture);
        return;
    }
    struct picture layer = *picture;
    bool more = read_layer(node, &layer, true);
    while (more && (layer.width < layer.height ? layer.width : layer.height) > LAYER_SIDE &&
           budget_time_left(node->tree->budget)) {
        struct picture smaller = third_of(&layer);
        if (layer.gray != picture->gray)
            picture_finish(&layer);
        layer = smaller;
        more = read_layer(node, &layer, false);
    }
    if (layer.gray != picture->gray)
        picture_finish(&layer);
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
