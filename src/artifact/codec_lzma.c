/* SPDX-License-Identifier: Apache-2.0
 *
 * The one file that wraps liblzma: xz, .lzma, and the raw streams of ZIP and 7z. */
#include "artifact/codec.h"

#include <lzma.h>
#include <stdlib.h>

#define MEMORY_MAX (CODEC_WINDOW_BYTES_MAX + (uint64_t)8 * 1024 * 1024)

static enum decompress_status run(lzma_stream *lzma, struct bytes in, struct sink *sink,
                                  size_t *used_out)
{
    enum decompress_status answer;
    lzma->next_in = in.at;
    lzma->avail_in = in.len;
    for (;;) {
        size_t room;
        lzma->next_out = sink_room(sink, &room);
        if (lzma->next_out == NULL) {
            answer = DECOMPRESS_OK;
            break;
        }
        size_t before = lzma->avail_in;
        lzma->avail_out = room;
        lzma_ret status = lzma_code(lzma, lzma->avail_in == 0 ? LZMA_FINISH : LZMA_RUN);
        size_t written = room - lzma->avail_out;
        sink->len += written;
        if (status == LZMA_STREAM_END) {
            answer = DECOMPRESS_OK;
            break;
        }
        if (status == LZMA_OK && (written > 0 || lzma->avail_in < before || before > 0))
            continue;
        answer = status == LZMA_MEMLIMIT_ERROR || status == LZMA_MEM_ERROR ? DECOMPRESS_MEMORY
                 : status == LZMA_OK || status == LZMA_BUF_ERROR           ? DECOMPRESS_TRUNCATED
                                                                           : DECOMPRESS_MALFORMED;
        break;
    }
    *used_out = in.len - lzma->avail_in;
    lzma_end(lzma);
    return answer;
}

enum decompress_status codec_xz(struct bytes in, struct bytes properties, struct sink *sink,
                                size_t *used_out)
{
    (void)properties;
    lzma_stream lzma = LZMA_STREAM_INIT;
    if (lzma_stream_decoder(&lzma, MEMORY_MAX, LZMA_CONCATENATED) != LZMA_OK)
        abort();
    return run(&lzma, in, sink, used_out);
}

enum decompress_status codec_lzma(struct bytes in, struct bytes properties, struct sink *sink,
                                  size_t *used_out)
{
    (void)properties;
    lzma_stream lzma = LZMA_STREAM_INIT;
    if (lzma_alone_decoder(&lzma, MEMORY_MAX) != LZMA_OK)
        abort();
    return run(&lzma, in, sink, used_out);
}

static enum decompress_status raw(lzma_vli id, bool x86, struct bytes in, struct bytes properties,
                                  struct sink *sink, size_t *used_out)
{
    lzma_filter filters[3] = {{.id = LZMA_FILTER_X86}, {.id = id}, {.id = LZMA_VLI_UNKNOWN}};
    if (lzma_properties_decode(&filters[1], NULL, properties.at, properties.len) != LZMA_OK)
        return DECOMPRESS_MALFORMED;
    enum decompress_status answer = DECOMPRESS_MEMORY;
    lzma_options_lzma *options = filters[1].options;
    /* A dictionary no longer than the output is needed; a declared 4 GB is a habit of some writers. */
    if (sink->at_most != 0 && options->dict_size > sink->at_most)
        options->dict_size = sink->at_most < 4096 ? 4096 : (uint32_t)sink->at_most;
    lzma_stream lzma = LZMA_STREAM_INIT;
    if (options->dict_size <= CODEC_WINDOW_BYTES_MAX) {
        answer = DECOMPRESS_MALFORMED;
        if (lzma_raw_decoder(&lzma, x86 ? filters : filters + 1) == LZMA_OK)
            answer = run(&lzma, in, sink, used_out);
    }
    free(filters[1].options);
    return answer;
}

enum decompress_status codec_lzma1(struct bytes in, struct bytes properties, struct sink *sink,
                                   size_t *used_out)
{
    return raw(LZMA_FILTER_LZMA1, false, in, properties, sink, used_out);
}

enum decompress_status codec_lzma2(struct bytes in, struct bytes properties, struct sink *sink,
                                   size_t *used_out)
{
    return raw(LZMA_FILTER_LZMA2, false, in, properties, sink, used_out);
}

enum decompress_status codec_lzma1_x86(struct bytes in, struct bytes properties, struct sink *sink,
                                       size_t *used_out)
{
    return raw(LZMA_FILTER_LZMA1, true, in, properties, sink, used_out);
}

enum decompress_status codec_lzma2_x86(struct bytes in, struct bytes properties, struct sink *sink,
                                       size_t *used_out)
{
    return raw(LZMA_FILTER_LZMA2, true, in, properties, sink, used_out);
}
