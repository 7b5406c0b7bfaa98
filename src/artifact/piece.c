/* SPDX-License-Identifier: Apache-2.0 */
#include "artifact/piece.h"

#include "artifact/codec.h"
#include "base/mapped.h"

#include <stdlib.h>
#include <talloc.h>

struct piece {
    enum codec codec;
    struct bytes in;
    size_t at, forgotten;
    void *state; /* of the codec; NULL for STORE */
    enum decompress_status status;
    bool ended;
};

static int piece_close(struct piece *piece)
{
    if (piece->codec == CODEC_GZIP)
        codec_gzip_close(piece->state);
    else if (piece->codec == CODEC_ZSTD)
        codec_zstd_close(piece->state);
    return 0;
}

struct piece *piece_new(const void *parent, enum codec codec, struct bytes in)
{
    struct piece *piece = talloc_zero(parent, struct piece);
    if (piece == NULL)
        abort();
    piece->codec = codec, piece->in = in;
    piece->state = codec == CODEC_GZIP   ? codec_gzip_open()
                   : codec == CODEC_ZSTD ? codec_zstd_open()
                                         : NULL;
    talloc_set_destructor(piece, piece_close);
    return piece;
}

static void forget(struct piece *piece)
{
    if (piece->at - piece->forgotten < MAPPED_STEP_BYTES)
        return;
    mapped_forget(bytes_sub(piece->in, piece->forgotten, piece->at - piece->forgotten));
    piece->forgotten = piece->at;
}

size_t piece_read(struct piece *piece, uint8_t *to, size_t room)
{
    if (piece->ended || room == 0)
        return 0;
    forget(piece);
    if (piece->codec == CODEC_STORE) {
        struct bytes part = bytes_sub(piece->in, piece->at, room);
        if (part.len > 0)
            memcpy(to, part.at, part.len);
        piece->at += part.len;
        return part.len;
    }
    size_t written =
        piece->codec == CODEC_GZIP
            ? codec_gzip_read(piece->state, piece->in, &piece->at, to, room, &piece->status)
            : codec_zstd_read(piece->state, piece->in, &piece->at, to, room, &piece->status);
    piece->ended = written == 0;
    return written;
}

enum decompress_status piece_status(const struct piece *piece)
{
    return piece->status;
}
