/* SPDX-License-Identifier: Apache-2.0
 *
 * STIX 2.1 (OASIS Standard, 10 June 2021).  Ids of all objects are UUIDv5 in a name space of ours,
 * so that the same finding has the same id in every export. */
#include "base/civil.h"
#include "base/json.h"
#include "report/indicator.h"
#include "report/technique.h"

struct bundle {
    struct json json;
    const struct indicators *list;
    struct bytes created, identity;
    struct table *family, *technique; /* name -> id as struct bytes */
    struct bytes *object;             /* ids, for the report */
    uint32_t object_count;
};

static const struct bytes made = {(const uint8_t *)INDICATOR_MADE, sizeof INDICATOR_MADE - 1};

static void key_string(struct bundle *b, const char *key, struct bytes value)
{
    json_key(&b->json, key);
    json_string(&b->json, value);
}

/* STIX timestamps have a fraction of at least milliseconds in many readers. */
static struct bytes stamp(struct arena *arena, int64_t at_us)
{
    struct bytes iso = civil_iso(arena, at_us);
    return arena_printf(arena, "%.*s.000Z", (int)iso.len - 1, iso.at);
}

static struct bytes id_of(struct bundle *b, const char *type, struct bytes name)
{
    struct arena *arena = b->list->arena;
    struct bytes uuid = indicator_uuid(arena, indicator_namespace,
                                       arena_printf(arena, "%s:%.*s", type, BYTES_FMT(name)));
    return arena_printf(arena, "%s--%.*s", type, BYTES_FMT(uuid));
}

static void begin_object(struct bundle *b, const char *type, struct bytes id, struct bytes created,
                         struct bytes modified)
{
    json_begin_map(&b->json);
    key_string(b, "type", bytes_of_string(type));
    key_string(b, "spec_version", BYTES("2.1"));
    key_string(b, "id", id);
    key_string(b, "created", created);
    key_string(b, "modified", modified);
    if (strcmp(type, "identity") != 0)
        key_string(b, "created_by_ref", b->identity);
    if (strcmp(type, "report") != 0)
        b->object[b->object_count++] = id;
}

static void identity(struct bundle *b)
{
    begin_object(b, "identity", b->identity, made, made);
    key_string(b, "name", BYTES("noroshi"));
    key_string(b, "identity_class", BYTES("system"));
    json_end_map(&b->json);
}

static void malware(struct bundle *b, struct bytes family)
{
    if (family.len == 0 || table_get(b->family, family) != NULL)
        return;
    struct bytes *id = arena_new_of(b->list->arena, struct bytes);
    *id = id_of(b, "malware", family);
    table_set(b->family, family, id);
    begin_object(b, "malware", *id, made, made);
    key_string(b, "name", family);
    json_key(&b->json, "is_family");
    json_bool(&b->json, true);
    json_end_map(&b->json);
}

static void attack_pattern(struct bundle *b, struct bytes technique)
{
    struct bytes id = id_of(b, "attack-pattern", technique);
    begin_object(b, "attack-pattern", id, made, made);
    const char *name = technique_name(technique);
    key_string(b, "name", name == NULL ? technique : bytes_of_string(name));
    json_key(&b->json, "external_references");
    json_begin_list(&b->json);
    json_begin_map(&b->json);
    key_string(b, "source_name", BYTES("mitre-attack"));
    key_string(b, "external_id", technique);
    json_end_map(&b->json);
    json_end_list(&b->json);
    json_end_map(&b->json);
}

/* A string of a pattern: quotes and backslashes escaped (STIX patterning, 9.2). */
static void add_literal(struct text *out, struct bytes s)
{
    text_add_byte(out, '\'');
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == '\'' || s.at[i] == '\\')
            text_add_byte(out, '\\');
        text_add_byte(out, s.at[i]);
    }
    text_add_byte(out, '\'');
}

/* Addresses at DOMAIN and below it.  Not LIKE, to which '_' is any character. */
static struct bytes sender_regex(struct arena *arena, const struct indicator *row)
{
    struct text out;
    text_init(&out, arena, 0);
    text_add_string(&out, row->address_family == 0 ? "(?i)[@.]" : "@\\[(IPv6:)?");
    for (size_t i = 0; i < row->value.len; i++) {
        if (row->value.at[i] == '.')
            text_add_byte(&out, '\\');
        text_add_byte(&out, row->value.at[i]);
    }
    text_add_string(&out, row->address_family == 0 ? "$" : "\\]$");
    return text_bytes(&out);
}

static struct bytes pattern_of(struct arena *arena, const struct indicator *row)
{
    struct text out;
    text_init(&out, arena, 0);
    text_add_string(&out, row->kind == DIMENSION_HASH     ? "[file:hashes.'SHA-256' = "
                          : row->kind == DIMENSION_SENDER ? "[email-message:from_ref.value MATCHES "
                          : row->address_family == 4      ? "[ipv4-addr:value = "
                          : row->address_family == 6      ? "[ipv6-addr:value = "
                                                          : "[domain-name:value = ");
    add_literal(&out, row->kind == DIMENSION_SENDER ? sender_regex(arena, row) : row->value);
    text_add_byte(&out, ']');
    return text_bytes(&out);
}

static void indicator(struct bundle *b, const struct indicator *row)
{
    struct arena *arena = b->list->arena;
    struct bytes id = id_of(b, "indicator",
                            arena_printf(arena, "%d:%.*s", (int)row->kind, BYTES_FMT(row->value)));
    begin_object(b, "indicator", id, stamp(arena, row->first_us), stamp(arena, row->last_us));
    key_string(b, "name", row->value);
    key_string(b, "description",
               arena_printf(arena, "%.*s: %u messages, in %u clean ones", BYTES_FMT(row->category),
                            row->malicious + row->suspicious, row->clean));
    json_key(&b->json, "indicator_types");
    json_begin_list(&b->json);
    json_cstring(&b->json,
                 row->confidence >= INDICATOR_BLOCK ? "malicious-activity" : "anomalous-activity");
    json_end_list(&b->json);
    key_string(b, "pattern", pattern_of(arena, row));
    key_string(b, "pattern_type", BYTES("stix"));
    key_string(b, "valid_from", stamp(arena, row->first_us));
    json_key(&b->json, "confidence");
    json_int(&b->json, row->confidence);
    json_end_map(&b->json);
    struct bytes *family = row->family.len == 0 ? NULL : table_get(b->family, row->family);
    if (family == NULL || row->confidence < INDICATOR_BLOCK)
        return;
    struct bytes link = id_of(b, "relationship",
                              arena_printf(arena, "%.*s %.*s", BYTES_FMT(id), BYTES_FMT(*family)));
    begin_object(b, "relationship", link, stamp(arena, row->first_us), stamp(arena, row->last_us));
    key_string(b, "relationship_type", BYTES("indicates"));
    key_string(b, "source_ref", id);
    key_string(b, "target_ref", *family);
    json_end_map(&b->json);
}

static void report(struct bundle *b, int64_t last_us)
{
    struct bytes id = id_of(b, "report", b->list->title), modified = stamp(b->list->arena, last_us);
    begin_object(b, "report", id, b->created, modified);
    key_string(b, "name", b->list->title);
    key_string(b, "published", modified);
    json_key(&b->json, "report_types");
    json_begin_list(&b->json);
    json_cstring(&b->json, "threat-report");
    json_end_list(&b->json);
    json_key(&b->json, "object_refs");
    json_begin_list(&b->json);
    for (uint32_t i = 0; i < b->object_count; i++)
        json_string(&b->json, b->object[i]);
    json_end_list(&b->json);
    json_end_map(&b->json);
}

void indicator_stix(struct text *out, const struct indicators *list)
{
    struct arena *arena = list->arena;
    int64_t first = INT64_MAX, last = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        first = list->row[i]->first_us < first ? list->row[i]->first_us : first;
        last = list->row[i]->last_us > last ? list->row[i]->last_us : last;
    }
    if (list->count == 0)
        first = last = list->since_us;
    struct bundle b = {
        .list = list,
        .family = table_new(arena),
        .technique = table_new(arena),
        .object = arena_array_of(arena, 4 * (size_t)list->count + list->technique->count + 4,
                                 struct bytes)};
    b.created = stamp(arena, first);
    b.identity = id_of(&b, "identity", BYTES("noroshi"));
    json_init(&b.json, out, 1);
    json_begin_map(&b.json);
    key_string(&b, "type", BYTES("bundle"));
    key_string(&b, "id", id_of(&b, "bundle", list->title));
    json_key(&b.json, "objects");
    json_begin_list(&b.json);
    identity(&b);
    for (uint32_t i = 0; i < list->count; i++)
        malware(&b, list->row[i]->family);
    for (uint32_t i = 0; i < list->technique->count; i++)
        attack_pattern(&b, list->technique->row[i].key);
    for (uint32_t i = 0; i < list->count; i++)
        indicator(&b, list->row[i]);
    report(&b, last);
    json_end_list(&b.json);
    json_end_map(&b.json);
    text_add_byte(out, '\n');
}
