/* SPDX-License-Identifier: Apache-2.0 */
#include "base/value.h"

struct array *array_new(struct arena *arena)
{
    return arena_new_of(arena, struct array);
}

struct map *map_new(struct arena *arena)
{
    return arena_new_of(arena, struct map);
}

/* Room for one more row of SIZE bytes in a doubling vector. */
static void *grown(struct arena *arena, void *old, uint32_t count, uint32_t *capacity, size_t size)
{
    if (count < *capacity)
        return old;
    uint32_t wanted = *capacity == 0 ? 4 : *capacity * 2;
    void *rows = arena_array(arena, wanted, size);
    if (count > 0)
        memcpy(rows, old, count * size);
    *capacity = wanted;
    return rows;
}

void array_add(struct arena *arena, struct array *array, struct value item)
{
    array->item = grown(arena, array->item, array->count, &array->capacity, sizeof item);
    array->item[array->count++] = item;
}

void map_add(struct arena *arena, struct map *map, struct bytes key, struct value value)
{
    map->row = grown(arena, map->row, map->count, &map->capacity, sizeof *map->row);
    map->row[map->count++] = (struct map_row){key, value};
}

struct value map_get(const struct map *map, struct bytes key)
{
    for (uint32_t i = 0; i < map->count; i++)
        if (bytes_equal(map->row[i].key, key))
            return map->row[i].value;
    return (struct value){0};
}

static bool array_equal(const struct array *a, const struct array *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (!value_equal(a->item[i], b->item[i]))
            return false;
    return true;
}

static bool map_equal(const struct map *a, const struct map *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (!value_equal(a->row[i].value, map_get(b, a->row[i].key)))
            return false;
    return true;
}

bool value_equal(struct value a, struct value b)
{
    if (a.tag != b.tag)
        return false;
    switch ((enum value_tag)a.tag) {
    case VALUE_UNSET:
    case VALUE_NULL:
        return true;
    case VALUE_UNKNOWN:
        return a.len == b.len;
    case VALUE_BOOL:
        return a.as.boolean == b.as.boolean;
    case VALUE_INT:
        return a.as.integer == b.as.integer;
    case VALUE_FLOAT:
        return !(a.as.number < b.as.number) && !(a.as.number > b.as.number);
    case VALUE_STRING:
        return bytes_equal(value_bytes(a), value_bytes(b));
    case VALUE_ARRAY:
        return array_equal(a.as.array, b.as.array);
    case VALUE_MAP:
        return map_equal(a.as.map, b.as.map);
    case VALUE_OBJECT:
        return a.as.object == b.as.object;
    }
    return false;
}
