/* SPDX-License-Identifier: Apache-2.0 */
#include "report/site/part.h"

#include "base/json.h"
#include "report/indicator.h"

#include <stdio.h>

#define DAY_US ((int64_t)86400 * 1000000)

static void top_list(struct site *site, struct json *json, enum dimension dimension,
                     const struct month *month)
{
    struct figure_row *row;
    uint32_t count = site_top(site, dimension, month->from, month->to, 1000, &row);
    json_key(json, dimension_rows[dimension].name);
    json_begin_map(json);
    for (uint32_t i = 0; i < count; i++) {
        json_key_bytes(json, row[i].name);
        json_int(json, row[i].count);
    }
    json_end_map(json);
}

static void surge_list(struct site *site, struct json *json, const struct month *month)
{
    static const enum dimension watched[] = {DIMENSION_FAMILY, DIMENSION_CAMPAIGN,
                                             DIMENSION_CATEGORY, DIMENSION_BRAND};
    json_key(json, "surges");
    json_begin_list(json);
    for (size_t d = 0; d < sizeof watched / sizeof *watched; d++) {
        const struct waves *w = site->waves[watched[d]];
        for (uint32_t i = 0; i < w->count; i++)
            for (uint32_t k = 0; k < w->series[i].surge_count; k++) {
                const struct surge *s = &w->series[i].surge[k];
                if (s->last < month->from || s->first >= month->to)
                    continue;
                json_begin_map(json);
                json_key(json, "dimension");
                json_cstring(json, dimension_rows[watched[d]].name);
                json_key(json, "name");
                json_string(json, w->series[i].name);
                json_key(json, "first");
                json_string(json, wave_day(site->arena, w->first_day + s->first));
                json_key(json, "last");
                json_string(json, wave_day(site->arena, w->first_day + s->last));
                json_key(json, "peak");
                json_string(json, wave_day(site->arena, w->first_day + s->peak));
                json_key(json, "peak_count");
                json_int(json, s->peak_count);
                json_key(json, "peak_expected");
                json_float(json, s->peak_expected);
                json_key(json, "p");
                json_float(json, s->p);
                json_end_map(json);
            }
    }
    json_end_list(json);
}

static bool write_numbers(struct site *site, const struct month *month, struct bytes stem)
{
    static const enum dimension shown[] = {
        DIMENSION_CLASS, DIMENSION_CATEGORY,  DIMENSION_FAMILY,    DIMENSION_CAMPAIGN,
        DIMENSION_BRAND, DIMENSION_TECHNIQUE, DIMENSION_FILE_TYPE, DIMENSION_LANGUAGE};
    struct text out;
    struct json json;
    text_init(&out, site->arena, 0);
    json_init(&json, &out, 1);
    json_begin_map(&json);
    json_key(&json, "format");
    json_cstring(&json, "noroshi-month-1");
    json_key(&json, "month");
    json_string(&json, stem);
    json_key(&json, "counts");
    json_begin_map(&json);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        top_list(site, &json, shown[i], month);
    json_end_map(&json);
    json_key(&json, "daily");
    json_begin_list(&json);
    for (int d = month->from; d < month->to; d++) {
        json_begin_list(&json);
        json_string(&json, wave_day(site->arena, site->waves[DIMENSION_CLASS]->first_day + d));
        if (site->threats.count[d] < 0)
            json_null(&json);
        else
            json_int(&json, site->threats.count[d]);
        json_end_list(&json);
    }
    json_end_list(&json);
    surge_list(site, &json, month);
    json_end_map(&json);
    text_add_byte(&out, '\n');
    char name[40];
    snprintf(name, sizeof name, "%.*s.json", BYTES_FMT(stem));
    return site_write(site, BYTES("data/"), name, text_bytes(&out));
}

bool site_data(struct site *site, const struct month *month)
{
    static const struct {
        const char *ending;
        void (*write)(struct text *out, const struct indicators *indicators);
    } formats[] = {
        {"csv", indicator_csv}, {"stix.json", indicator_stix}, {"misp.json", indicator_misp}};
    int64_t first = site->waves[DIMENSION_CLASS]->first_day;
    struct bytes stem =
        arena_printf(site->arena, "%04lld-%02d", (long long)month->year, month->month);
    struct indicator_params params = {
        .since_us = (first + month->from) * DAY_US,
        .until_us = (first + month->to) * DAY_US,
        .title = arena_printf(site->arena, "noroshi %.*s", BYTES_FMT(stem)),
        .shared = site->params->shared};
    struct indicators *list = indicator_load(site->arena, site->store, &params, site->err);
    if (list == NULL || !write_numbers(site, month, stem))
        return false;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        struct text out;
        char name[40];
        text_init(&out, NULL, 0);
        formats[i].write(&out, list);
        snprintf(name, sizeof name, "%.*s.%s", BYTES_FMT(stem), formats[i].ending);
        bool ok = site_write(site, BYTES("data/"), name, text_bytes(&out));
        text_finish(&out);
        if (!ok)
            return false;
    }
    return true;
}
