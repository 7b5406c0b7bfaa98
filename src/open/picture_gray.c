/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of plain samples, as BMP, PDF and PNG have them, to gray. */
#include "open/picture.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

/* Values of fewer than eight bits, the first in the highest ones. */
static void row_of_bits(const struct sample_row *row, const uint8_t *from, uint8_t *to,
                        uint32_t width)
{
    unsigned bits = row->bits, mask = (1u << bits) - 1;
    for (uint32_t x = 0; x < width; x++) {
        size_t at = (size_t)x * bits;
        to[x] = row->table[from[at / 8] >> (8 - bits - at % 8) & mask];
    }
}

/* Inks instead of light: the more of them, the darker. */
static void row_of_inks(const struct sample_row *row, const uint8_t *from, uint8_t *to,
                        uint32_t width)
{
    for (uint32_t x = 0; x < width; x++, from += row->step) {
        unsigned ink =
            (unsigned)picture_gray(from[row->red], from[1], from[row->blue]) + from[row->black];
        to[x] = (uint8_t)(ink > 255 ? 0 : 255 - ink);
    }
}

static uint8_t over_white(uint8_t gray, unsigned opacity)
{
    return (uint8_t)(255 - ((255u - gray) * opacity + 127) / 255);
}

static void row_of_grays(const struct sample_row *row, const uint8_t *from, uint8_t *to,
                         uint32_t width)
{
    for (size_t x = 0; x < width; x++)
        to[x] = row->alpha != 0 ? over_white(from[2 * x], from[2 * x + 1]) : from[2 * x];
}

static uint8_t gray_of(const struct sample_row *row, const uint8_t *from)
{
    uint8_t gray = picture_gray(from[row->red], from[1], from[row->blue]);
    return row->alpha != 0 ? over_white(gray, from[row->alpha]) : gray;
}

#ifdef __SSE2__
static __m128i load_one(const uint8_t *from)
{
    int32_t sample;
    memcpy(&sample, from, sizeof sample);
    return _mm_cvtsi32_si128(sample);
}

/* Four samples of STEP bytes in 32 bits each; may read one byte past them. */
static __m128i load_four(const uint8_t *from, size_t step)
{
    if (step == 4)
        return _mm_loadu_si128((const __m128i *)(const void *)from);
    __m128i low = _mm_unpacklo_epi32(load_one(from), load_one(from + step));
    __m128i high = _mm_unpacklo_epi32(load_one(from + 2 * step), load_one(from + 3 * step));
    return _mm_unpacklo_epi64(low, high);
}

/* Gray of four samples, FACTOR for the components of two. */
static uint32_t gray_four(__m128i sample, __m128i factor)
{
    const __m128i zero = _mm_setzero_si128();
    __m128i low = _mm_madd_epi16(_mm_unpacklo_epi8(sample, zero), factor);
    __m128i high = _mm_madd_epi16(_mm_unpackhi_epi8(sample, zero), factor);
    __m128i even = _mm_unpacklo_epi64(_mm_shuffle_epi32(low, 0x08), _mm_shuffle_epi32(high, 0x08));
    __m128i odd = _mm_unpacklo_epi64(_mm_shuffle_epi32(low, 0x0D), _mm_shuffle_epi32(high, 0x0D));
    __m128i sum = _mm_srli_epi32(_mm_add_epi32(even, odd), 8);
    sum = _mm_packs_epi32(sum, sum);
    return (uint32_t)_mm_cvtsi128_si32(_mm_packus_epi16(sum, sum));
}

/* How many samples were done: all but the last few. */
static uint32_t row_of_fours(const struct sample_row *row, const uint8_t *from, uint8_t *to,
                             uint32_t width)
{
    int16_t part[8] = {0};
    uint32_t x = 0, mask = row->alpha != 0 ? 0x00FFFFFFu : 0xFFFFFFFFu;
    part[row->red] = part[4 + row->red] = 77;
    part[1] = part[5] = 151;
    part[row->blue] = part[4 + row->blue] = 28;
    const __m128i factor = _mm_loadu_si128((const __m128i *)(const void *)part);
    const __m128i solid = _mm_set1_epi32(-1), none = _mm_setzero_si128();
    const __m128i colors = _mm_set1_epi32((int)mask);
    for (; width - x > 4; x += 4, from += 4u * row->step, to += 4) {
        __m128i sample = load_four(from, row->step);
        if (_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_or_si128(sample, colors), solid)) == 0xFFFF) {
            uint32_t gray = gray_four(sample, factor);
            memcpy(to, &gray, 4);
        } else if (_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_andnot_si128(colors, sample), none)) ==
                   0xFFFF) {
            memset(to, 255, 4);
        } else {
            for (size_t i = 0; i < 4; i++)
                to[i] = gray_of(row, from + i * row->step);
        }
    }
    return x;
}
#else
static uint32_t row_of_fours(const struct sample_row *row, const uint8_t *from, uint8_t *to,
                             uint32_t width)
{
    (void)row, (void)from, (void)to, (void)width;
    return 0;
}
#endif

void picture_gray_row(const struct sample_row *row, const uint8_t *from, uint8_t *to,
                      uint32_t width)
{
    if (row->bits < 8)
        row_of_bits(row, from, to, width);
    else if (row->step == 1 && row->table == NULL)
        memcpy(to, from, width);
    else if (row->step == 1)
        for (uint32_t x = 0; x < width; x++)
            to[x] = row->table[from[x]];
    else if (row->step == 2)
        row_of_grays(row, from, to, width);
    else if (row->black != 0)
        row_of_inks(row, from, to, width);
    else
        for (uint32_t x = row_of_fours(row, from, to, width); x < width; x++)
            to[x] = gray_of(row, from + (size_t)x * row->step);
}
