/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mapped.h"

#include <stdint.h>
#include <sys/mman.h>

#define PAGE ((uintptr_t)4096)

static struct bytes mapped;

void mapped_set(struct bytes map)
{
    mapped = map;
}

void mapped_forget(struct bytes part)
{
    uintptr_t from = ((uintptr_t)part.at + PAGE - 1) & ~(PAGE - 1);
    uintptr_t end = ((uintptr_t)part.at + part.len) & ~(PAGE - 1);
    uintptr_t low = (uintptr_t)mapped.at, high = low + mapped.len;
    if (mapped.len == 0 || from < low || end > high || from >= end)
        return;
    madvise((void *)from, end - from, MADV_DONTNEED); /* where it fails, the pages stay */
}
