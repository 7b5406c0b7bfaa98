/* SPDX-License-Identifier: Apache-2.0 */
#include "base/codec.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

#define SKIP 0x40 /* white space */
#define PAD 0x41
#define BAD 0x42

#define LINE_MAX_BYTES 998

/* Six bits of each base64 letter; '-' and '_' are the URL-safe ones.  base64_group[k] has them in the
 * place of the k-th letter of a group, or NO_LETTER. */
static uint8_t base64_value[256];
static uint32_t base64_group[4][256];
#define NO_LETTER 0x1000000u
static bool has_blocks; /* the processor shuffles bytes (SSSE3) */

__attribute__((constructor)) static void base64_table(void)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
#ifdef __SSE2__
    __builtin_cpu_init();
    has_blocks = __builtin_cpu_supports("ssse3");
#endif
    memset(base64_value, BAD, sizeof base64_value);
    for (uint8_t i = 0; i < 64; i++)
        base64_value[(uint8_t)letters[i]] = i;
    base64_value['-'] = 62;
    base64_value['_'] = 63;
    base64_value['='] = PAD;
    base64_value[' '] = base64_value['\t'] = base64_value['\r'] = base64_value['\n'] = SKIP;
    base64_value['\f'] = base64_value['\v'] = SKIP;
    for (int i = 0; i < 256; i++)
        for (int k = 0; k < 4; k++)
            base64_group[k][i] =
                base64_value[i] < 64 ? (uint32_t)base64_value[i] << (18 - 6 * k) : NO_LETTER;
}

static void report_bad(struct codec_report *report, size_t at)
{
    if (report->bad_count++ == 0)
        report->first_bad = at;
}

#define BLOCK_BYTES 16
#define BLOCK_ROOM 28 /* letters that must be left: 16 bytes are stored for 12 */

#ifdef __SSE2__
/* Sixteen letters at once, while all of them are letters of the standard alphabet (W. Mula,
 * D. Lemire: Faster Base64 Encoding and Decoding using AVX2 Instructions, 2018). */
__attribute__((target("ssse3"))) static size_t base64_blocks(struct bytes in, size_t at,
                                                             uint8_t **out)
{
    const __m128i low = _mm_setr_epi8(0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
                                      0x13, 0x1A, 0x1B, 0x1B, 0x1B, 0x1A);
    const __m128i high = _mm_setr_epi8(0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10,
                                       0x10, 0x10, 0x10, 0x10, 0x10, 0x10);
    const __m128i shift = _mm_setr_epi8(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
    const __m128i order = _mm_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
    const __m128i slash = _mm_set1_epi8('/'); /* also the mask of a nibble: bit 5 is ignored */
    for (; in.len - at >= BLOCK_ROOM; at += BLOCK_BYTES, *out += BLOCK_BYTES / 4 * 3) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(in.at + at));
        __m128i upper = _mm_and_si128(_mm_srli_epi32(x, 4), slash);
        __m128i bad = _mm_and_si128(_mm_shuffle_epi8(low, _mm_and_si128(x, slash)),
                                    _mm_shuffle_epi8(high, upper));
        if (_mm_movemask_epi8(_mm_cmpgt_epi8(bad, _mm_setzero_si128())) != 0)
            break;
        __m128i row = _mm_add_epi8(_mm_cmpeq_epi8(x, slash), upper);
        __m128i six = _mm_add_epi8(x, _mm_shuffle_epi8(shift, row));
        __m128i twelve = _mm_maddubs_epi16(six, _mm_set1_epi32(0x01400140));
        __m128i group = _mm_madd_epi16(twelve, _mm_set1_epi32(0x00011000));
        _mm_storeu_si128((__m128i *)(void *)*out, _mm_shuffle_epi8(group, order));
    }
    return at;
}
#else
static size_t base64_blocks(struct bytes in, size_t at, uint8_t **out)
{
    (void)in, (void)out;
    return at;
}
#endif

/* Whole groups of four letters while they last; returns where it stopped. */
static size_t base64_run(struct bytes in, size_t at, uint8_t **out)
{
    uint8_t *o = *out;
    bool begins = true; /* a line: blocks are tried there only, as they fail on its last letters */
    while (at + 4 <= in.len) {
        if (begins && has_blocks && in.len - at >= BLOCK_ROOM)
            at = base64_blocks(in, at, &o);
        begins = false;
        const uint8_t *p = in.at + at;
        uint32_t group = base64_group[0][p[0]] | base64_group[1][p[1]] | base64_group[2][p[2]] |
                         base64_group[3][p[3]];
        if (group >= NO_LETTER) {
            /* The line end between two groups, as nearly every encoder puts it. */
            size_t gap = p[0] == '\n' ? 1 : p[0] == '\r' && p[1] == '\n' ? 2 : 0;
            if (gap == 0)
                break;
            at += gap;
            begins = true;
            continue;
        }
        o[0] = (uint8_t)(group >> 16), o[1] = (uint8_t)(group >> 8), o[2] = (uint8_t)group;
        o += 3, at += 4;
    }
    *out = o;
    return at;
}

static struct bytes base64(struct arena *arena, struct bytes in, struct codec_report *report,
                           bool joined)
{
    uint8_t *start = arena_alloc_raw(arena, in.len / 4 * 3 + 4), *out = start;
    uint32_t bits = 0, have = 0;
    bool padded = false;
    for (size_t at = 0; at < in.len;) {
        if (have == 0 && !padded) {
            at = base64_run(in, at, &out);
            if (at == in.len)
                break;
        }
        uint8_t value = base64_value[in.at[at]];
        if (value < 64) {
            if (padded && report->after_pad == BYTES_NPOS)
                report->after_pad = at;
            padded = false;
            bits = bits << 6 | value;
            if (++have == 4) {
                *out++ = (uint8_t)(bits >> 16), *out++ = (uint8_t)(bits >> 8),
                *out++ = (uint8_t)bits;
                bits = have = 0;
            }
        } else if (value == PAD && !joined) {
            if (have >= 2)
                *out++ = (uint8_t)(bits >> (have == 2 ? 4 : 10));
            if (have == 3)
                *out++ = (uint8_t)(bits >> 2);
            padded = true;
            bits = have = 0;
        } else if (value == BAD) {
            report_bad(report, at);
        }
        at++;
    }
    if (have >= 2)
        *out++ = (uint8_t)(bits >> (have == 2 ? 4 : 10));
    if (have == 3)
        *out++ = (uint8_t)(bits >> 2);
    report->unfinished = have != 0;
    return bytes_of(start, (size_t)(out - start));
}

struct bytes codec_base64(struct arena *arena, struct bytes in, struct codec_report *report)
{
    struct codec_report unused;
    report = report == NULL ? &unused : report;
    *report = (struct codec_report){.after_pad = BYTES_NPOS};
    return base64(arena, in, report, false);
}

struct bytes codec_base64_joined(struct arena *arena, struct bytes in)
{
    struct codec_report unused = {.after_pad = BYTES_NPOS};
    return base64(arena, in, &unused, true);
}

/* Length of the line break at AT with blanks before it ("=  \r\n" is a soft break), or 0. */
static size_t soft_break(struct bytes in, size_t at)
{
    size_t end = at;
    while (end < in.len && (in.at[end] == ' ' || in.at[end] == '\t'))
        end++;
    if (end == in.len)
        return end - at;
    if (in.at[end] == '\r')
        return end + 1 - at + (end + 1 < in.len && in.at[end + 1] == '\n');
    return in.at[end] == '\n' ? end + 1 - at : 0;
}

/* Copy what stands before the next '=' of IN or its end; returns where that is. */
static size_t copy_plain(struct bytes in, size_t at, uint8_t **out)
{
    uint8_t *o = *out;
#ifdef __SSE2__
    for (; in.len - at >= 16; at += 16, o += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(in.at + at));
        int hits = _mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8('=')));
        _mm_storeu_si128((__m128i *)(void *)o, x); /* not more than IN has left */
        if (hits != 0) {
            size_t len = (size_t)__builtin_ctz((unsigned)hits);
            *out = o + len;
            return at + len;
        }
    }
#endif
    while (at < in.len && in.at[at] != '=')
        *o++ = in.at[at++];
    *out = o;
    return at;
}

static struct bytes quoted(struct arena *arena, struct bytes in, struct codec_report *report)
{
    uint8_t *start = arena_alloc_raw(arena, in.len + 1), *out = start;
    size_t at = 0;
    while (at < in.len) {
        size_t end = in.at[at] == '=' ? at : copy_plain(in, at, &out);
        if (end == in.len)
            break;
        at = end + 1;
        int high = at + 1 < in.len ? ascii_hex(in.at[at]) : -1;
        int low = at + 1 < in.len ? ascii_hex(in.at[at + 1]) : -1;
        if (high >= 0 && low >= 0) {
            *out++ = (uint8_t)(high << 4 | low);
            at += 2;
            continue;
        }
        size_t gap = soft_break(in, at);
        if (gap > 0 || at == in.len) {
            at += gap;
            continue;
        }
        report_bad(report, end);
        *out++ = '=';
    }
    return bytes_of(start, (size_t)(out - start));
}

struct bytes codec_quoted(struct arena *arena, struct bytes in, struct codec_report *report)
{
    struct codec_report unused;
    report = report == NULL ? &unused : report;
    *report = (struct codec_report){.after_pad = BYTES_NPOS};
    return quoted(arena, in, report);
}

struct bytes codec_q(struct arena *arena, struct bytes in, struct codec_report *report)
{
    struct codec_report unused;
    report = report == NULL ? &unused : report;
    *report = (struct codec_report){.after_pad = BYTES_NPOS};
    if (bytes_find_byte(in, '_', 0) == BYTES_NPOS)
        return quoted(arena, in, report);
    /* '_' is a space before escapes are read, so that =5F stays an underscore. */
    uint8_t *spaced = arena_alloc_raw(arena, in.len + 1);
    for (size_t i = 0; i < in.len; i++)
        spaced[i] = in.at[i] == '_' ? ' ' : in.at[i];
    return quoted(arena, bytes_of(spaced, in.len), report);
}

struct bytes codec_percent(struct arena *arena, struct bytes in)
{
    uint8_t *start = arena_alloc_raw(arena, in.len + 1), *out = start;
    for (size_t at = 0; at < in.len;) {
        int high = in.at[at] == '%' && in.len - at > 2 ? ascii_hex(in.at[at + 1]) : -1;
        int low = high >= 0 ? ascii_hex(in.at[at + 2]) : -1;
        *out++ = low >= 0 ? (uint8_t)(high << 4 | low) : in.at[at];
        at += low >= 0 ? 3 : 1;
    }
    return bytes_of(start, (size_t)(out - start));
}
