/* SPDX-License-Identifier: Apache-2.0 */
#include "open/picture.h"
#include "open/qr_mark.h"
#include "open/qr_zxing.h"

#include <stdlib.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

#define SIDE_MIN 21 /* modules of the smallest QR code */
#define RANGE_MIN 8   /* less between the darkest and the lightest sample: nothing is drawn */
#define RANGE_FULL 200
#define LAYER_SIDE 500u /* larger pictures are read at a third of their size too: grain, big codes */
#define QUIET 4 /* modules of white border, ISO/IEC 18004 section 5.3.8 */
#define MODULE_PIXELS 4
#define MODULES_MAX 400u

void qr_tell(struct node *node, struct bytes data)
{
    data = arena_copy(node->tree->arena, data);
    struct bytes type = bytes_of_string(qr_type(data));
    node_fact_add(node, FACT_QR_DATA, data);
    if (node_get(node, FACT_QR_TYPE).tag == VALUE_UNSET)
        node_fact_string(node, FACT_QR_TYPE, type);
    node_fact_pair(node, FACT_QR_ITEMS, data, value_string(type));
}

static void found(void *own, const char *text, size_t len)
{
    qr_tell(own, bytes_of(text, len));
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

/* COUNT samples spread from LEAST and RANGE more to the whole range; how many were, from the first. */
static size_t stretch_blocks(uint8_t *gray, size_t count, uint8_t least, unsigned range)
{
    size_t i = 0;
#ifdef __SSE2__
    const __m128i zero = _mm_setzero_si128(), full = _mm_set1_epi16(255);
    const __m128i low = _mm_set1_epi8((char)least), span = _mm_set1_epi16((int16_t)range);
    const __m128i once = _mm_set1_epi16((int16_t)(65536 / range)); /* at most one too few comes out */
    const __m128i most = _mm_set1_epi16((int16_t)(range - 1));
    for (; count - i >= 8; i += 8) {
        __m128i x = _mm_sub_epi8(_mm_loadl_epi64((const __m128i *)(gray + i)), low);
        __m128i product = _mm_mullo_epi16(_mm_unpacklo_epi8(x, zero), full);
        __m128i out = _mm_mulhi_epu16(product, once);
        __m128i rest = _mm_sub_epi16(product, _mm_mullo_epi16(out, span));
        out = _mm_sub_epi16(out, _mm_cmpgt_epi16(rest, most));
        _mm_storel_epi64((__m128i *)(gray + i), _mm_packus_epi16(out, out));
    }
#else
    (void)gray, (void)count, (void)least, (void)range;
#endif
    return i;
}

/* Pale codes on pale ground: spread the samples to the whole range; false where there is none. */
static bool stretch(const struct picture *picture, const struct ink *ink, bool *changed_out)
{
    uint8_t least, most;
    size_t count = (size_t)picture->width * picture->height;
    ink_range(ink, &least, &most); /* of all samples */
    unsigned range = (unsigned)(most - least);
    *changed_out = range >= RANGE_MIN && range <= RANGE_FULL;
    if (*changed_out)
        for (size_t i = stretch_blocks(picture->gray, count, least, range); i < count; i++)
            picture->gray[i] = (uint8_t)((picture->gray[i] - least) * 255u / range);
    return range >= RANGE_MIN;
}

/* Sums of three rows; how many were added, from the first. */
static size_t add_rows(const uint8_t *a, const uint8_t *b, const uint8_t *c, uint16_t *sum,
                       size_t count)
{
    size_t x = 0;
#ifdef __SSE2__
    const __m128i zero = _mm_setzero_si128();
    for (; count - x >= 8; x += 8) {
        __m128i p = _mm_unpacklo_epi8(_mm_loadl_epi64((const __m128i *)(a + x)), zero);
        __m128i q = _mm_unpacklo_epi8(_mm_loadl_epi64((const __m128i *)(b + x)), zero);
        __m128i r = _mm_unpacklo_epi8(_mm_loadl_epi64((const __m128i *)(c + x)), zero);
        _mm_storeu_si128((__m128i *)(void *)(sum + x), _mm_add_epi16(p, _mm_add_epi16(q, r)));
    }
#else
    (void)a, (void)b, (void)c, (void)sum, (void)count;
#endif
    return x;
}

/* A ninth of each sum of three neighbours, at the place of the first; how many are, from the first.
 * N * 7282 >> 16 is N / 9 for all that nine samples can add up to. */
static size_t mean_blocks(const uint16_t *sum, uint8_t *mean, size_t count)
{
    size_t x = 0;
#ifdef __SSE2__
    const __m128i ninth = _mm_set1_epi16(7282);
    for (; count >= 10 && x <= count - 10; x += 8) {
        const __m128i *at = (const __m128i *)(const void *)(sum + x);
        __m128i a = _mm_loadu_si128(at),
                b = _mm_loadu_si128((const __m128i *)(const void *)(sum + x + 1)),
                c = _mm_loadu_si128((const __m128i *)(const void *)(sum + x + 2));
        __m128i all = _mm_mulhi_epu16(_mm_add_epi16(a, _mm_add_epi16(b, c)), ninth);
        _mm_storel_epi64((__m128i *)(void *)(mean + x), _mm_packus_epi16(all, all));
    }
#else
    (void)sum, (void)mean, (void)count;
#endif
    return x;
}

/* A third of the size, each sample the mean of nine. */
static struct picture third_of(const struct picture *from)
{
    struct picture out = {.width = from->width / 3, .height = from->height / 3};
    size_t used = (size_t)out.width * 3;
    uint16_t *sum = malloc(used * (sizeof *sum + 1)); /* of three rows */
    uint8_t *mean = (uint8_t *)(sum + used);
    out.gray = malloc((size_t)out.width * out.height);
    if (out.gray == NULL || sum == NULL)
        abort();
    for (uint32_t y = 0; y < out.height; y++) {
        const uint8_t *a = from->gray + (size_t)y * 3 * from->width, *b = a + from->width,
                      *c = b + from->width;
        uint8_t *to = out.gray + (size_t)y * out.width;
        for (size_t x = add_rows(a, b, c, sum, used); x < used; x++)
            sum[x] = (uint16_t)(a[x] + b[x] + c[x]);
        size_t done = (mean_blocks(sum, mean, used) + 2) / 3;
        for (size_t x = 0; x < done; x++)
            to[x] = mean[3 * x];
        for (size_t x = done; x < out.width; x++)
            to[x] = (uint8_t)((sum[3 * x] + sum[3 * x + 1] + sum[3 * x + 2]) / 9u);
    }
    free(sum);
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
