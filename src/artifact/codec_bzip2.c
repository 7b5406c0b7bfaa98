/* SPDX-License-Identifier: Apache-2.0
 *
 * The one file that wraps bzip2. */
#include "artifact/codec.h"

#include <bzlib.h>
#include <stdlib.h>

static enum decompress_status run(bz_stream *bz, struct bytes in, size_t *at, struct sink *sink)
{
    for (;;) {
        size_t room;
        uint8_t *to = sink_room(sink, &room);
        if (to == NULL)
            return DECOMPRESS_OK;
        size_t give = in.len - *at < INT32_MAX ? in.len - *at : INT32_MAX;
        /* bzip2's interface is not const-correct; it only reads. */
        bz->next_in = (char *)(uintptr_t)(in.at + *at);
        bz->avail_in = (unsigned)give;
        bz->next_out = (char *)to;
        bz->avail_out = (unsigned)room;
        int status = BZ2_bzDecompress(bz);
        size_t written = room - bz->avail_out, read = give - bz->avail_in;
        sink->len += written;
        *at += read;
        if (status == BZ_STREAM_END)
            return DECOMPRESS_OK;
        if (status != BZ_OK)
            return DECOMPRESS_MALFORMED;
        if (read == 0 && written == 0)
            return DECOMPRESS_TRUNCATED;
    }
}

enum decompress_status codec_bzip2(struct bytes in, struct bytes properties, struct sink *sink,
                                   size_t *used_out)
{
    (void)properties;
    enum decompress_status status = DECOMPRESS_TRUNCATED;
    do {
        bz_stream bz = {0};
        if (BZ2_bzDecompressInit(&bz, 0, 0) != BZ_OK)
            abort();
        status = run(&bz, in, used_out, sink);
        BZ2_bzDecompressEnd(&bz);
    } while (status == DECOMPRESS_OK && !sink->full &&
             bytes_starts(bytes_from(in, *used_out), BYTES("BZh")));
    return status;
}
