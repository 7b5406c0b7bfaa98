/* SPDX-License-Identifier: Apache-2.0 */
#include "report/site/part.h"

#include "base/civil.h"
#include "report/indicator.h"
#include "wave/year.h"

#include <math.h>
#include <stdio.h>
#include <talloc.h>

#define DAY_US ((int64_t)86400 * 1000000)

/* A call in words: figure|table, what, dimension:name, month or month..month. */
struct call {
    struct bytes kind, what, label;
    enum dimension dimension;
    int from, to;
};

/* "2021-03" or "2021-01..2021-03" as days of the waves; false where it is neither. */
static bool read_span(const struct waves *w, struct bytes word, int *from_out, int *to_out)
{
    size_t dots = bytes_find(word, BYTES(".."), 0);
    struct bytes first = dots == BYTES_NPOS ? word : bytes_sub(word, 0, dots);
    struct bytes last = dots == BYTES_NPOS ? word : bytes_from(word, dots + 2);
    int64_t from_us, to_us;
    if (!civil_parse(first, &from_us) || !civil_parse(last, &to_us))
        return false;
    struct civil end = civil_of_us(to_us);
    int64_t from = from_us / DAY_US - w->first_day;
    int64_t to = (last.len > 7 ? to_us / DAY_US + 1
                               : civil_days(end.month == 12 ? end.year + 1 : end.year,
                                            end.month % 12 + 1, 1)) -
                 w->first_day;
    *from_out = (int)(from < 0 ? 0 : from > w->days ? w->days : from);
    *to_out = (int)(to < *from_out ? *from_out : to > w->days ? w->days : to);
    return true;
}

static void read_call(struct site *site, struct bytes text, struct call *call)
{
    const struct waves *w = site->waves[DIMENSION_CLASS];
    *call = (struct call){.from = 0, .to = w->days, .dimension = DIMENSION_COUNT};
    size_t space = bytes_find_byte(text, ' ', 0);
    call->kind = bytes_sub(text, 0, space);
    text = bytes_trim(bytes_from(text, call->kind.len));
    space = bytes_find_last_byte(text, ' ');
    struct bytes tail = space == BYTES_NPOS ? BYTES_NONE : bytes_from(text, space + 1);
    if (tail.at != NULL && read_span(w, tail, &call->from, &call->to))
        text = bytes_trim(bytes_sub(text, 0, space));
    size_t colon = bytes_find_byte(text, ':', 0);
    call->what = colon == BYTES_NPOS ? text : bytes_sub(text, 0, colon);
    if (colon != BYTES_NPOS) {
        call->label = bytes_trim(bytes_from(text, colon + 1));
        call->dimension = dimension_named(call->what);
    }
}

static const struct wave_series *series_of(struct site *site, const struct call *call)
{
    struct waves *w = call->dimension < DIMENSION_COUNT ? site->waves[call->dimension] : NULL;
    for (uint32_t i = 0; w != NULL && i < w->count; i++)
        if (bytes_equal_fold(w->series[i].name, call->label))
            return &w->series[i];
    return NULL;
}

static void bars(struct site *site, const struct figure *figure, enum dimension dimension,
                 const struct call *call)
{
    struct figure_row *row;
    uint32_t count = site_top(site, dimension, call->from, call->to, 10, &row);
    for (uint32_t i = 0; i < count && dimension == DIMENSION_CATEGORY; i++)
        row[i].name = tr_bytes(figure->language, row[i].name);
    figure_bars(figure, row, count);
}

static bool draw(struct site *site, const struct page *page, const struct call *call,
                 struct bytes title)
{
    struct figure figure = {site->arena,          &site->page, page->language,
                            page_figure_id(site), title,       false};
    const struct wave_series *series = series_of(site, call);
    if (bytes_equal(call->what, BYTES("daily")))
        figure_daily(&figure, site->waves[DIMENSION_CLASS], &site->threats, call->from, call->to);
    else if (series != NULL)
        figure_daily(&figure, site->waves[call->dimension], series, call->from, call->to);
    else if (bytes_equal(call->what, BYTES("categories")))
        figure_stack(&figure, site->waves[DIMENSION_CATEGORY],
                     call->to - call->from > 200 ? WAVE_MONTH : WAVE_WEEK, call->from, call->to);
    else if (bytes_equal(call->what, BYTES("brands")))
        bars(site, &figure, DIMENSION_BRAND, call);
    else if (bytes_equal(call->what, BYTES("families")))
        bars(site, &figure, DIMENSION_FAMILY, call);
    else if (bytes_equal(call->what, BYTES("filetypes")))
        bars(site, &figure, DIMENSION_FILE_TYPE, call);
    else if (bytes_equal(call->what, BYTES("campaigns")))
        figure_timeline(&figure, site->waves[DIMENSION_CAMPAIGN], call->from, call->to);
    else if (bytes_equal(call->what, BYTES("techniques")))
        figure_heat(&figure, site->waves[DIMENSION_TECHNIQUE], call->from, call->to);
    else
        return false;
    return true;
}

static struct bytes figure_title(struct site *site, const struct page *page,
                                 const struct call *call)
{
    static const struct {
        const char *what, *title;
    } titles[] = {{"daily", "Detections a day"},
                  {"categories", "Detections by category"},
                  {"brands", "Imitated brands"},
                  {"families", "Malware families"},
                  {"filetypes", "File types of malicious attachments"},
                  {"campaigns", "Campaigns by week"},
                  {"techniques", "Techniques by week"}};
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (bytes_equal(call->what, bytes_of_string(titles[i].what)))
            return bytes_of_string(tr(page->language, titles[i].title));
    struct bytes label = call->dimension < DIMENSION_COUNT
                             ? site_label(site, page->language, call->dimension, call->label)
                             : call->label;
    return arena_printf(site->arena, "%.*s: %s", BYTES_FMT(label),
                        tr(page->language, "detections a day"));
}

static void percent(struct text *out, double change)
{
    if (isnan(change))
        text_add_string(out, "–");
    else
        text_add_format(out, "%+.0f %%", change * 100);
}

static void year_line(struct site *site, const struct page *page, const struct year_table *table,
                      struct bytes name, double count, double before, double change, uint32_t depth)
{
    struct text *out = &site->page;
    text_add_format(out, "<tr><th scope=\"row\" class=\"depth%u\">", depth > 2 ? 2 : depth);
    markup_text(out, tr_bytes(page->language, name));
    text_add_format(out, "</th><td class=\"n\">%.4g</td><td class=\"n\">", count);
    text_add_format(out, isnan(before) ? "–" : "%.3g", before);
    text_add_string(out, "</td><td class=\"n\">");
    percent(out, change);
    text_add_string(out, "</td>");
    if (table->mailboxes > 0)
        text_add_format(out, "<td class=\"n\">%.0f</td>", year_per_10000(count, table->mailboxes));
    text_add_string(out, "</tr>\n");
}

/* The rows below PARENT, then what is left of it: always visible. */
static void year_rows(struct site *site, const struct page *page, const struct year_table *table,
                      struct bytes parent, uint32_t depth)
{
    bool any = false;
    for (uint32_t i = 1; i < table->count && depth < 4; i++) {
        const struct year_row *row = &table->row[i];
        if (!bytes_equal(row->parent.at == NULL ? table->row[0].name : row->parent, parent))
            continue;
        any = true;
        year_line(site, page, table, row->name, row->count, row->before, row->change, depth);
        year_rows(site, page, table, row->name, depth + 1);
    }
    double other = year_other(table, parent, false), before = year_other(table, parent, true);
    if (any)
        year_line(site, page, table, BYTES("other, not itemised"), other, before > 0 ? before : NAN,
                  year_change(other, before), depth);
}

static void table_year(struct site *site, const struct page *page, struct bytes file)
{
    char path[600];
    struct year_table table;
    struct error err;
    struct text *out = &site->page;
    struct bytes name = markup_slug(site->arena, file);
    snprintf(path, sizeof path, "%s/%.*s.csv", site->params->posts_folder, BYTES_FMT(name));
    FILE *in = fopen(path, "rb");
    uint8_t *at = arena_alloc(site->arena, 65536);
    size_t len = in == NULL ? 0 : fread(at, 1, 65536, in);
    if (in != NULL)
        fclose(in);
    if (!year_read(site->arena, bytes_of(at, len), &table, &err))
        return;
    text_add_format(out,
                    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
                    "aria-label=\"%s\"><table><thead><tr><th scope=\"col\">%s</th>"
                    "<th scope=\"col\" class=\"n\">%s</th><th scope=\"col\" class=\"n\">%s</th><th "
                    "scope=\"col\" class=\"n\">%s</th>",
                    tr(page->language, "Year table"), tr(page->language, "Name"),
                    tr(page->language, "This year"), tr(page->language, "Year before"),
                    tr(page->language, "Change"));
    if (table.mailboxes > 0)
        text_add_format(out, "<th scope=\"col\" class=\"n\">%s</th>",
                        tr(page->language, "Per 10,000 mailboxes"));
    text_add_string(out, "</tr></thead><tbody>\n");
    year_line(site, page, &table, table.row[0].name, table.row[0].count, table.row[0].before,
              table.row[0].change, 0);
    year_rows(site, page, &table, table.row[0].name, 1);
    text_add_string(out, "</tbody></table></div>\n");
    struct bytes finding[8];
    uint32_t count;
    year_findings(&table, site->arena, (int)page->language, finding, 8, &count);
    for (uint32_t i = 0; i < count; i++) {
        text_add_string(out, "<p class=\"note\">");
        markup_text(out, finding[i]);
        text_add_string(out, "</p>\n");
    }
}

#define INDICATOR_ROWS 12u

static void indicator_row(struct site *site, const struct indicator *row)
{
    struct text *out = &site->page;
    text_add_string(out, "<tr><td><code>");
    markup_text(out, row->kind == DIMENSION_HASH ? row->value
                                                 : markup_defang(site->arena, row->value));
    text_add_format(out, "</code></td><td>%.*s</td><td>%.*s</td><td class=\"n\">",
                    BYTES_FMT(bytes_sub(civil_iso(site->arena, row->first_us), 0, 10)),
                    BYTES_FMT(bytes_sub(civil_iso(site->arena, row->last_us), 0, 10)));
    markup_number(out, row->malicious + row->suspicious);
    text_add_string(out, "</td></tr>\n");
}

static void indicators_of(struct site *site, const struct page *page,
                          const struct indicators *list, enum dimension kind, const char *title)
{
    const struct indicator *row[INDICATOR_ROWS];
    uint32_t all = indicator_best(list, kind, row, INDICATOR_ROWS);
    enum language l = page->language;
    if (all == 0)
        return;
    text_add_format(&site->page,
                    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
                    "aria-label=\"%s\"><table class=\"indicators\"><thead><tr><th "
                    "scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
                    "<th scope=\"col\" class=\"n\">%s</th></tr></thead><tbody>\n",
                    tr(l, title), tr(l, title), tr(l, "First seen"), tr(l, "Last seen"),
                    tr(l, "Messages"));
    for (uint32_t i = 0; i < all && i < INDICATOR_ROWS; i++)
        indicator_row(site, row[i]);
    text_add_string(&site->page, "</tbody></table></div>\n");
    if (all > INDICATOR_ROWS)
        text_add_format(&site->page, "<p class=\"quiet\">%s</p>\n",
                        tr(l, "More stand in the data files of the month."));
}

static void table_indicators(struct site *site, const struct page *page, const struct call *call)
{
    const struct waves *w = site->waves[DIMENSION_CLASS];
    struct indicator_params params = {.since_us = (w->first_day + call->from) * DAY_US,
                                      .until_us = (w->first_day + call->to) * DAY_US,
                                      .dimension = call->dimension,
                                      .name = call->label,
                                      .title = call->label,
                                      .shared = site->params->shared};
    struct arena *arena = arena_new(site->arena);
    struct indicators *list = indicator_load(arena, site->store, &params, site->err);
    if (list != NULL) {
        indicators_of(site, page, list, DIMENSION_DOMAIN, "Linked domain");
        indicators_of(site, page, list, DIMENSION_SENDER, "Sender domain");
        indicators_of(site, page, list, DIMENSION_HASH, "SHA-256 of the attachment");
    }
    talloc_free(arena);
}

static void draw_table(struct site *site, const struct page *page, const struct call *call)
{
    static const struct {
        const char *what;
        enum dimension dimension;
    } tables[] = {{"categories", DIMENSION_CATEGORY},  {"families", DIMENSION_FAMILY},
                  {"campaigns", DIMENSION_CAMPAIGN},   {"brands", DIMENSION_BRAND},
                  {"techniques", DIMENSION_TECHNIQUE}, {"filetypes", DIMENSION_FILE_TYPE}};
    if (bytes_equal(call->what, BYTES("surges"))) {
        part_risen(site, page, call->from, call->to, 6);
    } else if (bytes_equal(call->what, BYTES("year"))) {
        table_year(site, page, call->label);
    } else if (call->dimension < DIMENSION_COUNT) {
        table_indicators(site, page, call);
    }
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (bytes_equal(call->what, bytes_of_string(tables[i].what)) && call->label.at == NULL)
            part_top(site, page, tables[i].dimension, call->from, call->to, 15);
}

void site_embed(struct site *site, const struct page *page, struct bytes text, struct bytes caption)
{
    struct call call;
    struct text *out = &site->page;
    if (site->waves[DIMENSION_CLASS]->days == 0)
        return;
    if (!bytes_starts(text, BYTES("figure ")) && !bytes_starts(text, BYTES("table ")))
        text = arena_printf(site->arena, "figure %.*s", BYTES_FMT(text));
    read_call(site, text, &call);
    if (bytes_equal(call.kind, BYTES("table"))) {
        draw_table(site, page, &call);
        return;
    }
    size_t before = out->len;
    struct bytes title = figure_title(site, page, &call);
    text_add_string(out, "<figure>\n");
    if (!draw(site, page, &call, title)) { /* the store has no such series: no figure */
        out->len = before;
        return;
    }
    text_add_string(out, "\n<figcaption>");
    markup_text(out, caption.len > 0 ? caption : title);
    text_add_string(out, "</figcaption></figure>\n");
}
