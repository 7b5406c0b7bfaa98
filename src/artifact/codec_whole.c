/* SPDX-License-Identifier: Apache-2.0
 *
 * The one file that wraps libdeflate: streams read at once, checksums. */
#include "artifact/checksum.h"
#include "artifact/codec.h"

#include <libdeflate.h>
#include <stdlib.h>

#define ROOM_MAX ((size_t)32 * 1024 * 1024) /* more is read piece by piece */
#define ROOM_MIN ((size_t)4 * 1024)
#define TIMES 4 /* what text and page content usually unpack to, and how room grows */

uint32_t checksum_crc32(uint32_t crc, struct bytes b)
{
    return b.len == 0 ? crc : libdeflate_crc32(crc, b.at, b.len);
}

/* One per process: it holds tables only, nothing of a stream. */
static struct libdeflate_decompressor *decompressor(void)
{
    static struct libdeflate_decompressor *one;
    if (one == NULL)
        one = libdeflate_alloc_decompressor();
    if (one == NULL)
        abort();
    return one;
}

/* Whether IN begins as RFC 1950 says: deflate, a window of 32 KB at most, no dictionary. */
static bool is_zlib(struct bytes in)
{
    unsigned head = in.len < 2 ? 1 : (unsigned)in.at[0] << 8 | in.at[1];
    return head % 31 == 0 && (head >> 8 & 15) == 8 && head >> 12 <= 7 && (head & 0x20) == 0;
}

/* A zlib stream whose checksum is passed by. */
static enum libdeflate_result read_unchecked(struct bytes in, uint8_t *to, size_t room,
                                             size_t *used_out, size_t *len_out)
{
    enum libdeflate_result result = libdeflate_deflate_decompress_ex(
        decompressor(), in.at + 2, in.len - 2, to, room, used_out, len_out);
    if (result != LIBDEFLATE_SUCCESS)
        return result;
    size_t left = in.len - 2 - *used_out;
    *used_out += 2 + (left < 4 ? left : 4);
    return *len_out > 0 ? result : LIBDEFLATE_BAD_DATA;
}

static enum libdeflate_result read_at_once(enum codec codec, struct bytes in, uint8_t *to,
                                           size_t room, size_t *used_out, size_t *len_out)
{
    struct libdeflate_decompressor *d = decompressor();
    switch (codec) {
    case CODEC_ZLIB:
        return libdeflate_zlib_decompress_ex(d, in.at, in.len, to, room, used_out, len_out);
    case CODEC_GZIP:
        return libdeflate_gzip_decompress_ex(d, in.at, in.len, to, room, used_out, len_out);
    default:
        return libdeflate_deflate_decompress_ex(d, in.at, in.len, to, room, used_out, len_out);
    }
}

bool codec_whole(enum codec codec, struct bytes in, struct sink *sink, size_t *used_out)
{
    bool unchecked = codec == CODEC_ZLIB && sink->unchecked && is_zlib(in);
    size_t used, len, wanted = in.len < ROOM_MIN ? ROOM_MIN * TIMES : in.len * TIMES;
    wanted = sink->at_most > wanted ? sink->at_most : wanted;
    for (; in.len <= ROOM_MAX; wanted *= TIMES) {
        size_t room = wanted > ROOM_MAX ? ROOM_MAX : wanted;
        uint8_t *to = sink_room_for(sink, &room);
        enum libdeflate_result result = LIBDEFLATE_BAD_DATA;
        if (to != NULL)
            result = unchecked ? read_unchecked(in, to, room, &used, &len)
                               : read_at_once(codec, in, to, room, &used, &len);
        if (result == LIBDEFLATE_SUCCESS) {
            sink->len += len;
            *used_out += used;
            return true;
        }
        if (result != LIBDEFLATE_INSUFFICIENT_SPACE || room < wanted)
            break;
    }
    return false;
}

size_t decompress_into(struct bytes in, uint8_t *to, size_t room)
{
    size_t used, len;
    bool whole = is_zlib(in) && read_unchecked(in, to, room, &used, &len) == LIBDEFLATE_SUCCESS;
    return whole ? len : 0;
}
