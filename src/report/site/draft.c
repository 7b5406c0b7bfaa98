/* SPDX-License-Identifier: Apache-2.0 */
#include "report/site/draft.h"

#include "base/civil.h"

#include <math.h>
#include <talloc.h>

#define DAY_US ((int64_t)86400 * 1000000)
#define RISEN 8u

void draft_plain(struct text *out, struct bytes s)
{
    struct bytes special = BYTES("\\`*_{}[]#!|<>~&");
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

void draft_heading(struct draft *d, const char *text)
{
    text_add_format(d->out, "\n## %s\n\n", tr(d->language, text));
}

/* Messages of a verdict in [from, to); NULL: of all. */
static int64_t verdicts(const struct draft *d, const char *verdict, int from, int to)
{
    const struct waves *w = d->site->waves[DIMENSION_CLASS];
    int64_t sum = 0;
    for (uint32_t i = 0; i < w->count; i++)
        if (verdict == NULL || bytes_equal(w->series[i].name, bytes_of_string(verdict)))
            sum += figure_sum(&w->series[i], from, to);
    return sum;
}

/* The sentence of a surge, its name as people read it. */
static void say(struct draft *d, const struct risen *row)
{
    struct bytes name = row->series->name;
    draft_plain(d->out, site_label(d->site, d->language, row->dimension, name));
    draft_plain(d->out, bytes_from(wave_sentence(row->waves, row->series, row->surge,
                                                 (int)d->language),
                                   name.len));
}

/* How the month went, in the words it would be told in. */
static void opening(struct draft *d)
{
    struct text *out = d->out;
    bool ja = d->language == LANGUAGE_JA;
    int64_t bad = verdicts(d, "malicious", d->from, d->to),
            was = verdicts(d, "malicious", d->before, d->from);
    text_add_format(out,
                    ja ? "\n%.*sは%lld通を検査し、悪性は%lld通、疑わしいものは%lld通でした。"
                       : "\nIn %.*s, %lld messages were examined: %lld malicious and %lld "
                         "suspicious. ",
                    BYTES_FMT(d->name), (long long)verdicts(d, NULL, d->from, d->to),
                    (long long)bad, (long long)verdicts(d, "suspicious", d->from, d->to));
    if (was > 0 && bad != was)
        text_add_format(out,
                        ja          ? "悪性は前月（%lld通）に比べて%.0f%%%s。"
                                    : "Against the month before (%lld malicious), that is %.0f %% %s. ",
                        (long long)was, fabs(100 * ((double)bad / (double)was - 1)),
                        tr(d->language, bad > was ? "more" : "less"));
    struct figure_row *row;
    uint32_t count = site_top(d->site, DIMENSION_CATEGORY, d->from, d->to, 3, &row);
    for (uint32_t i = 0; i < count; i++) {
        static const char *const before[] = {"Most was ", ", then ", " and "};
        text_add_string(out, tr(d->language, before[i]));
        draft_plain(out, tr_bytes(d->language, row[i].name));
        text_add_format(out, ja ? "（%lld通）" : " (%lld)", (long long)row[i].count);
    }
    text_add_string(out, count == 0 ? "" : ja ? "でした。" : ". ");
    struct risen risen;
    if (site_headline(d->site, d->from, d->to, &risen)) {
        text_add_string(out, tr(d->language, "What rose most is "));
        say(d, &risen);
        text_add_string(out, ja ? "。" : ".");
    }
    text_add_byte(out, '\n');
}

static void numbers(struct draft *d)
{
    static const char *const rows[] = {NULL, "malicious", "suspicious", "unscannable", "clean"};
    struct text *out = d->out;
    draft_heading(d, "The month in numbers");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t now = verdicts(d, rows[i], d->from, d->to),
                before = verdicts(d, rows[i], d->before, d->from);
        if (now == 0 && before == 0)
            continue;
        text_add_format(out, "- %s: **", tr(d->language, rows[i] == NULL ? "examined" : rows[i]));
        markup_number(out, now);
        text_add_string(out, "**");
        if (before > 0)
            text_add_format(out,
                            d->language == LANGUAGE_JA ? "（前月%lld、%+.0f%%）"
                                                       : " (month before: %lld, %+.0f %%)",
                            (long long)before, 100 * ((double)now / (double)before - 1));
        text_add_byte(out, '\n');
    }
    uint64_t undated = site_undated(d->site, d->from, d->to);
    if (undated > 0)
        text_add_format(out,
                        d->language == LANGUAGE_JA
                            ? "- 日付不明: **%llu**（この月に受け付け、どの日にも数えない）\n"
                            : "- without a date: **%llu** (first seen this month, counted on no day)\n",
                        (unsigned long long)undated);
    text_add_format(out, "\n{{figure categories %.*s}}\n", BYTES_FMT(d->month));
}

static void risen(struct draft *d)
{
    struct risen row[RISEN];
    uint32_t count = site_risen(d->site, d->from, d->to, RISEN, row);
    draft_heading(d, "What rose");
    for (uint32_t i = 0; i < count; i++) {
        text_add_format(d->out, "- %s ", tr(d->language, dimension_rows[row[i].dimension].name));
        say(d, &row[i]);
        text_add_byte(d->out, '\n');
    }
    if (count == 0)
        text_add_format(d->out, "%s\n",
                        tr(d->language, "Nothing rose beyond what was expected."));
}

static void advice(struct draft *d)
{
    struct figure_row *row;
    uint32_t count = site_top(d->site, DIMENSION_CATEGORY, d->from, d->to, 6, &row);
    draft_heading(d, "What to do");
    for (uint32_t i = 0; i < count; i++) {
        const char *said = advice_of(row[i].name);
        if (said == NULL)
            continue;
        text_add_string(d->out, "**");
        draft_plain(d->out, tr_bytes(d->language, row[i].name));
        text_add_format(d->out, ".** %s\n\n", tr(d->language, said));
    }
}

/* "March 2021: IcedID rose", or what a month without a surge is called. */
static void title(struct draft *d)
{
    struct risen row;
    if (!site_headline(d->site, d->from, d->to, &row)) {
        text_add_format(d->out, "title: \"%.*s: %s\"\n", BYTES_FMT(d->name),
                        tr(d->language, "mail threats of the month"));
        return;
    }
    struct bytes name = site_label(d->site, d->language, row.dimension, row.series->name);
    text_add_format(d->out,
                    d->language == LANGUAGE_JA ? "title: \"%.*s：%.*sが急増\"\n"
                                               : "title: \"%.*s: %.*s rose\"\n",
                    BYTES_FMT(d->name), BYTES_FMT(name));
}

static void front_matter(struct draft *d)
{
    struct figure_row *row;
    struct bytes last = wave_day(d->site->arena, d->until_us / DAY_US - 1);
    text_add_string(d->out, "---\n");
    title(d);
    text_add_format(
        d->out,
        "date: %.*s\nlang: %s\nauthor: noroshi\nfigure: daily "
        "%.*s\ncaption: %s\ncategories: ",
        BYTES_FMT(last),
        language_tags[d->language], BYTES_FMT(d->month),
        tr(d->language,
           "Suspicious and malicious messages a day; dashed: what was expected; marked: a surge."));
    uint32_t count = site_top(d->site, DIMENSION_CATEGORY, d->from, d->to, 3, &row);
    for (uint32_t i = 0; i < count; i++)
        text_add_format(d->out, "%s%.*s", i == 0 ? "" : ", ", BYTES_FMT(row[i].name));
    count = site_top(d->site, DIMENSION_FAMILY, d->from, d->to, 4, &row);
    for (uint32_t i = 0; i < count; i++)
        text_add_format(d->out, "%s%.*s", i == 0 ? "\ntags: " : ", ", BYTES_FMT(row[i].name));
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
                      .month = arena_printf(site->arena, "%04lld-%02d", (long long)c.year, c.month),
                      .name = site_month_name(site->arena, language, c.year, c.month)};
    int64_t cut[3] = {before, first, end};
    int *day[3] = {&d.before, &d.from, &d.to};
    for (int i = 0; i < 3; i++) {
        int64_t at = cut[i] - w->first_day;
        *day[i] = (int)(at < 0 ? 0 : at > w->days ? w->days : at);
    }
    if (d.from == d.to)
        return error_set(site->err, ERROR_USAGE, "nothing is stored of %.*s", BYTES_FMT(d.month));
    front_matter(&d);
    opening(&d);
    numbers(&d);
    risen(&d);
    if (!draft_campaigns(&d))
        return false;
    draft_heading(&d, "Techniques");
    text_add_format(out, "{{table techniques %.*s}}\n", BYTES_FMT(d.month));
    advice(&d);
    return true;
}
