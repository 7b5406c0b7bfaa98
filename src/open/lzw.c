/* SPDX-License-Identifier: Apache-2.0 */
#include "open/lzw.h"

#define NONE 0xFFFFu

void lzw_begin(struct lzw *lzw, struct bytes in, enum lzw_order order, uint32_t literal_bits)
{
    memset(lzw, 0, sizeof *lzw);
    lzw->in = in;
    lzw->order = order;
    lzw->early = order == LZW_PDF;
    lzw->first_bits = literal_bits;
    lzw->width = literal_bits + 1;
    lzw->next = (1u << literal_bits) + 2;
    lzw->previous = NONE;
}

static bool take_code(struct lzw *lzw, uint32_t *code_out)
{
    while (lzw->bit_count < lzw->width) {
        if (lzw->at >= lzw->in.len)
            return false;
        uint32_t byte = lzw->in.at[lzw->at++];
        if (lzw->order == LZW_PDF)
            lzw->bits = lzw->bits << 8 | byte;
        else
            lzw->bits |= byte << lzw->bit_count;
        lzw->bit_count += 8;
    }
    uint32_t mask = (1u << lzw->width) - 1;
    lzw->bit_count -= lzw->width;
    if (lzw->order == LZW_PDF) {
        *code_out = lzw->bits >> lzw->bit_count & mask;
    } else {
        *code_out = lzw->bits & mask;
        lzw->bits >>= lzw->width;
    }
    return true;
}

/* Put the string of CODE on the stack, last byte first. */
static bool unfold(struct lzw *lzw, uint32_t code)
{
    uint32_t clear = 1u << lzw->first_bits, at = code;
    lzw->stack_len = 0;
    if (code >= lzw->next) {
        if (lzw->previous == NONE)
            return false;
        at = lzw->previous;
        lzw->stack_len = 1; /* filled below: the string's own first byte */
    }
    while (at >= clear + 2) {
        if (lzw->stack_len >= sizeof lzw->stack - 1)
            return false;
        lzw->stack[lzw->stack_len++] = lzw->last[at];
        at = lzw->prefix[at];
    }
    lzw->stack[lzw->stack_len++] = (uint8_t)at;
    if (code >= lzw->next)
        lzw->stack[0] = (uint8_t)at;
    return true;
}

static bool step(struct lzw *lzw)
{
    uint32_t clear = 1u << lzw->first_bits, code;
    do {
        if (!take_code(lzw, &code) || code == clear + 1)
            return false;
        if (code == clear) {
            lzw->width = lzw->first_bits + 1;
            lzw->next = clear + 2;
            lzw->previous = NONE;
        }
    } while (code == clear);
    if (code > lzw->next || !unfold(lzw, code))
        return false;
    if (lzw->previous != NONE && lzw->next < 4096) {
        lzw->prefix[lzw->next] = (uint16_t)lzw->previous;
        lzw->last[lzw->next] = lzw->stack[lzw->stack_len - 1];
        lzw->next++;
    }
    lzw->previous = code;
    if (lzw->next + lzw->early >= 1u << lzw->width && lzw->width < 12)
        lzw->width++;
    return true;
}

int64_t lzw_read(void *own, uint8_t *to, size_t room)
{
    struct lzw *lzw = own;
    size_t n = 0;
    while (n < room) {
        if (lzw->stack_len > 0)
            to[n++] = lzw->stack[--lzw->stack_len];
        else if (lzw->ended || !step(lzw)) {
            lzw->ended = true;
            break;
        }
    }
    return (int64_t)n;
}
