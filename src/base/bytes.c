/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "base/bytes.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

#include <assert.h>

bool bytes_inside(struct bytes outer, struct bytes inner, size_t *offset_out)
{
    uintptr_t first = (uintptr_t)outer.at;
    uintptr_t at = (uintptr_t)inner.at;
    if (inner.at == NULL || outer.at == NULL || at < first || at > first + outer.len)
        return false;
    if (inner.len > first + outer.len - at)
        return false;
    *offset_out = (size_t)(at - first);
    return true;
}

static bool is_same_word_fold(const uint8_t *a, const uint8_t *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x == y || ascii_lower_word(x) == ascii_lower_word(y);
}

bool bytes_same_fold(const uint8_t *a, const uint8_t *b, size_t len)
{
    size_t i = 0;
    if (len >= 8) {
        /* The first byte differs nearly always where anything does. */
        if (ascii_lower(a[0]) != ascii_lower(b[0]))
            return false;
        for (; len - i > 8; i += 8)
            if (!is_same_word_fold(a + i, b + i))
                return false;
        return is_same_word_fold(a + len - 8, b + len - 8);
    }
    for (; i < len; i++)
        if (ascii_lower(a[i]) != ascii_lower(b[i]))
            return false;
    return true;
}

bool bytes_ends(struct bytes b, struct bytes suffix)
{
    return b.len >= suffix.len && bytes_equal(bytes_from(b, b.len - suffix.len), suffix);
}

bool bytes_ends_fold(struct bytes b, struct bytes suffix)
{
    return b.len >= suffix.len && bytes_equal_fold(bytes_from(b, b.len - suffix.len), suffix);
}

int bytes_compare(struct bytes a, struct bytes b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common == 0 ? 0 : memcmp(a.at, b.at, common);
    return order != 0 ? order : a.len < b.len ? -1 : a.len > b.len;
}

#ifdef __SSE2__
static bool has_wide; /* the processor has AVX2 */

__attribute__((constructor)) static void wide_begin(void)
{
    __builtin_cpu_init();
    has_wide = __builtin_cpu_supports("avx2");
}

/* The same as next_candidate(), thirty-two at a time; stops within 32 bytes before where it is. */
__attribute__((target("avx2"))) static size_t skip_wide(struct bytes b, struct bytes needle,
                                                        size_t i, size_t last, uint8_t fold)
{
    const size_t span = needle.len - 1;
    const __m256i folds = _mm256_set1_epi8((char)fold);
    const __m256i want_first = _mm256_set1_epi8((char)(needle.at[0] | fold));
    const __m256i want_end = _mm256_set1_epi8((char)(needle.at[span] | fold));
    for (; i + 31 <= last; i += 32) {
        __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(b.at + i));
        __m256i y = _mm256_loadu_si256((const __m256i *)(const void *)(b.at + i + span));
        __m256i hit = _mm256_and_si256(_mm256_cmpeq_epi8(_mm256_or_si256(x, folds), want_first),
                                       _mm256_cmpeq_epi8(_mm256_or_si256(y, folds), want_end));
        int mask = _mm256_movemask_epi8(hit);
        if (mask != 0)
            return i + (size_t)__builtin_ctz((unsigned)mask);
    }
    return i;
}
#endif

/* First place from I on, not past LAST, whose first and last byte fit NEEDLE once FOLD is or-ed to
 * both sides; LAST + 1 where none does.  A filter: the caller compares what is between. */
static inline size_t next_candidate(struct bytes b, struct bytes needle, size_t i, size_t last,
                                    uint8_t fold)
{
    const uint8_t first = needle.at[0] | fold, end = needle.at[needle.len - 1] | fold;
    const size_t span = needle.len - 1;
#ifdef __SSE2__
    const __m128i folds = _mm_set1_epi8((char)fold);
    const __m128i want_first = _mm_set1_epi8((char)first), want_end = _mm_set1_epi8((char)end);
    for (bool first_block = true; i + 15 <= last; i += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(b.at + i));
        __m128i y = _mm_loadu_si128((const __m128i *)(const void *)(b.at + i + span));
        __m128i hit = _mm_and_si128(_mm_cmpeq_epi8(_mm_or_si128(x, folds), want_first),
                                    _mm_cmpeq_epi8(_mm_or_si128(y, folds), want_end));
        int mask = _mm_movemask_epi8(hit);
        if (mask != 0)
            return i + (size_t)__builtin_ctz((unsigned)mask);
        if (first_block && has_wide)
            i = skip_wide(b, needle, i + 16, last, fold) - 16;
        first_block = false;
    }
#endif
    while (i <= last && ((b.at[i] | fold) != first || (b.at[i + span] | fold) != end))
        i++;
    return i;
}

/* Beyond this a needle that nearly repeats costs more than memmem's two-way search. */
#define FILTERED_MAX_BYTES 64

size_t bytes_find(struct bytes b, struct bytes needle, size_t from)
{
    if (from > b.len || needle.len > b.len - from)
        return BYTES_NPOS;
    if (needle.len == 0)
        return from;
    if (needle.len == 1)
        return bytes_find_byte(b, needle.at[0], from);
    if (needle.len > FILTERED_MAX_BYTES) {
        const uint8_t *hit = memmem(b.at + from, b.len - from, needle.at, needle.len);
        return hit == NULL ? BYTES_NPOS : (size_t)(hit - b.at);
    }
    size_t last = b.len - needle.len;
    for (size_t i = from; (i = next_candidate(b, needle, i, last, 0)) <= last; i++)
        if (memcmp(b.at + i + 1, needle.at + 1, needle.len - 2) == 0)
            return i;
    return BYTES_NPOS;
}

size_t bytes_find_fold(struct bytes b, struct bytes needle, size_t from)
{
    if (from > b.len || needle.len > b.len - from)
        return BYTES_NPOS;
    if (needle.len == 0)
        return from;
    size_t last = b.len - needle.len;
    for (size_t i = from; (i = next_candidate(b, needle, i, last, 0x20)) <= last; i++)
        if (bytes_same_fold(b.at + i, needle.at, needle.len))
            return i;
    return BYTES_NPOS;
}

size_t bytes_find_either(struct bytes b, uint8_t x, uint8_t y, size_t from)
{
#ifdef __SSE2__
    const __m128i first = _mm_set1_epi8((char)x), second = _mm_set1_epi8((char)y);
    for (; from < b.len && b.len - from >= 16; from += 16) {
        __m128i block = _mm_loadu_si128((const __m128i *)(const void *)(b.at + from));
        unsigned hits = (unsigned)_mm_movemask_epi8(
            _mm_or_si128(_mm_cmpeq_epi8(block, first), _mm_cmpeq_epi8(block, second)));
        if (hits != 0)
            return from + (size_t)__builtin_ctz(hits);
    }
#endif
    for (; from < b.len; from++)
        if (b.at[from] == x || b.at[from] == y)
            return from;
    return BYTES_NPOS;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

size_t bytes_skip_blank(struct bytes b, size_t from)
{
#ifdef __SSE2__
    /* Most runs are one byte long; what is indented goes by sixteen. */
    while (from < b.len && b.len - from >= 16 && is_blank(b.at[from]) && is_blank(b.at[from + 1])) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(b.at + from));
        __m128i blank = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8(' ')),
                                     _mm_cmpeq_epi8(x, _mm_set1_epi8('\n')));
        blank = _mm_or_si128(blank, _mm_cmpeq_epi8(x, _mm_set1_epi8('\t')));
        blank = _mm_or_si128(blank, _mm_cmpeq_epi8(x, _mm_set1_epi8('\r')));
        blank = _mm_or_si128(blank, _mm_cmpeq_epi8(x, _mm_set1_epi8('\f')));
        unsigned others = ~(unsigned)_mm_movemask_epi8(blank) & 0xFFFF;
        if (others != 0)
            return from + (size_t)__builtin_ctz(others);
        from += 16;
    }
#endif
    while (from < b.len && is_blank(b.at[from]))
        from++;
    return from;
}

size_t bytes_find_last_byte(struct bytes b, uint8_t byte)
{
    const uint8_t *hit = b.len == 0 ? NULL : memrchr(b.at, byte, b.len);
    return hit == NULL ? BYTES_NPOS : (size_t)(hit - b.at);
}

bool bytes_next_line(struct bytes *rest, struct bytes *line_out)
{
    if (rest->len == 0)
        return false;
    size_t end = bytes_find_byte(*rest, '\n', 0);
    size_t len = end == BYTES_NPOS ? rest->len : end;
    *line_out = bytes_sub(*rest, 0, len);
    if (end != BYTES_NPOS && len > 0 && line_out->at[len - 1] == '\r')
        line_out->len--;
    *rest = bytes_from(*rest, end == BYTES_NPOS ? len : len + 1);
    return true;
}

bool bytes_next_field(struct bytes *rest, uint8_t separator, struct bytes *field_out)
{
    if (rest->at == NULL)
        return false;
    size_t end = bytes_find_byte(*rest, separator, 0);
    *field_out = bytes_sub(*rest, 0, end);
    *rest = end == BYTES_NPOS ? BYTES_NONE : bytes_from(*rest, end + 1);
    return true;
}

bool bytes_to_int(struct bytes b, int64_t min, int64_t max, int64_t *out)
{
    bool negative = b.len > 0 && b.at[0] == '-';
    if (negative)
        b = bytes_from(b, 1);
    if (b.len == 0 || b.len > 18)
        return false;
    int64_t value = 0;
    for (size_t i = 0; i < b.len; i++) {
        if (!ascii_is_digit(b.at[i]))
            return false;
        value = value * 10 + (b.at[i] - '0');
    }
    value = negative ? -value : value;
    if (value < min || value > max)
        return false;
    *out = value;
    return true;
}

static uint64_t read_le(struct bytes b, size_t at, size_t width)
{
    if (at > b.len || width > b.len - at)
        return 0;
    uint64_t value = 0;
    for (size_t i = width; i-- > 0;)
        value = value << 8 | b.at[at + i];
    return value;
}

static uint64_t read_be(struct bytes b, size_t at, size_t width)
{
    if (at > b.len || width > b.len - at)
        return 0;
    uint64_t value = 0;
    for (size_t i = 0; i < width; i++)
        value = value << 8 | b.at[at + i];
    return value;
}

uint16_t bytes_u16le(struct bytes b, size_t at)
{
    return (uint16_t)read_le(b, at, 2);
}
uint32_t bytes_u32le(struct bytes b, size_t at)
{
    return (uint32_t)read_le(b, at, 4);
}
uint64_t bytes_u64le(struct bytes b, size_t at)
{
    return read_le(b, at, 8);
}
uint16_t bytes_u16be(struct bytes b, size_t at)
{
    return (uint16_t)read_be(b, at, 2);
}
uint32_t bytes_u32be(struct bytes b, size_t at)
{
    return (uint32_t)read_be(b, at, 4);
}

uint64_t bytes_hash(struct bytes b)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < b.len; i++)
        hash = (hash ^ b.at[i]) * 0x100000001b3u;
    return hash ^ hash >> 32;
}

uint64_t bytes_slot(struct bytes b)
{
    const uint64_t factor = 0x9E3779B97F4A7C15u;
    uint64_t hash = b.len * factor, word = 0;
    uint32_t low, high;
    for (size_t i = 0; b.len - i > 8 && b.len > 8; i += 8) {
        memcpy(&word, b.at + i, 8);
        hash = (hash ^ word) * factor;
        hash ^= hash >> 32;
    }
    /* The last eight bytes, or all where they are fewer; some of them twice. */
    if (b.len >= 8) {
        memcpy(&word, b.at + b.len - 8, 8);
    } else if (b.len >= 4) {
        memcpy(&low, b.at, 4);
        memcpy(&high, b.at + b.len - 4, 4);
        word = (uint64_t)high << 32 | low;
    } else if (b.len > 0) {
        word = b.at[0] | (uint64_t)b.at[b.len / 2] << 8 | (uint64_t)b.at[b.len - 1] << 16;
    }
    hash = (hash ^ word) * factor;
    return hash ^ hash >> 32;
}

uint64_t bytes_hash_fold(struct bytes b)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < b.len; i++)
        hash = (hash ^ ascii_lower(b.at[i])) * 0x100000001b3u;
    return hash ^ hash >> 32;
}
