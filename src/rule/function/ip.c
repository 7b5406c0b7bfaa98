/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/image.h"
#include "rule/range.h"

#include <arpa/inet.h>
#include <stdlib.h>

struct address {
    uint8_t byte[16]; /* IPv4 as ::ffff:a.b.c.d */
};

struct ranges {
    uint32_t count;
    struct range {
        struct address low, high;
    } * range; /* sorted, not overlapping */
};

static bool address_parse(struct bytes text, struct address *out)
{
    char buffer[64];
    if (text.len == 0 || text.len >= sizeof buffer)
        return false;
    memcpy(buffer, text.at, text.len);
    buffer[text.len] = 0;
    if (inet_pton(AF_INET6, buffer, out->byte) == 1)
        return true;
    memset(out->byte, 0, 10);
    memset(out->byte + 10, 0xFF, 2);
    return inet_pton(AF_INET, buffer, out->byte + 12) == 1;
}

static bool range_parse(struct bytes text, struct range *out)
{
    size_t slash = bytes_find_byte(text, '/', 0);
    struct bytes address = bytes_sub(text, 0, slash);
    bool v6 = bytes_find_byte(address, ':', 0) != BYTES_NPOS;
    int64_t bits = v6 ? 128 : 32;
    if (!address_parse(address, &out->low) ||
        (slash != BYTES_NPOS && !bytes_to_int(bytes_from(text, slash + 1), 0, bits, &bits)))
        return false;
    bits += v6 ? 0 : 96;
    out->high = out->low;
    for (int i = 0; i < 16; i++) {
        int64_t fixed = bits - i * 8;
        uint8_t mask = fixed >= 8 ? 0xFF : fixed <= 0 ? 0 : (uint8_t)(0xFF << (8 - fixed));
        out->low.byte[i] &= mask;
        out->high.byte[i] = (uint8_t)((out->high.byte[i] & mask) | (uint8_t)~mask);
    }
    return true;
}

static int by_low(const void *a, const void *b)
{
    const struct range *x = a, *y = b;
    return memcmp(&x->low, &y->low, sizeof x->low);
}

struct ranges *ranges_new(struct arena *arena, const struct needle *needle, uint32_t count)
{
    struct ranges *ranges = arena_new_of(arena, struct ranges);
    ranges->range = arena_array_of(arena, count, struct range);
    uint32_t read = 0, kept = 0;
    for (uint32_t i = 0; i < count; i++)
        read += range_parse(bytes_trim(needle[i].text), &ranges->range[read]);
    if (read > 0)
        qsort(ranges->range, read, sizeof *ranges->range, by_low);
    for (uint32_t i = 0; i < read; i++) {
        struct range *last = kept == 0 ? NULL : &ranges->range[kept - 1], *next = &ranges->range[i];
        if (last == NULL || memcmp(&next->low, &last->high, sizeof next->low) > 0)
            ranges->range[kept++] = *next;
        else if (memcmp(&next->high, &last->high, sizeof next->high) > 0)
            last->high = next->high;
    }
    ranges->count = kept;
    return ranges;
}

void ranges_pack(struct image *image, struct ranges **slot)
{
    if (!image_take(image, slot, sizeof **slot))
        return;
    if ((*slot)->count == 0)
        (*slot)->range = NULL;
    image_take(image, &(*slot)->range, (*slot)->count * sizeof *(*slot)->range);
}

bool ranges_have(const struct ranges *ranges, struct bytes address, bool *valid_out)
{
    struct address wanted;
    *valid_out = address_parse(bytes_trim(address), &wanted);
    if (!*valid_out)
        return false;
    uint32_t low = 0, high = ranges->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (memcmp(&ranges->range[middle].low, &wanted, sizeof wanted) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && memcmp(&wanted, &ranges->range[low - 1].high, sizeof wanted) <= 0;
}

static bool test_range(struct call *call, struct bytes text, const struct needle *needle,
                       struct bytes *match)
{
    bool valid;
    *match = text;
    return ranges_have(ranges_new(call->arena, needle, 1), text, &valid);
}

struct value function_ip_in(struct call *call)
{
    bool valid, has;
    const struct needles *needles = call->expr->needles;
    if (needles->ranges == NULL)
        return needle_any(call, test_range);
    has = ranges_have(needles->ranges, value_bytes(call->arg[0]), &valid);
    if (call->match != NULL)
        *call->match = value_bytes(call->arg[0]);
    return valid ? value_bool(has) : value_null();
}
