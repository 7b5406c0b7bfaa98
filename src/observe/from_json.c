/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/from_json.h"

static struct value object_from(struct model *model, enum type type, struct value json);

static struct value objects_from(struct model *model, enum type type, struct value json)
{
    struct array *array = array_new(model->arena);
    for (uint32_t i = 0; json.tag == VALUE_ARRAY && i < json.as.array->count; i++)
        array_add(model->arena, array, object_from(model, type, json.as.array->item[i]));
    return value_array(array);
}

static struct value field_from(struct model *model, const struct field_row *field,
                               struct value json)
{
    static const uint8_t tags[] = {
        [SHAPE_STRING] = VALUE_STRING, [SHAPE_INT] = VALUE_INT,         [SHAPE_FLOAT] = VALUE_FLOAT,
        [SHAPE_BOOL] = VALUE_BOOL,     [SHAPE_STRINGS] = VALUE_ARRAY,   [SHAPE_INTS] = VALUE_ARRAY,
        [SHAPE_MAP] = VALUE_MAP,       [SHAPE_MAP_STRINGS] = VALUE_MAP, [SHAPE_MAPS] = VALUE_ARRAY};
    if (field->shape == SHAPE_OBJECT)
        return object_from(model, field->element, json);
    if (field->shape == SHAPE_OBJECTS)
        return objects_from(model, field->element, json);
    if (field->shape == SHAPE_JSON)
        return json.tag == VALUE_UNSET ? value_null() : json;
    if (json.tag == tags[field->shape])
        return json;
    if (field->shape == SHAPE_FLOAT && json.tag == VALUE_INT)
        return value_float((double)json.as.integer);
    return tags[field->shape] == VALUE_ARRAY ? value_array(array_new(model->arena)) : value_null();
}

static struct value object_from(struct model *model, enum type type, struct value json)
{
    if (json.tag != VALUE_MAP)
        return value_null();
    struct object *object = object_new(model, type, NULL);
    const struct type_row *row = &type_rows[type];
    for (uint32_t i = 0; i < row->field_count; i++)
        object_set(object, i,
                   field_from(model, &row->field[i],
                              map_get(json.as.map, bytes_of_string(row->field[i].name))));
    return value_object(object);
}

struct model *model_from_json(struct arena *arena, enum type type, struct value map)
{
    static const struct settings settings;
    struct model *model = arena_new_of(arena, struct model);
    model->arena = arena;
    model->settings = &settings;
    struct value root =
        object_from(model, type, map.tag == VALUE_MAP ? map : value_map(map_new(arena)));
    model->root = root.as.object;
    return model;
}
