/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/schema.h"

#include "observe/model.h"

#include <assert.h>

/* Every type opens its own field table; the sentinel keeps an empty type legal. */
#define TYPE(t) static const struct field_row fields_##t[] = {
#define FIELD(t, f, shape, element) {#f, SHAPE_##shape, TYPE_##element},
#define TYPE_END(t)                                                                                \
    {                                                                                              \
        NULL, SHAPE_STRING, TYPE_None                                                              \
    }                                                                                              \
    }                                                                                              \
    ;
#include "observe/schema.def"
#undef TYPE
#undef FIELD
#undef TYPE_END

const struct type_row type_rows[TYPE_COUNT] = {
    [TYPE_None] = {"none", NULL, 0},
#define TYPE(t) [TYPE_##t] = {#t, fields_##t, FIELD_##t##__count},
#define FIELD(t, f, shape, element)
#define TYPE_END(t)
#include "observe/schema.def"
#undef TYPE
#undef FIELD
#undef TYPE_END
};

static const resolver resolvers[TYPE_COUNT] = {
#define RESOLVER(t) [TYPE_##t] = resolve_##t,
#include "observe/resolve.def"
#undef RESOLVER
};

struct object *object_new(struct model *model, enum type type, const void *self)
{
    size_t slots = type_rows[type].field_count * sizeof(struct value);
    struct object *object = arena_alloc(model->arena, sizeof *object + slots);
    object->type = type;
    object->model = model;
    object->self = self;
    return object;
}

int type_field(enum type type, struct bytes name)
{
    for (uint32_t i = 0; i < type_rows[type].field_count; i++)
        if (bytes_equal(bytes_of_string(type_rows[type].field[i].name), name))
            return (int)i;
    return -1;
}

enum type type_named(struct bytes name)
{
    for (int t = 1; t < TYPE_COUNT; t++)
        if (bytes_equal(bytes_of_string(type_rows[t].name), name))
            return (enum type)t;
    return TYPE_None;
}

struct value object_get(struct object *object, uint32_t field)
{
    assert(field < type_rows[object->type].field_count);
    struct value *slot = &object->slot[field];
    if (slot->tag == VALUE_UNSET) {
        resolver resolve =
            object->model->resolve != NULL ? object->model->resolve : resolvers[object->type];
        struct value v = resolve == NULL ? value_null() : resolve(object, field);
        if (slot->tag == VALUE_UNSET) /* a resolver may have filled several slots */
            *slot = v.tag == VALUE_UNSET ? value_null() : v;
    }
    return *slot;
}

static void object_json(struct json *json, struct object *object)
{
    json_begin_map(json);
    for (uint32_t i = 0; i < type_rows[object->type].field_count; i++) {
        struct value v = object_get(object, i);
        if (value_is_absent(v))
            continue;
        json_key(json, type_rows[object->type].field[i].name);
        schema_json(json, v);
    }
    json_end_map(json);
}

void schema_json(struct json *json, struct value v)
{
    if (json->depth + 4 >= JSON_DEPTH_MAX) {
        json_null(json);
    } else if (v.tag == VALUE_OBJECT) {
        object_json(json, v.as.object);
    } else if (v.tag == VALUE_ARRAY) {
        json_begin_list(json);
        for (uint32_t i = 0; i < v.as.array->count; i++)
            schema_json(json, v.as.array->item[i]);
        json_end_list(json);
    } else {
        json_value(json, v);
    }
}
