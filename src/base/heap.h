/* SPDX-License-Identifier: Apache-2.0
 *
 * What the allocator does with memory that was given back. */
#ifndef NOROSHI_BASE_HEAP_H
#define NOROSHI_BASE_HEAP_H

/* Keep up to 64 MB of what is freed for what comes next: pictures of some megabytes would else be mapped,
 * zeroed and unmapped for every mail, a third of their time.  For processes that scan one artifact after
 * the other; nothing happens where the C library cannot be told (mallopt(3)). */
void heap_keep(void);

#endif
