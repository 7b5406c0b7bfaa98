/* SPDX-License-Identifier: Apache-2.0 */
#include "group/bulk.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <talloc.h>

#define HUGE_PAGE ((uintptr_t)1 << 21)

/* In front of the array's memory: who frees it. */
struct bulk {
    struct holder {
        struct bulk *bulk;
    } * holder;
    uint64_t spare;
};

static int release(struct holder *holder)
{
    free(holder->bulk);
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

static void *hold(const void *parent, struct bulk *bulk)
{
    assert(bulk != NULL);
    bulk->holder = talloc(parent, struct holder);
    bulk->holder->bulk = bulk;
    talloc_set_destructor(bulk->holder, release);
    return bulk + 1;
}

void *bulk_array(const void *parent, uint64_t count, size_t size)
{
    assert(count < SIZE_MAX / 2 / size);
    struct bulk *bulk = calloc(1, sizeof(struct bulk) + count * size);
    prefer_huge(bulk, sizeof *bulk + count * size);
    return hold(parent, bulk);
}

void *bulk_grow(const void *parent, void *at, uint64_t count, size_t size)
{
    if (at == NULL)
        return bulk_array(parent, count, size);
    assert(count < SIZE_MAX / 2 / size);
    struct bulk *bulk = (struct bulk *)at - 1;
    struct holder *holder = bulk->holder;
    bulk = realloc(bulk, sizeof *bulk + count * size);
    assert(bulk != NULL);
    prefer_huge(bulk, sizeof *bulk + count * size);
    holder->bulk = bulk;
    return bulk + 1;
}

void bulk_free(void *at)
{
    if (at != NULL)
        talloc_free(((struct bulk *)at - 1)->holder);
}
