/* SPDX-License-Identifier: Apache-2.0
 *
 * A hash table from a slice to a pointer: open addressing, keys not copied unless the caller did.
 *
 * Lives under a talloc parent, grows by doubling, never shrinks, keeps insertion order for walking
 * (so that output made from it is deterministic).  Not for hostile keys without a cap on their count. */
#ifndef NOROSHI_BASE_TABLE_H
#define NOROSHI_BASE_TABLE_H

#include "base/bytes.h"

struct table_row {
    struct bytes key;
    uint64_t hash;
    void *value;
};

struct table {
    struct table_row *row; /* count rows in insertion order */
    uint32_t *slot;        /* 1 + row index, or 0 */
    uint32_t count, capacity;
};

/* An empty table under PARENT. */
struct table *table_new(const void *parent);
/* The value of KEY, or NULL. */
void *table_get(const struct table *table, struct bytes key);
/* Where KEY's value is kept: an existing row, or a new one with value NULL. */
void **table_at(struct table *table, struct bytes key);
/* table_at and set. */
void table_set(struct table *table, struct bytes key, void *value);

#endif
