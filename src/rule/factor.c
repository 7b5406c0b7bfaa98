/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/factor.h"

#include "base/utf8.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

#define WIDE 32 /* places looked at together */

size_t factor_size(const struct factor *factor)
{
    return sizeof *factor + factor->kind_count * sizeof factor->kind[0];
}

bool factor_odd_case(struct bytes text)
{
    size_t at = utf8_ascii_end(text, 0);
    return at < text.len && (bytes_find(text, BYTES("\xC5\xBF"), at) != BYTES_NPOS ||
                             bytes_find(text, BYTES("\xE2\x84\xAA"), at) != BYTES_NPOS);
}

static bool class_has(const struct byte_class *class, uint8_t byte)
{
    return ((byte < 0x80 ? class->low : class->high)[byte & 15] >> (byte >> 4 & 7) & 1) != 0;
}

/* A bit for each of the 32 places from AT on where WAY begins; 31 + len bytes are read. */
static uint32_t begins_plain(const struct factor *factor, const struct factor_way *way,
                             const uint8_t *at)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < WIDE; i++) {
        uint32_t k = 0;
        while (k < way->len &&
               class_has(&factor->kind[way->kind[way->order[k]]], at[i + way->order[k]]))
            k++;
        found |= (uint32_t)(k == way->len) << i;
    }
    return found;
}

#ifdef __SSE2__
static bool has_wide; /* the processor has AVX2 */

__attribute__((constructor)) static void wide_begin(void)
{
    __builtin_cpu_init();
    has_wide = __builtin_cpu_supports("avx2");
}

__attribute__((target("avx2"))) static inline uint32_t
begins_wide(const struct factor *factor, const struct factor_way *way, const uint8_t *at)
{
    const __m256i bits = _mm256_broadcastsi128_si256(_mm_setr_epi8(
        1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128));
    const __m256i nibble = _mm256_set1_epi8(15), top = _mm256_set1_epi8(-128);
    __m256i out = _mm256_setzero_si256();
    for (uint32_t k = 0; k < way->len; k++) {
        const struct byte_class *class = &factor->kind[way->kind[way->order[k]]];
        const uint8_t *place = at + way->order[k];
        __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)place);
        __m256i low = _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)class->low)),
                high = _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)class->high));
        __m256i rows = _mm256_or_si256(_mm256_shuffle_epi8(low, x),
                                       _mm256_shuffle_epi8(high, _mm256_xor_si256(x, top)));
        __m256i bit =
            _mm256_shuffle_epi8(bits, _mm256_and_si256(_mm256_srli_epi16(x, 4), nibble));
        out = _mm256_or_si256(
            out, _mm256_cmpeq_epi8(_mm256_and_si256(rows, bit), _mm256_setzero_si256()));
        if (_mm256_movemask_epi8(out) == -1)
            return 0;
    }
    return ~(uint32_t)_mm256_movemask_epi8(out);
}

__attribute__((target("avx2"))) static size_t skip_wide(const struct factor *factor,
                                                        const struct factor_way *way,
                                                        struct bytes text, size_t at,
                                                        uint32_t *found_out)
{
    *found_out = 0;
    for (; at + WIDE + way->len <= text.len; at += WIDE)
        if ((*found_out = begins_wide(factor, way, text.at + at)) != 0)
            break;
    return at;
}

__attribute__((target("avx2"))) static uint32_t
begins_padded(const struct factor *factor, const struct factor_way *way, const uint8_t *at)
{
    return begins_wide(factor, way, at);
}
#endif

/* The 32 places from AT on of TEXT, which may end before. */
static uint32_t begins_at_end(const struct factor *factor, const struct factor_way *way,
                              struct bytes text, size_t at)
{
    uint8_t copy[WIDE + FACTOR_BYTES_MAX + WIDE] = {0};
    struct bytes rest = bytes_sub(text, at, WIDE + FACTOR_BYTES_MAX);
    if (rest.len < way->len)
        return 0;
    memcpy(copy, rest.at, rest.len);
    size_t places = rest.len - way->len + 1;
    uint32_t within = places >= WIDE ? UINT32_MAX : (UINT32_C(1) << places) - 1;
#ifdef __SSE2__
    if (has_wide)
        return begins_padded(factor, way, copy) & within;
#endif
    return begins_plain(factor, way, copy) & within;
}

/* Whether TEXT holds WAY as often as FACTOR asks; *FIRST_OUT is where first. */
static bool holds(const struct factor *factor, const struct factor_way *way, struct bytes text,
                  size_t *first_out)
{
    uint32_t times = 0, found;
    for (size_t at = 0; at + way->len <= text.len; at += WIDE) {
#ifdef __SSE2__
        if (has_wide) {
            at = skip_wide(factor, way, text, at, &found);
            if (found == 0)
                found = begins_at_end(factor, way, text, at);
        } else
#endif
            found = begins_at_end(factor, way, text, at);
        if (found == 0)
            continue;
        if (times == 0)
            *first_out = at + (size_t)__builtin_ctz(found);
        times += (uint32_t)__builtin_popcount(found);
        if (times >= factor->times)
            return true;
    }
    return false;
}

enum factor_said factor_find(const struct factor *factor, struct bytes text, size_t *from_out)
{
    enum factor_said said = FACTOR_NO;
    size_t least = text.len, first = 0;
    for (uint32_t i = 0; i < factor->way_count && (said != FACTOR_YES || from_out != NULL); i++) {
        if (!holds(factor, &factor->way[i], text, &first))
            continue;
        least = first < least ? first : least;
        if (said != FACTOR_YES)
            said = factor->way[i].enough ? FACTOR_YES : FACTOR_MAYBE;
    }
    if (from_out != NULL)
        *from_out = factor->begins ? least : 0;
    return said;
}
