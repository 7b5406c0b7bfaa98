/* SPDX-License-Identifier: Apache-2.0 */
#include "report/grouping.h"

#include "base/civil.h"
#include "base/json.h"
#include "group/explain.h"
#include "group/state.h"
#include "report/indicator.h"

#include <inttypes.h>
#include <stdio.h>
#include <talloc.h>

#define REGEXES 3u
#define COUNTS 8u
#define REGEX_GROUPS 100u /* the largest: each pattern is run over the whole list */

static const struct bytes meaning = {
    (const uint8_t *)"sites set up by a shared method or on shared infrastructure; not a person",
    sizeof "sites set up by a shared method or on shared infrastructure; not a person" - 1};

void grouping_tsv(struct text *out, const struct groups *g, bool waves)
{
    const struct feed *feed = g->evidence->feed;
    for (uint32_t i = 0; i < feed->count; i++) {
        uint32_t of = waves ? g->wave_of[i] : g->of[i];
        text_add(out, feed->site[i].host);
        if (of == 0)
            text_add_format(out, "\talone-%016" PRIx64 "\n", feed->site[i].hash);
        else
            text_add_format(out, "\t%.*s\n",
                            BYTES_FMT(waves ? g->wave[of - 1].id : g->group[of - 1].id));
    }
}

static void text_group(struct text *out, const struct groups *g, const struct group *group,
                       struct arena *arena)
{
    struct explain_count brand[3], template[1];
    char first[16], last[16];
    state_date(group->first_minute, first);
    state_date(group->last_minute, last);
    uint32_t brands = explain_counts(g, group, EXPLAIN_BRAND, arena, brand, 3);
    uint32_t templates = explain_counts(g, group, EXPLAIN_TEMPLATE, arena, template, 1);
    text_add_format(out, "%-8.*s %5u sites %5u domains  %s to %s  ", BYTES_FMT(group->id),
                    group->count, group->domains, first, last);
    for (uint32_t i = 0; i < brands; i++)
        text_add_format(out, "%s%.*s %u", i == 0 ? "" : ", ", BYTES_FMT(brand[i].text),
                        brand[i].count);
    if (templates > 0)
        text_add_format(out, "  %.*s", BYTES_FMT(template[0].text));
    text_add_byte(out, '\n');
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

/* What the list lacks, and grouping with it: brands and times carry most of the evidence. */
static void add_missing(struct text *out, const struct feed *feed)
{
    uint32_t brands = 0, times = 0;
    for (uint32_t i = 0; i < feed->count; i++) {
        brands += feed->site[i].brand != 0;
        times += feed->site[i].first_minute != 0;
    }
    if (feed->count > 0 && brands == 0)
        text_add_string(out, "no brands in the list: columns named brand, target or ブランド are read\n");
    if (feed->count > 0 && times == 0)
        text_add_string(out, "no times in the list: columns named date, first_seen or 日時 are read\n");
}

void grouping_text(struct text *out, const struct groups *g, uint32_t most)
{
    const struct feed *feed = g->evidence->feed;
    struct arena *arena = arena_new(NULL);
    uint32_t grouped = 0;
    for (uint32_t k = 0; k < g->count; k++)
        grouped += g->group[k].count;
    text_add_format(out,
                    "%" PRIu64 " row%s, %u site%s, %" PRIu64
                    " domain%s%s; %u in %u group%s, %u wave%s; %u note%s on rows\n",
                    feed->rows, plural(feed->rows), feed->count, plural(feed->count), g->domains,
                    plural(g->domains),
                    g->dynamic_once ? " (a dynamic-DNS zone counted once)" : "", grouped, g->count,
                    plural(g->count), g->wave_count, plural(g->wave_count), feed->dirt_count,
                    plural(feed->dirt_count));
    add_missing(out, feed);
    text_add_byte(out, '\n');
    for (uint32_t k = 0; k < g->count && k < most; k++)
        text_group(out, g, &g->group[k], arena);
    text_add_format(out, "\nA group is a shared method or infrastructure, not a person.  URLs "
                         "alone find a small part of what belongs\n"
                         "together: what is not grouped is not shown to be apart.\n'noroshi group "
                         "explain ID FILE...' tells why.\n");
    talloc_free(arena);
}

static void json_counts(struct json *json, const char *key, const struct groups *g,
                        const struct group *group, enum explain_what what, struct arena *arena)
{
    struct explain_count count[COUNTS];
    uint32_t n = explain_counts(g, group, what, arena, count, COUNTS);
    json_key(json, key);
    json_begin_map(json);
    for (uint32_t i = 0; i < n; i++) {
        json_key_bytes(json, count[i].text);
        json_int(json, count[i].count);
    }
    json_end_map(json);
}

static void json_group(struct json *json, const struct groups *g, const struct group *group,
                       bool deep, struct arena *arena)
{
    char day[16];
    json_begin_map(json);
    json_key(json, "id");
    json_string(json, group->id);
    json_key(json, "domains");
    json_int(json, group->domains);
    state_date(group->first_minute, day);
    json_key(json, "first");
    json_cstring(json, day);
    state_date(group->last_minute, day);
    json_key(json, "last");
    json_cstring(json, day);
    if (deep) {
        struct explain_regex regex[REGEXES];
        json_counts(json, "brands", g, group, EXPLAIN_BRAND, arena);
        json_counts(json, "templates", g, group, EXPLAIN_TEMPLATE, arena);
        uint32_t n =
            group < g->group + REGEX_GROUPS ? explain_regexes(g, group, arena, regex, REGEXES) : 0;
        json_key(json, "regexes");
        json_begin_list(json);
        for (uint32_t i = 0; i < n; i++) {
            json_begin_map(json);
            json_key(json, "pattern");
            json_string(json, regex[i].pattern);
            json_key(json, "inside");
            json_int(json, regex[i].inside);
            json_key(json, "outside");
            json_int(json, regex[i].outside);
            json_end_map(json);
        }
        json_end_list(json);
    }
    json_key(json, "sites");
    json_begin_list(json);
    for (uint32_t m = 0; m < group->count; m++)
        json_string(json, g->evidence->feed->site[group->member[m]].host);
    json_end_list(json);
    json_end_map(json);
}

static void json_contested(struct json *json, const struct groups *g)
{
    const struct feed *feed = g->evidence->feed;
    json_key(json, "contested");
    json_begin_list(json);
    for (uint32_t i = 0; i < g->clusters->contested_count; i++) {
        const struct edge *edge = &g->clusters->contested[i];
        if (g->of[edge->a] == 0 || g->of[edge->b] == 0)
            continue;
        json_begin_map(json);
        json_key(json, "sites");
        json_begin_list(json);
        json_string(json, feed->site[edge->a].host);
        json_string(json, feed->site[edge->b].host);
        json_end_list(json);
        json_key(json, "groups");
        json_begin_list(json);
        json_string(json, g->group[g->of[edge->a] - 1].id);
        json_string(json, g->group[g->of[edge->b] - 1].id);
        json_end_list(json);
        json_key(json, "log_odds");
        json_float(json, (double)edge->score);
        json_end_map(json);
    }
    json_end_list(json);
}

static void json_dirt(struct json *json, const struct feed *feed)
{
    json_key(json, "notes");
    json_begin_list(json);
    for (uint32_t i = 0; i < feed->dirt_count; i++) {
        json_begin_map(json);
        json_key(json, "file");
        json_cstring(json, feed->dirt[i].file);
        json_key(json, "line");
        json_int(json, feed->dirt[i].line);
        json_key(json, "why");
        json_cstring(json, feed->dirt[i].why);
        json_end_map(json);
    }
    json_end_list(json);
}

void grouping_json(struct text *out, const struct groups *g)
{
    struct json json;
    const struct feed *feed = g->evidence->feed;
    struct arena *arena = arena_new(NULL);
    json_init(&json, out, 0);
    json_begin_map(&json);
    json_key(&json, "meaning");
    json_string(&json, meaning);
    json_key(&json, "rows");
    json_int(&json, (int64_t)feed->rows);
    json_key(&json, "sites");
    json_int(&json, feed->count);
    json_key(&json, "domains");
    json_int(&json, (int64_t)g->domains);
    json_key(&json, "groups");
    json_begin_list(&json);
    for (uint32_t k = 0; k < g->count; k++)
        json_group(&json, g, &g->group[k], true, arena);
    json_end_list(&json);
    json_key(&json, "waves");
    json_begin_list(&json);
    for (uint32_t k = 0; k < g->wave_count; k++)
        json_group(&json, g, &g->wave[k], false, arena);
    json_end_list(&json);
    json_contested(&json, g);
    json_dirt(&json, feed);
    json_end_map(&json);
    text_add_byte(out, '\n');
    talloc_free(arena);
}

static struct bytes id_of(struct arena *arena, const char *type, struct bytes name)
{
    struct bytes uuid = indicator_uuid(arena, indicator_namespace,
                                       arena_printf(arena, "%s:%.*s", type, BYTES_FMT(name)));
    return arena_printf(arena, "%s--%.*s", type, BYTES_FMT(uuid));
}

static void key_string(struct json *json, const char *key, struct bytes value)
{
    json_key(json, key);
    json_string(json, value);
}

static struct bytes stamp(struct arena *arena, uint32_t minute)
{
    struct bytes iso = civil_iso(arena, (int64_t)minute * 60000000);
    return arena_printf(arena, "%.*s.000Z", (int)iso.len - 1, iso.at);
}

static void stix_begin(struct json *json, const char *type, struct bytes id, struct bytes created,
                       struct bytes modified, struct bytes identity)
{
    json_begin_map(json);
    key_string(json, "type", bytes_of_string(type));
    key_string(json, "spec_version", BYTES("2.1"));
    key_string(json, "id", id);
    key_string(json, "created", created);
    key_string(json, "modified", modified);
    if (identity.len > 0)
        key_string(json, "created_by_ref", identity);
}

static void stix_site(struct json *json, struct arena *arena, const struct feed_site *site,
                      struct bytes identity)
{
    struct bytes first = stamp(arena, site->first_minute);
    stix_begin(json, "indicator", id_of(arena, "indicator", site->host), first, first, identity);
    bool address = (site->flags & SITE_IP) != 0;
    key_string(json, "name", site->host);
    key_string(json, "pattern",
               arena_printf(arena, "[%s:value = '%.*s']", address ? "ipv4-addr" : "domain-name",
                            BYTES_FMT(site->host)));
    key_string(json, "pattern_type", BYTES("stix"));
    key_string(json, "valid_from", first);
    json_end_map(json);
}

void grouping_stix(struct text *out, const struct groups *g)
{
    struct json json;
    const struct feed *feed = g->evidence->feed;
    struct arena *arena = arena_new(NULL);
    struct bytes identity = id_of(arena, "identity", BYTES("noroshi"));
    json_init(&json, out, 0);
    json_begin_map(&json);
    key_string(&json, "type", BYTES("bundle"));
    key_string(&json, "id", id_of(arena, "bundle", BYTES("groups")));
    json_key(&json, "objects");
    json_begin_list(&json);
    stix_begin(&json, "identity", identity, BYTES(INDICATOR_MADE), BYTES(INDICATOR_MADE),
               BYTES_NONE);
    key_string(&json, "name", BYTES("noroshi"));
    key_string(&json, "identity_class", BYTES("system"));
    json_end_map(&json);
    for (uint32_t k = 0; k < g->count; k++) {
        const struct group *group = &g->group[k];
        for (uint32_t m = 0; m < group->count; m++)
            stix_site(&json, arena, &feed->site[group->member[m]], identity);
        struct bytes name = feed->site[group->member[0]].host;
        stix_begin(&json, "grouping",
                   id_of(arena, "grouping",
                         arena_printf(arena, "%.*s:%.*s", BYTES_FMT(group->id), BYTES_FMT(name))),
                   stamp(arena, group->first_minute), stamp(arena, group->last_minute), identity);
        key_string(&json, "name", group->id);
        key_string(&json, "description", meaning);
        key_string(&json, "context", BYTES("suspicious-activity"));
        json_key(&json, "object_refs");
        json_begin_list(&json);
        for (uint32_t m = 0; m < group->count; m++)
            json_string(&json, id_of(arena, "indicator", feed->site[group->member[m]].host));
        json_end_list(&json);
        json_end_map(&json);
    }
    json_end_list(&json);
    json_end_map(&json);
    text_add_byte(out, '\n');
    talloc_free(arena);
}

/* One attribute of an event: SITE, tagged with GROUP. */
static void misp_attribute(struct json *json, struct arena *arena, const struct feed_site *site,
                           const struct group *group)
{
    json_begin_map(json);
    key_string(json, "uuid",
               indicator_uuid(arena, indicator_namespace,
                              arena_printf(arena, "misp:%.*s", BYTES_FMT(site->host))));
    key_string(json, "type", (site->flags & SITE_IP) != 0 ? BYTES("ip-dst") : BYTES("hostname"));
    key_string(json, "category", BYTES("Network activity"));
    key_string(json, "value", site->host);
    key_string(json, "comment", group->id);
    json_key(json, "to_ids");
    json_bool(json, (site->flags & SITE_GENUINE) == 0);
    key_string(json, "timestamp", arena_printf(arena, "%lld", (long long)site->last_minute * 60));
    if (site->first_minute != 0)
        key_string(json, "first_seen", civil_iso(arena, (int64_t)site->first_minute * 60000000));
    if (site->last_minute != 0)
        key_string(json, "last_seen", civil_iso(arena, (int64_t)site->last_minute * 60000000));
    json_key(json, "Tag");
    json_begin_list(json);
    json_begin_map(json);
    key_string(json, "name", arena_printf(arena, "noroshi:group=\"%.*s\"", BYTES_FMT(group->id)));
    json_end_map(json);
    json_end_list(json);
    json_end_map(json);
}

void grouping_misp(struct text *out, const struct groups *g)
{
    struct json json;
    const struct feed *feed = g->evidence->feed;
    struct arena *arena = arena_new(NULL);
    uint32_t last = 0; /* no clock: the event is as old as its youngest site */
    for (uint32_t k = 0; k < g->count; k++)
        last = g->group[k].last_minute > last ? g->group[k].last_minute : last;
    json_init(&json, out, 0);
    json_begin_map(&json);
    json_key(&json, "Event");
    json_begin_map(&json);
    key_string(&json, "uuid", indicator_uuid(arena, indicator_namespace, BYTES("misp:groups")));
    key_string(&json, "info",
               arena_printf(arena, "phishing sites by group: %.*s", BYTES_FMT(meaning)));
    key_string(&json, "threat_level_id", BYTES("2"));
    key_string(&json, "analysis", BYTES("1"));
    key_string(&json, "distribution", BYTES("0"));
    key_string(&json, "date", bytes_sub(civil_iso(arena, (int64_t)last * 60000000), 0, 10));
    key_string(&json, "timestamp", arena_printf(arena, "%lld", (long long)last * 60));
    json_key(&json, "published");
    json_bool(&json, false);
    json_key(&json, "Attribute");
    json_begin_list(&json);
    for (uint32_t k = 0; k < g->count; k++)
        for (uint32_t m = 0; m < g->group[k].count; m++)
            misp_attribute(&json, arena, &feed->site[g->group[k].member[m]], &g->group[k]);
    json_end_list(&json);
    json_end_map(&json);
    json_end_map(&json);
    text_add_byte(out, '\n');
    talloc_free(arena);
}
