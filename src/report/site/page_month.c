/* SPDX-License-Identifier: Apache-2.0 */
#include "report/site/part.h"

#include "base/civil.h"

/* The side column: months, categories, families. */
static void aside(struct site *site, const struct page *page)
{
    struct text *out = &site->page;
    text_add_format(
        out, "<aside class=\"side\" aria-label=\"%s\">\n<section><h2>%s</h2><ul class=\"plain\">",
        tr(page->language, "Archive"), tr(page->language, "Months"));
    for (uint32_t i = 0; i < site->month_count && i < 18; i++) {
        text_add_string(out, "<li>");
        page_link(site, page, site->month[i].path,
                  site_month_name(site->arena, page->language, site->month[i].year,
                                  site->month[i].month));
        text_add_string(out, "</li>");
    }
    static const enum dimension shown[] = {DIMENSION_CATEGORY, DIMENSION_FAMILY};
    for (int d = 0; d < 2; d++) {
        const struct waves *w = site->waves[shown[d]];
        text_add_format(out, "</ul></section>\n<section><h2>%s</h2><ul class=\"plain\">",
                        tr(page->language, dimension_title(shown[d])));
        for (uint32_t i = 0; i < w->count && i < 10; i++) {
            text_add_string(out, "<li>");
            part_entity(site, page, shown[d], w->series[i].name);
            text_add_string(out, " <span class=\"quiet\">");
            markup_number(out, w->series[i].total);
            text_add_string(out, "</span></li>");
        }
    }
    if (site->params->groups != NULL) {
        text_add_format(out, "</ul></section>\n<section><h2>%s</h2><ul class=\"plain\">",
                        tr(page->language, "Groups of phishing sites"));
        part_groups(site, page, 10);
    }
    text_add_string(out, "</ul></section>\n</aside>\n");
}

static void data_links(struct site *site, const struct page *page, const struct month *month)
{
    struct text *out = &site->page;
    static const char *const ending[] = {"json", "csv", "stix.json", "misp.json"}, *const name[] = {
                                                                                       "JSON",
                                                                                       "CSV",
                                                                                       "STIX 2.1",
                                                                                       "MISP"};
    text_add_format(out, "<p class=\"files\">%s ", tr(page->language, "Data of this month:"));
    for (int i = 0; i < 4; i++) {
        text_add_string(out, i == 0 ? "<a href=\"" : " · <a href=\"");
        page_up(site, page);
        text_add_format(out, "data/%04lld-%02d.%s\">%s</a>", (long long)month->year, month->month,
                        ending[i], name[i]);
    }
    text_add_string(out, "</p>\n");
}

static void month_figures(struct site *site, const struct page *page, const struct month *month)
{
    struct text *out = &site->page;
    struct bytes span =
        arena_printf(site->arena, "%04lld-%02d", (long long)month->year, month->month);
    text_add_format(out, "<section class=\"numbers\"><h2>%s</h2>\n",
                    tr(page->language, "The month in numbers"));
    part_numbers(site, page, month);
    site_embed(site, page, arena_printf(site->arena, "figure daily %.*s", BYTES_FMT(span)),
               bytes_of_string(tr(page->language, "Suspicious and malicious messages a day; "
                                                  "dashed: what was expected; marked: a surge.")));
    text_add_format(out, "<h3>%s</h3>\n", tr(page->language, "What rose"));
    if (part_risen(site, page, month->from, month->to, 12) == 0)
        text_add_format(out, "<p>%s</p>\n",
                        tr(page->language, "Nothing rose beyond what was expected."));
    site_embed(site, page, arena_printf(site->arena, "figure categories %.*s", BYTES_FMT(span)),
               bytes_of_string(tr(page->language, "Detections by week and category.")));
    text_add_string(out, "<div class=\"columns\">\n");
    part_top(site, page, DIMENSION_FAMILY, month->from, month->to, 8);
    part_top(site, page, DIMENSION_BRAND, month->from, month->to, 8);
    part_top(site, page, DIMENSION_FILE_TYPE, month->from, month->to, 8);
    part_top(site, page, DIMENSION_TECHNIQUE, month->from, month->to, 8);
    text_add_string(out, "</div>\n");
    site_embed(
        site, page, arena_printf(site->arena, "figure campaigns %.*s", BYTES_FMT(span)),
        bytes_of_string(
            tr(page->language, "Campaigns: the larger the mark, the more messages in that week.")));
    data_links(site, page, month);
    text_add_string(out, "</section>\n");
}

static bool page_month(struct site *site, enum language language, const struct month *month)
{
    struct bytes name = site_month_name(site->arena, language, month->year, month->month);
    struct page page = {.language = language,
                        .path = month->path,
                        .title = name,
                        .crumb = {bytes_of_string(tr(language, "Months"))},
                        .crumb_path = {BYTES("month/")},
                        .crumb_count = 1,
                        .summary =
                            arena_printf(site->arena, "%.*s: %s", BYTES_FMT(name),
                                         tr(language, "posts, figures and data of the month"))};
    page_begin(site, &page);
    struct text *out = &site->page;
    text_add_string(out, "<div class=\"two\"><main id=\"main\">\n<h1>");
    markup_text(out, name);
    text_add_string(out, "</h1>\n");
    for (uint32_t i = 0; i < site->post_count; i++) {
        const struct post *post = site->post[i];
        if (post->language == language && post->year == month->year && post->month == month->month)
            post_entry(site, &page, post, true);
    }
    if (month->to > month->from)
        month_figures(site, &page, month);
    text_add_string(out, "</main>\n");
    aside(site, &page);
    text_add_string(out, "</div>\n");
    site_index_add(site, &page, name);
    return page_end(site, &page);
}

static bool page_month_list(struct site *site, enum language language)
{
    struct page page = {.language = language,
                        .path = BYTES("month/"),
                        .title = bytes_of_string(tr(language, "Months")),
                        .summary = bytes_of_string(tr(language, "All months of the bulletin"))};
    page_begin(site, &page);
    struct text *out = &site->page;
    text_add_format(out, "<main id=\"main\">\n<h1>%s</h1>\n", tr(language, "Months"));
    site_embed(site, &page, BYTES("figure categories"),
               bytes_of_string(tr(language, "Detections by category.")));
    text_add_format(
        out,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table "
        "class=\"lines\"><thead><tr><th scope=\"col\">%s</th><th scope=\"col\" class=\"n\">%s</th>"
        "<th scope=\"col\" class=\"n\">%s</th></tr></thead><tbody>\n",
        tr(language, "Months"), tr(language, "Month"), tr(language, "Posts"),
        tr(language, "Detections"));
    for (uint32_t i = 0; i < site->month_count; i++) {
        const struct month *month = &site->month[i];
        int64_t posts = 0;
        for (uint32_t k = 0; k < site->post_count; k++)
            posts += site->post[k]->language == language && site->post[k]->year == month->year &&
                     site->post[k]->month == month->month;
        text_add_string(out, "<tr><td>");
        page_link(site, &page, month->path,
                  site_month_name(site->arena, language, month->year, month->month));
        text_add_format(out, "</td><td class=\"n\">%lld</td><td class=\"n\">", (long long)posts);
        markup_number(
            out, month->to > month->from ? figure_sum(&site->threats, month->from, month->to) : 0);
        text_add_string(out, "</td></tr>\n");
    }
    text_add_string(out, "</tbody></table></div>\n</main>\n");
    return page_end(site, &page);
}

bool page_months(struct site *site, enum language language)
{
    for (uint32_t i = 0; i < site->month_count; i++)
        if (!page_month(site, language, &site->month[i]))
            return false;
    return page_month_list(site, language);
}

/* "March 2021: IcedID rose" */
static void front_title(struct site *site, enum language language, const struct month *month)
{
    struct text *out = &site->page;
    struct risen risen;
    if (month == NULL) {
        markup_string(out, site->params->title[language]);
        return;
    }
    markup_text(out, site_month_name(site->arena, language, month->year, month->month));
    if (!site_headline(site, month->from, month->to, &risen))
        return;
    text_add_string(out, ": ");
    markup_text(out, site_label(site, language, risen.dimension, risen.series->name));
    text_add_string(out, language == LANGUAGE_JA ? "が急増" : " rose");
}

bool page_front(struct site *site, enum language language)
{
    struct page page = {
        .language = language,
        .path = BYTES(""),
        .summary = bytes_of_string(tr(
            language, "What rises in mail and cloud threats, who is behind it, and what to do."))};
    page_begin(site, &page);
    struct text *out = &site->page;
    const struct month *latest = NULL;
    for (uint32_t i = 0; i < site->month_count && latest == NULL; i++)
        latest = site->month[i].to > site->month[i].from ? &site->month[i] : NULL;
    text_add_format(out,
                    "<section class=\"lead\" aria-labelledby=\"lead\"><p "
                    "class=\"eyebrow\">%s</p><h1 id=\"lead\">",
                    tr(language, "What rises, who is behind it, what to do"));
    front_title(site, language, latest);
    text_add_string(out, "</h1>\n");
    if (latest != NULL) {
        part_numbers(site, &page, latest);
        part_risen(site, &page, latest->from, latest->to, 6);
        text_add_string(out, "<p class=\"more\">");
        page_link(site, &page, latest->path, bytes_of_string(tr(language, "The whole month")));
        text_add_string(out, "</p>\n");
    }
    text_add_string(out, "</section>\n<div class=\"two\"><main id=\"main\">\n");
    uint32_t shown = 0;
    for (uint32_t i = 0; i < site->post_count && shown < 12; i++)
        if (site->post[i]->language == language) {
            post_entry(site, &page, site->post[i], shown < 4);
            shown++;
        }
    site_embed(site, &page, BYTES("figure categories"),
               bytes_of_string(tr(language, "Detections by category.")));
    text_add_string(out, "</main>\n");
    aside(site, &page);
    text_add_string(out, "</div>\n");
    return page_end(site, &page);
}
