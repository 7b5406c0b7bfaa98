/* SPDX-License-Identifier: Apache-2.0
 *
 * Arrays too big for talloc (256 MB a piece): from malloc, freed with a talloc parent.  They begin with a
 * cache line. */
#ifndef NOROSHI_GROUP_BULK_H
#define NOROSHI_GROUP_BULK_H

#include "base/bytes.h"

/* COUNT * SIZE zeroed bytes that live until bulk_free or until PARENT goes; out of memory ends the
 * process. */
void *bulk_array(const void *parent, uint64_t count, size_t size);
/* AT (from bulk_array of PARENT, or NULL) with room for COUNT; new bytes are not zeroed. */
void *bulk_grow(const void *parent, void *at, uint64_t count, size_t size);
void bulk_free(void *at);
/* By insertion: for a few hundred at most. */
void bulk_sort_short(uint64_t *at, uint32_t count);

#endif
