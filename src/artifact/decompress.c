/* SPDX-License-Identifier: Apache-2.0 */
#include "artifact/decompress.h"

#include "artifact/codec.h"

#include <assert.h>
#include <stdlib.h>

#define RATIO_FREE_BYTES ((size_t)1024 * 1024)
#define FIRST_ROOM ((size_t)16 * 1024)
#define CHUNK_MAX ((size_t)4 * 1024 * 1024)

static size_t sink_limit(const struct sink *sink, enum decompress_status *why_out)
{
    size_t limit = sink->bytes_max;
    *why_out = DECOMPRESS_BYTES;
    if (sink->ratio_max < limit) {
        limit = sink->ratio_max;
        *why_out = DECOMPRESS_RATIO;
    }
    if (sink->at_most != 0 && sink->at_most <= limit) {
        limit = sink->at_most;
        *why_out = DECOMPRESS_OK;
    }
    return limit;
}

uint8_t *sink_room(struct sink *sink, size_t *room_out)
{
    if (sink->len == sink->capacity) {
        enum decompress_status why;
        size_t limit = sink_limit(sink, &why);
        if (sink->len >= limit || !budget_time_left(sink->budget)) {
            sink->over = sink->len >= limit ? why : DECOMPRESS_TIME;
            sink->full = true;
            return NULL;
        }
        size_t more = sink->capacity < FIRST_ROOM ? FIRST_ROOM : sink->capacity;
        more = more > CHUNK_MAX ? CHUNK_MAX : more;
        more = more > limit - sink->len ? limit - sink->len : more;
        sink->at = realloc(sink->at, sink->capacity + more);
        if (sink->at == NULL)
            abort();
        sink->capacity += more;
    }
    *room_out = sink->capacity - sink->len;
    return sink->at + sink->len;
}

uint8_t *sink_room_for(struct sink *sink, size_t *room)
{
    enum decompress_status why;
    size_t limit = sink_limit(sink, &why), left = sink->len < limit ? limit - sink->len : 0;
    size_t wanted = *room < left ? *room : left;
    if (wanted == 0 || !budget_time_left(sink->budget))
        return NULL;
    if (sink->capacity - sink->len < wanted) {
        uint8_t *grown = malloc(sink->len + wanted); /* of what lies behind nothing is kept */
        if (grown == NULL)
            abort();
        if (sink->len > 0)
            memcpy(grown, sink->at, sink->len);
        free(sink->at);
        sink->at = grown;
        sink->capacity = sink->len + wanted;
    }
    *room = wanted;
    return sink->at + sink->len;
}

bool sink_add(struct sink *sink, struct bytes b)
{
    while (b.len > 0) {
        size_t room;
        uint8_t *at = sink_room(sink, &room);
        if (at == NULL)
            return false;
        size_t n = room < b.len ? room : b.len;
        memcpy(at, b.at, n);
        sink->len += n;
        b = bytes_from(b, n);
    }
    return true;
}

static enum decompress_status codec_store(struct bytes in, struct bytes properties,
                                          struct sink *sink, size_t *used_out)
{
    (void)properties;
    *used_out = in.len;
    sink_add(sink, in);
    return DECOMPRESS_OK;
}

static codec_function *const codecs[] = {
    [CODEC_STORE] = codec_store,
    [CODEC_DEFLATE] = codec_deflate,
    [CODEC_ZLIB] = codec_zlib,
    [CODEC_GZIP] = codec_gzip,
    [CODEC_DEFLATE64] = codec_deflate64,
    [CODEC_BZIP2] = codec_bzip2,
    [CODEC_XZ] = codec_xz,
    [CODEC_LZMA] = codec_lzma,
    [CODEC_LZMA1] = codec_lzma1,
    [CODEC_LZMA2] = codec_lzma2,
    [CODEC_ZSTD] = codec_zstd,
    [CODEC_LZMA1_X86] = codec_lzma1_x86,
    [CODEC_LZMA2_X86] = codec_lzma2_x86,
};

static struct sink sink_begin(struct node *node, size_t in_bytes, size_t at_most)
{
    struct budget *budget = node->tree->budget;
    struct sink sink = {.budget = budget, .at_most = at_most};
    uint64_t ratio = budget->most[LIMIT_RATIO];
    sink.bytes_max = budget->most[LIMIT_BYTES_OUT] - budget->used[LIMIT_BYTES_OUT];
    sink.ratio_max = in_bytes > SIZE_MAX / ratio ? SIZE_MAX : in_bytes * ratio;
    if (sink.ratio_max < RATIO_FREE_BYTES)
        sink.ratio_max = RATIO_FREE_BYTES;
    return sink;
}

static struct decompressed sink_end(struct node *node, struct sink *sink,
                                    enum decompress_status status)
{
    struct budget *budget = node->tree->budget;
    struct decompressed done = {.out = bytes_of("", 0), .status = status};
    if (sink->full && (!decompress_whole(status) || sink->over != DECOMPRESS_OK))
        done.status = sink->over;
    if (sink->len > 0) {
        if (sink->capacity - sink->len > sink->len / 8) {
            uint8_t *smaller = realloc(sink->at, sink->len);
            sink->at = smaller == NULL ? sink->at : smaller;
        }
        arena_adopt(node->tree->arena, sink->at);
        done.out = bytes_of(sink->at, sink->len);
        budget_take(budget, LIMIT_BYTES_OUT, sink->len);
    } else {
        free(sink->at);
    }
    if (done.status == DECOMPRESS_BYTES)
        budget->passed |= 1u << LIMIT_BYTES_OUT;
    if (done.status == DECOMPRESS_RATIO)
        budget->passed |= 1u << LIMIT_RATIO;
    return done;
}

struct decompressed decompress(struct node *node, struct decompress what)
{
    if (what.in.at == NULL)
        what.in = bytes_of("", 0); /* codecs reckon with pointers */
    struct sink sink = sink_begin(node, what.in.len, what.at_most);
    if (what.any_ratio && what.at_most != 0)
        sink.ratio_max = SIZE_MAX;
    sink.unchecked = what.unchecked;
    size_t used = 0;
    enum decompress_status status = codecs[what.codec](what.in, what.properties, &sink, &used);
    struct decompressed done = sink_end(node, &sink, status);
    assert(used <= what.in.len);
    done.used = used;
    return done;
}

struct decompressed decompress_from(struct node *node, size_t in_bytes,
                                    int64_t (*read)(void *own, uint8_t *to, size_t room), void *own)
{
    struct sink sink = sink_begin(node, in_bytes, 0);
    enum decompress_status status = DECOMPRESS_OK;
    size_t room;
    for (uint8_t *to; (to = sink_room(&sink, &room)) != NULL;) {
        int64_t got = read(own, to, room);
        if (got <= 0) {
            status = got == 0 ? DECOMPRESS_OK : DECOMPRESS_MALFORMED;
            break;
        }
        assert((uint64_t)got <= room);
        sink.len += (size_t)got;
    }
    return sink_end(node, &sink, status);
}

void decompress_note(struct node *node, enum decompress_status status, size_t offset, size_t len)
{
    switch (status) {
    case DECOMPRESS_OK:
        return;
    case DECOMPRESS_TRUNCATED:
        node_anomaly(node, ANOMALY_TRUNCATED, offset, len, BYTES("compressed data"));
        return;
    case DECOMPRESS_MALFORMED:
        node_anomaly(node, ANOMALY_UNDECODABLE, offset, len, BYTES("compressed data"));
        return;
    case DECOMPRESS_CHECKSUM:
        node_anomaly(node, ANOMALY_BAD_CHECKSUM, offset, len, BYTES_NONE);
        return;
    case DECOMPRESS_BYTES:
        node_limit(node, LIMIT_BYTES_OUT);
        return;
    case DECOMPRESS_RATIO:
        node_limit(node, LIMIT_RATIO);
        return;
    case DECOMPRESS_TIME:
        node_limit(node, LIMIT_MILLISECONDS);
        return;
    case DECOMPRESS_MEMORY:
        node_anomaly(node, ANOMALY_LIMIT_EXCEEDED, offset, len, BYTES("dictionary"));
        return;
    }
}
