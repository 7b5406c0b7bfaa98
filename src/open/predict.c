/* SPDX-License-Identifier: Apache-2.0 */
#include "open/predict.h"

#include <string.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

/* Whichever of left, up and corner is nearest to left + up - corner. */
static uint8_t nearest(int left, int up, int corner)
{
    int a = up - corner, b = left - corner, c = a + b;
    a = a < 0 ? -a : a;
    b = b < 0 ? -b : b;
    c = c < 0 ? -c : c;
    return (uint8_t)(a <= b && a <= c ? left : b <= c ? up : corner);
}

static void undo_sub(const uint8_t *from, uint8_t *to, size_t len, size_t step)
{
    for (size_t x = step; x < len; x++)
        to[x] = (uint8_t)(from[x] + to[x - step]);
}

static void undo_up(const uint8_t *from, const uint8_t *up, uint8_t *to, size_t len)
{
    size_t x = 0;
#ifdef __SSE2__
    for (; len - x >= 16; x += 16) {
        __m128i sum = _mm_add_epi8(_mm_loadu_si128((const __m128i *)(const void *)(from + x)),
                                   _mm_loadu_si128((const __m128i *)(const void *)(up + x)));
        _mm_storeu_si128((__m128i *)(void *)(to + x), sum);
    }
#endif
    for (; x < len; x++)
        to[x] = (uint8_t)(from[x] + up[x]);
}

#ifdef __SSE2__
static __m128i load(const uint8_t *at, size_t step)
{
    uint32_t word = 0;
    if (step == 4)
        memcpy(&word, at, 4);
    else
        word = at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16;
    return _mm_cvtsi32_si128((int)word);
}

static void store(uint8_t *at, __m128i sample, size_t step)
{
    uint32_t word = (uint32_t)_mm_cvtsi128_si32(sample);
    memcpy(at, &word, step);
}

/* A whole sample at a time; LEN is a multiple of STEP, which is 3 or 4, known where it is inlined. */
__attribute__((always_inline)) static inline void
undo_samples(uint8_t filter, const uint8_t *from, const uint8_t *up, uint8_t *to, size_t len,
             size_t step)
{
    const __m128i zero = _mm_setzero_si128(), one = _mm_set1_epi8(1);
    __m128i left = zero, corner = zero; /* the corner in 16 bits a component */
    for (size_t x = 0; x < len; x += step) {
        __m128i add = load(from + x, step);
        if (filter == 1) {
            left = _mm_add_epi8(add, left);
        } else if (filter == 3) {
            __m128i above = load(up + x, step);
            __m128i odd = _mm_and_si128(_mm_xor_si128(left, above), one);
            left = _mm_add_epi8(add, _mm_sub_epi8(_mm_avg_epu8(left, above), odd));
        } else {
            __m128i above = _mm_unpacklo_epi8(load(up + x, step), zero);
            __m128i beside = _mm_unpacklo_epi8(left, zero);
            __m128i a = _mm_sub_epi16(above, corner), b = _mm_sub_epi16(beside, corner);
            __m128i c = _mm_add_epi16(a, b);
            a = _mm_max_epi16(a, _mm_sub_epi16(zero, a));
            b = _mm_max_epi16(b, _mm_sub_epi16(zero, b));
            c = _mm_max_epi16(c, _mm_sub_epi16(zero, c));
            __m128i not_left = _mm_or_si128(_mm_cmpgt_epi16(a, b), _mm_cmpgt_epi16(a, c));
            __m128i not_up = _mm_cmpgt_epi16(b, c);
            __m128i other =
                _mm_or_si128(_mm_and_si128(not_up, corner), _mm_andnot_si128(not_up, above));
            __m128i best =
                _mm_or_si128(_mm_and_si128(not_left, other), _mm_andnot_si128(not_left, beside));
            left = _mm_add_epi8(add, _mm_packus_epi16(best, best));
            corner = above;
        }
        store(to + x, left, step);
    }
}

/* Whether it was done. */
static bool undo_fast(uint8_t filter, const uint8_t *from, const uint8_t *up, uint8_t *to,
                      size_t len, size_t step)
{
    if ((step != 3 && step != 4) || len % step != 0)
        return false;
    switch (filter * 4u + step - 3) {
    case 4:
        undo_samples(1, from, up, to, len, 3);
        return true;
    case 5:
        undo_samples(1, from, up, to, len, 4);
        return true;
    case 12:
        undo_samples(3, from, up, to, len, 3);
        return true;
    case 13:
        undo_samples(3, from, up, to, len, 4);
        return true;
    case 16:
        undo_samples(4, from, up, to, len, 3);
        return true;
    case 17:
        undo_samples(4, from, up, to, len, 4);
        return true;
    default:
        return false;
    }
}
#else
static bool undo_fast(uint8_t filter, const uint8_t *from, const uint8_t *up, uint8_t *to,
                      size_t len, size_t step)
{
    (void)filter, (void)from, (void)up, (void)to, (void)len, (void)step;
    return false;
}
#endif

void predict_undo(uint8_t filter, const uint8_t *from, const uint8_t *up, uint8_t *to, size_t len,
                  size_t step)
{
    size_t head = step < len ? step : len; /* nothing is to the left of them */
    if (undo_fast(filter, from, up, to, len, step))
        return;
    switch (filter) {
    case 1:
        memmove(to, from, head);
        undo_sub(from, to, len, step);
        break;
    case 2:
        undo_up(from, up, to, len);
        break;
    case 3:
        for (size_t x = 0; x < head; x++)
            to[x] = (uint8_t)(from[x] + up[x] / 2);
        for (size_t x = head; x < len; x++)
            to[x] = (uint8_t)(from[x] + (to[x - step] + up[x]) / 2);
        break;
    case 4:
        for (size_t x = 0; x < head; x++)
            to[x] = (uint8_t)(from[x] + up[x]);
        for (size_t x = head; x < len; x++)
            to[x] = (uint8_t)(from[x] + nearest(to[x - step], up[x], up[x - step]));
        break;
    default:
        if (to != from)
            memcpy(to, from, len);
    }
}
