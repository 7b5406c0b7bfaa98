/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_read.h"

#include <jansson.h>

static struct value convert(struct arena *arena, const json_t *json, uint32_t depth, bool *too_deep)
{
    if (depth > JSON_READ_DEPTH_MAX) {
        *too_deep = true;
        return value_null();
    }
    switch (json_typeof(json)) {
    case JSON_OBJECT: {
        struct map *map = map_new(arena);
        union {
            const json_t *from;
            json_t *to;
        } object = {.from = json};
        for (void *i = json_object_iter(object.to); i != NULL;
             i = json_object_iter_next(object.to, i)) {
            struct bytes key = arena_copy(arena, bytes_of_string(json_object_iter_key(i)));
            map_add(arena, map, key,
                    convert(arena, json_object_iter_value(i), depth + 1, too_deep));
        }
        return value_map(map);
    }
    case JSON_ARRAY: {
        struct array *array = array_new(arena);
        for (size_t i = 0; i < json_array_size(json); i++)
            array_add(arena, array, convert(arena, json_array_get(json, i), depth + 1, too_deep));
        return value_array(array);
    }
    case JSON_STRING:
        return value_string(
            arena_copy(arena, bytes_of(json_string_value(json), json_string_length(json))));
    case JSON_INTEGER:
        return value_int(json_integer_value(json));
    case JSON_REAL:
        return value_float(json_real_value(json));
    case JSON_TRUE:
    case JSON_FALSE:
        return value_bool(json_is_true(json));
    case JSON_NULL:
        break;
    }
    return value_null();
}

struct value json_read(struct arena *arena, struct bytes text, struct error *err)
{
    json_error_t problem;
    bool too_deep = false;
    json_t *json =
        json_loadb((const char *)text.at, text.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &problem);
    if (json == NULL) {
        if (err != NULL)
            error_set_at(err, "", (uint32_t)(problem.line > 0 ? problem.line : 0),
                         (uint32_t)(problem.column > 0 ? problem.column : 0), "%s", problem.text);
        return (struct value){0};
    }
    struct value value = convert(arena, json, 0, &too_deep);
    json_decref(json);
    if (!too_deep)
        return value;
    if (err != NULL)
        error_set(err, ERROR_LIMIT, "JSON nested too deep");
    return (struct value){0};
}
