/* SPDX-License-Identifier: Apache-2.0
 *
 * Results in any order of folders, held back and let go: every one that goes in comes out. */
#include "cli/companion.h"

#include <assert.h>
#include <talloc.h>

static uint32_t emitted;

static void count(void *context, const struct verdict *v)
{
    (void)context, (void)v;
    emitted++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *parent = talloc_new(NULL);
    struct companions *companions = companions_new(parent, count, NULL);
    struct bytes rest = bytes_of(data, size), path;
    uint32_t added = 0;
    emitted = 0;
    while (added < 2000 && bytes_next_line(&rest, &path)) { /* the path's first letter: what it is */
        uint8_t what = path.len > 0 ? path.at[0] : 0;
        struct verdict v = {.path = path, .kind = BYTES("shell"), .date_us = INT64_MIN};
        v.class = what == 'm' ? VERDICT_MALICIOUS : VERDICT_CLEAN;
        v.beside = what == 'b' ? BYTES("miner") : BYTES_NONE;
        companions_add(companions, &v), added++;
    }
    companions_end(companions);
    assert(emitted == added);
    talloc_free(parent);
    return 0;
}
