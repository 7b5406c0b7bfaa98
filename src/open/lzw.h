/* SPDX-License-Identifier: Apache-2.0
 *
 * LZW as PDF (high bit first) and GIF (low bit first) use it, read in pieces. */
#ifndef NOROSHI_OPEN_LZW_H
#define NOROSHI_OPEN_LZW_H

#include "base/bytes.h"

enum lzw_order { LZW_PDF, LZW_GIF };

struct lzw {
    struct bytes in;
    size_t at;
    uint32_t bits, bit_count;
    enum lzw_order order;
    bool early; /* the code width grows one code early (PDF's default) */
    bool ended;
    uint32_t first_bits, width, next, previous; /* previous: 0xFFFF where none */
    uint16_t prefix[4096];
    uint8_t last[4096];
    uint8_t stack[4096];
    uint32_t stack_len;
};

/* Codes begin with LITERAL_BITS (8 in PDF; GIF says). */
void lzw_begin(struct lzw *lzw, struct bytes in, enum lzw_order order, uint32_t literal_bits);
/* For decompress_from(): OWN is the struct lzw. */
int64_t lzw_read(void *own, uint8_t *to, size_t room);

#endif
