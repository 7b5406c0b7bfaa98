/* SPDX-License-Identifier: Apache-2.0 */
#include "report/site/part.h"

#include "base/civil.h"
#include "base/embed.h"

#include <stdlib.h>
#include <talloc.h>

#define DAY_US ((int64_t)86400 * 1000000)
#define FALSE_ALARMS 1.0 /* of a series in a year */
#define ENTITIES_MAX 2000u

extern const struct embedded site_assets[];

static bool load_waves(struct site *site)
{
    for (int d = 0; d < DIMENSION_COUNT; d++) {
        enum dimension dimension = (enum dimension)d;
        bool tested = dimension_has_page(dimension);
        if (!tested && dimension != DIMENSION_CLASS && dimension != DIMENSION_FILE_TYPE &&
            dimension != DIMENSION_LANGUAGE)
            continue;
        site->waves[d] =
            wave_load(site->arena, site->store, dimension, tested ? FALSE_ALARMS : 0, site->err);
        if (site->waves[d] == NULL)
            return false;
    }
    return true;
}

/* Malicious and suspicious together, tested as one series. */
static void load_threats(struct site *site)
{
    const struct waves *w = site->waves[DIMENSION_CLASS];
    struct wave_series *all = &site->threats;
    all->name = BYTES("threats");
    all->count = arena_array_of(site->arena, (size_t)w->days + 1, int32_t);
    for (uint32_t i = 0; i < w->count; i++) {
        bool threat = bytes_equal(w->series[i].name, BYTES("malicious")) ||
                      bytes_equal(w->series[i].name, BYTES("suspicious"));
        for (int d = 0; d < w->days; d++)
            if (w->series[i].count[d] == SURGE_MISSING)
                all->count[d] = SURGE_MISSING;
            else if (threat)
                all->count[d] += w->series[i].count[d];
        all->total += threat ? w->series[i].total : 0;
    }
    if (w->days == 0)
        return;
    struct surge_params params = {FALSE_ALARMS, civil_of_us(w->first_day * DAY_US).weekday};
    all->surge =
        surge_find(site->arena, all->count, w->days, &params, &all->day, &all->surge_count);
}

/* "T1566.002": a path as it stands. */
static bool is_technique_id(struct bytes name)
{
    for (size_t i = 1; i < name.len; i++)
        if (!ascii_is_digit(name.at[i]) && (name.at[i] != '.' || i != 5))
            return false;
    return name.len >= 5 && name.len <= 9 && name.len != 6 && name.at[0] == 'T';
}

static void load_entities(struct site *site)
{
    for (int d = 0; d < DIMENSION_COUNT; d++) {
        const struct waves *w = site->waves[d];
        if (w == NULL || !dimension_has_page((enum dimension)d))
            continue;
        struct table *used = table_new(site->arena);
        site->entity[d] = table_new(site->arena);
        for (uint32_t i = 0; i < w->count && i < ENTITIES_MAX; i++) {
            struct entity *entity = arena_new_of(site->arena, struct entity);
            struct bytes slug = d == DIMENSION_TECHNIQUE && is_technique_id(w->series[i].name)
                                    ? w->series[i].name
                                    : markup_slug(site->arena, w->series[i].name);
            if (table_get(used, slug) != NULL) /* names that differ in case only */
                slug = arena_printf(site->arena, "%.*s-%08x", BYTES_FMT(slug),
                                    (unsigned)(bytes_hash(w->series[i].name) & 0xFFFFFFFF));
            table_set(used, slug, entity);
            *entity = (struct entity){
                (enum dimension)d, w->series[i].name,
                arena_printf(site->arena, "%s/%.*s/", dimension_rows[d].name, BYTES_FMT(slug)),
                &w->series[i]};
            table_set(site->entity[d], entity->name, entity);
        }
    }
}

static void load_tags(struct site *site)
{
    for (int l = 0; l < LANGUAGE_COUNT; l++)
        site->tag[l] = table_new(site->arena);
    for (uint32_t i = 0; i < site->post_count; i++)
        for (uint32_t k = 0; k < site->post[i]->tag_count; k++) {
            struct bytes tag = site->post[i]->tag[k];
            void **row = table_at(site->tag[site->post[i]->language], tag);
            if (*row != NULL)
                continue;
            struct bytes *path = arena_new_of(site->arena, struct bytes);
            struct bytes slug = markup_slug(site->arena, tag);
            *path = arena_printf(site->arena, "tag/%.*s/", BYTES_FMT(slug));
            *row = path;
        }
}

static void add_month(struct site *site, int64_t year, int month)
{
    for (uint32_t i = 0; i < site->month_count; i++)
        if (site->month[i].year == year && site->month[i].month == month)
            return;
    const struct waves *w = site->waves[DIMENSION_CLASS];
    int64_t from = civil_days(year, month, 1) - w->first_day;
    int64_t to = civil_days(month == 12 ? year + 1 : year, month % 12 + 1, 1) - w->first_day;
    from = from < 0 ? 0 : from > w->days ? w->days : from;
    to = to < from ? from : to > w->days ? w->days : to;
    site->month[site->month_count++] =
        (struct month){year, month, (int)from, (int)to,
                       arena_printf(site->arena, "%04lld/%02d/", (long long)year, month)};
}

static int newest_month(const void *a, const void *b)
{
    const struct month *x = a, *y = b;
    return x->year != y->year ? (x->year < y->year ? 1 : -1) : y->month - x->month;
}

/* Months with a message or a post. */
static void load_months(struct site *site)
{
    const struct waves *w = site->waves[DIMENSION_CLASS];
    site->month =
        arena_array_of(site->arena, (size_t)w->days / 28 + site->post_count + 3, struct month);
    for (int d = 0; d < w->days; d++)
        if (w->collected[d] > 0) {
            struct civil c = civil_of_us((w->first_day + d) * DAY_US);
            add_month(site, c.year, c.month);
        }
    for (uint32_t i = 0; i < site->post_count; i++)
        add_month(site, site->post[i]->year, site->post[i]->month);
    qsort(site->month, site->month_count, sizeof *site->month, newest_month);
}

static bool write_language(struct site *site, enum language language)
{
    bool ok = page_front(site, language) && page_months(site, language);
    for (uint32_t i = 0; ok && i < site->post_count; i++)
        ok = site->post[i]->language != language || page_post(site, site->post[i]);
    return ok && page_entities(site, language) && page_lists(site, language) &&
           page_groups(site, language) && page_tags(site, language) &&
           page_search(site, language) && page_about(site, language) &&
           site_feed(site, language, BYTES("feed.atom"), BYTES_NONE, BYTES_NONE) &&
           site_index_write(site, language);
}

static bool write_rest(struct site *site)
{
    for (int i = 0; site_assets[i].name != NULL; i++)
        if (!site_write(site, BYTES("asset/"), site_assets[i].name, site_assets[i].content))
            return false;
    for (uint32_t i = 0; i < site->month_count; i++)
        if (site->month[i].to > site->month[i].from && !site_data(site, &site->month[i]))
            return false;
    return true;
}

/* Everything the pages are made of; false and ERR. */
static bool load(struct site *site)
{
    if (!load_waves(site) || !site_load_posts(site))
        return false;
    load_threats(site);
    load_entities(site);
    load_tags(site);
    load_months(site);
    for (int l = 0; l < LANGUAGE_COUNT; l++)
        site->document[l] = table_new(site->arena);
    return true;
}

bool site_build(struct store *store, const struct site_params *params, struct site_result *result,
                struct error *err)
{
    struct arena *arena = arena_new(NULL);
    struct site *site = arena_new_of(arena, struct site);
    *result = (struct site_result){0};
    *site = (struct site){
        .arena = arena, .store = store, .params = params, .result = result, .err = err};
    text_init(&site->page, NULL, 0);
    bool ok = load(site) && write_language(site, LANGUAGE_EN) &&
              write_language(site, LANGUAGE_JA) && write_rest(site);
    text_finish(&site->page);
    talloc_free(arena);
    return ok;
}

bool site_draft(struct store *store, const struct site_params *params, int64_t month_us,
                enum language language, struct text *out, struct error *err)
{
    struct arena *arena = arena_new(NULL);
    struct site_result result = {0};
    struct site *site = arena_new_of(arena, struct site);
    *site = (struct site){
        .arena = arena, .store = store, .params = params, .result = &result, .err = err};
    bool ok = load(site) && site_draft_month(site, month_us, language, out);
    talloc_free(arena);
    return ok;
}
