/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/learned.h"

#include "base/file.h"
#include "base/text.h"
#include "learn/keep.h"

#include <assert.h>
#include <stdlib.h>
#include <talloc.h>

#define MAGIC "noroshi learned 1\n"

struct learned *learned_new(const void *parent)
{
    struct learned *learned = talloc_zero(parent, struct learned);
    if (learned == NULL)
        abort();
    learned->place = table_new(learned);
    return learned;
}

/* Index of ID, or the count where it is not known. */
static uint32_t find(const struct learned *learned, uint64_t id)
{
    uintptr_t place = (uintptr_t)table_get(learned->place, bytes_of(&id, sizeof id));
    return place == 0 ? learned->count : (uint32_t)(place - 1);
}

/* Remember (INDEX < count) or forget where ID is kept. */
static void set_place(struct learned *learned, uint64_t id, uint32_t index)
{
    struct bytes key = bytes_of(&id, sizeof id);
    if (table_get(learned->place, key) == NULL)
        key.at = talloc_memdup(learned->place, &id, sizeof id);
    *table_at(learned->place, key) = index < learned->count ? (void *)((uintptr_t)index + 1) : NULL;
}

static struct example *push(struct learned *learned, uint64_t id)
{
    if (learned->count == learned->capacity) {
        learned->capacity = learned->capacity == 0 ? 256 : learned->capacity * 2;
        learned->example =
            talloc_realloc(learned, learned->example, struct example, learned->capacity);
        if (learned->example == NULL)
            abort();
    }
    struct example *example = &learned->example[learned->count++];
    *example = (struct example){.id = id};
    set_place(learned, id, learned->count - 1);
    return example;
}

void learned_add(struct learned *learned, uint64_t id, bool bad, const uint32_t *hash,
                 uint32_t count)
{
    uint32_t known = find(learned, id);
    if (known < learned->count) {
        learned->example[known].bad = bad;
        return;
    }
    uint32_t *copy = talloc_array(learned, uint32_t, count + 1);
    if (copy == NULL)
        abort();
    if (count > 0)
        memcpy(copy, hash, count * sizeof *copy);
    *push(learned, id) = (struct example){.id = id, .bad = bad, .hash = copy, .count = count};
}

bool learned_remove(struct learned *learned, uint64_t id)
{
    uint32_t known = find(learned, id);
    if (known == learned->count)
        return false;
    learned->example[known] = learned->example[--learned->count];
    if (known < learned->count)
        set_place(learned, learned->example[known].id, known);
    set_place(learned, id, learned->count);
    return true;
}

void learned_merge(struct learned *learned, const struct learned *other)
{
    for (uint32_t i = 0; i < other->count; i++)
        if (find(learned, other->example[i].id) == learned->count)
            *push(learned, other->example[i].id) = other->example[i];
    talloc_reference(learned, other);
}

bool learned_train(struct learned *learned)
{
    talloc_free(learned->linear);
    learned->linear = linear_train(learned, learned->example, learned->count);
    for (uint32_t i = 0; i < learned->count; i++) /* training put them in order of their ids */
        set_place(learned, learned->example[i].id, i);
    return learned->linear != NULL;
}

static void put_number(struct text *out, uint64_t n)
{
    for (; n >= 0x80; n >>= 7)
        text_add_byte(out, (uint8_t)(n | 0x80));
    text_add_byte(out, (uint8_t)n);
}

static bool take_number(struct bytes *rest, uint64_t *out)
{
    uint64_t n = 0;
    for (unsigned shift = 0; rest->len > 0 && shift < 64; shift += 7) {
        uint8_t byte = rest->at[0];
        *rest = bytes_from(*rest, 1);
        n |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            *out = n;
            return true;
        }
    }
    return false;
}

static void put_examples(struct text *out, const struct learned *learned)
{
    put_number(out, learned->count);
    for (uint32_t i = 0; i < learned->count; i++) {
        const struct example *e = &learned->example[i];
        put_number(out, e->id);
        put_number(out, (uint64_t)e->count << 1 | e->bad);
        uint32_t previous = 0;
        for (uint32_t j = 0; j < e->count; j++, previous = e->hash[j - 1])
            put_number(out, e->hash[j] - previous);
    }
}

static bool take_example(struct bytes *rest, struct learned *learned, bool keep)
{
    uint64_t id, head, gap;
    if (!take_number(rest, &id) || !take_number(rest, &head) || head >> 1 > FEATURES_MAX * 2 ||
        head >> 1 > rest->len)
        return false;
    uint32_t count = (uint32_t)(head >> 1), previous = 0;
    uint32_t *hash = keep ? talloc_array(learned, uint32_t, count + 1) : NULL;
    for (uint32_t i = 0; i < count; i++) {
        if (!take_number(rest, &gap) || gap > UINT32_MAX - previous)
            return false;
        previous += (uint32_t)gap;
        if (keep)
            hash[i] = previous;
    }
    if (keep)
        *push(learned, id) =
            (struct example){.id = id, .bad = head & 1, .hash = hash, .count = count};
    return true;
}

bool learned_save(const struct learned *learned, const char *path, struct error *err)
{
    struct text out;
    text_init(&out, NULL, 0);
    text_add(&out, BYTES(MAGIC));
    text_add_byte(&out, learned->linear != NULL);
    if (learned->linear != NULL)
        text_add(&out, bytes_of(learned->linear, sizeof *learned->linear));
    put_examples(&out, learned);
    bool ok = file_save(path, text_bytes(&out), err);
    text_finish(&out);
    return ok;
}

bool learned_decode(struct learned *learned, struct bytes rest, bool weights_only)
{
    uint64_t count;
    if (!bytes_starts(rest, BYTES(MAGIC)) || rest.len <= sizeof MAGIC)
        return false;
    bool trained = rest.at[sizeof MAGIC - 1] == 1;
    rest = bytes_from(rest, sizeof MAGIC);
    if (trained) {
        if (rest.len < sizeof(struct linear))
            return false;
        learned->linear = talloc_memdup(learned, rest.at, sizeof(struct linear));
        rest = bytes_from(rest, sizeof(struct linear));
    }
    if (weights_only)
        return true;
    if (!take_number(&rest, &count))
        return false;
    for (uint64_t i = 0; i < count; i++)
        if (!take_example(&rest, learned, true))
            return false;
    return rest.len == 0;
}

struct learned *learned_load(const void *parent, const char *path, bool weights_only,
                             struct error *err)
{
    struct learned *learned = learned_new(parent);
    struct bytes all;
    if (keep_read(learned, path, &all, err)) {
        if (learned_decode(learned, all, weights_only))
            return learned;
        error_set(err, ERROR_INPUT, "%s is not a whole file of 'noroshi learn', version 1", path);
        error_hint(err, "make it anew: noroshi learn --ham PATH --bad PATH");
    }
    talloc_free(learned);
    return NULL;
}
