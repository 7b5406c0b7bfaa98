/* SPDX-License-Identifier: Apache-2.0
 *
 * Every compressed stream is undone here: one call, one output bound, one ratio check.
 *
 * What comes out is drawn from the budget of the node's tree (LIMIT_BYTES_OUT), may not pass
 * LIMIT_RATIO times what went in once it is over 1 MB, and stops when the CPU time is spent; so a
 * bomb ends early, in bounded memory, whatever compressed it.  What was decoded before the trouble is
 * always returned: a truncated stream still gives its beginning.
 *
 * The output lives in one buffer owned by the tree's arena; nothing is copied.  Each foreign library
 * is wrapped by one codec_*.c behind codec.h; deflate64 is ours (inflate64.c).
 *
 * cost     O(input + output)
 * source   RFC 1950-1952, PKWARE APPNOTE 6.3.10 section 4.4.5, RFC 8878, the xz file format 1.1.0 */
#ifndef NOROSHI_ARTIFACT_DECOMPRESS_H
#define NOROSHI_ARTIFACT_DECOMPRESS_H

#include "artifact/node.h"

enum codec {
    CODEC_STORE,
    CODEC_DEFLATE,   /* raw, RFC 1951 */
    CODEC_ZLIB,      /* RFC 1950 */
    CODEC_GZIP,      /* RFC 1952, all members */
    CODEC_DEFLATE64, /* ZIP method 9 */
    CODEC_BZIP2,     /* all streams */
    CODEC_XZ,        /* all streams */
    CODEC_LZMA,      /* .lzma with its 13-byte header */
    CODEC_LZMA1,     /* raw; properties: 5 bytes */
    CODEC_LZMA2,     /* raw; properties: 1 byte */
    CODEC_LZMA1_X86, /* the same before the x86 branch filter */
    CODEC_LZMA2_X86,
    CODEC_ZSTD, /* all frames */
};

enum decompress_status {
    DECOMPRESS_OK,
    DECOMPRESS_TRUNCATED, /* the input ended first */
    DECOMPRESS_MALFORMED, /* the stream breaks its format */
    DECOMPRESS_CHECKSUM,  /* all decoded, but the stream's own checksum differs */
    DECOMPRESS_BYTES,     /* stopped at LIMIT_BYTES_OUT, or at the caller's bound */
    DECOMPRESS_RATIO,     /* stopped at LIMIT_RATIO */
    DECOMPRESS_TIME,      /* stopped at LIMIT_MILLISECONDS */
    DECOMPRESS_MEMORY,    /* the stream asks for a dictionary past 64 MB */
};

struct decompress {
    enum codec codec;
    struct bytes in;
    struct bytes properties; /* for CODEC_LZMA1 and CODEC_LZMA2 */
    size_t at_most;          /* stop quietly (DECOMPRESS_OK) at so many bytes; 0: no bound */
    bool any_ratio; /* at_most was derived from something else (a picture's size): no ratio check */
    bool unchecked; /* zlib: the checksum behind the data need not be right, nor be looked at */
};

struct decompressed {
    struct bytes out; /* never absent */
    size_t used;      /* bytes of the input that were read */
    enum decompress_status status;
};

/* Decode WHAT on behalf of NODE, whose budget is drawn. */
struct decompressed decompress(struct node *node, struct decompress what);
/* The same for a foreign reader: READ puts at most ROOM bytes at TO and answers how many, 0 at the end,
 * or < 0 where it cannot go on (the status is MALFORMED then).  IN_BYTES is what the ratio is taken of. */
struct decompressed decompress_from(struct node *node, size_t in_bytes,
                                    int64_t (*read)(void *own, uint8_t *to, size_t room),
                                    void *own);
/* A zlib stream, its checksum passed by, into ROOM bytes at TO, for a caller that knows how many come
 * out and answers for the memory; 0 where it is broken, cut or longer. */
size_t decompress_into(struct bytes in, uint8_t *to, size_t room);
/* Record STATUS (nothing for OK) as an anomaly on NODE about LEN bytes at OFFSET of its content. */
void decompress_note(struct node *node, enum decompress_status status, size_t offset, size_t len);
/* Whether the output is all there was. */
static inline bool decompress_whole(enum decompress_status status)
{
    return status == DECOMPRESS_OK || status == DECOMPRESS_CHECKSUM;
}

#endif
