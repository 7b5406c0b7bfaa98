/* SPDX-License-Identifier: Apache-2.0
 *
 * Deflate64 ("enhanced deflate", ZIP method 9), which no library of ours decodes.
 *
 * Deflate (RFC 1951) with a 64 KB window: distance codes 30 and 31 exist (base 49153 and 65537, 14
 * extra bits) and length code 285 is base 3 with 16 extra bits.  Canonical Huffman codes are walked
 * bit by bit through counts and offsets, the small decoder of RFC 1951 section 3.2.2; 15 steps a
 * symbol at most, so the cost is linear.  Used by Explorer for files over 2 GB and by 7-Zip on
 * request, and by those who know scanners cannot read it. */
#include "artifact/codec.h"

#define LENGTH_CODES 288
#define DISTANCE_CODES 32

struct huffman {
    uint16_t count[16];
    uint16_t symbol[LENGTH_CODES];
};

struct reader {
    struct bytes in;
    size_t at;
    uint64_t bits;
    unsigned bit_count;
    bool ended;
};

static const uint16_t length_base[29] = {3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                         15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                         67, 83, 99, 115, 131, 163, 195, 227, 3};
static const uint8_t length_extra[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                         2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 16};

static unsigned take_bits(struct reader *r, unsigned count)
{
    while (r->bit_count < count) {
        if (r->at == r->in.len) {
            r->ended = true;
            return 0;
        }
        r->bits |= (uint64_t)r->in.at[r->at++] << r->bit_count;
        r->bit_count += 8;
    }
    unsigned value = (unsigned)(r->bits & ((1u << count) - 1));
    r->bits >>= count;
    r->bit_count -= count;
    return value;
}

/* False where the lengths are over-subscribed. */
static bool huffman_init(struct huffman *h, const uint8_t *length, unsigned count)
{
    uint16_t offset[16] = {0};
    memset(h->count, 0, sizeof h->count);
    for (unsigned i = 0; i < count; i++)
        h->count[length[i]]++;
    int left = 1;
    h->count[0] = 0;
    for (unsigned i = 1; i < 16; i++) {
        left = left * 2 - h->count[i];
        if (left < 0)
            return false;
        offset[i] = (uint16_t)(i == 1 ? 0 : offset[i - 1] + h->count[i - 1]);
    }
    for (unsigned i = 0; i < count; i++)
        if (length[i] != 0)
            h->symbol[offset[length[i]]++] = (uint16_t)i;
    return true;
}

/* The next symbol, or -1. */
static int take_symbol(struct reader *r, const struct huffman *h)
{
    int code = 0, first = 0, index = 0;
    for (unsigned len = 1; len < 16; len++) {
        code |= (int)take_bits(r, 1);
        if (r->ended)
            return -1;
        int count = h->count[len];
        if (code - count < first)
            return h->symbol[index + (code - first)];
        index += count;
        first = (first + count) << 1;
        code <<= 1;
    }
    return -1;
}

static void fixed_tables(struct huffman *lengths, struct huffman *distances)
{
    uint8_t length[LENGTH_CODES];
    memset(length, 8, 144);
    memset(length + 144, 9, 112);
    memset(length + 256, 7, 24);
    memset(length + 280, 8, 8);
    huffman_init(lengths, length, LENGTH_CODES);
    memset(length, 5, DISTANCE_CODES);
    huffman_init(distances, length, DISTANCE_CODES);
}

static bool dynamic_tables(struct reader *r, struct huffman *lengths, struct huffman *distances)
{
    static const uint8_t order[19] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                      11, 4,  12, 3, 13, 2, 14, 1, 15};
    uint8_t length[LENGTH_CODES + DISTANCE_CODES] = {0};
    unsigned literals = take_bits(r, 5) + 257, dists = take_bits(r, 5) + 1,
             codes = take_bits(r, 4) + 4;
    if (literals > 286)
        return false;
    for (unsigned i = 0; i < codes; i++)
        length[order[i]] = (uint8_t)take_bits(r, 3);
    if (r->ended || !huffman_init(lengths, length, 19))
        return false;
    memset(length, 0, sizeof length);
    for (unsigned i = 0; i < literals + dists;) {
        int symbol = take_symbol(r, lengths);
        if (symbol < 0)
            return false;
        if (symbol < 16) {
            length[i++] = (uint8_t)symbol;
            continue;
        }
        uint8_t value = 0;
        unsigned repeat;
        if (symbol == 16) {
            if (i == 0)
                return false;
            value = length[i - 1];
            repeat = 3 + take_bits(r, 2);
        } else {
            repeat = symbol == 17 ? 3 + take_bits(r, 3) : 11 + take_bits(r, 7);
        }
        if (r->ended || i + repeat > literals + dists)
            return false;
        memset(length + i, value, repeat);
        i += repeat;
    }
    return huffman_init(distances, length + literals, dists) &&
           huffman_init(lengths, length, literals);
}

/* LEN bytes from DISTANCE back; false over the sink's limit. */
static bool copy_match(struct sink *sink, size_t len, size_t distance)
{
    while (len > 0) {
        size_t room;
        uint8_t *to = sink_room(sink, &room);
        if (to == NULL)
            return false;
        size_t n = room < len ? room : len;
        for (size_t i = 0; i < n; i++)
            to[i] = sink->at[sink->len + i - distance];
        sink->len += n;
        len -= n;
    }
    return true;
}

static enum decompress_status symbols(struct reader *r, const struct huffman *lengths,
                                      const struct huffman *distances, struct sink *sink)
{
    for (;;) {
        int symbol = take_symbol(r, lengths);
        if (symbol < 0)
            return DECOMPRESS_MALFORMED;
        if (symbol < 256) {
            uint8_t byte = (uint8_t)symbol;
            if (!sink_add(sink, bytes_of(&byte, 1)))
                return DECOMPRESS_OK;
            continue;
        }
        if (symbol == 256)
            return DECOMPRESS_OK;
        if (symbol > 285)
            return DECOMPRESS_MALFORMED;
        size_t len = length_base[symbol - 257] + take_bits(r, length_extra[symbol - 257]);
        int code = take_symbol(r, distances);
        if (code < 0)
            return DECOMPRESS_MALFORMED;
        unsigned extra = code < 4 ? 0 : (unsigned)code / 2 - 1;
        size_t distance = code < 4 ? (size_t)code + 1 : ((2 + ((size_t)code & 1)) << extra) + 1;
        distance += take_bits(r, extra);
        if (r->ended || distance > sink->len)
            return DECOMPRESS_MALFORMED;
        if (!copy_match(sink, len, distance))
            return DECOMPRESS_OK;
    }
}

static enum decompress_status stored(struct reader *r, struct sink *sink)
{
    r->bits >>= r->bit_count & 7;
    r->bit_count &= ~7u;
    unsigned len = take_bits(r, 16), inverse = take_bits(r, 16);
    if (r->ended || (len ^ inverse) != 0xFFFF)
        return DECOMPRESS_MALFORMED;
    for (; len > 0 && r->bit_count > 0; len--) {
        uint8_t byte = (uint8_t)take_bits(r, 8);
        if (!sink_add(sink, bytes_of(&byte, 1)))
            return DECOMPRESS_OK;
    }
    struct bytes part = bytes_sub(r->in, r->at, len);
    r->at += part.len;
    r->ended = part.len < len;
    sink_add(sink, part);
    return r->ended ? DECOMPRESS_TRUNCATED : DECOMPRESS_OK;
}

enum decompress_status codec_deflate64(struct bytes in, struct bytes properties, struct sink *sink,
                                       size_t *used_out)
{
    (void)properties;
    struct reader r = {.in = in};
    struct huffman lengths, distances;
    enum decompress_status status = DECOMPRESS_OK;
    bool last = false;
    while (!last && status == DECOMPRESS_OK && !sink->full) {
        last = take_bits(&r, 1) != 0;
        unsigned type = take_bits(&r, 2);
        status = DECOMPRESS_MALFORMED;
        if (r.ended)
            break;
        if (type == 0) {
            status = stored(&r, sink);
            continue;
        }
        if (type == 1)
            fixed_tables(&lengths, &distances);
        if (type == 1 || (type == 2 && dynamic_tables(&r, &lengths, &distances)))
            status = symbols(&r, &lengths, &distances, sink);
    }
    *used_out = r.at;
    return r.ended && status != DECOMPRESS_OK ? DECOMPRESS_TRUNCATED : status;
}
