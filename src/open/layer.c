/* SPDX-License-Identifier: Apache-2.0 */
#include "open/layer.h"

#include "artifact/digest.h"

#include <stdlib.h>
#include <talloc.h>

#define BLOCK 512u
#define BUFFER_BYTES ((size_t)256 * 1024)
#define EXTENSION_BYTES_MAX                                                                        \
    ((uint64_t)1024 * 1024) /* a pax header or long name; more is an attack */

struct layer {
    struct piece *piece;
    struct digest_sum *sum;
    uint8_t *buffer; /* BUFFER_BYTES */
    size_t from, to;
    uint64_t left; /* content of the present member, and its padding, not read yet */
    uint64_t padding, total;
    enum decompress_status status;
    bool ended;
};

struct layer *layer_open(const void *parent, struct bytes blob)
{
    struct layer *layer = talloc_zero(parent, struct layer);
    enum codec codec = bytes_starts(blob, BYTES("\x1F\x8B")) ? CODEC_GZIP
                       : bytes_starts(blob, BYTES("\x28\xB5\x2F\xFD")) ||
                               (blob.len > 4 && (bytes_u32le(blob, 0) & 0xFFFFFFF0u) == 0x184D2A50u)
                           ? CODEC_ZSTD
                           : CODEC_STORE;
    if (layer == NULL)
        abort();
    layer->piece = piece_new(layer, codec, blob);
    layer->sum = digest_sum_new(layer, DIGEST_SHA256);
    layer->buffer = talloc_size(layer, BUFFER_BYTES);
    if (layer->buffer == NULL)
        abort();
    return layer;
}

static bool fill(struct layer *layer)
{
    layer->from = layer->to = 0;
    layer->to = piece_read(layer->piece, layer->buffer, BUFFER_BYTES);
    digest_sum_add(layer->sum, bytes_of(layer->buffer, layer->to));
    layer->total += layer->to;
    return layer->to > 0;
}

/* Take COUNT bytes, to TO where not NULL; false where the stream ends first. */
static bool take(struct layer *layer, uint8_t *to, uint64_t count)
{
    while (count > 0) {
        if (layer->from == layer->to && !fill(layer))
            return false;
        size_t part = layer->to - layer->from;
        part = count < part ? (size_t)count : part;
        if (to != NULL)
            memcpy(to, layer->buffer + layer->from, part), to += part;
        layer->from += part, count -= part;
    }
    return true;
}

static bool is_zero(const uint8_t *block)
{
    for (size_t i = 0; i < BLOCK; i++)
        if (block[i] != 0)
            return false;
    return true;
}

bool layer_next(struct layer *layer, struct arena *arena, struct tar_member *member_out)
{
    uint8_t *headers = NULL;
    size_t len = 0;
    if (layer->ended || !take(layer, NULL, layer->left + layer->padding)) {
        if (!layer->ended)
            layer->status = DECOMPRESS_TRUNCATED;
        layer->ended = true;
        return false;
    }
    layer->left = layer->padding = 0;
    for (uint32_t extensions = 0; extensions < 8; extensions++) {
        uint8_t block[BLOCK];
        if (!take(layer, block, BLOCK) || is_zero(block)) {
            layer->ended = true;
            return false;
        }
        bool extension = memchr("LKxgNX", block[156], 6) != NULL;
        struct tar_walk walk;
        struct tar_member own;
        uint64_t size = 0;
        if (extension) { /* its own size, as a plain member would have it */
            uint8_t copy[BLOCK];
            memcpy(copy, block, BLOCK);
            for (size_t i = 124; i < 136 && copy[i] >= '0' && copy[i] <= '7'; i++)
                size = size << 3 | (uint64_t)(copy[i] - '0');
            if (size > EXTENSION_BYTES_MAX)
                size = 0, extension = false;
        }
        size_t room = BLOCK + (extension ? (size_t)((size + BLOCK - 1) / BLOCK * BLOCK) : 0);
        uint8_t *grown = arena_alloc(arena, len + room);
        if (len > 0)
            memcpy(grown, headers, len);
        memcpy(grown + len, block, BLOCK);
        if (extension && !take(layer, grown + len + BLOCK, room - BLOCK))
            break;
        headers = grown, len += room;
        if (extension)
            continue;
        tar_begin(&walk, arena, bytes_of(headers, len));
        if (!tar_next(&walk, &own)) {
            layer->status = DECOMPRESS_MALFORMED;
            break;
        }
        *member_out = own;
        member_out->data = BYTES_NONE;
        member_out->hazards &= ~(uint32_t)TAR_CUT;
        bool has_data = own.type == TAR_FILE || own.type == TAR_OTHER;
        layer->left = has_data ? own.size : 0;
        layer->padding = (BLOCK - layer->left % BLOCK) % BLOCK;
        return true;
    }
    layer->ended = true;
    return false;
}

struct bytes layer_content(struct layer *layer, struct arena *arena, size_t most)
{
    size_t len = layer->left < most ? (size_t)layer->left : most;
    uint8_t *at = arena_alloc(arena, len + 1);
    if (!take(layer, at, len)) {
        layer->status = DECOMPRESS_TRUNCATED;
        layer->ended = true;
        return BYTES("");
    }
    layer->left -= len;
    return bytes_of(at, len);
}

struct bytes layer_diff_id(struct layer *layer, struct arena *arena)
{
    while (fill(layer))
        ;
    return digest_sum_hex(layer->sum, arena);
}

enum decompress_status layer_status(const struct layer *layer)
{
    return layer->status != DECOMPRESS_OK ? layer->status : piece_status(layer->piece);
}

uint64_t layer_bytes(const struct layer *layer)
{
    return layer->total;
}
