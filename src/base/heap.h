/* SPDX-License-Identifier: Apache-2.0
 *
 * What the allocator knows and does beyond the C standard. */
#ifndef NOROSHI_BASE_HEAP_H
#define NOROSHI_BASE_HEAP_H

#include <stddef.h>

/* Keep up to 64 MB of what is freed for what comes next: pictures of some megabytes would else be mapped,
 * zeroed and unmapped for every mail, a third of their time.  For processes that scan one artifact after
 * the other; nothing happens where the C library cannot be told (mallopt(3)). */
void heap_keep(void);
/* The bytes PIECE, from malloc(), takes: at least what was asked for. */
size_t heap_size_of(void *piece);

#endif
