/* SPDX-License-Identifier: Apache-2.0
 *
 * Which samples of a gray picture are ink, for the look for codes (qr_mark.h).
 *
 * A threshold per block of 8 x 8 samples, the mean of 5 x 5 blocks around it, so that a shadow or a
 * pale print does not matter.  Ink is what is darker, or, for light codes on dark ground, what is
 * lighter: the same on the inverted picture.  A picture has at least INK_SIDE_MIN samples a side.
 *
 * cost     one pass over the samples
 * source   the local binarizer of ZXing ("hybrid"), so that the look sees what the reader will see */
#ifndef NOROSHI_OPEN_QR_INK_H
#define NOROSHI_OPEN_QR_INK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INK_SIDE_MIN 40u
#define INK_BLOCK 8u

struct ink {
    const uint8_t *gray; /* width * height samples, not owned */
    uint32_t width, height;
    uint32_t columns, rows;       /* blocks */
    uint8_t *least, *most, *mean; /* of each block */
    uint8_t *threshold[2];        /* [0] dark: ink is at most this; [1] light: at least */
};

void ink_begin(struct ink *ink, const uint8_t *gray, uint32_t width, uint32_t height);
void ink_finish(struct ink *ink);
/* Least and greatest sample of the picture. */
void ink_range(const struct ink *ink, uint8_t *least_out, uint8_t *most_out);
/* Ink of row Y, the first sample in bit 0 of the first word; the rest of COUNT words (more than
 * width / 64) is zero. */
void ink_row(const struct ink *ink, bool light, uint32_t y, uint64_t *words, size_t count);

static inline bool ink_at(const struct ink *ink, bool light, uint32_t x, uint32_t y)
{
    uint8_t threshold =
        ink->threshold[light][(size_t)(y / INK_BLOCK) * ink->columns + x / INK_BLOCK];
    uint8_t sample = ink->gray[(size_t)y * ink->width + x];
    return light ? sample >= threshold : sample <= threshold;
}

#endif
