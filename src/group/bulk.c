/* SPDX-License-Identifier: Apache-2.0 */
#include "group/bulk.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <talloc.h>

#define HUGE_PAGE ((uintptr_t)1 << 21)
#define LINE ((uintptr_t)64) /* of the cache: arrays begin with one */

/* In front of the array: who frees it, and where its memory begins. */
struct bulk {
    struct holder {
        void *memory;
    } * holder;
    void *memory;
};

static int release(struct holder *holder)
{
    free(holder->memory);
    return 0;
}

/* Large arrays are read at random: with huge pages a read costs one miss and not two. */
static void prefer_huge(void *at, size_t bytes)
{
    uintptr_t from = ((uintptr_t)at + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
    uintptr_t end = ((uintptr_t)at + bytes) & ~(HUGE_PAGE - 1);
    if (bytes >= 4 * HUGE_PAGE && end > from)
        (void)madvise((void *)from, end - from,
                      MADV_HUGEPAGE); /* a wish: failure costs time only */
}

/* Bytes from MEMORY to the array in it. */
static size_t head_bytes(const void *memory)
{
    uintptr_t at = (uintptr_t)memory + sizeof(struct bulk);
    return (size_t)(((at + LINE - 1) & ~(LINE - 1)) - (uintptr_t)memory);
}

static size_t bytes_whole(uint64_t count, size_t size)
{
    assert(count < SIZE_MAX / 2 / size);
    return sizeof(struct bulk) + LINE + count * size;
}

static void *hold(struct holder *holder, void *memory)
{
    uint8_t *at = (uint8_t *)memory + head_bytes(memory);
    holder->memory = memory;
    ((struct bulk *)at)[-1] = (struct bulk){holder, memory};
    return at;
}

void *bulk_array(const void *parent, uint64_t count, size_t size)
{
    void *memory = calloc(1, bytes_whole(count, size));
    assert(memory != NULL);
    prefer_huge(memory, bytes_whole(count, size));
    struct holder *holder = talloc(parent, struct holder);
    talloc_set_destructor(holder, release);
    return hold(holder, memory);
}

void *bulk_grow(const void *parent, void *at, uint64_t count, size_t size)
{
    if (at == NULL)
        return bulk_array(parent, count, size);
    struct bulk bulk = ((struct bulk *)at)[-1];
    size_t before = head_bytes(bulk.memory);
    uint8_t *memory = realloc(bulk.memory, bytes_whole(count, size));
    assert(memory != NULL);
    if (head_bytes(memory) != before) /* never where both are mapped: the offset in a page is one */
        memmove(memory + head_bytes(memory), memory + before, count * size);
    prefer_huge(memory, bytes_whole(count, size));
    return hold(bulk.holder, memory);
}

void bulk_free(void *at)
{
    if (at != NULL)
        talloc_free(((struct bulk *)at)[-1].holder);
}

void bulk_sort_short(uint64_t *at, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        uint64_t one = at[i];
        uint32_t k = i;
        for (; k > 0 && at[k - 1] > one; k--)
            at[k] = at[k - 1];
        at[k] = one;
    }
}
