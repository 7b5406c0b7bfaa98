/* SPDX-License-Identifier: Apache-2.0
 *
 * The one file that wraps Zstandard. */
#include "artifact/codec.h"

#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#define WINDOW_LOG_MAX 26 /* CODEC_WINDOW_BYTES_MAX */

enum decompress_status codec_zstd(struct bytes in, struct bytes properties, struct sink *sink,
                                  size_t *used_out)
{
    (void)properties;
    ZSTD_DStream *stream = ZSTD_createDStream();
    if (stream == NULL)
        abort();
    ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
    ZSTD_inBuffer from = {in.at, in.len, 0};
    enum decompress_status status = DECOMPRESS_TRUNCATED;
    size_t left = 1, room;
    for (uint8_t *at; (at = sink_room(sink, &room)) != NULL;) {
        size_t before = from.pos;
        ZSTD_outBuffer to = {at, room, 0};
        left = ZSTD_decompressStream(stream, &to, &from);
        if (ZSTD_isError(left)) {
            ZSTD_ErrorCode code = ZSTD_getErrorCode(left);
            status = code == ZSTD_error_frameParameter_windowTooLarge ? DECOMPRESS_MEMORY
                     : code == ZSTD_error_checksum_wrong              ? DECOMPRESS_CHECKSUM
                                                                      : DECOMPRESS_MALFORMED;
            break;
        }
        sink->len += to.pos;
        if (left == 0) {
            status = DECOMPRESS_OK;
            struct bytes rest = bytes_from(in, from.pos);
            bool frame = bytes_starts(rest, BYTES("\x28\xB5\x2F\xFD")) ||
                         (rest.len >= 4 && (bytes_u32le(rest, 0) & 0xFFFFFFF0u) == 0x184D2A50u);
            if (!frame)
                break;
            status = DECOMPRESS_TRUNCATED;
        } else if (from.pos == before && to.pos == 0) {
            break;
        }
    }
    *used_out = from.pos;
    ZSTD_freeDStream(stream);
    return status;
}

struct zstd_state {
    ZSTD_DStream *stream;
    bool inside; /* a frame has begun and not ended */
};

void *codec_zstd_open(void)
{
    struct zstd_state *state = calloc(1, sizeof *state);
    if (state == NULL || (state->stream = ZSTD_createDStream()) == NULL)
        abort();
    ZSTD_DCtx_setParameter(state->stream, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
    return state;
}

void codec_zstd_close(void *own)
{
    struct zstd_state *state = own;
    ZSTD_freeDStream(state->stream);
    free(state);
}

size_t codec_zstd_read(void *own, struct bytes in, size_t *at, uint8_t *to, size_t room,
                       enum decompress_status *status)
{
    struct zstd_state *state = own;
    ZSTD_inBuffer from = {in.at, in.len, *at};
    ZSTD_outBuffer out = {to, room, 0};
    while (out.pos == 0 &&
           (from.pos < in.len || state->inside)) { /* skippable and empty frames give nothing */
        size_t before = from.pos, left = ZSTD_decompressStream(state->stream, &out, &from);
        if (ZSTD_isError(left)) {
            *status = ZSTD_getErrorCode(left) == ZSTD_error_frameParameter_windowTooLarge
                          ? DECOMPRESS_MEMORY
                          : DECOMPRESS_MALFORMED;
            break;
        }
        state->inside = left != 0;
        if (from.pos == before && out.pos == 0) {
            if (state->inside)
                *status = DECOMPRESS_TRUNCATED;
            break;
        }
    }
    *at = from.pos;
    return out.pos;
}
