/* SPDX-License-Identifier: Apache-2.0 */
#include "base/flat.h"

void flat_add_uint(struct text *out, uint64_t n)
{
    uint8_t *at = text_reserve(out, 10);
    if (at == NULL)
        return;
    size_t len = 0;
    for (; n >= 0x80; n >>= 7)
        at[len++] = (uint8_t)(n | 0x80);
    at[len++] = (uint8_t)n;
    out->len += len;
}

void flat_add_int(struct text *out, int64_t n)
{
    uint64_t bits = (uint64_t)n;
    flat_add_uint(out, bits << 1 ^ (n < 0 ? UINT64_MAX : 0));
}

void flat_add_float(struct text *out, double n)
{
    uint64_t bits;
    memcpy(&bits, &n, sizeof bits);
    for (int i = 0; i < 8; i++)
        text_add_byte(out, (uint8_t)(bits >> (8 * i)));
}

void flat_add_bytes(struct text *out, struct bytes b)
{
    flat_add_uint(out, b.at == NULL ? 0 : (uint64_t)b.len + 1);
    text_add(out, b);
}

static uint64_t broken(struct flat *flat)
{
    flat->broken = true;
    flat->rest = BYTES_NONE;
    return 0;
}

uint64_t flat_uint(struct flat *flat)
{
    uint64_t n = 0;
    for (size_t i = 0; i < flat->rest.len && i < 10; i++) {
        n |= (uint64_t)(flat->rest.at[i] & 0x7F) << (7 * i);
        if (flat->rest.at[i] < 0x80) {
            flat->rest = bytes_from(flat->rest, i + 1);
            return n;
        }
    }
    return broken(flat);
}

int64_t flat_int(struct flat *flat)
{
    uint64_t n = flat_uint(flat);
    return (int64_t)(n >> 1 ^ (n & 1 ? UINT64_MAX : 0));
}

double flat_float(struct flat *flat)
{
    if (flat->rest.len < 8)
        return (double)broken(flat);
    uint64_t bits = bytes_u64le(flat->rest, 0);
    flat->rest = bytes_from(flat->rest, 8);
    double n;
    memcpy(&n, &bits, sizeof n);
    return n;
}

struct bytes flat_bytes(struct flat *flat)
{
    uint64_t len = flat_uint(flat);
    if (len == 0)
        return BYTES_NONE;
    if (len - 1 > flat->rest.len) {
        broken(flat);
        return BYTES_NONE;
    }
    struct bytes b = bytes_sub(flat->rest, 0, (size_t)len - 1);
    flat->rest = bytes_from(flat->rest, b.len);
    return b;
}

uint32_t flat_count(struct flat *flat)
{
    uint64_t count = flat_uint(flat);
    return count > flat->rest.len || count > UINT32_MAX ? (uint32_t)broken(flat) : (uint32_t)count;
}
