/* SPDX-License-Identifier: Apache-2.0 */
#include "store/detail.h"

#include "base/flat.h"

#define VERSION 1
#define SNIPPET_MAX ((size_t)160)

static void write_list(struct text *out, const struct bytes *item, uint32_t count)
{
    flat_add_uint(out, count);
    for (uint32_t i = 0; i < count; i++)
        flat_add_bytes(out, item[i]);
}

static struct bytes *read_list(struct arena *arena, struct flat *flat, uint32_t *count_out)
{
    *count_out = flat_count(flat);
    struct bytes *item = arena_array_of(arena, *count_out, struct bytes);
    for (uint32_t i = 0; i < *count_out; i++)
        item[i] = flat_bytes(flat);
    return item;
}

static bool write_evidence(struct text *out, const struct evidence *e,
                           const struct store_driver *driver, void *db, struct error *err)
{
    struct text technique;
    text_init(&technique, NULL, 0);
    for (uint32_t i = 0; i < e->technique_count; i++) {
        if (i > 0)
            text_add_byte(&technique, ' ');
        text_add(&technique, e->technique[i]);
    }
    struct store_phrase phrase = {
        e->rule, e->kind, {e->sentence[0], e->sentence[1]}, text_bytes(&technique)};
    int64_t id = 0;
    bool ok = driver->intern(db, &phrase, &id, err);
    text_finish(&technique);
    flat_add_uint(out, (uint64_t)id);
    flat_add_bytes(out, e->path);
    flat_add_bytes(out, e->field);
    flat_add_uint(out, e->offset);
    flat_add_uint(out, e->len);
    flat_add_bytes(out, bytes_sub(e->snippet, 0, SNIPPET_MAX));
    flat_add_float(out, e->weight);
    return ok;
}

static void write_attribution(struct text *out, const struct attribution *a)
{
    flat_add_bytes(out, a->name);
    flat_add_bytes(out, a->kind);
    flat_add_uint(out, a->named);
    flat_add_float(out, a->score);
    write_list(out, a->evidence_kind, a->evidence_kind_count);
    write_list(out, a->for_it, a->for_count);
    write_list(out, a->against_it, a->against_count);
    flat_add_bytes(out, a->follows[0]);
}

bool detail_write(struct text *out, const struct verdict *v, const struct store_driver *driver,
                  void *db, struct error *err)
{
    text_add_byte(out, VERSION);
    flat_add_uint(out, v->evidence_count);
    for (uint32_t i = 0; i < v->evidence_count; i++)
        if (!write_evidence(out, &v->evidence[i], driver, db, err))
            return false;
    flat_add_uint(out, v->attribution_count);
    for (uint32_t i = 0; i < v->attribution_count; i++)
        write_attribution(out, &v->attribution[i]);
    flat_add_uint(out, v->anomaly_count);
    for (uint32_t i = 0; i < v->anomaly_count; i++) {
        const struct anomaly_report *a = &v->anomaly[i];
        flat_add_bytes(out, a->name);
        flat_add_bytes(out, a->path);
        flat_add_bytes(out, bytes_sub(a->detail, 0, SNIPPET_MAX));
        flat_add_uint(out, a->offset);
        flat_add_uint(out, a->len);
        flat_add_uint(out, (uint64_t)a->severity << 1 | a->blocks);
    }
    const struct coverage *c = &v->coverage;
    flat_add_uint(out, c->nodes);
    flat_add_uint(out, c->opened);
    flat_add_uint(out, c->skipped);
    flat_add_uint(out, c->bytes_in);
    flat_add_uint(out, c->bytes_decoded);
    write_list(out, c->not_read, c->not_read_count);
    write_list(out, c->undecided, c->undecided_count);
    return true;
}

static struct bytes *split_words(struct arena *arena, struct bytes words, uint32_t *count_out)
{
    uint32_t count = words.len > 0;
    for (size_t i = 0; i < words.len; i++)
        count += words.at[i] == ' ';
    struct bytes *item = arena_array_of(arena, count, struct bytes);
    *count_out = 0;
    if (words.len > 0)
        while (*count_out < count && bytes_next_field(&words, ' ', &item[*count_out]))
            ++*count_out;
    return item;
}

static void read_evidence(struct arena *arena, struct flat *flat, const struct store_driver *driver,
                          void *db, struct evidence *e)
{
    struct store_phrase phrase = {0};
    if (driver->phrase(db, arena, (int64_t)flat_uint(flat), &phrase)) {
        e->rule = phrase.rule;
        e->kind = phrase.kind;
        e->sentence[0] = phrase.sentence[0];
        e->sentence[1] = phrase.sentence[1];
        e->technique = split_words(arena, phrase.technique, &e->technique_count);
    }
    e->path = flat_bytes(flat);
    e->field = flat_bytes(flat);
    e->offset = (size_t)flat_uint(flat);
    e->len = (size_t)flat_uint(flat);
    e->snippet = flat_bytes(flat);
    e->weight = flat_float(flat);
}

static void read_attribution(struct arena *arena, struct flat *flat, struct attribution *a)
{
    a->name = flat_bytes(flat);
    a->kind = flat_bytes(flat);
    a->named = flat_uint(flat) != 0;
    a->score = flat_float(flat);
    a->evidence_kind = read_list(arena, flat, &a->evidence_kind_count);
    a->for_it = read_list(arena, flat, &a->for_count);
    a->against_it = read_list(arena, flat, &a->against_count);
    a->follows[0] = flat_bytes(flat);
}

static void read_anomaly(struct flat *flat, struct anomaly_report *a)
{
    a->name = flat_bytes(flat);
    a->path = flat_bytes(flat);
    a->detail = flat_bytes(flat);
    a->offset = (size_t)flat_uint(flat);
    a->len = (size_t)flat_uint(flat);
    uint64_t bits = flat_uint(flat);
    a->severity = (uint8_t)(bits >> 1 & 3);
    a->blocks = bits & 1;
}

void detail_read(struct arena *arena, struct bytes record, const struct store_driver *driver,
                 void *db, struct verdict *v)
{
    if (record.len == 0 || record.at[0] != VERSION)
        return;
    struct flat flat = {bytes_from(record, 1), false};
    v->evidence_count = flat_count(&flat);
    v->evidence = arena_array_of(arena, v->evidence_count, struct evidence);
    for (uint32_t i = 0; i < v->evidence_count; i++)
        read_evidence(arena, &flat, driver, db, &v->evidence[i]);
    v->attribution_count = flat_count(&flat);
    v->attribution = arena_array_of(arena, v->attribution_count, struct attribution);
    for (uint32_t i = 0; i < v->attribution_count; i++)
        read_attribution(arena, &flat, &v->attribution[i]);
    v->anomaly_count = flat_count(&flat);
    v->anomaly = arena_array_of(arena, v->anomaly_count, struct anomaly_report);
    for (uint32_t i = 0; i < v->anomaly_count; i++)
        read_anomaly(&flat, &v->anomaly[i]);
    struct coverage *c = &v->coverage;
    c->nodes = (uint32_t)flat_uint(&flat);
    c->opened = (uint32_t)flat_uint(&flat);
    c->skipped = (uint32_t)flat_uint(&flat);
    c->bytes_in = flat_uint(&flat);
    c->bytes_decoded = flat_uint(&flat);
    c->not_read = read_list(arena, &flat, &c->not_read_count);
    c->undecided = read_list(arena, &flat, &c->undecided_count);
}
