/* SPDX-License-Identifier: Apache-2.0
 *
 * The typed data model: types and fields rules may name, and the objects that carry them.
 *
 * An object is a type, what it was made from, and one slot per field.  A slot starts UNSET and is computed
 * on first use by the type's resolver (resolve.def), then remembered; a field without a resolver that
 * nobody set is NULL.  A rule's compiler turns `body.links` into slot numbers, so reading a field
 * costs an index.  The same table gives the type checker, --model, the stored form and the docs. */
#ifndef NOROSHI_OBSERVE_SCHEMA_H
#define NOROSHI_OBSERVE_SCHEMA_H

#include "base/json.h"
#include "base/value.h"

enum shape {
    SHAPE_STRING,
    SHAPE_INT,
    SHAPE_FLOAT,
    SHAPE_BOOL,
    SHAPE_JSON,
    SHAPE_STRINGS,
    SHAPE_INTS,
    SHAPE_MAP,
    SHAPE_MAP_STRINGS,
    SHAPE_MAPS,
    SHAPE_OBJECT,
    SHAPE_OBJECTS,
};

enum type {
    TYPE_None,
#define TYPE(t) TYPE_##t,
#define FIELD(t, f, shape, element)
#define TYPE_END(t)
#include "observe/schema.def"
#undef TYPE
#undef FIELD
#undef TYPE_END
    TYPE_COUNT
};

/* FIELD_Link_display_text is the slot number inside Link; FIELD_Link__count the number of its slots. */
#define TYPE(t) enum {
#define FIELD(t, f, shape, element) FIELD_##t##_##f,
#define TYPE_END(t)                                                                                \
    FIELD_##t##__count                                                                             \
    }                                                                                              \
    ;
#include "observe/schema.def"
#undef TYPE
#undef FIELD
#undef TYPE_END

struct field_row {
    const char *name;
    enum shape shape;
    enum type element; /* for SHAPE_OBJECT and SHAPE_OBJECTS */
};
struct type_row {
    const char *name;
    const struct field_row *field;
    uint32_t field_count;
};
extern const struct type_row type_rows[TYPE_COUNT];

struct model; /* observe/model.h */

struct object {
    enum type type;
    struct model *model;
    const void *self; /* what the resolver works from */
    struct value slot[];
};

/* The value of slot FIELD, computed now if it was not yet; never UNSET. */
typedef struct value (*resolver)(struct object *object, uint32_t field);
#define RESOLVER(t) struct value resolve_##t(struct object *object, uint32_t field);
#include "observe/resolve.def"
#undef RESOLVER

/* A new object of TYPE in MODEL's arena, all slots UNSET. */
struct object *object_new(struct model *model, enum type type, const void *self);
/* Field number of NAME in TYPE, or -1. */
int type_field(enum type type, struct bytes name);
enum type type_named(struct bytes name);
struct value object_get(struct object *object, uint32_t field);
static inline void object_set(struct object *object, uint32_t field, struct value v)
{
    object->slot[field] = v;
}
/* Objects too, with every field that is not NULL; depth bounded.  Computes all of it: for --model. */
void schema_json(struct json *json, struct value v);

#endif
