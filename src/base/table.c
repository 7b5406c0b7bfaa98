/* SPDX-License-Identifier: Apache-2.0 */
#include "base/table.h"

#include <assert.h>
#include <stdlib.h>
#include <talloc.h>

struct table *table_new(const void *parent)
{
    struct table *table = talloc_zero(parent, struct table);
    if (table == NULL)
        abort();
    return table;
}

/* The slot that holds KEY or the free one where it belongs. */
static uint32_t *find_slot(const struct table *table, struct bytes key, uint64_t hash)
{
    uint32_t mask = table->capacity * 2 - 1;
    for (uint32_t i = (uint32_t)hash & mask;; i = (i + 1) & mask) {
        uint32_t *slot = &table->slot[i];
        if (*slot == 0)
            return slot;
        const struct table_row *row = &table->row[*slot - 1];
        if (row->hash == hash && bytes_equal(row->key, key))
            return slot;
    }
}

static void rehash(struct table *table)
{
    uint32_t capacity = table->capacity == 0 ? 16 : table->capacity * 2;
    assert(capacity > table->capacity);
    table->row = talloc_realloc(table, table->row, struct table_row, capacity);
    talloc_free(table->slot);
    table->slot = talloc_zero_array(table, uint32_t, capacity * 2);
    if (table->row == NULL || table->slot == NULL)
        abort();
    table->capacity = capacity;
    for (uint32_t i = 0; i < table->count; i++)
        *find_slot(table, table->row[i].key, table->row[i].hash) = i + 1;
}

void *table_get(const struct table *table, struct bytes key)
{
    if (table->count == 0)
        return NULL;
    uint32_t slot = *find_slot(table, key, bytes_slot(key));
    return slot == 0 ? NULL : table->row[slot - 1].value;
}

void **table_at(struct table *table, struct bytes key)
{
    uint64_t hash = bytes_slot(key);
    if (table->capacity == 0)
        rehash(table);
    uint32_t *slot = find_slot(table, key, hash);
    if (*slot != 0)
        return &table->row[*slot - 1].value;
    if (table->count == table->capacity) {
        rehash(table);
        slot = find_slot(table, key, hash);
    }
    table->row[table->count] = (struct table_row){.key = key, .hash = hash};
    *slot = ++table->count;
    return &table->row[table->count - 1].value;
}

void table_set(struct table *table, struct bytes key, void *value)
{
    *table_at(table, key) = value;
}
