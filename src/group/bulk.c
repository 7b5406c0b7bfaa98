/* SPDX-License-Identifier: Apache-2.0 */
#include "group/bulk.h"

#include <assert.h>
#include <stdlib.h>
#include <talloc.h>

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
    return hold(parent, calloc(1, sizeof(struct bulk) + count * size));
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
    holder->bulk = bulk;
    return bulk + 1;
}

void bulk_free(void *at)
{
    if (at != NULL)
        talloc_free(((struct bulk *)at - 1)->holder);
}
