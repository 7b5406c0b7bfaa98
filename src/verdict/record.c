/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict/record.h"

#define RECORD_MAGIC 0x4E525636u
#define ABSENT UINT32_MAX

const char *const verdict_names[4] = {"clean", "unscannable", "suspicious", "malicious"};

static void put_u32(struct text *out, uint32_t n)
{
    uint8_t raw[4] = {(uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16), (uint8_t)(n >> 24)};
    text_add(out, bytes_of(raw, 4));
}

static void put_u64(struct text *out, uint64_t n)
{
    put_u32(out, (uint32_t)n);
    put_u32(out, (uint32_t)(n >> 32));
}

static void put_float(struct text *out, double n)
{
    uint64_t raw;
    memcpy(&raw, &n, sizeof raw);
    put_u64(out, raw);
}

static void put_bytes(struct text *out, struct bytes b)
{
    put_u32(out, b.at == NULL ? ABSENT : (uint32_t)b.len);
    text_add(out, b);
}

static void put_list(struct text *out, const struct bytes *list, uint32_t count)
{
    put_u32(out, count);
    for (uint32_t i = 0; i < count; i++)
        put_bytes(out, list[i]);
}

static void put_evidence(struct text *out, const struct evidence *e)
{
    put_bytes(out, e->rule);
    put_bytes(out, e->kind);
    put_bytes(out, e->sentence[0]);
    put_bytes(out, e->sentence[1]);
    put_bytes(out, e->path);
    put_bytes(out, e->field);
    put_u64(out, e->offset);
    put_u64(out, e->len);
    put_bytes(out, e->snippet);
    put_list(out, e->technique, e->technique_count);
    put_list(out, e->chain, e->chain_count);
    put_float(out, e->weight);
    put_u32(out, e->capped);
}

static void put_attribution(struct text *out, const struct attribution *a)
{
    put_bytes(out, a->name);
    put_bytes(out, a->kind);
    put_u32(out, a->named);
    put_float(out, a->score);
    put_list(out, a->evidence_kind, a->evidence_kind_count);
    put_list(out, a->for_it, a->for_count);
    put_list(out, a->against_it, a->against_count);
    put_bytes(out, a->follows[0]);
    put_bytes(out, a->follows[1]);
}

static void put_anomaly(struct text *out, const struct anomaly_report *a)
{
    put_bytes(out, a->name);
    put_bytes(out, a->path);
    put_bytes(out, a->detail);
    put_u64(out, a->offset);
    put_u64(out, a->len);
    put_u32(out, a->severity);
    put_u32(out, a->blocks);
}

static void put_coverage(struct text *out, const struct coverage *c)
{
    put_u32(out, c->nodes);
    put_u32(out, c->opened);
    put_u32(out, c->skipped);
    put_u64(out, c->bytes_in);
    put_u64(out, c->bytes_decoded);
    put_list(out, c->not_read, c->not_read_count);
    put_list(out, c->undecided, c->undecided_count);
}

static void put_parts(struct text *out, const struct verdict *v)
{
    put_u32(out, v->part_count);
    for (uint32_t i = 0; i < v->part_count; i++) {
        put_bytes(out, v->part[i].path);
        put_bytes(out, v->part[i].name);
        put_bytes(out, v->part[i].content);
        put_bytes(out, v->part[i].extension);
        put_bytes(out, v->part[i].missing);
        put_u32(out, v->part[i].is_view);
    }
    put_u32(out, v->part_left);
}

void record_write(struct text *out, const struct verdict *v)
{
    put_u32(out, RECORD_MAGIC);
    put_u32(out, v->class);
    put_u32(out, v->without_strongest);
    put_bytes(out, v->reason);
    put_bytes(out, v->category);
    put_bytes(out, v->beside);
    put_float(out, v->log_odds);
    put_float(out, v->probability);
    put_bytes(out, v->path);
    put_bytes(out, v->sha256);
    put_bytes(out, v->kind);
    put_u64(out, (uint64_t)v->date_us);
    put_bytes(out, v->subject);
    put_bytes(out, v->sender);
    put_bytes(out, v->campaign);
    put_bytes(out, v->language);
    put_list(out, v->brand, v->brand_count);
    put_u32(out, v->evidence_count);
    for (uint32_t i = 0; i < v->evidence_count; i++)
        put_evidence(out, &v->evidence[i]);
    put_u32(out, v->attribution_count);
    for (uint32_t i = 0; i < v->attribution_count; i++)
        put_attribution(out, &v->attribution[i]);
    put_u32(out, v->anomaly_count);
    for (uint32_t i = 0; i < v->anomaly_count; i++)
        put_anomaly(out, &v->anomaly[i]);
    put_coverage(out, &v->coverage);
    put_bytes(out, v->facts);
    put_bytes(out, v->fingerprint);
    put_bytes(out, v->lesson);
    put_bytes(out, v->raw);
    put_bytes(out, v->sibling);
    put_bytes(out, v->locked_raw);
    put_bytes(out, v->extra);
    put_bytes(out, v->drawing);
    put_parts(out, v);
    put_u32(out, RECORD_MAGIC);
}

/* What is left of the record; `bad` is sticky, and a bad reader yields zeros. */
struct reader {
    struct arena *arena;
    struct bytes rest;
    bool bad;
};

static uint32_t get_u32(struct reader *r)
{
    if (r->rest.len < 4) {
        r->bad = true;
        return 0;
    }
    uint32_t n = bytes_u32le(r->rest, 0);
    r->rest = bytes_from(r->rest, 4);
    return n;
}

static uint64_t get_u64(struct reader *r)
{
    uint64_t low = get_u32(r);
    return low | (uint64_t)get_u32(r) << 32;
}

static double get_float(struct reader *r)
{
    uint64_t raw = get_u64(r);
    double n;
    memcpy(&n, &raw, sizeof n);
    return n;
}

static struct bytes get_bytes(struct reader *r)
{
    uint32_t len = get_u32(r);
    if (len == ABSENT)
        return BYTES_NONE;
    if (len > r->rest.len) {
        r->bad = true;
        return BYTES_NONE;
    }
    struct bytes b = bytes_sub(r->rest, 0, len);
    r->rest = bytes_from(r->rest, len);
    return b;
}

/* A count of rows of at least MIN_BYTES each. */
static uint32_t get_count(struct reader *r, size_t min_bytes)
{
    uint32_t count = get_u32(r);
    if (count > RECORD_COUNT_MAX || count > r->rest.len / min_bytes) {
        r->bad = true;
        return 0;
    }
    return count;
}

static struct bytes *get_list(struct reader *r, uint32_t *count_out)
{
    uint32_t count = get_count(r, 4);
    struct bytes *list = arena_array_of(r->arena, count, struct bytes);
    for (uint32_t i = 0; i < count; i++)
        list[i] = get_bytes(r);
    *count_out = count;
    return list;
}

static uint32_t get_enum(struct reader *r, uint32_t count)
{
    uint32_t n = get_u32(r);
    if (n >= count)
        r->bad = true;
    return n >= count ? 0 : n;
}

static void get_evidence(struct reader *r, struct evidence *e)
{
    e->rule = get_bytes(r);
    e->kind = get_bytes(r);
    e->sentence[0] = get_bytes(r);
    e->sentence[1] = get_bytes(r);
    e->path = get_bytes(r);
    e->field = get_bytes(r);
    e->offset = get_u64(r);
    e->len = get_u64(r);
    e->snippet = get_bytes(r);
    e->technique = get_list(r, &e->technique_count);
    e->chain = get_list(r, &e->chain_count);
    e->weight = get_float(r);
    e->capped = get_enum(r, 2) != 0;
}

static void get_attribution(struct reader *r, struct attribution *a)
{
    a->name = get_bytes(r);
    a->kind = get_bytes(r);
    a->named = get_enum(r, 2) != 0;
    a->score = get_float(r);
    a->evidence_kind = get_list(r, &a->evidence_kind_count);
    a->for_it = get_list(r, &a->for_count);
    a->against_it = get_list(r, &a->against_count);
    a->follows[0] = get_bytes(r);
    a->follows[1] = get_bytes(r);
}

static void get_anomaly(struct reader *r, struct anomaly_report *a)
{
    a->name = get_bytes(r);
    a->path = get_bytes(r);
    a->detail = get_bytes(r);
    a->offset = get_u64(r);
    a->len = get_u64(r);
    a->severity = (uint8_t)get_enum(r, 256);
    a->blocks = get_enum(r, 2) != 0;
}

static void get_coverage(struct reader *r, struct coverage *c)
{
    c->nodes = get_u32(r);
    c->opened = get_u32(r);
    c->skipped = get_u32(r);
    c->bytes_in = get_u64(r);
    c->bytes_decoded = get_u64(r);
    c->not_read = get_list(r, &c->not_read_count);
    c->undecided = get_list(r, &c->undecided_count);
}

static void get_lists(struct reader *r, struct verdict *v)
{
    v->evidence_count = get_count(r, 60);
    v->evidence = arena_array_of(r->arena, v->evidence_count, struct evidence);
    for (uint32_t i = 0; i < v->evidence_count; i++)
        get_evidence(r, &v->evidence[i]);
    v->attribution_count = get_count(r, 32);
    v->attribution = arena_array_of(r->arena, v->attribution_count, struct attribution);
    for (uint32_t i = 0; i < v->attribution_count; i++)
        get_attribution(r, &v->attribution[i]);
    v->anomaly_count = get_count(r, 36);
    v->anomaly = arena_array_of(r->arena, v->anomaly_count, struct anomaly_report);
    for (uint32_t i = 0; i < v->anomaly_count; i++)
        get_anomaly(r, &v->anomaly[i]);
}

static void get_parts(struct reader *r, struct verdict *v)
{
    v->part_count = get_count(r, 24);
    v->part = arena_array_of(r->arena, v->part_count, struct part);
    for (uint32_t i = 0; i < v->part_count; i++) {
        v->part[i].path = get_bytes(r);
        v->part[i].name = get_bytes(r);
        v->part[i].content = get_bytes(r);
        v->part[i].extension = get_bytes(r);
        v->part[i].missing = get_bytes(r);
        v->part[i].is_view = get_enum(r, 2) != 0;
    }
    v->part_left = get_u32(r);
}

struct verdict *record_read(struct arena *arena, struct bytes record)
{
    struct reader r = {.arena = arena, .rest = record};
    struct verdict *v = arena_new_of(arena, struct verdict);
    r.bad = get_u32(&r) != RECORD_MAGIC;
    v->class = (enum verdict_class)get_enum(&r, 4);
    v->without_strongest = (enum verdict_class)get_enum(&r, 4);
    v->reason = get_bytes(&r);
    v->category = get_bytes(&r);
    v->beside = get_bytes(&r);
    v->log_odds = get_float(&r);
    v->probability = get_float(&r);
    v->path = get_bytes(&r);
    v->sha256 = get_bytes(&r);
    v->kind = get_bytes(&r);
    v->date_us = (int64_t)get_u64(&r);
    v->subject = get_bytes(&r);
    v->sender = get_bytes(&r);
    v->campaign = get_bytes(&r);
    v->language = get_bytes(&r);
    v->brand = get_list(&r, &v->brand_count);
    get_lists(&r, v);
    get_coverage(&r, &v->coverage);
    v->facts = get_bytes(&r);
    v->fingerprint = get_bytes(&r);
    v->lesson = get_bytes(&r);
    v->raw = get_bytes(&r);
    v->sibling = get_bytes(&r);
    v->locked_raw = get_bytes(&r);
    v->extra = get_bytes(&r);
    v->drawing = get_bytes(&r);
    get_parts(&r, v);
    if (get_u32(&r) != RECORD_MAGIC || r.rest.len != 0)
        r.bad = true;
    return r.bad ? NULL : v;
}
