/* SPDX-License-Identifier: Apache-2.0
 *
 * Pictures in a PDF as children: JPEG streams as they are, sample streams as BMP files.
 *
 * Only pictures a code could hide in are made (24 to 4,000 samples a side); masks are made too, because
 * some writers draw the code with one. */
#include "open/opener.h"
#include "open/pdf.h"
#include "open/picture.h"

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

/* Components of fewer than eight bits as bytes over the whole range. */
static void unpack(const uint8_t *from, uint8_t *to, size_t count, unsigned bits)
{
    unsigned most = (1u << bits) - 1;
    for (size_t i = 0; i < count; i++)
        to[i] = (uint8_t)((from[i * bits / 8] >> (8 - bits - i * bits % 8) & most) * 255 / most);
}

/* Gray of each value a sample of one component can have. */
static void fill_table(uint8_t table[256], unsigned bits, struct bytes palette, size_t base)
{
    unsigned most = (1u << bits) - 1;
    struct sample_row form = {
        .bits = 8, .step = (uint8_t)base, .red = 0, .blue = 2, .black = base == 4 ? 3 : 0};
    for (unsigned v = 0; v < 256; v++) {
        struct bytes entry = bytes_sub(palette, v * base, base);
        if (palette.at == NULL)
            table[v] = (uint8_t)(v > most ? 255 : v * 255 / most);
        else if (entry.len < base)
            table[v] = 0;
        else
            picture_gray_row(&form, entry.at, &table[v], 1);
    }
}

struct samples {
    struct bytes bytes;
    uint32_t width, height;
    unsigned bits, components;
    struct bytes palette; /* absent where values are not indices */
    unsigned base;        /* components of an entry */
};

/* The samples as an 8-bit gray BMP file in the arena; absent where they are too few. */
static struct bytes to_bmp(struct node *node, const struct samples *in)
{
    size_t components = (size_t)in->width * in->components, row = (components * in->bits + 7) / 8,
           out_row = (in->width + 3u) & ~3u;
    size_t head = 54 + 1024, len = head + out_row * in->height;
    uint8_t table[256], *unpacked = NULL;
    if (row == 0 || in->bytes.len / row < in->height || !open_take_bytes(node, len))
        return BYTES_NONE;
    struct arena *arena = node->tree->arena;
    uint8_t *out = arena_alloc_raw(arena, len);
    memset(out, 0, head);
    out[0] = 'B', out[1] = 'M';
    put_u32(out + 2, (uint32_t)len), put_u32(out + 10, (uint32_t)head), put_u32(out + 14, 40);
    put_u32(out + 18, in->width), put_u32(out + 22, in->height);
    out[26] = 1, out[28] = 8;
    for (uint32_t i = 0; i < 256; i++)
        put_u32(out + 54 + 4 * i, i * 0x010101u);
    struct sample_row form = {.bits = 8,
                              .step = (uint8_t)in->components,
                              .red = 0,
                              .blue = 2,
                              .black = in->components == 4 ? 3 : 0};
    if (in->components == 1) {
        form.bits = (uint8_t)in->bits;
        fill_table(table, in->bits, in->palette, in->base);
        form.table = in->bits == 8 && in->palette.at == NULL ? NULL : table;
    } else if (in->bits < 8) {
        unpacked = arena_alloc(arena, components);
    }
    for (uint32_t y = 0; y < in->height; y++) {
        const uint8_t *from = in->bytes.at + y * row;
        if (unpacked != NULL)
            unpack(from, unpacked, components, in->bits);
        uint8_t *to = out + head + (size_t)(in->height - 1 - y) * out_row;
        picture_gray_row(&form, unpacked != NULL ? unpacked : from, to, in->width);
        memset(to + in->width, 0, out_row - in->width);
    }
    return bytes_of(out, len);
}

static void hang(const struct pdf_file *file, struct pdf_object *object)
{
    struct node *node = file->node;
    int64_t width = pdf_int(pdf_resolve(file, pdf_object_get(file, object, "Width")), 0);
    int64_t height = pdf_int(pdf_resolve(file, pdf_object_get(file, object, "Height")), 0);
    int64_t bits = pdf_int(pdf_resolve(file, pdf_object_get(file, object, "BitsPerComponent")), 1);
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
            content = to_bmp(node, &(struct samples){.bytes = samples,
                                                     .width = (uint32_t)width,
                                                     .height = (uint32_t)height,
                                                     .bits = (unsigned)bits,
                                                     .components = (unsigned)components,
                                                     .palette = palette,
                                                     .base = (unsigned)base});
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
        if (object->stream.at == NULL ||
            !pdf_name_is(pdf_object_get(file, object, "Subtype"), "Image"))
            continue;
        images++;
        hang(file, object);
        if (budget_passed(file->node->tree->budget, LIMIT_BYTES_OUT) ||
            !budget_time_left(file->node->tree->budget))
            return;
    }
}
