/* SPDX-License-Identifier: Apache-2.0 */
#include "open/picture.h"

/* Gray of each entry of PALETTE (blue, green, red, 0); whether that is the value itself. */
static bool read_palette(struct bytes palette, uint8_t table[256])
{
    bool plain = true;
    for (unsigned i = 0; i < 256; i++) {
        struct bytes c = bytes_sub(palette, 4 * (size_t)i, 3);
        table[i] = c.len == 3 ? picture_gray(c.at[2], c.at[1], c.at[0]) : 0;
        plain = plain && table[i] == i;
    }
    return plain;
}

bool picture_bmp(struct node *node, struct picture *picture)
{
    struct bytes b = node->content;
    uint32_t data = bytes_u32le(b, 10), head = bytes_u32le(b, 14), width, height;
    int32_t signed_height = (int32_t)bytes_u32le(b, 22);
    uint16_t bits = bytes_u16le(b, 28);
    uint8_t table[256];
    *picture = (struct picture){0};
    if (b.len < 54 || head < 40 || bytes_u32le(b, 30) != 0 ||
        (bits != 1 && bits != 4 && bits != 8 && bits != 24 && bits != 32))
        return false;
    picture_size(node, &width, &height);
    size_t row = ((size_t)width * bits + 31) / 32 * 4;
    if (width > INT32_MAX / 4 || data > b.len || row == 0 || (b.len - data) / row < height) {
        node_anomaly(node, ANOMALY_TRUNCATED, b.len, 0, BYTES("BMP data"));
        return false;
    }
    if (!picture_begin(node, picture, width, height))
        return false;
    struct sample_row form = {.bits = 8, .step = (uint8_t)(bits / 8), .red = 2, .blue = 0};
    if (bits <= 8) {
        bool plain = read_palette(bytes_sub(b, 14u + (size_t)head, 1024), table) && bits == 8;
        form = (struct sample_row){.bits = (uint8_t)bits, .step = 1, .table = plain ? NULL : table};
    }
    for (uint32_t y = 0; y < height; y++)
        picture_gray_row(&form,
                         b.at + data + (size_t)(signed_height > 0 ? height - 1 - y : y) * row,
                         picture->gray + (size_t)y * width, width);
    return true;
}
