/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows of plain samples, as BMP, PDF and PNG have them, to gray. */
#include "open/picture.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

#define MANY 32u /* samples */

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
/* Thirty-two samples of red, green, blue and what is left out, in the order gray_many makes of them:
 * the first sixteen in the lower halves. */
__attribute__((target("avx2"))) static void load_many(const uint8_t *from, size_t step,
                                                      __m256i many[4])
{
    const __m256i spread = step == 4 ? _mm256_setr_epi64x(0x0706050403020100, 0x0F0E0D0C0B0A0908,
                                                          0x0706050403020100, 0x0F0E0D0C0B0A0908)
                                     : _mm256_setr_epi64x((int64_t)0x8005040380020100,
                                                          (int64_t)0x800B0A0980080706,
                                                          (int64_t)0x8005040380020100,
                                                          (int64_t)0x800B0A0980080706);
    for (size_t i = 0; i < 4; i++) {
        const uint8_t *low = from + 4 * i * step, *high = low + 16 * step;
        __m256i both = _mm256_inserti128_si256(
            _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)low)),
            _mm_loadu_si128((const __m128i *)(const void *)high), 1);
        many[i] = _mm256_shuffle_epi8(both, spread);
    }
}

/* Components are signed here, so that two products of a byte fit: 128 less, which sums to 2^15. */
__attribute__((target("avx2"))) static void gray_many(const __m256i many[4], __m256i factor,
                                                      uint8_t *to)
{
    const __m256i half = _mm256_set1_epi8((char)0x80), back = _mm256_set1_epi16(INT16_MIN);
    __m256i sum[4];
    for (size_t i = 0; i < 4; i++)
        sum[i] = _mm256_maddubs_epi16(factor, _mm256_xor_si256(many[i], half));
    __m256i low = _mm256_xor_si256(_mm256_hadd_epi16(sum[0], sum[1]), back);
    __m256i high = _mm256_xor_si256(_mm256_hadd_epi16(sum[2], sum[3]), back);
    __m256i gray = _mm256_packus_epi16(_mm256_srli_epi16(low, 8), _mm256_srli_epi16(high, 8));
    _mm256_storeu_si256((__m256i *)(void *)to, gray);
}

/* How many samples were done; reads up to four bytes past them. */
__attribute__((target("avx2"))) static uint32_t
row_of_many(const struct sample_row *row, const uint8_t *from, uint8_t *to, uint32_t width)
{
    uint8_t part[4] = {0};
    uint32_t x = 0, word;
    part[row->red] = 77, part[1] = 151, part[row->blue] = 28;
    memcpy(&word, part, sizeof word);
    const __m256i factor = _mm256_set1_epi32((int)word), solid = _mm256_set1_epi32(-1);
    const __m256i colors = _mm256_set1_epi32(row->alpha != 0 ? 0x00FFFFFF : -1);
    for (; width - x >= MANY + 2; x += MANY, from += (size_t)MANY * row->step, to += MANY) {
        __m256i many[4];
        load_many(from, row->step, many);
        __m256i all = _mm256_and_si256(_mm256_and_si256(many[0], many[1]),
                                       _mm256_and_si256(many[2], many[3]));
        __m256i any = _mm256_or_si256(_mm256_or_si256(many[0], many[1]),
                                      _mm256_or_si256(many[2], many[3]));
        if (_mm256_testc_si256(_mm256_or_si256(all, colors), solid)) {
            gray_many(many, factor, to);
        } else if (_mm256_testc_si256(colors, any)) {
            memset(to, 255, MANY);
        } else {
            for (uint32_t i = row_of_fours(row, from, to, MANY); i < MANY; i++)
                to[i] = gray_of(row, from + (size_t)i * row->step);
        }
    }
    return x;
}

static bool has_many; /* the processor has AVX2 */

__attribute__((constructor)) static void many_begin(void)
{
    __builtin_cpu_init();
    has_many = __builtin_cpu_supports("avx2");
}

/* How many samples were done: all but the last few. */
static uint32_t row_of_vectors(const struct sample_row *row, const uint8_t *from, uint8_t *to,
                               uint32_t width)
{
    uint32_t x = has_many && width >= MANY + 2 ? row_of_many(row, from, to, width) : 0;
    return x + row_of_fours(row, from + (size_t)x * row->step, to + x, width - x);
}
#else
static uint32_t row_of_vectors(const struct sample_row *row, const uint8_t *from, uint8_t *to,
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
        for (uint32_t x = row_of_vectors(row, from, to, width); x < width; x++)
            to[x] = gray_of(row, from + (size_t)x * row->step);
}
