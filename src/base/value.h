/* SPDX-License-Identifier: Apache-2.0
 *
 * One fact: what openers hang on nodes, what the data model hands to rules, what JSON prints.
 *
 * A value is 16 bytes, passed by copy.  Strings are slices (of a node where possible, so that a match
 * can be shown in its place).  NULL means the datum is absent; UNKNOWN means nobody could say, with
 * the set of capabilities that were missing (rule logic keeps the two apart).  UNSET is only the mark
 * of a slot that has not been computed yet and never leaves an object.
 *
 * Objects have a class (struct type, observe/schema.h); their slots are computed on first use by the
 * class' resolver and remembered.  Arrays and maps are flat and immutable once built. */
#ifndef NOROSHI_BASE_VALUE_H
#define NOROSHI_BASE_VALUE_H

#include "base/arena.h"
#include "base/bytes.h"

enum value_tag {
    VALUE_UNSET,
    VALUE_NULL,
    VALUE_UNKNOWN, /* len: set of capabilities that were missing */
    VALUE_BOOL,
    VALUE_INT,
    VALUE_FLOAT,
    VALUE_STRING, /* len: bytes, UTF-8 */
    VALUE_ARRAY,
    VALUE_MAP,
    VALUE_OBJECT,
};

struct value {
    uint8_t tag; /* enum value_tag */
    uint8_t spare[3];
    uint32_t len;
    union {
        bool boolean;
        int64_t integer;
        double number;
        const uint8_t *string;
        struct array *array;
        struct map *map;
        struct object *object;
    } as;
};

struct array {
    uint32_t count, capacity;
    struct value *item;
};

struct map {
    uint32_t count, capacity;
    struct map_row {
        struct bytes key;
        struct value value;
    } * row; /* in insertion order */
};

static inline struct value value_null(void)
{
    return (struct value){.tag = VALUE_NULL};
}
static inline struct value value_unknown(uint32_t capabilities)
{
    return (struct value){.tag = VALUE_UNKNOWN, .len = capabilities};
}
static inline struct value value_bool(bool b)
{
    return (struct value){.tag = VALUE_BOOL, .as.boolean = b};
}
static inline struct value value_int(int64_t n)
{
    return (struct value){.tag = VALUE_INT, .as.integer = n};
}
static inline struct value value_float(double n)
{
    return (struct value){.tag = VALUE_FLOAT, .as.number = n};
}
/* A string value over B (not copied); NULL where B is absent; cut at 4 GiB. */
static inline struct value value_string(struct bytes b)
{
    if (b.at == NULL)
        return value_null();
    return (struct value){.tag = VALUE_STRING,
                          .len = b.len > UINT32_MAX ? UINT32_MAX : (uint32_t)b.len,
                          .as.string = b.at};
}
static inline struct value value_array(struct array *array)
{
    return (struct value){.tag = VALUE_ARRAY, .as.array = array};
}
static inline struct value value_map(struct map *map)
{
    return (struct value){.tag = VALUE_MAP, .as.map = map};
}
static inline struct value value_object(struct object *object)
{
    return object == NULL ? value_null() : (struct value){.tag = VALUE_OBJECT, .as.object = object};
}
/* The slice of a string value; absent for any other tag. */
static inline struct bytes value_bytes(struct value v)
{
    return v.tag == VALUE_STRING ? bytes_of(v.as.string, v.len) : BYTES_NONE;
}
static inline bool value_is_true(struct value v)
{
    return v.tag == VALUE_BOOL && v.as.boolean;
}
/* NULL or UNKNOWN: no datum to work on. */
static inline bool value_is_absent(struct value v)
{
    return v.tag <= VALUE_UNKNOWN;
}

/* An empty array or map in ARENA. */
struct array *array_new(struct arena *arena);
struct map *map_new(struct arena *arena);
void array_add(struct arena *arena, struct array *array, struct value item);
/* Appends without looking for KEY: keep keys distinct where that matters. */
void map_add(struct arena *arena, struct map *map, struct bytes key, struct value value);
/* The value of the first row with KEY, or UNSET.  O(rows). */
struct value map_get(const struct map *map, struct bytes key);
/* Same tag and same content; objects by identity. */
bool value_equal(struct value a, struct value b);

#endif
