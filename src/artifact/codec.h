/* SPDX-License-Identifier: Apache-2.0
 *
 * What decompress.c and the codecs share: a sink that grows up to its line, and one function each.
 *
 * A codec asks for room, writes, and adds what it wrote to sink->len; no room means stop, and
 * sink->over says why.  It may read back what it wrote (deflate64 does). */
#ifndef NOROSHI_ARTIFACT_CODEC_H
#define NOROSHI_ARTIFACT_CODEC_H

#include "artifact/decompress.h"

/* Dictionaries past this are refused: the memory promise is 256 MB. */
#define CODEC_WINDOW_BYTES_MAX ((size_t)64 * 1024 * 1024)

struct sink {
    uint8_t *at; /* heap */
    size_t len, capacity;
    size_t bytes_max, ratio_max, at_most; /* bytes; at_most 0: none */
    struct budget *budget;
    enum decompress_status over; /* why there is no more room */
    bool full;                   /* sink_room() said no */
    bool unchecked;              /* see struct decompress */
};

/* Where *ROOM_OUT >= 1 more bytes go; NULL over a limit. */
uint8_t *sink_room(struct sink *sink, size_t *room_out);
/* The same for about *ROOM_OUT bytes at once: fewer only where a limit is nearer. */
uint8_t *sink_room_for(struct sink *sink, size_t *room_out);
/* Append B; false over a limit (the part that fits is kept). */
bool sink_add(struct sink *sink, struct bytes b);

/* Decode IN; *USED_OUT bytes of it were read.  Answers OK, TRUNCATED, MALFORMED, CHECKSUM, MEMORY;
 * a full sink overrules the answer. */
typedef enum decompress_status codec_function(struct bytes in, struct bytes properties,
                                              struct sink *sink, size_t *used_out);
codec_function codec_deflate, codec_zlib, codec_gzip;          /* codec_zlib.c */
/* codec_whole.c: one deflate, zlib or gzip stream at the head of IN, at once; moves *USED past it.
 * False, and nothing written, where it is broken, cut, large or over a limit: then it is read piece by
 * piece. */
bool codec_whole(enum codec codec, struct bytes in, struct sink *sink, size_t *used);
codec_function codec_deflate64;                                /* inflate64.c */
codec_function codec_bzip2;                                    /* codec_bzip2.c */
codec_function codec_xz, codec_lzma, codec_lzma1, codec_lzma2; /* codec_lzma.c */
codec_function codec_lzma1_x86, codec_lzma2_x86;
codec_function codec_zstd; /* codec_zstd.c */

/* Streams read piece by piece (piece.h): READ fills TO from IN at *AT, answers the bytes written, 0 at the
 * end or where *STATUS says what broke. */
void *codec_gzip_open(void);
size_t codec_gzip_read(void *state, struct bytes in, size_t *at, uint8_t *to, size_t room,
                       enum decompress_status *status);
void codec_gzip_close(void *state);
void *codec_zstd_open(void);
size_t codec_zstd_read(void *state, struct bytes in, size_t *at, uint8_t *to, size_t room,
                       enum decompress_status *status);
void codec_zstd_close(void *state);

#endif
