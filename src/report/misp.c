/* SPDX-License-Identifier: Apache-2.0 */
#include "base/civil.h"
#include "base/json.h"
#include "report/indicator.h"
#include "report/technique.h"

static void key_string(struct json *json, const char *key, struct bytes value)
{
    json_key(json, key);
    json_string(json, value);
}

static struct bytes type_of(const struct indicator *row)
{
    if (row->kind == DIMENSION_HASH)
        return BYTES("sha256");
    if (row->address_family == 0)
        return BYTES("domain");
    return row->kind == DIMENSION_SENDER ? BYTES("ip-src") : BYTES("ip-dst");
}

static void attribute(struct json *json, const struct indicators *list, const struct indicator *row)
{
    struct arena *arena = list->arena;
    bool hash = row->kind == DIMENSION_HASH;
    json_begin_map(json);
    key_string(json, "uuid",
               indicator_uuid(arena, indicator_namespace,
                              arena_printf(arena, "misp:%d:%.*s:%.*s", (int)row->kind,
                                           BYTES_FMT(row->value), BYTES_FMT(list->title))));
    key_string(json, "type", type_of(row));
    key_string(json, "category",
               hash || row->kind == DIMENSION_SENDER ? BYTES("Payload delivery")
                                                     : BYTES("Network activity"));
    key_string(json, "value", row->value);
    json_key(json, "to_ids");
    json_bool(json, row->confidence >= INDICATOR_BLOCK && row->kind != DIMENSION_SENDER);
    json_key(json, "disable_correlation");
    json_bool(json, row->confidence < INDICATOR_BLOCK);
    key_string(json, "timestamp", arena_printf(arena, "%lld", (long long)(row->last_us / 1000000)));
    key_string(json, "first_seen", civil_iso(arena, row->first_us));
    key_string(json, "last_seen", civil_iso(arena, row->last_us));
    key_string(json, "comment",
               arena_printf(arena, "%s; confidence %d; %u messages%s%.*s%s%.*s",
                            hash                            ? "attachment"
                            : row->kind == DIMENSION_SENDER ? "sender"
                                                            : "link",
                            row->confidence, row->malicious + row->suspicious,
                            row->family.len > 0 ? "; " : "", BYTES_FMT(row->family),
                            row->category.len > 0 ? "; " : "", BYTES_FMT(row->category)));
    json_end_map(json);
}

static void tag(struct json *json, struct bytes name)
{
    json_begin_map(json);
    key_string(json, "name", name);
    json_end_map(json);
}

/* As the galaxy cluster of MISP is called: "Phishing - T1566". */
static void technique_tag(struct json *json, struct arena *arena, struct bytes id)
{
    const char *name = technique_name(id);
    tag(json, arena_printf(arena, "misp-galaxy:mitre-attack-pattern=\"%s%s%.*s\"",
                           name == NULL ? "" : name, name == NULL ? "" : " - ", BYTES_FMT(id)));
}

void indicator_misp(struct text *out, const struct indicators *list)
{
    struct arena *arena = list->arena;
    int64_t last = list->since_us;
    for (uint32_t i = 0; i < list->count; i++)
        last = list->row[i]->last_us > last ? list->row[i]->last_us : last;
    struct json json;
    json_init(&json, out, 1);
    json_begin_map(&json);
    json_key(&json, "Event");
    json_begin_map(&json);
    key_string(&json, "uuid",
               indicator_uuid(arena, indicator_namespace,
                              arena_printf(arena, "misp-event:%.*s", BYTES_FMT(list->title))));
    key_string(&json, "info", list->title);
    key_string(&json, "date", bytes_sub(civil_iso(arena, last), 0, 10));
    key_string(&json, "timestamp", arena_printf(arena, "%lld", (long long)(last / 1000000)));
    key_string(&json, "threat_level_id", BYTES("2"));
    key_string(&json, "analysis", BYTES("2"));
    key_string(&json, "distribution", BYTES("0"));
    json_key(&json, "published");
    json_bool(&json, false);
    json_key(&json, "Tag");
    json_begin_list(&json);
    tag(&json, BYTES("tlp:amber"));
    for (uint32_t i = 0; i < list->technique->count; i++)
        technique_tag(&json, arena, list->technique->row[i].key);
    json_end_list(&json);
    json_key(&json, "Attribute");
    json_begin_list(&json);
    for (uint32_t i = 0; i < list->count; i++)
        attribute(&json, list, list->row[i]);
    json_end_list(&json);
    json_end_map(&json);
    json_end_map(&json);
    text_add_byte(out, '\n');
}
