/* SPDX-License-Identifier: Apache-2.0
 *
 * Pictures in a PDF as children: JPEG streams as they are, sample streams as BMP files.
 *
 * Only pictures a code could hide in are made (24 to 4,000 samples a side); masks are made too, because
 * some writers draw the code with one. */
#include "open/opener.h"
#include "open/pdf.h"

#define IMAGES_MAX 64u
#define SIDE_MIN 24
#define SIDE_MAX 4000

static void put_u32(uint8_t *at, uint32_t n)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(n >> (8 * i));
}

/* Components a sample has, or 0 where the colour space is not simple; an Indexed space gives its table. */
static int components_of(const struct pdf_file *file, struct bytes body, struct bytes *palette,
                         int *base_out)
{
    struct bytes space = pdf_resolve(file, pdf_get(body, "ColorSpace")), name;
    size_t at = 0;
    if (bytes_equal(pdf_get(body, "ImageMask"), BYTES("true")))
        return 1;
    if (pdf_name_is(space, "DeviceGray") || pdf_name_is(space, "CalGray") ||
        pdf_name_is(space, "G"))
        return 1;
    if (pdf_name_is(space, "DeviceRGB") || pdf_name_is(space, "CalRGB") ||
        pdf_name_is(space, "RGB"))
        return 3;
    if (pdf_name_is(space, "DeviceCMYK"))
        return 4;
    if (!pdf_token(space, &at, &name) || !bytes_equal(name, BYTES("[")) ||
        !pdf_token(space, &at, &name))
        return 0;
    if (pdf_name_is(name, "ICCBased")) {
        struct pdf_object *profile = pdf_find(file, pdf_reference(pdf_value(space, &at)));
        return profile == NULL ? 0 : (int)pdf_int(pdf_get(profile->body, "N"), 0);
    }
    if (pdf_name_is(name, "CalRGB"))
        return 3;
    if (pdf_name_is(name, "CalGray") || pdf_name_is(name, "Separation"))
        return 1;
    if (pdf_name_is(name, "Indexed") || pdf_name_is(name, "I")) {
        struct bytes base = pdf_resolve(file, pdf_value(space, &at));
        pdf_value(space, &at);
        struct bytes table = pdf_value(space, &at);
        struct pdf_object *stream = pdf_find(file, pdf_reference(table));
        *palette = stream != NULL && stream->stream.at != NULL
                       ? pdf_stream(file, stream)
                       : pdf_string_bytes(file->node->tree->arena, pdf_resolve(file, table));
        *base_out = pdf_name_is(base, "DeviceGray") ? 1 : pdf_name_is(base, "DeviceCMYK") ? 4 : 3;
        return 1;
    }
    return 0;
}

static uint8_t gray_of(const uint8_t *sample, int components)
{
    if (components == 3)
        return (uint8_t)((sample[0] * 77 + sample[1] * 151 + sample[2] * 28) >> 8);
    if (components == 4) {
        int ink = ((sample[0] * 77 + sample[1] * 151 + sample[2] * 28) >> 8) + sample[3];
        return (uint8_t)(ink > 255 ? 0 : 255 - ink);
    }
    return sample[0];
}

/* SAMPLES as an 8-bit gray BMP file in the arena; absent where they are too few. */
static struct bytes to_bmp(struct node *node, struct bytes samples, uint32_t width, uint32_t height,
                           int bits, int components, struct bytes palette, int base)
{
    size_t row = ((size_t)width * (size_t)components * (size_t)bits + 7) / 8,
           out_row = (width + 3u) & ~3u;
    size_t head = 54 + 1024, len = head + out_row * height;
    if (row == 0 || samples.len / row < height || !open_take_bytes(node, len))
        return BYTES_NONE;
    uint8_t *out = arena_alloc(node->tree->arena, len);
    out[0] = 'B', out[1] = 'M';
    put_u32(out + 2, (uint32_t)len), put_u32(out + 10, (uint32_t)head), put_u32(out + 14, 40);
    put_u32(out + 18, width), put_u32(out + 22, height);
    out[26] = 1, out[28] = 8;
    for (uint32_t i = 0; i < 256; i++)
        put_u32(out + 54 + 4 * i, i * 0x010101u);
    for (uint32_t y = 0; y < height; y++) {
        uint8_t *to = out + head + (size_t)(height - 1 - y) * out_row;
        const uint8_t *from = samples.at + y * row;
        for (uint32_t x = 0; x < width; x++) {
            uint8_t sample[4];
            for (int c = 0; c < components; c++) {
                size_t bit = ((size_t)x * (size_t)components + (size_t)c) * (size_t)bits;
                unsigned v = from[bit / 8];
                if (bits < 8)
                    v = v >> (8 - (unsigned)bits - bit % 8) & ((1u << bits) - 1);
                sample[c] =
                    (uint8_t)(bits < 8 && palette.at == NULL ? v * 255 / ((1u << bits) - 1) : v);
            }
            if (palette.at != NULL) {
                struct bytes entry =
                    bytes_sub(palette, (size_t)sample[0] * (size_t)base, (size_t)base);
                to[x] = entry.len == (size_t)base ? gray_of(entry.at, base) : 0;
            } else {
                to[x] = gray_of(sample, components);
            }
        }
    }
    return bytes_of(out, len);
}

static void hang(const struct pdf_file *file, struct pdf_object *object)
{
    struct node *node = file->node;
    int64_t width = pdf_int(pdf_resolve(file, pdf_get(object->body, "Width")), 0);
    int64_t height = pdf_int(pdf_resolve(file, pdf_get(object->body, "Height")), 0);
    int64_t bits = pdf_int(pdf_resolve(file, pdf_get(object->body, "BitsPerComponent")), 1);
    if (width < SIDE_MIN || height < SIDE_MIN || width > SIDE_MAX || height > SIDE_MAX)
        return;
    struct bytes samples = pdf_stream(file, object), content = BYTES_NONE, palette = BYTES_NONE;
    const char *extension = "jpg";
    enum kind kind = KIND_JPEG;
    int base = 3;
    if (bytes_equal(object->picture_filter, BYTES("DCTDecode")) ||
        bytes_equal(object->picture_filter, BYTES("DCT"))) {
        content = samples;
    } else if (object->picture_filter.at == NULL) {
        int components = components_of(file, object->body, &palette, &base);
        if (bits != 1 && bits != 2 && bits != 4 && bits != 8)
            return;
        if (components >= 1 && components <= 4)
            content = to_bmp(node, samples, (uint32_t)width, (uint32_t)height, (int)bits,
                             components, palette, base);
        extension = "bmp";
        kind = KIND_BMP;
    }
    if (content.at == NULL)
        return;
    struct node *child = node_add(
        node, content, arena_printf(node->tree->arena, "image-%u.%s", object->number, extension));
    if (child == NULL)
        return;
    child->kind = kind;
    child->is_view = kind == KIND_BMP;
}

void pdf_images_hang(const struct pdf_file *file)
{
    uint32_t images = 0;
    for (uint32_t i = 0; i < file->count && images < IMAGES_MAX; i++) {
        struct pdf_object *object = &file->object[i];
        if (object->stream.at == NULL || !pdf_name_is(pdf_get(object->body, "Subtype"), "Image"))
            continue;
        images++;
        hang(file, object);
        if (budget_passed(file->node->tree->budget, LIMIT_BYTES_OUT) ||
            !budget_time_left(file->node->tree->budget))
            return;
    }
}
