/* SPDX-License-Identifier: Apache-2.0 */
#include "report/site/part.h"

#include "base/civil.h"
#include "group/explain.h"

#include <stdlib.h>
#include <talloc.h>

#define DAY_MINUTES 1440
#define DAY_US ((int64_t)86400 * 1000000)
#define STACKED 7u /* groups with a colour of their own in a year; the rest is one */
#define SECTORS 16u
#define BRANDS 10u
#define COUNTS 12u
#define EXAMPLES 12u
#define EXPRESSIONS 3u
#define GROUPS_MOST 300u /* with a page of their own */
#define WEEKS_MOST 120   /* of a timeline; longer ones end with its first weeks */

/* What the bulletin counts: a registered domain, a dynamic-DNS zone once, where it was first seen. */
struct domain {
    uint64_t key;
    uint32_t minute, site;
};

static int compare_domains(const void *left, const void *right)
{
    const struct domain *a = left, *b = right;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    if (a->minute != b->minute)
        return a->minute - 1u < b->minute - 1u ? -1 : 1; /* not known: last */
    return (a->site > b->site) - (a->site < b->site);
}

/* The domains of the list, in ARENA. */
static struct domain *domains_of(struct arena *arena, const struct groups *g, uint32_t *count_out)
{
    const struct feed *feed = g->evidence->feed;
    struct domain *domain = arena_array_of(arena, (size_t)feed->count + 1, struct domain);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < feed->count; i++) {
        const struct feed_site *s = &feed->site[i];
        bool zone = (s->flags & SITE_DYNAMIC) != 0;
        domain[i] = (struct domain){zone ? bytes_hash(feed_site_suffix(s)) : s->registered,
                                    s->first_minute, i};
    }
    qsort(domain, feed->count, sizeof *domain, compare_domains);
    for (uint32_t i = 0; i < feed->count; i++)
        if (kept == 0 || domain[kept - 1].key != domain[i].key)
            domain[kept++] = domain[i];
    *count_out = kept;
    return domain;
}

static int64_t year_of(uint32_t minute)
{
    return minute == 0 ? 0 : civil_of_us((int64_t)minute * 60000000).year;
}

/* SERIES empty series of DAYS days. */
static struct waves *series_new(struct arena *arena, int64_t first_day, int days, uint32_t series)
{
    struct waves *w = arena_new_of(arena, struct waves);
    *w = (struct waves){.arena = arena,
                        .first_day = first_day,
                        .days = days,
                        .series = arena_array_of(arena, series + 1u, struct wave_series),
                        .count = series};
    for (uint32_t i = 0; i < series; i++)
        w->series[i].count = arena_array_of(arena, (size_t)days + 1, int32_t);
    return w;
}

static void series_add(struct waves *w, uint32_t series, uint32_t minute)
{
    int64_t day = (int64_t)(minute / DAY_MINUTES) - w->first_day;
    if (day < 0 || day >= w->days)
        return;
    w->series[series].count[day]++;
    w->series[series].total++;
}

struct ranked {
    uint32_t group, domains; /* group: 1 + index */
};

static int compare_ranked(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    if (a->domains != b->domains)
        return a->domains > b->domains ? -1 : 1;
    return (a->group > b->group) - (a->group < b->group);
}

/* The days of YEAR, a series for each of the groups with most domains and one for all others. */
static struct waves *year_series(struct arena *arena, enum language language,
                                 const struct groups *g, const struct domain *domain,
                                 uint32_t count, int64_t year)
{
    struct ranked *rank = arena_array_of(arena, (size_t)g->count + 2, struct ranked);
    uint32_t stacked = 0;
    for (uint32_t k = 0; k <= g->count; k++)
        rank[k].group = k;
    for (uint32_t i = 0; i < count; i++)
        if (year_of(domain[i].minute) == year && g->of[domain[i].site] != 0)
            rank[g->of[domain[i].site]].domains++;
    qsort(rank, (size_t)g->count + 1, sizeof *rank, compare_ranked);
    while (stacked < STACKED && stacked < g->count && rank[stacked].domains > 1)
        stacked++;
    int64_t from = civil_days(year, 1, 1);
    struct waves *w =
        series_new(arena, from, (int)(civil_days(year + 1, 1, 1) - from), stacked + 1);
    for (uint32_t s = 0; s < stacked; s++)
        w->series[s].name = g->group[rank[s].group - 1].id;
    w->series[stacked].name = bytes_of_string(tr(language, "other"));
    for (uint32_t i = 0; i < count; i++) {
        uint32_t slot = 0, of = g->of[domain[i].site];
        while (slot < stacked && (of == 0 || rank[slot].group != of))
            slot++;
        if (domain[i].minute != 0)
            series_add(w, slot, domain[i].minute);
    }
    return w;
}

static void open_table(struct site *site, enum language language, struct bytes title,
                       const char *const *column, uint32_t columns)
{
    struct text *out = &site->page;
    text_add_string(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    markup_text(out, title);
    text_add_string(out, "\"><table class=\"lines\"><thead><tr>");
    for (uint32_t i = 0; i < columns; i++)
        text_add_format(out, "<th scope=\"col\"%s>%s</th>",
                        column[i][0] == '#' ? " class=\"n\"" : "",
                        tr(language, column[i] + (column[i][0] == '#')));
    text_add_string(out, "</tr></thead><tbody>\n");
}

static void close_table(struct site *site)
{
    text_add_string(&site->page, "</tbody></table></div>\n");
}

static void number_cell(struct site *site, int64_t n)
{
    text_add_string(&site->page, "<td class=\"n\">");
    markup_number(&site->page, n);
    text_add_string(&site->page, "</td>");
}

static int compare_rows(const void *left, const void *right)
{
    const struct figure_row *a = left, *b = right;
    return a->count != b->count ? (a->count < b->count ? 1 : -1) : bytes_compare(a->name, b->name);
}

/* Domains of the year by the sector of the brand they imitate. */
static void add_sectors(struct site *site, enum language language, const struct domain *domain,
                        uint32_t count, int64_t year)
{
    static const char *const column[] = {"Sector", "#Domains", "#Share"};
    const struct feed *feed = site->params->groups->evidence->feed;
    struct figure_row row[SECTORS] = {
        {.name = bytes_of_string(tr(language, "other or not known"))}};
    uint32_t rows = 1;
    int64_t total = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct bytes sector = feed->brand[feed->site[domain[i].site].brand].sector;
        uint32_t at = sector.len == 0 ? 0 : 1;
        if (year_of(domain[i].minute) != year)
            continue;
        while (at > 0 && at < rows && !bytes_equal(row[at].name, sector))
            at++;
        at = at == SECTORS ? 0 : at;
        if (at == rows)
            row[rows++].name = sector;
        row[at].count++;
        total++;
    }
    qsort(row, rows, sizeof *row, compare_rows);
    open_table(site, language,
               arena_printf(site->arena, "%s %lld", tr(language, "Sectors"), (long long)year),
               column, 3);
    for (uint32_t at = 0; at < rows && row[at].count > 0; at++) {
        text_add_string(&site->page, "<tr><th scope=\"row\">");
        markup_text(&site->page, tr_bytes(language, row[at].name));
        text_add_string(&site->page, "</th>");
        number_cell(site, row[at].count);
        text_add_format(&site->page, "<td class=\"n\">%.1f %%</td></tr>\n",
                        100.0 * (double)row[at].count / (double)total);
    }
    close_table(site);
}

static void add_year(struct site *site, const struct page *page, const struct domain *domain,
                     uint32_t count, int64_t year)
{
    struct text *out = &site->page;
    struct arena *arena = arena_new(NULL);
    enum language language = page->language;
    struct waves *w = year_series(arena, language, site->params->groups, domain, count, year);
    int64_t total = 0;
    for (uint32_t s = 0; s < w->count; s++)
        total += w->series[s].total;
    if (total > 0) {
        text_add_format(out, "<h2>%lld</h2>\n<figure>\n", (long long)year);
        struct figure figure = {.arena = arena,
                                .out = out,
                                .language = language,
                                .id = page_figure_id(site),
                                .title = arena_printf(arena, "%lld: %s", (long long)year,
                                                      tr(language, "domains a month by group")),
                                .unit = "domains a month"};
        figure_stack(&figure, w, WAVE_MONTH, 0, w->days);
        text_add_format(out, "\n<figcaption>%s</figcaption></figure>\n",
                        tr(language, "Registered domains in the month they were first seen; a "
                                     "dynamic-DNS service counts once."));
        add_sectors(site, language, domain, count, year);
    }
    talloc_free(arena);
}

static struct bytes group_path(struct site *site, const struct group *group)
{
    return arena_printf(site->arena, "group/%.*s/", BYTES_FMT(markup_slug(site->arena, group->id)));
}

void part_groups(struct site *site, const struct page *page, uint32_t most)
{
    const struct groups *g = site->params->groups;
    for (uint32_t k = 0; k < g->count && k < GROUPS_MOST && k < most; k++) {
        text_add_string(&site->page, "<li>");
        page_link(site, page, group_path(site, &g->group[k]), g->group[k].id);
        text_add_string(&site->page, " <span class=\"quiet\">");
        markup_number(&site->page, g->group[k].count);
        text_add_string(&site->page, "</span></li>");
    }
}

static void day_cell(struct site *site, uint32_t minute)
{
    text_add_string(&site->page, "<td>");
    if (minute != 0)
        markup_text(&site->page, wave_day(site->arena, minute / DAY_MINUTES));
    text_add_string(&site->page, "</td>");
}

static void add_list(struct site *site, const struct page *page)
{
    static const char *const column[] = {"Group",      "#Sites",    "#Domains",
                                         "First seen", "Last seen", "Brands"};
    const struct groups *g = site->params->groups;
    struct arena *arena = arena_new(NULL);
    text_add_format(&site->page, "<h2>%s</h2>\n", tr(page->language, "Largest groups"));
    open_table(site, page->language, bytes_of_string(tr(page->language, "Largest groups")), column,
               6);
    for (uint32_t k = 0; k < g->count && k < GROUPS_MOST; k++) {
        struct explain_count brand[3];
        const struct group *group = &g->group[k];
        uint32_t brands = explain_counts(g, group, EXPLAIN_BRAND, arena, brand, 3);
        text_add_string(&site->page, "<tr><td>");
        page_link(site, page, group_path(site, group), group->id);
        text_add_string(&site->page, "</td>");
        number_cell(site, group->count);
        number_cell(site, group->domains);
        day_cell(site, group->first_minute);
        day_cell(site, group->last_minute);
        text_add_string(&site->page, "<td>");
        for (uint32_t i = 0; i < brands; i++) {
            text_add_string(&site->page, i > 0 ? ", " : "");
            markup_short(&site->page, brand[i].text, 40);
        }
        text_add_string(&site->page, "</td></tr>\n");
    }
    close_table(site);
    talloc_free(arena);
}

static const char meaning[] =
    "A group is a shared method or shared infrastructure, not a person. From addresses alone only "
    "a "
    "part of what belongs together is found: that two sites are apart here does not show that they "
    "are.";

static bool write_overview(struct site *site, enum language language)
{
    const struct groups *g = site->params->groups;
    struct arena *arena = arena_new(NULL);
    uint32_t count;
    struct domain *domain = domains_of(arena, g, &count);
    struct page page = {.language = language,
                        .path = BYTES("group/"),
                        .title = bytes_of_string(tr(language, "Groups of phishing sites")),
                        .summary = bytes_of_string(
                            tr(language, "Phishing sites that share a method or infrastructure"))};
    int64_t first = INT64_MAX, last = 0;
    for (uint32_t i = 0; i < count; i++) {
        int64_t year = year_of(domain[i].minute);
        first = year != 0 && year < first ? year : first;
        last = year > last ? year : last;
    }
    page_begin(site, &page);
    text_add_format(&site->page, "<main id=\"main\">\n<h1>%s</h1>\n<p>%s</p>\n",
                    tr(language, "Groups of phishing sites"), tr(language, meaning));
    for (int64_t year = last; last != 0 && year >= first; year--)
        add_year(site, &page, domain, count, year);
    add_list(site, &page);
    text_add_string(&site->page, "</main>\n");
    site_index_add(site, &page, BYTES_NONE);
    talloc_free(arena);
    return page_end(site, &page);
}

/* Sites by brand and week, from the first day of the group. */
static void add_timeline(struct site *site, const struct page *page, const struct group *group,
                         const struct explain_count *brand, uint32_t brands, struct arena *arena)
{
    const struct feed *feed = site->params->groups->evidence->feed;
    if (group->first_minute == 0)
        return;
    int64_t from = group->first_minute / DAY_MINUTES;
    uint32_t last = 0;
    for (uint32_t m = 0; m < group->count; m++)
        if (feed->site[group->member[m]].first_minute > last)
            last = feed->site[group->member[m]].first_minute;
    int64_t days = last / DAY_MINUTES - from + 1;
    days = days > WEEKS_MOST * 7 ? WEEKS_MOST * 7 : days;
    struct waves *w = series_new(arena, from, (int)days, brands);
    for (uint32_t m = 0; m < group->count; m++) {
        const struct feed_site *s = &feed->site[group->member[m]];
        for (uint32_t i = 0; i < brands && s->first_minute != 0; i++)
            if (bytes_equal(feed->brand[s->brand].name, brand[i].text))
                series_add(w, i, s->first_minute);
    }
    for (uint32_t i = 0; i < brands; i++)
        w->series[i].name = brand[i].text;
    text_add_format(&site->page, "<h2>%s</h2>\n<figure>\n", tr(page->language, "Timeline"));
    struct figure figure = {.arena = arena,
                            .out = &site->page,
                            .language = page->language,
                            .id = page_figure_id(site),
                            .title = page->title};
    figure_timeline(&figure, w, 0, w->days);
    text_add_format(&site->page, "\n<figcaption>%s</figcaption></figure>\n",
                    tr(page->language, "By week: the larger the mark, the more sites."));
}

static void add_counts(struct site *site, enum language language, const char *title,
                       const struct explain_count *row, uint32_t count)
{
    const char *column[] = {title, "#Sites"};
    if (count == 0)
        return;
    text_add_format(&site->page, "<h2>%s</h2>\n", tr(language, title));
    open_table(site, language, bytes_of_string(tr(language, title)), column, 2);
    for (uint32_t i = 0; i < count; i++) {
        text_add_string(&site->page, "<tr><td><code>");
        if (row[i].text.len == 0)
            markup_string(&site->page, tr(language, "not known"));
        markup_short(&site->page, row[i].text, 160);
        text_add_string(&site->page, "</code></td>");
        number_cell(site, row[i].count);
        text_add_string(&site->page, "</tr>\n");
    }
    close_table(site);
}

static void add_expressions(struct site *site, enum language language, const struct group *group,
                            struct arena *arena)
{
    static const char *const column[] = {"Expression", "#In the group", "#Elsewhere in the list"};
    struct explain_regex regex[EXPRESSIONS];
    uint32_t count = explain_regexes(site->params->groups, group, arena, regex, EXPRESSIONS);
    if (count == 0)
        return;
    text_add_format(&site->page, "<h2>%s</h2>\n<p>%s</p>\n", tr(language, "Expressions"),
                    tr(language, "Made from the templates and tried on every host of the list."));
    open_table(site, language, bytes_of_string(tr(language, "Expressions")), column, 3);
    for (uint32_t i = 0; i < count; i++) {
        text_add_string(&site->page, "<tr><td><code>");
        markup_text(&site->page, regex[i].pattern);
        text_add_string(&site->page, "</code></td>");
        number_cell(site, regex[i].inside);
        number_cell(site, regex[i].outside);
        text_add_string(&site->page, "</tr>\n");
    }
    close_table(site);
}

static void add_examples(struct site *site, enum language language, const struct group *group,
                         struct arena *arena)
{
    const struct feed *feed = site->params->groups->evidence->feed;
    text_add_format(&site->page, "<h2>%s</h2>\n<ul class=\"plain\">\n", tr(language, "Examples"));
    for (uint32_t m = 0; m < group->count && m < EXAMPLES; m++) {
        text_add_string(&site->page, "<li><code>");
        markup_short(&site->page, markup_defang(arena, feed->site[group->member[m]].url), 160);
        text_add_string(&site->page, "</code></li>\n");
    }
    text_add_string(&site->page, "</ul>\n");
}

static bool write_group(struct site *site, enum language language, const struct group *group)
{
    const struct groups *g = site->params->groups;
    struct arena *arena = arena_new(NULL);
    struct explain_count brand[BRANDS], template[COUNTS];
    uint32_t brands = explain_counts(g, group, EXPLAIN_BRAND, arena, brand, BRANDS);
    uint32_t templates = explain_counts(g, group, EXPLAIN_TEMPLATE, arena, template, COUNTS);
    struct page page = {
        .language = language,
        .path = group_path(site, group),
        .title = arena_printf(arena, "%s %.*s", tr(language, "Group"), BYTES_FMT(group->id)),
        .summary = arena_printf(arena, "%u %s, %u %s", group->count, tr(language, "sites"),
                                group->domains, tr(language, "domains")),
        .crumb = {bytes_of_string(tr(language, "Groups"))},
        .crumb_path = {BYTES("group/")},
        .crumb_count = 1};
    page_begin(site, &page);
    text_add_string(&site->page, "<main id=\"main\">\n<h1>");
    markup_text(&site->page, page.title);
    text_add_string(&site->page, "</h1>\n<p>");
    markup_text(&site->page, page.summary);
    if (group->first_minute != 0) {
        text_add_string(&site->page, language == LANGUAGE_JA ? "、" : ", ");
        markup_text(&site->page, site_date(arena, language, group->first_minute / DAY_MINUTES));
        text_add_string(&site->page, language == LANGUAGE_JA ? "から" : " to ");
        markup_text(&site->page, site_date(arena, language, group->last_minute / DAY_MINUTES));
    }
    text_add_format(&site->page, "%s</p>\n<p class=\"quiet\">%s</p>\n",
                    language == LANGUAGE_JA ? "。" : ".", tr(language, meaning));
    add_timeline(site, &page, group, brand, brands, arena);
    add_counts(site, language, "Brands", brand, brands);
    add_counts(site, language, "Templates", template, templates);
    add_expressions(site, language, group, arena);
    add_examples(site, language, group, arena);
    text_add_string(&site->page, "</main>\n");
    struct text words;
    text_init(&words, arena, 0);
    for (uint32_t i = 0; i < brands; i++)
        text_add_format(&words, "%.*s ", BYTES_FMT(brand[i].text));
    site_index_add(site, &page, text_bytes(&words));
    talloc_free(arena);
    return page_end(site, &page);
}

bool page_groups(struct site *site, enum language language)
{
    const struct groups *g = site->params->groups;
    if (g == NULL)
        return true;
    bool ok = write_overview(site, language);
    for (uint32_t k = 0; ok && k < g->count && k < GROUPS_MOST; k++)
        ok = write_group(site, language, &g->group[k]);
    return ok;
}
