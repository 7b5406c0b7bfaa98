/* SPDX-License-Identifier: Apache-2.0 */
#include "open/pdf.h"

#define OBJECTS_MAX 200000u
#define FILTERS_MAX 8
#define ENTRIES_MAX 64u /* of a dictionary that is indexed */

static struct pdf_object *add(struct pdf_file *file, uint32_t number)
{
    struct arena *arena = file->node->tree->arena;
    if (file->count >= OBJECTS_MAX) {
        node_limit(file->node, LIMIT_NODES);
        return NULL;
    }
    if (file->count == file->capacity) {
        uint32_t capacity = file->capacity == 0 ? 64 : file->capacity * 2;
        struct pdf_object *grown = arena_array_of(arena, capacity, struct pdf_object);
        if (file->count > 0)
            memcpy(grown, file->object, file->count * sizeof *grown);
        file->object = grown;
        file->capacity = capacity;
    }
    struct pdf_object *object = &file->object[file->count++];
    *object = (struct pdf_object){.number = number};
    return object;
}

/* Point the table at the objects, later ones winning. */
static void index_objects(struct pdf_file *file)
{
    uint32_t highest = 0;
    for (uint32_t i = 0; i < file->count; i++)
        if (file->object[i].number > highest && file->object[i].number < OBJECTS_MAX * 4)
            highest = file->object[i].number;
    file->number_count = highest + 1;
    file->by_number = arena_array_of(file->node->tree->arena, file->number_count, uint32_t);
    for (uint32_t i = 0; i < file->count; i++) {
        uint32_t number = file->object[i].number;
        if (number >= file->number_count)
            continue;
        uint32_t before = file->by_number[number];
        if (before != 0 && !file->object[i].packed)
            file->object[before - 1].replaced = true;
        if (before == 0 || !file->object[i].packed || file->object[before - 1].packed)
            file->by_number[number] = i + 1;
    }
}

struct pdf_object *pdf_find(const struct pdf_file *file, uint32_t number)
{
    if (number == 0 || number >= file->number_count || file->by_number[number] == 0)
        return NULL;
    return &file->object[file->by_number[number] - 1];
}

/* The entries of a body that has no more than are kept. */
static void index_entries(const struct pdf_file *file, struct pdf_object *object)
{
    struct pdf_entry entry[ENTRIES_MAX];
    uint32_t count = pdf_entries(object->body, entry, ENTRIES_MAX);
    object->is_indexed = true;
    object->entry_over = count > ENTRIES_MAX;
    if (object->entry_over || count == 0)
        return;
    object->entry = arena_array_of(file->node->tree->arena, count, struct pdf_entry);
    object->entry_count = count;
    memcpy(object->entry, entry, count * sizeof *entry);
}

struct bytes pdf_object_get(const struct pdf_file *file, struct pdf_object *object,
                            const char *key)
{
    if (!object->is_indexed)
        index_entries(file, object);
    if (object->entry_over)
        return pdf_get(object->body, key);
    for (uint32_t i = 0; i < object->entry_count; i++)
        if (pdf_name_is(object->entry[i].name, key))
            return object->entry[i].value;
    return BYTES_NONE;
}

struct bytes pdf_resolve(const struct pdf_file *file, struct bytes value)
{
    for (int hops = 0; hops < 8; hops++) {
        struct pdf_object *object = pdf_find(file, pdf_reference(value));
        if (object == NULL)
            return value;
        size_t at = 0;
        if (object->value.at == NULL)
            object->value = pdf_value(object->body, &at);
        value = object->value;
    }
    return value;
}

/* The number before the "obj" at AT: digits, blanks, digits, blanks. */
static bool number_before(struct bytes b, size_t at, uint32_t *number_out)
{
    size_t i = at, end;
    while (i > 0 && (b.at[i - 1] == ' ' || b.at[i - 1] == '\n' || b.at[i - 1] == '\r' ||
                     b.at[i - 1] == '\t'))
        i--;
    end = i;
    while (i > 0 && end - i < 6 && ascii_is_digit(b.at[i - 1]))
        i--;
    if (i == end || end == at)
        return false;
    end = i;
    while (i > 0 && (b.at[i - 1] == ' ' || b.at[i - 1] == '\n' || b.at[i - 1] == '\r' ||
                     b.at[i - 1] == '\t'))
        i--;
    if (i == end)
        return false;
    end = i;
    while (i > 0 && end - i < 8 && ascii_is_digit(b.at[i - 1]))
        i--;
    int64_t n;
    if (i == end || !bytes_to_int(bytes_sub(b, i, end - i), 0, 99999999, &n))
        return false;
    *number_out = (uint32_t)n;
    return true;
}

/* Where the stream's data ends: by /Length where "endstream" follows, else by looking for it. */
static size_t stream_end(struct pdf_file *file, struct pdf_object *object, size_t from)
{
    struct bytes b = file->node->content;
    int64_t length = pdf_int(pdf_object_get(file, object, "Length"), -1);
    if (length >= 0 && (size_t)length <= b.len - from) {
        struct bytes after = bytes_trim(bytes_sub(b, from + (size_t)length, 20));
        if (bytes_starts(after, BYTES("endstream")))
            return from + (size_t)length;
    }
    size_t end = bytes_find(b, BYTES("endstream"), from);
    size_t other = end == BYTES_NPOS ? bytes_find(b, BYTES("endobj"), from) : end;
    return other == BYTES_NPOS ? b.len : other;
}

/* The object whose text begins at FROM; where to look on. */
static size_t read_object(struct pdf_file *file, uint32_t number, size_t from)
{
    struct bytes b = file->node->content;
    size_t end = from;
    struct bytes token;
    /* Walk values so that "endobj" inside a string does not end the object. */
    for (size_t at = from; pdf_token(b, &at, &token); end = at) {
        bool is_stream = bytes_equal(token, BYTES("stream"));
        if (!is_stream && !bytes_equal(token, BYTES("endobj")) && !bytes_equal(token, BYTES("obj")))
            continue;
        struct pdf_object *object = add(file, number);
        if (object == NULL)
            return b.len;
        object->body = bytes_sub(b, from, at - token.len - from);
        if (!is_stream)
            return bytes_equal(token, BYTES("obj")) ? at - token.len : at;
        if (at < b.len && b.at[at] == '\r')
            at++;
        if (at < b.len && b.at[at] == '\n')
            at++;
        size_t stop = stream_end(file, object, at);
        object->stream = bytes_sub(b, at, stop - at);
        return stop;
    }
    struct pdf_object *object = add(file, number);
    if (object != NULL)
        object->body = bytes_sub(b, from, end - from);
    node_anomaly(file->node, ANOMALY_TRUNCATED, from, end - from, BYTES("object"));
    return b.len;
}

static void read_objects(struct pdf_file *file)
{
    struct bytes b = file->node->content;
    uint32_t number;
    for (size_t at = bytes_find(b, BYTES("obj"), 0); at != BYTES_NPOS;) {
        size_t next = at + 3;
        if (number_before(b, at, &number))
            next = read_object(file, number, at + 3);
        if (file->count % 256 == 255 && !budget_time_left(file->node->tree->budget)) {
            node_limit(file->node, LIMIT_MILLISECONDS);
            return;
        }
        at = bytes_find(b, BYTES("obj"), next > at ? next : at + 3);
    }
}

static void read_trailers(struct pdf_file *file)
{
    struct bytes b = file->node->content;
    for (size_t at = bytes_find(b, BYTES("trailer"), 0); at != BYTES_NPOS;
         at = bytes_find(b, BYTES("trailer"), at + 7)) {
        size_t from = at + 7;
        struct bytes value = pdf_value(bytes_sub(b, 0, from + 65536), &from);
        if (bytes_starts(value, BYTES("<<"))) {
            file->trailer = value;
            file->is_encrypted = file->is_encrypted || pdf_get(value, "Encrypt").at != NULL;
        }
    }
    for (uint32_t i = 0; i < file->count; i++) {
        struct pdf_object *object = &file->object[i];
        if (!pdf_name_is(pdf_object_get(file, object, "Type"), "XRef"))
            continue;
        file->trailer = file->trailer.at == NULL ? object->body : file->trailer;
        file->is_encrypted =
            file->is_encrypted || pdf_object_get(file, object, "Encrypt").at != NULL;
    }
    for (size_t at = bytes_find(b, BYTES("%%EOF"), 0); at != BYTES_NPOS;
         at = bytes_find(b, BYTES("%%EOF"), at + 5))
        file->end_marks++;
}

/* Bytes the picture OBJECT has before its last filter, at most 64 MB; 0 where it is none. */
static size_t picture_bytes(const struct pdf_file *file, struct pdf_object *object)
{
    if (!pdf_name_is(pdf_object_get(file, object, "Subtype"), "Image"))
        return 0;
    int64_t width = pdf_int(pdf_resolve(file, pdf_object_get(file, object, "Width")), 0);
    int64_t height = pdf_int(pdf_resolve(file, pdf_object_get(file, object, "Height")), 0);
    int64_t bits = pdf_int(pdf_resolve(file, pdf_object_get(file, object, "BitsPerComponent")), 8);
    if (width < 1 || height < 1 || width > 20000 || height > 20000 || bits < 1 || bits > 16)
        return 0;
    int64_t bytes =
        (width * 4 * bits / 8 + 2) * height; /* at most four components, a predictor's byte */
    return bytes > 64 << 20 ? 0 : (size_t)bytes;
}

struct bytes pdf_stream(const struct pdf_file *file, struct pdf_object *object)
{
    if (object->is_decoded)
        return object->decoded;
    object->is_decoded = true;
    object->decoded = object->stream;
    struct bytes filters = pdf_resolve(file, pdf_object_get(file, object, "Filter")), name;
    struct bytes parameters = pdf_resolve(file, pdf_object_get(file, object, "DecodeParms"));
    if (filters.at == NULL)
        filters = pdf_object_get(file, object, "F");
    size_t at = 0, parameters_at = 0;
    size_t known = picture_bytes(file, object);
    bool many = bytes_starts(parameters, BYTES("["));
    if (many)
        parameters_at = 1;
    for (int count = 0; count < FILTERS_MAX && pdf_token(filters, &at, &name);) {
        if (name.at[0] != '/')
            continue;
        struct bytes own =
            many ? pdf_resolve(file, pdf_value(parameters, &parameters_at)) : parameters;
        if (!pdf_filter(file->node, name, own, object->decoded, known, &object->decoded)) {
            object->picture_filter = bytes_from(name, 1);
            break;
        }
        count++;
    }
    return object->decoded;
}

/* ISO 32000-1, 7.5.7: N pairs of number and offset, then the objects from First on. */
static void read_object_stream(struct pdf_file *file, uint32_t index)
{
    struct pdf_object *stream = &file->object[index]; /* which moves once objects are added */
    struct bytes data = pdf_stream(file, stream), token;
    int64_t count = pdf_int(pdf_resolve(file, pdf_object_get(file, stream, "N")), 0);
    int64_t first = pdf_int(pdf_resolve(file, pdf_object_get(file, stream, "First")), 0);
    size_t at = 0;
    int64_t covered = 0; /* objects that overlap would cost more than the stream's length */
    if (first < 0 || (size_t)first > data.len)
        return;
    struct bytes heads = bytes_sub(data, 0, (size_t)first),
                 objects = bytes_from(data, (size_t)first);
    for (int64_t i = 0; i < count && pdf_token(heads, &at, &token); i++) {
        int64_t number = pdf_int(token, -1), offset = -1, next = (int64_t)objects.len;
        if (pdf_token(heads, &at, &token))
            offset = pdf_int(token, -1);
        size_t look = at;
        struct bytes skipped;
        if (i + 1 < count && pdf_token(heads, &look, &skipped) && pdf_token(heads, &look, &token))
            next = pdf_int(token, next);
        if (number < 0 || offset < covered || (uint64_t)offset >= objects.len || next <= offset)
            continue;
        covered = next;
        struct pdf_object *object = add(file, (uint32_t)number);
        if (object == NULL)
            return;
        object->packed = true;
        object->body = bytes_sub(objects, (size_t)offset, (size_t)(next - offset));
    }
}

struct pdf_file pdf_scan(struct node *node)
{
    struct pdf_file file = {.node = node};
    read_objects(&file);
    read_trailers(&file);
    index_objects(&file);
    if (file.is_encrypted)
        return file;
    uint32_t plain = file.count;
    for (uint32_t i = 0; i < plain && !budget_passed(node->tree->budget, LIMIT_BYTES_OUT); i++)
        if (file.object[i].stream.at != NULL &&
            pdf_name_is(pdf_object_get(&file, &file.object[i], "Type"), "ObjStm"))
            read_object_stream(&file, i);
    if (file.count > plain)
        index_objects(&file);
    return file;
}
