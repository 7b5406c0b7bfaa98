/* SPDX-License-Identifier: Apache-2.0 */
#include "report/grouping_page.h"

#include "base/civil.h"
#include "group/explain.h"
#include "report/markup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <talloc.h>

#define STACKED 8u /* groups with a colour of their own in a year */
#define SECTORS 8u
#define EXAMPLES 12u
#define PLOT_HEIGHT 220
#define COLUMN_WIDTH 56

static const char *const colours[STACKED + 1] = {"#1b6ca8", "#d1495b", "#edae49",
                                                 "#66a182", "#8d6a9f", "#2e4057",
                                                 "#c97b63", "#5fa8d3", "#c8c8c8"};

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'\">"
    "<meta name=\"viewport\" content=\"width=device-width\"><style>body{font:16px/1.5 "
    "system-ui,sans-serif;"
    "max-width:60rem;margin:2rem auto;padding:0 1rem}td,th{text-align:left;padding:.1rem .8rem "
    ".1rem 0}"
    "code{overflow-wrap:anywhere}svg text{font:12px system-ui,sans-serif}</style>";

static const char meaning[] = "<p>A group is a shared method or shared infrastructure, not a "
                              "person. From addresses alone only a "
                              "part of what belongs together is found: that two sites are apart "
                              "here does not show that they are.</p>";

/* Year * 12 + month - 1 of a first sight; 0: not known. */
static uint32_t month_of(uint32_t minute)
{
    struct civil day = civil_of_us((int64_t)minute * 60000000);
    return minute == 0 ? 0 : (uint32_t)(day.year * 12 + day.month - 1);
}

static bool write_page(const char *path, const struct text *page, struct error *err)
{
    FILE *file = fopen(path, "wbe");
    bool ok = file != NULL && fwrite(page->at, 1, page->len, file) == page->len;
    if (file != NULL)
        ok = fclose(file) == 0 && ok;
    return ok || error_set_errno(err, ERROR_OUTPUT, "cannot write %s", path);
}

static bool make_folder(const char *path, struct error *err)
{
    return mkdir(path, 0755) == 0 || errno == EEXIST ||
           error_set_errno(err, ERROR_OUTPUT, "cannot make %s", path);
}

static void add_title(struct text *out, struct bytes title)
{
    text_add_string(out, head);
    text_add_string(out, "<title>");
    markup_text(out, title);
    text_add_string(out, "</title></head><body><h1>");
    markup_text(out, title);
    text_add_string(out, "</h1>\n");
}

/* What one year holds: counts of registered domains by month and by group or sector. */
struct year {
    const struct group *group[STACKED];
    uint32_t groups, count[STACKED + 1][12], month[12], total;
};

struct ranked {
    const struct group *group;
    uint32_t sites;
};

static int compare_ranked(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    if (a->sites != b->sites)
        return a->sites > b->sites ? -1 : 1;
    return (a->group > b->group) - (a->group < b->group);
}

/* A domain is counted in the month of the first of its sites in the list only. */
static bool is_first_of_domain(const struct groups *g, struct table *seen, uint32_t site)
{
    uint64_t key = g->evidence->feed->site[site].registered;
    void **slot = table_at(seen, bytes_of(&key, sizeof key));
    bool first = *slot == NULL;
    *slot = seen;
    return first;
}

static void count_year(const struct groups *g, uint32_t year, struct year *out)
{
    const struct feed *feed = g->evidence->feed;
    struct table *seen = table_new(NULL);
    struct ranked *rank = talloc_zero_array(seen, struct ranked, g->count + 1);
    for (uint32_t k = 0; k < g->count; k++) {
        rank[k].group = &g->group[k];
        for (uint32_t m = 0; m < g->group[k].count; m++)
            rank[k].sites += month_of(feed->site[g->group[k].member[m]].first_minute) / 12 == year;
    }
    qsort(rank, g->count, sizeof *rank, compare_ranked);
    *out = (struct year){0};
    while (out->groups < STACKED && out->groups < g->count && rank[out->groups].sites > 1) {
        out->group[out->groups] = rank[out->groups].group;
        out->groups++;
    }
    for (uint32_t i = 0; i < feed->count; i++) {
        uint32_t month = month_of(feed->site[i].first_minute), slot = 0;
        if (month / 12 != year || !is_first_of_domain(g, seen, i))
            continue;
        while (slot < out->groups && (g->of[i] == 0 || out->group[slot] != &g->group[g->of[i] - 1]))
            slot++;
        out->count[slot == out->groups ? STACKED : slot][month % 12]++;
        out->month[month % 12]++;
        out->total++;
    }
    talloc_free(seen);
}

static struct bytes slot_name(const struct year *y, uint32_t slot)
{
    return slot == STACKED ? BYTES("other sites") : y->group[slot]->id;
}

static void add_stack(struct text *out, const struct year *y, uint32_t year)
{
    uint32_t most = 1;
    for (uint32_t m = 0; m < 12; m++)
        most = y->month[m] > most ? y->month[m] : most;
    text_add_format(
        out,
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Registered domains per month "
        "of %u by group\">\n",
        12 * COLUMN_WIDTH, PLOT_HEIGHT + 40, year);
    for (uint32_t m = 0; m < 12; m++) {
        double top = PLOT_HEIGHT + 16;
        for (uint32_t s = STACKED + 1; s-- > 0;) {
            double tall = (double)PLOT_HEIGHT * y->count[s][m] / most;
            top -= tall;
            if (y->count[s][m] > 0)
                text_add_format(
                    out, "<rect x=\"%u\" y=\"%.1f\" width=\"%d\" height=\"%.1f\" fill=\"%s\"/>\n",
                    m * COLUMN_WIDTH + 6, top, COLUMN_WIDTH - 12, tall, colours[s]);
        }
        text_add_format(out,
                        "<text x=\"%u\" y=\"%.1f\">%u</text><text x=\"%u\" y=\"%d\">%u</text>\n",
                        m * COLUMN_WIDTH + 8, top - 3, y->month[m], m * COLUMN_WIDTH + 20,
                        PLOT_HEIGHT + 34, m + 1);
    }
    text_add_string(out, "</svg>\n");
}

static void add_stack_table(const struct groups *g, struct text *out, const struct year *y)
{
    text_add_string(out, "<table><tr><th>group</th>");
    for (uint32_t m = 0; m < 12; m++)
        text_add_format(out, "<th>%u</th>", m + 1);
    text_add_string(out, "</tr>\n");
    for (uint32_t s = 0; s <= STACKED; s++) {
        if (s >= y->groups && s < STACKED)
            continue;
        text_add_format(out,
                        "<tr><th><svg width=\"12\" height=\"12\"><rect width=\"12\" height=\"12\" "
                        "fill=\"%s\"/></svg> ",
                        colours[s]);
        if (s < STACKED && y->group[s] < g->group + GROUPING_PAGES)
            text_add_format(out, "<a href=\"%.*s/index.html\">%.*s</a>", BYTES_FMT(slot_name(y, s)),
                            BYTES_FMT(slot_name(y, s)));
        else
            markup_text(out, slot_name(y, s));
        text_add_string(out, "</th>");
        for (uint32_t m = 0; m < 12; m++)
            text_add_format(out, "<td>%u</td>", y->count[s][m]);
        text_add_string(out, "</tr>\n");
    }
    text_add_string(out, "</table>\n");
}

/* Sites of the year by the sector of their brand. */
static void add_sectors(const struct groups *g, uint32_t year, struct text *out)
{
    const struct feed *feed = g->evidence->feed;
    struct bytes name[SECTORS] = {BYTES("other or not known")};
    uint32_t count[SECTORS] = {0}, names = 1, total = 0;
    for (uint32_t i = 0; i < feed->count; i++) {
        struct bytes sector = feed->brand[feed->site[i].brand].sector;
        uint32_t at = sector.len == 0 ? 0 : 1;
        if (month_of(feed->site[i].first_minute) / 12 != year)
            continue;
        while (at > 0 && at < names && !bytes_equal(name[at], sector))
            at++;
        if (at == SECTORS)
            at = 0;
        if (at == names)
            name[names++] = sector;
        count[at]++;
        total++;
    }
    text_add_string(out, "<table><tr><th>sector</th><th>sites</th><th>share</th></tr>\n");
    for (uint32_t at = names; at-- > 0;) {
        text_add_string(out, "<tr><td>");
        markup_text(out, name[at]);
        text_add_format(out, "</td><td>%u</td><td>%.1f %%</td></tr>\n", count[at],
                        total == 0 ? 0 : 100.0 * count[at] / total);
    }
    text_add_string(out, "</table>\n");
}

static bool write_overview(const struct groups *g, const char *folder, struct error *err)
{
    const struct feed *feed = g->evidence->feed;
    struct text out;
    uint32_t first = UINT32_MAX, last = 0;
    text_init(&out, NULL, 0);
    for (uint32_t i = 0; i < feed->count; i++) {
        uint32_t year = month_of(feed->site[i].first_minute) / 12;
        first = year != 0 && year < first ? year : first;
        last = year > last ? year : last;
    }
    add_title(&out, BYTES("Groups of phishing sites"));
    text_add_string(&out, meaning);
    for (uint32_t year = first; year <= last && last != 0; year++) {
        struct year y;
        count_year(g, year, &y);
        if (y.total == 0)
            continue;
        text_add_format(
            &out, "<h2>%u</h2><p>%u registered domains first seen, per month and group.</p>\n",
            year, y.total);
        add_stack(&out, &y, year);
        add_stack_table(g, &out, &y);
        add_sectors(g, year, &out);
    }
    text_add_string(&out, "</body></html>\n");
    char *path = talloc_asprintf(NULL, "%s/index.html", folder);
    bool ok = write_page(path, &out, err);
    talloc_free(path);
    text_finish(&out);
    return ok;
}

/* One mark per site along the days the group was seen. */
static void add_timeline(const struct groups *g, const struct group *group, struct text *out)
{
    const struct feed *feed = g->evidence->feed;
    uint32_t from = group->first_minute,
             to = group->last_minute > from ? group->last_minute : from + 1;
    text_add_string(
        out,
        "<h2>Timeline</h2><svg viewBox=\"0 0 700 60\" role=\"img\" aria-label=\"First "
        "sights of the sites\"><line x1=\"10\" y1=\"40\" x2=\"690\" y2=\"40\" stroke=\"#888\"/>\n");
    for (uint32_t m = 0; m < group->count; m++) {
        uint32_t at = feed->site[group->member[m]].first_minute;
        if (at != 0)
            text_add_format(out,
                            "<rect x=\"%.1f\" y=\"20\" width=\"1.5\" height=\"20\" fill=\"%s\"/>\n",
                            10 + 680.0 * (at - from) / (to - from), colours[0]);
    }
    text_add_string(out, "</svg>\n");
}

static void add_counts(const struct groups *g, const struct group *group, enum explain_what what,
                       const char *title, struct arena *arena, struct text *out)
{
    struct explain_count row[12];
    uint32_t count = explain_counts(g, group, what, arena, row, 12);
    text_add_format(out, "<h2>%s</h2><table>\n", title);
    for (uint32_t i = 0; i < count; i++) {
        text_add_string(out, "<tr><td><code>");
        markup_text(out, row[i].text);
        text_add_format(out, "</code></td><td>%u</td></tr>\n", row[i].count);
    }
    text_add_string(out, "</table>\n");
}

static void add_expressions(const struct groups *g, const struct group *group, struct arena *arena,
                            struct text *out)
{
    struct explain_regex regex[3];
    uint32_t count = explain_regexes(g, group, arena, regex, 3);
    text_add_string(out, count > 0 ? "<h2>Expressions</h2><ul>\n" : "");
    for (uint32_t i = 0; i < count; i++) {
        text_add_string(out, "<li><code>");
        markup_text(out, regex[i].pattern);
        text_add_format(out, "</code> (%u of the group, %u other sites of the list)</li>\n",
                        regex[i].inside, regex[i].outside);
    }
    text_add_string(out, count > 0 ? "</ul>\n" : "");
}

static bool write_group(const struct groups *g, const struct group *group, const char *folder,
                        struct error *err)
{
    struct arena *arena = arena_new(NULL);
    struct text out;
    text_init(&out, arena, 0);
    add_title(&out, group->id);
    text_add_format(
        &out, "<p><a href=\"../index.html\">All groups</a>. %u sites, %u registered domains.</p>\n",
        group->count, group->domains);
    text_add_string(&out, meaning);
    add_timeline(g, group, &out);
    add_counts(g, group, EXPLAIN_MONTH, "Months", arena, &out);
    add_counts(g, group, EXPLAIN_BRAND, "Brands", arena, &out);
    add_counts(g, group, EXPLAIN_TEMPLATE, "Templates", arena, &out);
    add_expressions(g, group, arena, &out);
    text_add_string(&out, "<h2>Examples</h2><ul>\n");
    for (uint32_t m = 0; m < group->count && m < EXAMPLES; m++) {
        text_add_string(&out, "<li><code>");
        markup_text(&out, markup_defang(arena, g->evidence->feed->site[group->member[m]].url));
        text_add_string(&out, "</code></li>\n");
    }
    text_add_string(&out, "</ul></body></html>\n");
    char *place = talloc_asprintf(arena, "%s/%.*s", folder, BYTES_FMT(group->id));
    bool ok = make_folder(place, err) &&
              write_page(talloc_asprintf(arena, "%s/index.html", place), &out, err);
    talloc_free(arena);
    return ok;
}

bool grouping_pages(const struct groups *groups, const char *folder, struct error *err)
{
    if (!make_folder(folder, err) || !write_overview(groups, folder, err))
        return false;
    for (uint32_t k = 0; k < groups->count && k < GROUPING_PAGES; k++)
        if (!write_group(groups, &groups->group[k], folder, err))
            return false;
    return true;
}
