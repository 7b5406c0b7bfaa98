/* SPDX-License-Identifier: Apache-2.0
 *
 * The one file that wraps zlib: raw deflate, zlib and gzip. */
#include "artifact/codec.h"

#include <stdlib.h>
#include <zlib.h>

/* Feed Z, whose input is set, until its stream ends. */
static enum decompress_status run(z_stream *z, struct bytes in, size_t *at, struct sink *sink)
{
    for (;;) {
        size_t room;
        uint8_t *to = sink_room(sink, &room);
        if (to == NULL)
            return DECOMPRESS_OK;
        size_t give = in.len - *at < UINT32_MAX / 2 ? in.len - *at : UINT32_MAX / 2;
        room = room < UINT32_MAX / 2 ? room : UINT32_MAX / 2;
        z->next_in = (Bytef *)(uintptr_t)(in.at + *at); /* zlib only reads it */
        z->avail_in = (uInt)give;
        z->next_out = to;
        z->avail_out = (uInt)room;
        int status = inflate(z, Z_NO_FLUSH);
        size_t written = room - z->avail_out, read = give - z->avail_in;
        sink->len += written;
        *at += read;
        if (status == Z_STREAM_END)
            return DECOMPRESS_OK;
        if (status == Z_DATA_ERROR)
            return z->msg != NULL && strstr(z->msg, "check") != NULL &&
                           strstr(z->msg, "header") == NULL
                       ? DECOMPRESS_CHECKSUM
                       : DECOMPRESS_MALFORMED;
        if (status == Z_NEED_DICT)
            return DECOMPRESS_MALFORMED;
        if ((status != Z_OK && status != Z_BUF_ERROR) || (read == 0 && written == 0))
            return *at == in.len ? DECOMPRESS_TRUNCATED : DECOMPRESS_MALFORMED;
    }
}

/* One stream from *AT on: at once where that goes, else piece by piece. */
static enum decompress_status read_stream(enum codec codec, struct bytes in, size_t *at,
                                          struct sink *sink)
{
    z_stream z = {0};
    int window_bits = codec == CODEC_DEFLATE ? -15 : codec == CODEC_ZLIB ? 15 : 31;
    if (codec_whole(codec, bytes_from(in, *at), sink, at))
        return DECOMPRESS_OK;
    if (inflateInit2(&z, window_bits) != Z_OK)
        abort();
    enum decompress_status status = run(&z, in, at, sink);
    inflateEnd(&z);
    return status;
}

static enum decompress_status decode(enum codec codec, struct bytes in, struct sink *sink,
                                     size_t *used_out)
{
    if (in.len == 0)
        return DECOMPRESS_TRUNCATED;
    enum decompress_status status = read_stream(codec, in, used_out, sink);
    while (codec == CODEC_GZIP && status == DECOMPRESS_OK && !sink->full &&
           bytes_starts(bytes_from(in, *used_out), BYTES("\x1F\x8B")))
        status = read_stream(codec, in, used_out, sink);
    return status;
}

enum decompress_status codec_deflate(struct bytes in, struct bytes properties, struct sink *sink,
                                     size_t *used_out)
{
    (void)properties;
    return decode(CODEC_DEFLATE, in, sink, used_out);
}

enum decompress_status codec_zlib(struct bytes in, struct bytes properties, struct sink *sink,
                                  size_t *used_out)
{
    (void)properties;
    return decode(CODEC_ZLIB, in, sink, used_out);
}

enum decompress_status codec_gzip(struct bytes in, struct bytes properties, struct sink *sink,
                                  size_t *used_out)
{
    (void)properties;
    return decode(CODEC_GZIP, in, sink, used_out);
}

void *codec_gzip_open(void)
{
    z_stream *z = calloc(1, sizeof *z);
    if (z == NULL || inflateInit2(z, 31) != Z_OK)
        abort();
    return z;
}

void codec_gzip_close(void *state)
{
    inflateEnd(state);
    free(state);
}

size_t codec_gzip_read(void *state, struct bytes in, size_t *at, uint8_t *to, size_t room,
                       enum decompress_status *status)
{
    z_stream *z = state;
    size_t written = 0;
    room = room < UINT32_MAX / 2 ? room : UINT32_MAX / 2;
    while (written == 0) {
        size_t give = in.len - *at < UINT32_MAX / 2 ? in.len - *at : UINT32_MAX / 2;
        z->next_in = (Bytef *)(uintptr_t)(in.at + *at);
        z->avail_in = (uInt)give;
        z->next_out = to, z->avail_out = (uInt)room;
        int code = inflate(z, Z_NO_FLUSH);
        written = room - z->avail_out;
        *at += give - z->avail_in;
        if (code == Z_STREAM_END) {
            bool more = bytes_starts(bytes_from(in, *at), BYTES("\x1F\x8B"));
            if (!more || inflateReset(z) != Z_OK)
                return written;
        } else if (code != Z_OK) {
            if (*status == DECOMPRESS_OK && written == 0)
                *status = *at == in.len ? DECOMPRESS_TRUNCATED : DECOMPRESS_MALFORMED;
            return written;
        }
    }
    return written;
}
