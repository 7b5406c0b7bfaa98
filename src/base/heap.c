/* SPDX-License-Identifier: Apache-2.0 */
#include "base/heap.h"

#include <malloc.h>

#define MAP_FROM_BYTES (32 * 1024 * 1024) /* the most glibc takes */
#define KEPT_BYTES (64 * 1024 * 1024)

void heap_keep(void)
{
#ifdef M_MMAP_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, MAP_FROM_BYTES);
    mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
#endif
}

size_t heap_size_of(void *piece)
{
    return malloc_usable_size(piece);
}
