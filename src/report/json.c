/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "base/civil.h"
#include "report/report.h"
#include "report/terminal.h"

/* Version of doc/noroshi.schema.json: types never change within a major version. */
#define SCHEMA_VERSION "1.0"

struct json_report {
    struct json json;
    struct arena *arena;
    const struct report_style *style;
};

/* A string that a sender may have written. */
static struct bytes presented(struct json_report *r, struct bytes s)
{
    if (s.at != NULL && r->style->redact)
        s = terminal_redact(r->arena, s);
    if (s.at != NULL && r->style->defang)
        s = terminal_defang(r->arena, s);
    return s;
}

static void foreign(struct json_report *r, const char *key, struct bytes s)
{
    json_key(&r->json, key);
    json_string(&r->json, presented(r, s));
}

static void own(struct json_report *r, const char *key, struct bytes s)
{
    json_key(&r->json, key);
    json_string(&r->json, s);
}

static void list(struct json_report *r, const char *key, const struct bytes *item, uint32_t count)
{
    json_key(&r->json, key);
    json_begin_list(&r->json);
    for (uint32_t i = 0; i < count; i++)
        json_string(&r->json, item[i]);
    json_end_list(&r->json);
}

static void number(struct json_report *r, const char *key, uint64_t n)
{
    json_key(&r->json, key);
    json_int(&r->json, (int64_t)n);
}

static void boolean(struct json_report *r, const char *key, bool b)
{
    json_key(&r->json, key);
    json_bool(&r->json, b);
}

static void decimal(struct json_report *r, const char *key, double n)
{
    json_key(&r->json, key);
    json_float(&r->json, (double)(int64_t)(n * 10000 + (n < 0 ? -0.5 : 0.5)) / 10000);
}

/* The way of a secret; nothing where there is none. */
static void chain(struct json_report *r, const struct evidence *e)
{
    if (e->chain_count == 0)
        return;
    json_key(&r->json, "chain");
    json_begin_list(&r->json);
    for (uint32_t i = 0; i < e->chain_count; i++)
        json_string(&r->json, presented(r, e->chain[i]));
    json_end_list(&r->json);
}

static void evidence(struct json_report *r, const struct evidence *e)
{
    json_begin_map(&r->json);
    own(r, "rule", e->rule);
    own(r, "kind", e->kind);
    own(r, "sentence", e->sentence[r->style->language]);
    own(r, "sentence_en", e->sentence[LANGUAGE_EN]);
    own(r, "sentence_ja", e->sentence[LANGUAGE_JA]);
    own(r, "path", e->path);
    own(r, "field", e->field);
    number(r, "offset", e->offset);
    number(r, "length", e->len);
    foreign(r, "snippet", e->snippet);
    list(r, "attack", e->technique, e->technique_count);
    chain(r, e);
    decimal(r, "weight", e->weight);
    json_end_map(&r->json);
}

static void attribution(struct json_report *r, const struct attribution *a)
{
    json_begin_map(&r->json);
    own(r, "name", a->name);
    own(r, "kind", a->kind);
    own(r, "level", a->named ? BYTES("named") : BYTES("resembles"));
    decimal(r, "score", a->score);
    list(r, "evidence_kinds", a->evidence_kind, a->evidence_kind_count);
    list(r, "for", a->for_it, a->for_count);
    list(r, "against", a->against_it, a->against_count);
    own(r, "usually_follows", a->follows[0]);
    json_end_map(&r->json);
}

static void anomaly(struct json_report *r, const struct anomaly_report *a)
{
    json_begin_map(&r->json);
    own(r, "name", a->name);
    own(r, "path", a->path);
    foreign(r, "detail", a->detail);
    number(r, "offset", a->offset);
    number(r, "length", a->len);
    number(r, "severity", a->severity);
    boolean(r, "blocks", a->blocks);
    json_end_map(&r->json);
}

static void coverage(struct json_report *r, const struct coverage *c)
{
    json_key(&r->json, "coverage");
    json_begin_map(&r->json);
    boolean(r, "complete", c->skipped == 0);
    number(r, "nodes", c->nodes);
    number(r, "opened", c->opened);
    number(r, "skipped", c->skipped);
    number(r, "bytes_in", c->bytes_in);
    number(r, "bytes_decoded", c->bytes_decoded);
    list(r, "not_read", c->not_read, c->not_read_count);
    list(r, "undecided", c->undecided, c->undecided_count);
    json_end_map(&r->json);
}

static void head(struct json_report *r, const struct verdict *v)
{
    json_key(&r->json, "schema");
    json_cstring(&r->json, SCHEMA_VERSION);
    own(r, "path", v->path);
    own(r, "sha256", v->sha256);
    own(r, "kind", v->kind);
    own(r, "verdict", bytes_of_string(verdict_names[v->class]));
    own(r, "reason", v->reason);
    own(r, "category", v->category);
    decimal(r, "probability", v->probability);
    decimal(r, "log_odds", v->log_odds);
    own(r, "without_strongest_reason", bytes_of_string(verdict_names[v->without_strongest]));
    own(r, "date", v->date_us == INT64_MIN ? BYTES_NONE : civil_iso(r->arena, v->date_us));
    foreign(r, "subject", v->subject);
    foreign(r, "sender", v->sender);
    own(r, "language", v->language);
    own(r, "campaign", v->campaign);
}

void report_json(struct text *out, struct arena *arena, const struct verdict *v,
                 const struct report_style *style)
{
    struct json_report r = {.arena = arena, .style = style};
    json_init(&r.json, out, 0);
    json_begin_map(&r.json);
    head(&r, v);
    json_key(&r.json, "evidence");
    json_begin_list(&r.json);
    for (uint32_t i = 0; i < v->evidence_count; i++)
        evidence(&r, &v->evidence[i]);
    json_end_list(&r.json);
    json_key(&r.json, "attribution");
    json_begin_list(&r.json);
    for (uint32_t i = 0; i < v->attribution_count; i++)
        attribution(&r, &v->attribution[i]);
    json_end_list(&r.json);
    coverage(&r, &v->coverage);
    json_key(&r.json, "anomalies");
    json_begin_list(&r.json);
    for (uint32_t i = 0; i < v->anomaly_count; i++)
        anomaly(&r, &v->anomaly[i]);
    json_end_list(&r.json);
    if (v->extra.len > 0) {
        json_key(&r.json, "extra");
        json_raw(&r.json, v->extra);
    }
    json_end_map(&r.json);
    text_add_byte(out, '\n');
}
