/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/facts.h"

#include "base/flat.h"
#include "observe/capability.h"

#include <assert.h>
#include <pthread.h>

#define DEPTH_MAX 12
#define WINDOW_BYTES ((size_t)1536) /* how far back a string is looked for */
#define REFERENCE_MIN ((size_t)4)
#define NUMBER_MAX 256

enum tag {
    TAG_NULL,
    TAG_UNKNOWN,
    TAG_FALSE,
    TAG_TRUE,
    TAG_INT,
    TAG_FLOAT,
    TAG_STRING,
    TAG_REFERENCE,
    TAG_LIST,
    TAG_OBJECT
};

struct keep_row {
    uint16_t number;
    uint16_t type;
    uint16_t field;
};
static const struct keep_row keep_rows[] = {
#define KEEP(number, type, field) {number, TYPE_##type, FIELD_##type##_##field},
#include "observe/keep.def"
#undef KEEP
};
#define KEEP_COUNT (sizeof keep_rows / sizeof *keep_rows)

static uint16_t first_row[TYPE_COUNT + 1], end_row[TYPE_COUNT + 1]; /* of a type in keep_rows */
static uint16_t row_of[NUMBER_MAX];                                 /* 1 + row of a number */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void index_rows(void)
{
    for (uint16_t i = 0; i < KEEP_COUNT; i++) {
        uint16_t type = keep_rows[i].type;
        if (end_row[type] == 0)
            first_row[type] = i;
        assert(end_row[type] == 0 || end_row[type] == i); /* rows of a type stand together */
        end_row[type] = (uint16_t)(i + 1);
        assert(keep_rows[i].number < NUMBER_MAX && row_of[keep_rows[i].number] == 0);
        row_of[keep_rows[i].number] = (uint16_t)(i + 1);
    }
}

struct writer {
    struct text *out;
    size_t start; /* of the record in out */
};

static void write_value(struct writer *w, struct value v, uint32_t depth);

static void write_string(struct writer *w, struct bytes s)
{
    s = bytes_sub(s, 0, FACTS_STRING_MAX);
    size_t written = w->out->len - w->start;
    size_t from = written > WINDOW_BYTES ? written - WINDOW_BYTES : 0;
    struct bytes window = bytes_of(w->out->at + w->start + from, written - from);
    size_t at = s.len < REFERENCE_MIN ? BYTES_NPOS : bytes_find(window, s, 0);
    if (at != BYTES_NPOS) {
        text_add_byte(w->out, TAG_REFERENCE);
        flat_add_uint(w->out, from + at);
        flat_add_uint(w->out, s.len);
    } else {
        text_add_byte(w->out, TAG_STRING);
        flat_add_uint(w->out, s.len);
        text_add(w->out, s);
    }
}

/* The three bytes that will hold how long what follows is. */
static size_t begin_sized(struct writer *w, enum tag tag)
{
    text_add(w->out, bytes_of((uint8_t[4]){(uint8_t)tag}, 4));
    return w->out->len;
}

static void end_sized(struct writer *w, size_t began)
{
    size_t len = w->out->len - began;
    for (size_t i = 0; i < 3; i++)
        w->out->at[began - 3 + i] = (uint8_t)(len >> (8 * i));
}

static void write_object(struct writer *w, struct object *object, uint32_t depth)
{
    size_t began = begin_sized(w, TAG_OBJECT);
    for (uint16_t i = first_row[object->type]; i < end_row[object->type]; i++) {
        struct value v = object_get(object, keep_rows[i].field);
        if (v.tag == VALUE_NULL)
            continue;
        flat_add_uint(w->out, keep_rows[i].number);
        write_value(w, v, depth + 1);
    }
    end_sized(w, began);
}

static void write_list(struct writer *w, const struct array *array, uint32_t depth)
{
    size_t began = begin_sized(w, TAG_LIST);
    uint32_t count = array->count < FACTS_ITEMS_MAX ? array->count : FACTS_ITEMS_MAX;
    flat_add_uint(w->out, count);
    for (uint32_t i = 0; i < count; i++)
        write_value(w, array->item[i], depth + 1);
    end_sized(w, began);
}

static void write_value(struct writer *w, struct value v, uint32_t depth)
{
    if (w->out->len - w->start > FACTS_BYTES_MAX || depth > DEPTH_MAX)
        v = value_null();
    switch ((enum value_tag)v.tag) {
    case VALUE_UNKNOWN:
        text_add_byte(w->out, TAG_UNKNOWN);
        flat_add_uint(w->out, v.len);
        break;
    case VALUE_BOOL:
        text_add_byte(w->out, v.as.boolean ? TAG_TRUE : TAG_FALSE);
        break;
    case VALUE_INT:
        text_add_byte(w->out, TAG_INT);
        flat_add_int(w->out, v.as.integer);
        break;
    case VALUE_FLOAT:
        text_add_byte(w->out, TAG_FLOAT);
        flat_add_float(w->out, v.as.number);
        break;
    case VALUE_STRING:
        write_string(w, value_bytes(v));
        break;
    case VALUE_ARRAY:
        write_list(w, v.as.array, depth);
        break;
    case VALUE_OBJECT:
        write_object(w, v.as.object, depth);
        break;
    case VALUE_UNSET:
    case VALUE_NULL:
    case VALUE_MAP:
        text_add_byte(w->out, TAG_NULL);
        break;
    }
}

void facts_write(struct text *out, struct object *root)
{
    pthread_once(&once, index_rows);
    assert(root->type == TYPE_Message && out->limit_bytes == 0);
    struct writer w = {out, out->len};
    text_add_string(out, "F1");
    write_object(&w, root, 0);
    if (out->len - w.start > FACTS_BYTES_MAX)
        out->len = w.start;
}

/* --- reading
 * --------------------------------------------------------------------------------------- */

/* What a stored object works from. */
struct stored {
    struct bytes record, fields;
};

static struct bytes read_sized(struct flat *flat)
{
    if (flat->rest.len < 3) {
        flat->broken = true;
        flat->rest = BYTES_NONE;
        return BYTES_NONE;
    }
    const uint8_t *at = flat->rest.at;
    size_t len = (size_t)at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16;
    flat->rest = bytes_from(flat->rest, 3);
    if (len > flat->rest.len) {
        flat->broken = true;
        flat->rest = BYTES_NONE;
        return BYTES_NONE;
    }
    struct bytes body = bytes_sub(flat->rest, 0, len);
    flat->rest = bytes_from(flat->rest, len);
    return body;
}

static uint8_t read_tag(struct flat *flat)
{
    if (flat->rest.len == 0) {
        flat->broken = true;
        return TAG_NULL;
    }
    uint8_t tag = flat->rest.at[0];
    flat->rest = bytes_from(flat->rest, 1);
    return tag;
}

static struct bytes read_string(struct flat *flat)
{
    uint64_t len = flat_uint(flat);
    if (flat->broken || len > flat->rest.len) {
        flat->broken = true;
        flat->rest = BYTES_NONE;
        return BYTES_NONE;
    }
    struct bytes s = bytes_sub(flat->rest, 0, (size_t)len);
    flat->rest = bytes_from(flat->rest, s.len);
    return s;
}

static void skip_value(struct flat *flat)
{
    switch (read_tag(flat)) {
    case TAG_NULL:
    case TAG_FALSE:
    case TAG_TRUE:
        break;
    case TAG_UNKNOWN:
    case TAG_INT:
        flat_uint(flat);
        break;
    case TAG_FLOAT:
        flat_float(flat);
        break;
    case TAG_STRING:
        read_string(flat);
        break;
    case TAG_REFERENCE:
        flat_uint(flat);
        flat_uint(flat);
        break;
    case TAG_LIST:
    case TAG_OBJECT:
        read_sized(flat);
        break;
    default:
        flat->broken = true;
        flat->rest = BYTES_NONE;
    }
}

static struct object *stored_object(struct model *model, enum type type, struct bytes record,
                                    struct bytes fields)
{
    struct stored *self = arena_new_of(model->arena, struct stored);
    *self = (struct stored){record, fields};
    return object_new(model, type, self);
}

/* ELEMENT: the type of objects here, by the schema.  Depth is bounded by the sized nesting: each
 * level takes four bytes, and lists of lists are not read. */
static struct value read_value(struct model *model, struct bytes record, struct flat *flat,
                               enum type element, bool in_list)
{
    switch (read_tag(flat)) {
    case TAG_UNKNOWN:
        return value_unknown((uint32_t)flat_uint(flat));
    case TAG_FALSE:
        return value_bool(false);
    case TAG_TRUE:
        return value_bool(true);
    case TAG_INT:
        return value_int(flat_int(flat));
    case TAG_FLOAT:
        return value_float(flat_float(flat));
    case TAG_STRING:
        return value_string(read_string(flat));
    case TAG_REFERENCE: {
        uint64_t at = flat_uint(flat), len = flat_uint(flat);
        if (at > record.len || len > record.len - at)
            return value_null();
        return value_string(bytes_sub(record, (size_t)at, (size_t)len));
    }
    case TAG_LIST: {
        struct flat items = {read_sized(flat), false};
        uint32_t count = flat_count(&items);
        if (in_list)
            return value_null();
        struct array *array = array_new(model->arena);
        for (uint32_t i = 0; i < count && i < FACTS_ITEMS_MAX && !items.broken; i++)
            array_add(model->arena, array, read_value(model, record, &items, element, true));
        return value_array(array);
    }
    case TAG_OBJECT: {
        struct bytes fields = read_sized(flat);
        return element == TYPE_None ? value_null()
                                    : value_object(stored_object(model, element, record, fields));
    }
    default:
        return value_null();
    }
}

/* Whether V may stand in a slot of SHAPE: a record that lies must not change a type. */
static bool value_fits(struct value v, enum shape shape)
{
    switch (v.tag) {
    case VALUE_NULL:
    case VALUE_UNKNOWN:
        return true;
    case VALUE_BOOL:
        return shape == SHAPE_BOOL;
    case VALUE_INT:
        return shape == SHAPE_INT || shape == SHAPE_FLOAT;
    case VALUE_FLOAT:
        return shape == SHAPE_FLOAT;
    case VALUE_STRING:
        return shape == SHAPE_STRING;
    case VALUE_OBJECT:
        return shape == SHAPE_OBJECT;
    case VALUE_ARRAY:
        break;
    default:
        return false;
    }
    uint8_t item = shape == SHAPE_STRINGS ? VALUE_STRING
                   : shape == SHAPE_INTS  ? VALUE_INT
                                          : VALUE_OBJECT;
    if (shape != SHAPE_STRINGS && shape != SHAPE_INTS && shape != SHAPE_OBJECTS)
        return false;
    for (uint32_t i = 0; i < v.as.array->count; i++)
        if (v.as.array->item[i].tag != item && v.as.array->item[i].tag != VALUE_NULL)
            return false;
    return true;
}

bool facts_keep(enum type type, uint32_t field)
{
    pthread_once(&once, index_rows);
    for (uint16_t i = first_row[type]; i < end_row[type]; i++)
        if (keep_rows[i].field == field)
            return true;
    return false;
}

static struct value resolve_stored(struct object *object, uint32_t field)
{
    const struct stored *self = object->self;
    if (self == NULL || !facts_keep(object->type, field))
        return value_lacking(CAPABILITY_BODY);
    struct flat flat = {self->fields, false};
    const struct field_row *row = &type_rows[object->type].field[field];
    while (flat.rest.len > 0 && !flat.broken) {
        uint64_t number = flat_uint(&flat);
        const struct keep_row *keep =
            number < NUMBER_MAX && row_of[number] != 0 ? &keep_rows[row_of[number] - 1] : NULL;
        if (keep == NULL || keep->type != object->type || keep->field != field) {
            skip_value(&flat);
            continue;
        }
        struct value v = read_value(object->model, self->record, &flat, row->element, false);
        return flat.broken || !value_fits(v, row->shape) ? value_null() : v;
    }
    return value_null();
}

/* What functions look at besides facts: a mail without content, and no settings. */
static void add_empty_tree(struct model *model)
{
    static const struct settings no_settings;
    struct tree *tree = model->tree = arena_new_of(model->arena, struct tree);
    struct node *node = model->node = tree->root = arena_new_of(model->arena, struct node);
    tree->arena = model->arena;
    tree->budget = arena_new_of(model->arena, struct budget);
    budget_init(tree->budget);
    *node = (struct node){.tree = tree, .kind = KIND_MAIL, .content = BYTES(""), .opened = true};
    model->settings = &no_settings;
}

struct model *facts_model(struct arena *arena, struct bytes record)
{
    pthread_once(&once, index_rows);
    if (record.len < 6 || !bytes_starts(record, BYTES("F1")) || record.at[2] != TAG_OBJECT)
        return NULL;
    struct flat flat = {bytes_from(record, 3), false};
    struct bytes fields = read_sized(&flat);
    if (flat.broken || flat.rest.len != 0)
        return NULL;
    struct model *model = arena_new_of(arena, struct model);
    model->arena = arena;
    model->resolve = resolve_stored;
    add_empty_tree(model);
    model->root = stored_object(model, TYPE_Message, record, fields);
    return model;
}
