/* SPDX-License-Identifier: Apache-2.0 */
#include "report/site/part.h"

#include "base/civil.h"

#include <math.h>
#include <talloc.h>

#define DAY_US ((int64_t)86400 * 1000000)
#define CAMPAIGNS 5u
#define INDICATORS 12u

/* What the sections share. */
struct draft {
    struct site *site;
    struct text *out;
    enum language language;
    struct bytes month; /* "2021-03" */
    int64_t since_us, until_us;
    int from, to, before; /* days of the waves */
    uint32_t listed;
};

/* Markdown's own characters in what a mail said are only characters. */
static void plain(struct text *out, struct bytes s)
{
    struct bytes special = BYTES("\\`*_{}[]()#+!|<>~&");
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] < 0x20) {
            text_add_byte(out, ' ');
            continue;
        }
        if (bytes_find_byte(special, s.at[i], 0) != BYTES_NPOS)
            text_add_byte(out, '\\');
        text_add_byte(out, s.at[i]);
    }
}

static void heading(struct draft *d, const char *text)
{
    text_add_format(d->out, "\n## %s\n\n", tr(d->language, text));
}

static void numbers(struct draft *d)
{
    static const char *const verdicts[] = {"malicious", "suspicious", "unscannable", "clean"};
    const struct waves *w = d->site->waves[DIMENSION_CLASS];
    heading(d, "The month in numbers");
    for (int v = 0; v < 4; v++)
        for (uint32_t i = 0; i < w->count; i++) {
            if (!bytes_equal(w->series[i].name, bytes_of_string(verdicts[v])))
                continue;
            int64_t now = figure_sum(&w->series[i], d->from, d->to),
                    before = figure_sum(&w->series[i], d->before, d->from);
            text_add_format(d->out, "- %s: **", tr(d->language, verdicts[v]));
            markup_number(d->out, now);
            text_add_string(d->out, "**");
            if (before > 0)
                text_add_format(d->out, " (%+.0f %%)", 100 * ((double)now / (double)before - 1));
            text_add_byte(d->out, '\n');
        }
    text_add_format(d->out, "\n{{figure daily %.*s}}\n\n{{figure categories %.*s}}\n",
                    BYTES_FMT(d->month), BYTES_FMT(d->month));
}

static void risen(struct draft *d)
{
    static const enum dimension watched[] = {DIMENSION_FAMILY, DIMENSION_CATEGORY, DIMENSION_BRAND};
    uint32_t count = 0;
    heading(d, "What rose");
    for (size_t k = 0; k < sizeof watched / sizeof *watched; k++) {
        const struct waves *w = d->site->waves[watched[k]];
        for (uint32_t i = 0; i < w->count; i++)
            for (uint32_t n = 0; n < w->series[i].surge_count; n++) {
                const struct surge *s = &w->series[i].surge[n];
                if (s->last < d->from || s->first >= d->to)
                    continue;
                text_add_string(d->out, "- ");
                plain(d->out, wave_sentence(w, &w->series[i], s, (int)d->language));
                text_add_byte(d->out, '\n');
                count++;
            }
    }
    if (count == 0)
        text_add_format(d->out, "%s\n", tr(d->language, "Nothing rose beyond what was expected."));
}

static bool list_name(void *own, const struct store_cell *cell)
{
    struct draft *d = own;
    text_add_string(d->out, d->listed++ == 0 ? "" : ", ");
    plain(d->out, cell->name);
    return d->listed < 6;
}

static bool list_indicator(void *own, const struct store_cell *cell)
{
    struct draft *d = own;
    text_add_format(d->out, "- `%.*s` (%llu)\n",
                    BYTES_FMT(markup_defang(d->site->arena, cell->name)),
                    (unsigned long long)cell->count);
    return ++d->listed < INDICATORS;
}

static bool list_evidence(void *own, const struct store_item *item)
{
    struct draft *d = own;
    const struct verdict *v = item->verdict;
    for (uint32_t i = 0; i < v->evidence_count && i < 3; i++)
        if (v->evidence[i].sentence[0].len > 0) {
            text_add_string(d->out, "- ");
            plain(d->out, v->evidence[i].sentence[d->language == LANGUAGE_JA &&
                                                  v->evidence[i].sentence[1].len > 0]);
            text_add_byte(d->out, '\n');
        }
    return false; /* one message of a campaign speaks for it */
}

static bool campaign(struct draft *d, struct bytes name, int64_t count)
{
    static const struct {
        const char *label;
        enum dimension dimension;
    } lines[] = {{"Families", DIMENSION_FAMILY},
                 {"Techniques", DIMENSION_TECHNIQUE},
                 {"File types", DIMENSION_FILE_TYPE},
                 {"Brands", DIMENSION_BRAND}};
    struct store *store = d->site->store;
    struct error *err = d->site->err;
    text_add_string(d->out, "\n### ");
    plain(d->out, name);
    text_add_format(d->out, " (%lld)\n\n{{figure campaign:%.*s %.*s}}\n\n%s\n\n", (long long)count,
                    BYTES_FMT(name), BYTES_FMT(d->month), tr(d->language, "Evidence:"));
    struct store_filter filter = {.since_us = d->since_us,
                                  .until_us = d->until_us,
                                  .dimension = DIMENSION_CAMPAIGN,
                                  .name = name};
    bool ok = store_each(store, &filter, list_evidence, d, err);
    text_add_byte(d->out, '\n');
    for (size_t i = 0; ok && i < sizeof lines / sizeof *lines; i++) {
        d->listed = 0;
        text_add_format(d->out, "- %s: ", tr(d->language, lines[i].label));
        ok = store_cross(store, lines[i].dimension, DIMENSION_CAMPAIGN, name, d->since_us,
                         d->until_us, list_name, d, err);
        text_add_string(d->out, d->listed == 0 ? "–\n" : "\n");
    }
    text_add_format(d->out, "\n%s\n\n", tr(d->language, "Indicators (defanged):"));
    d->listed = 0;
    ok = ok &&
         store_cross(store, DIMENSION_DOMAIN, DIMENSION_CAMPAIGN, name, d->since_us, d->until_us,
                     list_indicator, d, err) &&
         store_cross(store, DIMENSION_HASH, DIMENSION_CAMPAIGN, name, d->since_us, d->until_us,
                     list_indicator, d, err);
    if (d->listed == 0)
        text_add_string(d->out, "- –\n");
    return ok;
}

static void advice(struct draft *d)
{
    struct figure_row *row;
    uint32_t count = site_top(d->site, DIMENSION_CATEGORY, d->from, d->to, 6, &row);
    heading(d, "What to do");
    for (uint32_t i = 0; i < count; i++) {
        const char *said = advice_of(row[i].name);
        if (said == NULL)
            continue;
        text_add_string(d->out, "**");
        plain(d->out, tr_bytes(d->language, row[i].name));
        text_add_format(d->out, ".** %s\n\n", tr(d->language, said));
    }
}

static void front_matter(struct draft *d, int64_t year, int month)
{
    struct figure_row *row;
    struct bytes name = site_month_name(d->site->arena, d->language, year, month),
                 last = wave_day(d->site->arena, d->until_us / DAY_US - 1);
    text_add_format(
        d->out,
        "---\ntitle: \"%.*s: %s\"\ndate: %.*s\nlang: %s\nauthor: noroshi\nfigure: daily "
        "%.*s\ncaption: %s\ncategories: ",
        BYTES_FMT(name), tr(d->language, "mail threats of the month"), BYTES_FMT(last),
        language_tags[d->language], BYTES_FMT(d->month),
        tr(d->language,
           "Suspicious and malicious messages a day; dashed: what was expected; marked: a surge."));
    uint32_t count = site_top(d->site, DIMENSION_CATEGORY, d->from, d->to, 3, &row);
    for (uint32_t i = 0; i < count; i++)
        text_add_format(d->out, "%s%.*s", i == 0 ? "" : ", ", BYTES_FMT(row[i].name));
    text_add_string(d->out, "\ntags: ");
    count = site_top(d->site, DIMENSION_FAMILY, d->from, d->to, 4, &row);
    for (uint32_t i = 0; i < count; i++)
        text_add_format(d->out, "%s%.*s", i == 0 ? "" : ", ", BYTES_FMT(row[i].name));
    text_add_string(d->out, "\n---\n");
}

bool site_draft_month(struct site *site, int64_t month_us, enum language language, struct text *out)
{
    const struct waves *w = site->waves[DIMENSION_CLASS];
    struct civil c = civil_of_us(month_us);
    int64_t first = civil_days(c.year, c.month, 1),
            end = civil_days(c.month == 12 ? c.year + 1 : c.year, c.month % 12 + 1, 1);
    int64_t before =
        civil_days(c.month == 1 ? c.year - 1 : c.year, c.month == 1 ? 12 : c.month - 1, 1);
    struct draft d = {.site = site,
                      .out = out,
                      .language = language,
                      .since_us = first * DAY_US,
                      .until_us = end * DAY_US,
                      .month =
                          arena_printf(site->arena, "%04lld-%02d", (long long)c.year, c.month)};
    int64_t cut[3] = {before, first, end};
    int *day[3] = {&d.before, &d.from, &d.to};
    for (int i = 0; i < 3; i++) {
        int64_t at = cut[i] - w->first_day;
        *day[i] = (int)(at < 0 ? 0 : at > w->days ? w->days : at);
    }
    if (d.from == d.to)
        return error_set(site->err, ERROR_USAGE, "nothing is stored of %.*s", BYTES_FMT(d.month));
    front_matter(&d, c.year, c.month);
    numbers(&d);
    risen(&d);
    struct figure_row *row;
    uint32_t count = site_top(site, DIMENSION_CAMPAIGN, d.from, d.to, CAMPAIGNS, &row);
    heading(&d, "Campaigns");
    for (uint32_t i = 0; i < count; i++)
        if (!campaign(&d, row[i].name, row[i].count))
            return false;
    heading(&d, "Techniques");
    text_add_format(out, "{{table techniques %.*s}}\n", BYTES_FMT(d.month));
    advice(&d);
    return true;
}
