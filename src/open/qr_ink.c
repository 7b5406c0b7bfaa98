/* SPDX-License-Identifier: Apache-2.0 */
#include "open/qr_ink.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

#define BLOCK INK_BLOCK
#define SPAN 5u /* blocks a threshold is the mean of */
#define FLAT 24 /* a block with a smaller range is all ground, or all ink */
#define BYTES_HIGH 0x8080808080808080u
#define BYTES_ONE 0x0101010101010101u

static uint8_t *blocks_of(const struct ink *ink)
{
    uint8_t *out = malloc((size_t)ink->columns * ink->rows);
    if (out == NULL)
        abort();
    return out;
}

/* Two blocks side by side, their first sample at AT. */
struct pair {
    uint8_t least[2], most[2], mean[2];
};

#ifdef __SSE2__
static struct pair fold(const uint8_t *at, size_t stride)
{
    __m128i row = _mm_loadu_si128((const __m128i *)at), zero = _mm_setzero_si128();
    __m128i least = row, most = row, sum = _mm_sad_epu8(row, zero);
    for (size_t y = 1; y < BLOCK; y++) {
        row = _mm_loadu_si128((const __m128i *)(at + y * stride));
        least = _mm_min_epu8(least, row);
        most = _mm_max_epu8(most, row);
        sum = _mm_add_epi64(sum, _mm_sad_epu8(row, zero));
    }
    least = _mm_min_epu8(least, _mm_srli_epi64(least, 32));
    most = _mm_max_epu8(most, _mm_srli_epi64(most, 32));
    least = _mm_min_epu8(least, _mm_srli_epi64(least, 16));
    most = _mm_max_epu8(most, _mm_srli_epi64(most, 16));
    least = _mm_min_epu8(least, _mm_srli_epi64(least, 8));
    most = _mm_max_epu8(most, _mm_srli_epi64(most, 8));
    int low = _mm_extract_epi16(least, 0), low_2 = _mm_extract_epi16(least, 4);
    int high = _mm_extract_epi16(most, 0), high_2 = _mm_extract_epi16(most, 4);
    int all = _mm_extract_epi16(sum, 0), all_2 = _mm_extract_epi16(sum, 4);
    return (struct pair){.least = {(uint8_t)low, (uint8_t)low_2},
                         .most = {(uint8_t)high, (uint8_t)high_2},
                         .mean = {(uint8_t)(all / 64), (uint8_t)(all_2 / 64)}};
}
#else
static struct pair fold(const uint8_t *at, size_t stride)
{
    struct pair out = {.least = {255, 255}};
    for (size_t block = 0; block < 2; block++) {
        unsigned all = 0;
        for (size_t i = 0; i < BLOCK * BLOCK; i++) {
            uint8_t sample = at[i / BLOCK * stride + block * BLOCK + i % BLOCK];
            out.least[block] = sample < out.least[block] ? sample : out.least[block];
            out.most[block] = sample > out.most[block] ? sample : out.most[block];
            all += sample;
        }
        out.mean[block] = (uint8_t)(all / (BLOCK * BLOCK));
    }
    return out;
}
#endif

/* The last block of a row or column overlaps the one before it where the side is no multiple. */
static void read_blocks(struct ink *ink)
{
    for (uint32_t by = 0; by < ink->rows; by++) {
        uint32_t y = by * BLOCK + BLOCK > ink->height ? ink->height - BLOCK : by * BLOCK;
        size_t block = (size_t)by * ink->columns, end = block + ink->columns;
        for (uint32_t bx = 0; block < end; bx += 2) {
            uint32_t x = bx * BLOCK, skipped = 0;
            if (x + 2 * BLOCK > ink->width) {
                skipped = x + BLOCK >= ink->width; /* a lone block is the right one of its pair */
                x = ink->width - 2 * BLOCK;
            }
            struct pair pair = fold(ink->gray + (size_t)y * ink->width + x, ink->width);
            for (uint32_t i = skipped; i < 2; i++, block++) {
                ink->least[block] = pair.least[i];
                ink->most[block] = pair.most[i];
                ink->mean[block] = pair.mean[i];
            }
        }
    }
}

/* What is at most this is ink: the mean, or for a flat block what its neighbours say. */
static void set_points(const struct ink *ink, uint8_t *point, bool light)
{
    uint32_t columns = ink->columns;
    for (uint32_t y = 0; y < ink->rows; y++)
        for (uint32_t x = 0; x < columns; x++) {
            size_t i = (size_t)y * columns + x;
            int least = light ? 255 - ink->most[i] : ink->least[i];
            int mean = light ? 255 - ink->mean[i] : ink->mean[i];
            if (ink->most[i] - ink->least[i] <= FLAT) {
                mean = least / 2;
                if (x > 0 && y > 0) {
                    int near = (point[i - columns] + 2 * point[i - 1] + point[i - columns - 1]) / 4;
                    mean = least < near ? near : mean;
                }
            }
            point[i] = (uint8_t)mean;
        }
}

/* The means of SPAN sums around each column, of SPAN points each; at the ends, of the nearest ones. */
static void mean_row(const uint16_t *sum, size_t columns, uint8_t *to)
{
    const size_t half = SPAN / 2, end = columns - half;
    for (size_t x = half; x < end; x++) {
        uint16_t all = (uint16_t)(sum[x - 2] + sum[x - 1] + sum[x] + sum[x + 1] + sum[x + 2]);
        to[x] = (uint8_t)(all / (SPAN * SPAN));
    }
    memset(to, to[half], half);
    memset(to + end, to[end - 1], half);
}

/* The mean of the SPAN x SPAN points around each block; at the edges, of the nearest ones. */
static uint8_t *smoothed(const struct ink *ink, const uint8_t *point)
{
    uint32_t columns = ink->columns, half = SPAN / 2;
    uint8_t *out = blocks_of(ink);
    uint16_t *sum = calloc(columns, sizeof *sum);
    if (sum == NULL)
        abort();
    for (size_t i = 0; i < SPAN; i++)
        for (size_t x = 0; x < columns; x++)
            sum[x] = (uint16_t)(sum[x] + point[i * columns + x]);
    for (uint32_t y = 0; y < ink->rows; y++) {
        mean_row(sum, columns, out + (size_t)y * columns);
        if (y < half || y + half + 1 >= ink->rows)
            continue;
        const uint8_t *gone = point + (size_t)(y - half) * columns, *come = gone + SPAN * columns;
        for (size_t x = 0; x < columns; x++)
            sum[x] = (uint16_t)(sum[x] + come[x] - gone[x]);
    }
    free(sum);
    return out;
}

static void set_threshold(struct ink *ink, bool light)
{
    size_t count = (size_t)ink->columns * ink->rows;
    uint8_t *point = blocks_of(ink);
    set_points(ink, point, light);
    uint8_t *out = smoothed(ink, point);
    free(point);
    for (size_t i = 0; light && i < count; i++)
        out[i] = (uint8_t)(255 - out[i]);
    ink->threshold[light] = out;
}

void ink_begin(struct ink *ink, const uint8_t *gray, uint32_t width, uint32_t height)
{
    assert(width >= INK_SIDE_MIN && height >= INK_SIDE_MIN);
    *ink = (struct ink){.gray = gray,
                        .width = width,
                        .height = height,
                        .columns = (width + BLOCK - 1) / BLOCK,
                        .rows = (height + BLOCK - 1) / BLOCK};
    ink->least = blocks_of(ink);
    ink->most = blocks_of(ink);
    ink->mean = blocks_of(ink);
    read_blocks(ink);
    set_threshold(ink, false);
    set_threshold(ink, true);
}

void ink_finish(struct ink *ink)
{
    free(ink->least);
    free(ink->most);
    free(ink->mean);
    free(ink->threshold[0]);
    free(ink->threshold[1]);
}

void ink_range(const struct ink *ink, uint8_t *least_out, uint8_t *most_out)
{
    uint8_t least = 255, most = 0;
    for (size_t i = 0; i < (size_t)ink->columns * ink->rows; i++) {
        least = ink->least[i] < least ? ink->least[i] : least;
        most = ink->most[i] > most ? ink->most[i] : most;
    }
    *least_out = least;
    *most_out = most;
}

/* Bit i: byte i of SAMPLES is at most the byte all of MOST repeats. */
static uint64_t at_most(uint64_t samples, uint64_t most)
{
    uint64_t low = (most | BYTES_HIGH) - (samples & ~BYTES_HIGH);
    uint64_t bits = ((most & ~samples) | (~(most ^ samples) & low)) & BYTES_HIGH;
    return (bits >> 7) * 0x0102040810204080u >> 56;
}

/* Bits of one block's samples in a row. */
static uint64_t block_bits(const uint8_t *at, bool light, uint8_t threshold)
{
    uint64_t samples;
    memcpy(&samples, at, BLOCK);
    return light ? at_most(~samples, (uint8_t)(255 - threshold) * BYTES_ONE)
                 : at_most(samples, threshold * BYTES_ONE);
}

/* Eight blocks from number BLOCK on: the bits of those that are all ink or none; which are neither. */
static uint64_t plain_blocks(const struct ink *ink, bool light, size_t block, unsigned *mixed_out)
{
#ifdef __SSE2__
    __m128i threshold = _mm_loadl_epi64((const __m128i *)(ink->threshold[light] + block));
    __m128i least = _mm_loadl_epi64((const __m128i *)(ink->least + block));
    __m128i most = _mm_loadl_epi64((const __m128i *)(ink->most + block));
    __m128i some = light ? _mm_cmpeq_epi8(_mm_max_epu8(most, threshold), most)
                         : _mm_cmpeq_epi8(_mm_min_epu8(least, threshold), least);
    __m128i all = light ? _mm_cmpeq_epi8(_mm_max_epu8(least, threshold), least)
                        : _mm_cmpeq_epi8(_mm_min_epu8(most, threshold), most);
    *mixed_out = (unsigned)_mm_movemask_epi8(_mm_andnot_si128(all, some)) & 0xFF;
    return (uint64_t)_mm_cvtsi128_si64(all);
#else
    (void)ink, (void)light, (void)block;
    *mixed_out = 0xFF;
    return 0;
#endif
}

void ink_row(const struct ink *ink, bool light, uint32_t y, uint64_t *words, size_t count)
{
    const uint8_t *row = ink->gray + (size_t)y * ink->width;
    size_t first = (size_t)(y / BLOCK) * ink->columns;
    const uint8_t *threshold = ink->threshold[light] + first;
    uint32_t whole = ink->width / BLOCK, left = ink->width % BLOCK, bx = 0;
    memset(words, 0, count * sizeof *words);
    for (; whole - bx >= 8; bx += 8) {
        unsigned mixed;
        uint64_t bits = plain_blocks(ink, light, first + bx, &mixed);
        for (; mixed != 0; mixed &= mixed - 1) {
            uint32_t i = (uint32_t)__builtin_ctz(mixed);
            bits |= block_bits(row + (bx + i) * BLOCK, light, threshold[bx + i]) << (i * 8);
        }
        words[bx / 8] = bits;
    }
    for (; bx < whole; bx++)
        words[bx / 8] |= block_bits(row + bx * BLOCK, light, threshold[bx]) << (bx % 8 * 8);
    if (left == 0)
        return;
    uint8_t last[BLOCK] = {0};
    memcpy(last, row + whole * BLOCK, left);
    uint64_t bits = block_bits(last, light, threshold[whole]) & ((1u << left) - 1);
    words[whole / 8] |= bits << (whole % 8 * 8);
}
