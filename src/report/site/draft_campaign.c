/* SPDX-License-Identifier: Apache-2.0 */
#include "report/indicator.h"
#include "report/site/draft.h"

#include <talloc.h>

#define DAY_US ((int64_t)86400 * 1000000)
#define CANDIDATES 16u
#define CAMPAIGNS 5u
#define SIGNS 4u
#define INDICATORS 8u
#define HASHES 3u

struct names {
    struct draft *draft;
    enum dimension dimension;
    uint32_t listed, most;
};

static bool list_name(void *own, const struct store_cell *cell)
{
    struct names *n = own;
    struct draft *d = n->draft;
    struct text *out = d->out;
    const char *technique = n->dimension == DIMENSION_TECHNIQUE ? technique_name(cell->name) : NULL;
    text_add_string(out, n->listed++ == 0 ? "" : tr(d->language, ", "));
    draft_plain(out, site_label(d->site, d->language, n->dimension, cell->name));
    if (technique != NULL)
        text_add_format(out, " %s", tr(d->language, technique));
    return n->listed < n->most;
}

/* "- Families: IcedID", or nothing where there is none. */
static bool list_names(struct draft *d, struct bytes campaign, enum dimension dimension,
                       const char *label)
{
    struct names names = {d, dimension, 0, 6};
    size_t before = d->out->len;
    text_add_format(d->out, "- %s: ", tr(d->language, label));
    bool ok = store_cross(d->site->store, dimension, DIMENSION_CAMPAIGN, campaign, d->since_us,
                          d->until_us, list_name, &names, d->site->err);
    if (names.listed == 0)
        d->out->len = before;
    else
        text_add_byte(d->out, '\n');
    return ok;
}

static bool signs(struct draft *d, struct bytes campaign, int64_t messages)
{
    struct sign sign[SIGNS];
    uint32_t count;
    if (!site_signs(d->site, d->language, DIMENSION_CAMPAIGN, campaign, d->since_us, d->until_us,
                    SIGNS, sign, &count))
        return false;
    if (count > 0)
        text_add_format(d->out, "%s\n\n", tr(d->language, "What gives it away:"));
    for (uint32_t i = 0; i < count; i++) {
        text_add_string(d->out, "- ");
        draft_plain(d->out, sign[i].sentence);
        if (sign[i].count < messages)
            text_add_format(d->out, d->language == LANGUAGE_JA ? "（%lld通）" : " (in %lld)",
                            (long long)sign[i].count);
        text_add_byte(d->out, '\n');
    }
    text_add_string(d->out, count > 0 ? "\n" : "");
    return true;
}

static bool indicators_of(struct draft *d, const struct indicators *list, enum dimension kind,
                          const char *label)
{
    const struct indicator *row[INDICATORS];
    uint32_t most = kind == DIMENSION_HASH ? HASHES : INDICATORS;
    uint32_t all = indicator_best(list, kind, row, most);
    for (uint32_t i = 0; i < all && i < most; i++) {
        struct bytes value =
            kind == DIMENSION_HASH ? row[i]->value : markup_defang(d->site->arena, row[i]->value);
        text_add_format(d->out, i == 0 ? "- %s: `%.*s`" : "%s`%.*s`",
                        tr(d->language, i == 0 ? label : ", "), BYTES_FMT(value));
    }
    if (all > most)
        text_add_format(d->out,
                        d->language == LANGUAGE_JA ? "、ほか%u件は月のデータにあります"
                                                   : " and %u more in the data of the month",
                        all - most);
    text_add_string(d->out, all > 0 ? "\n" : "");
    return all > 0;
}

static bool indicators(struct draft *d, struct bytes campaign)
{
    struct indicator_params params = {.since_us = d->since_us,
                                      .until_us = d->until_us,
                                      .dimension = DIMENSION_CAMPAIGN,
                                      .name = campaign,
                                      .title = campaign,
                                      .shared = d->site->params->shared};
    struct arena *arena = arena_new(NULL);
    struct indicators *list = indicator_load(arena, d->site->store, &params, d->site->err);
    size_t before = d->out->len;
    if (list != NULL) {
        text_add_format(d->out, "\n%s\n\n", tr(d->language, "Indicators (defanged):"));
        bool any = indicators_of(d, list, DIMENSION_DOMAIN, "Linked domain");
        any = indicators_of(d, list, DIMENSION_SENDER, "Sender domain") || any;
        any = indicators_of(d, list, DIMENSION_HASH, "SHA-256 of the attachment") || any;
        d->out->len = any ? d->out->len : before;
    }
    talloc_free(arena);
    return list != NULL;
}

static bool campaign(struct draft *d, struct bytes name, int64_t messages)
{
    const struct waves *w = d->site->waves[DIMENSION_CAMPAIGN];
    const struct entity *entity = site_entity(d->site, DIMENSION_CAMPAIGN, name);
    int first = d->from, last = d->to - 1;
    while (entity != NULL && first < last && entity->series->count[first] <= 0)
        first++;
    while (entity != NULL && last > first && entity->series->count[last] <= 0)
        last--;
    text_add_string(d->out, "\n### ");
    draft_plain(d->out, site_label(d->site, d->language, DIMENSION_CAMPAIGN, name));
    text_add_format(d->out,
                    d->language == LANGUAGE_JA ? "\n\n%lld通、%.*sから%.*sまで。\n\n"
                                               : "\n\n%lld messages, from %.*s to %.*s.\n\n",
                    (long long)messages,
                    BYTES_FMT(wave_day(d->site->arena, w->first_day + first)),
                    BYTES_FMT(wave_day(d->site->arena, w->first_day + last)));
    const struct family *family = site_family(d->site, DIMENSION_CAMPAIGN, name);
    if (family != NULL && family->about[0].len > 0) {
        draft_plain(d->out, site_known(d->site, d->language, family->about));
        text_add_string(d->out, "\n\n");
    }
    if (messages >= 10) /* less is said by the sentence above */
        text_add_format(d->out, "{{figure campaign:%.*s %.*s}}\n\n", BYTES_FMT(name),
                        BYTES_FMT(d->month));
    return signs(d, name, messages) && list_names(d, name, DIMENSION_FAMILY, "Families") &&
           list_names(d, name, DIMENSION_BRAND, "Brands") &&
           list_names(d, name, DIMENSION_FILE_TYPE, "File types") &&
           list_names(d, name, DIMENSION_TECHNIQUE, "Techniques") && indicators(d, name);
}

struct overlap {
    struct bytes self;
    const struct figure_row *told;
    uint32_t told_count;
    uint64_t least;
    bool found;
};

static bool find_overlap(void *own, const struct store_cell *cell)
{
    struct overlap *o = own;
    for (uint32_t i = 0; i < o->told_count; i++)
        o->found = o->found || (bytes_equal(cell->name, o->told[i].name) && cell->count >= o->least);
    return !o->found;
}

bool draft_campaigns(struct draft *d)
{
    struct figure_row *row, told[CAMPAIGNS];
    uint32_t count = site_top(d->site, DIMENSION_CAMPAIGN, d->from, d->to, CANDIDATES, &row),
             kept = 0;
    for (uint32_t i = 0; i < count && kept < CAMPAIGNS; i++) {
        /* A campaign with a name of its own also carries the name of its group: told once. */
        struct overlap overlap = {row[i].name, told, kept, (uint64_t)(0.9 * (double)row[i].count),
                                  false};
        if (!store_cross(d->site->store, DIMENSION_CAMPAIGN, DIMENSION_CAMPAIGN, row[i].name,
                         d->since_us, d->until_us, find_overlap, &overlap, d->site->err))
            return false;
        if (overlap.found || row[i].count < 2)
            continue;
        if (kept == 0)
            draft_heading(d, "Campaigns");
        told[kept++] = row[i];
        if (!campaign(d, row[i].name, row[i].count))
            return false;
    }
    return true;
}
