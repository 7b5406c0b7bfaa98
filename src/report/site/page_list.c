/* SPDX-License-Identifier: Apache-2.0 */
#include "report/site/part.h"

/* All names of one dimension, largest first. */
static bool page_dimension(struct site *site, enum language language, enum dimension dimension)
{
    const struct waves *w = site->waves[dimension];
    struct page page = {.language = language,
                        .path = arena_printf(site->arena, "%s/", dimension_rows[dimension].name),
                        .title = bytes_of_string(tr(language, dimension_title(dimension)))};
    page.summary = arena_printf(site->arena, "%s: %s", tr(language, dimension_title(dimension)),
                                tr(language, "all, largest first"));
    page_begin(site, &page);
    struct text *out = &site->page;
    text_add_format(out, "<main id=\"main\">\n<h1>%s</h1>\n",
                    tr(language, dimension_title(dimension)));
    if (w != NULL && w->count > 0 &&
        (dimension == DIMENSION_CAMPAIGN || dimension == DIMENSION_FAMILY ||
         dimension == DIMENSION_BRAND)) {
        text_add_string(out, "<figure>\n");
        struct figure figure = {site->arena,          out,        language,
                                page_figure_id(site), page.title, false};
        figure_timeline(&figure, w, 0, w->days);
        text_add_format(out, "\n<figcaption>%s</figcaption></figure>\n",
                        tr(language, "By week: the larger the mark, the more messages."));
    } else if (w != NULL && w->count > 0 && dimension == DIMENSION_TECHNIQUE) {
        text_add_string(out, "<figure>\n");
        struct figure figure = {site->arena,          out,        language,
                                page_figure_id(site), page.title, false};
        figure_heat(&figure, w, 0, w->days);
        text_add_format(out, "\n<figcaption>%s</figcaption></figure>\n",
                        tr(language, "By week: the darker, the more messages."));
    } else if (dimension == DIMENSION_CATEGORY) {
        site_embed(site, &page, BYTES("figure categories"),
                   bytes_of_string(tr(language, "Detections by category.")));
    }
    text_add_format(out,
                    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table "
                    "class=\"lines\"><thead><tr><th scope=\"col\">%s</th>"
                    "<th scope=\"col\" class=\"n\">%s</th><th scope=\"col\">%s</th><th "
                    "scope=\"col\" class=\"n\">%s</th></tr></thead><tbody>\n",
                    tr(language, dimension_title(dimension)), tr(language, "Name"),
                    tr(language, "Count"), tr(language, "First seen"), tr(language, "Surges"));
    for (uint32_t i = 0; w != NULL && i < w->count && i < 1000; i++) {
        text_add_string(out, "<tr><td>");
        part_entity(site, &page, dimension, w->series[i].name);
        text_add_string(out, "</td><td class=\"n\">");
        markup_number(out, w->series[i].total);
        text_add_string(out, "</td><td class=\"d\">");
        markup_text(out, wave_day(site->arena, w->first_day + w->series[i].first_seen));
        text_add_string(out, "</td><td class=\"n\">");
        if (w->series[i].surge_count > 0)
            text_add_format(out, "%u", w->series[i].surge_count);
        text_add_string(out, "</td></tr>\n");
    }
    text_add_string(out, "</tbody></table></div>\n</main>\n");
    return page_end(site, &page);
}

bool page_lists(struct site *site, enum language language)
{
    for (int d = 0; d < DIMENSION_COUNT; d++)
        if (dimension_has_page((enum dimension)d) &&
            !page_dimension(site, language, (enum dimension)d))
            return false;
    return true;
}

bool page_tags(struct site *site, enum language language)
{
    const struct table *tags = site->tag[language];
    struct bytes head = bytes_of_string(tr(language, "Tags"));
    for (uint32_t t = 0; t < tags->count; t++) {
        struct page page = {.language = language,
                            .path = *(struct bytes *)tags->row[t].value,
                            .title = tags->row[t].key,
                            .only_here = true,
                            .crumb = {head},
                            .crumb_path = {BYTES("tag/")},
                            .crumb_count = 1};
        page.summary = arena_printf(site->arena, "%s: %.*s", tr(language, "Posts with the tag"),
                                    BYTES_FMT(tags->row[t].key));
        page_begin(site, &page);
        text_add_format(&site->page, "<main id=\"main\">\n<p class=\"eyebrow\">%s</p><h1>",
                        tr(language, "Tag"));
        markup_text(&site->page, tags->row[t].key);
        text_add_string(&site->page, "</h1>\n");
        for (uint32_t i = 0; i < site->post_count; i++)
            for (uint32_t k = 0;
                 site->post[i]->language == language && k < site->post[i]->tag_count; k++)
                if (bytes_equal(site->post[i]->tag[k], tags->row[t].key))
                    post_entry(site, &page, site->post[i], false);
        text_add_string(&site->page, "</main>\n");
        site_index_add(site, &page, page.summary);
        if (!page_end(site, &page))
            return false;
    }
    struct page page = {
        .language = language, .path = BYTES("tag/"), .title = head, .summary = head};
    page_begin(site, &page);
    text_add_format(&site->page, "<main id=\"main\">\n<h1>%s</h1>\n<ul class=\"tags\">",
                    tr(language, "Tags"));
    for (uint32_t t = 0; t < tags->count; t++) {
        text_add_string(&site->page, "<li>");
        page_link(site, &page, *(struct bytes *)tags->row[t].value, tags->row[t].key);
        text_add_string(&site->page, "</li>");
    }
    text_add_string(&site->page,
                    tags->count == 0 ? "<li>–</li></ul>\n</main>\n" : "</ul>\n</main>\n");
    return page_end(site, &page);
}

bool page_search(struct site *site, enum language language)
{
    struct page page = {.language = language,
                        .path = BYTES("search/"),
                        .title = bytes_of_string(tr(language, "Search")),
                        .summary = bytes_of_string(tr(language, "Search the bulletin"))};
    page_begin(site, &page);
    struct text *out = &site->page;
    text_add_format(out,
                    "<main id=\"main\">\n<h1>%s</h1>\n<p id=\"search-state\" role=\"status\" "
                    "data-none=\"%s\" data-count=\"%s\" data-up=\"",
                    tr(language, "Search"), tr(language, "Nothing found."), tr(language, "found"));
    page_up(site, &page);
    text_add_format(
        out, "\" data-language=\"%s\">%s</p>\n<ol id=\"search-results\" class=\"results\"></ol>\n",
        language_tags[language],
        tr(language, "Type a word above; Japanese works from one character on."));
    text_add_format(out, "<noscript><p>%s ", tr(language, "Search needs JavaScript. Without it:"));
    page_link(site, &page, BYTES("month/"), bytes_of_string(tr(language, "Months")));
    text_add_string(out, " · ");
    page_link(site, &page, BYTES("tag/"), bytes_of_string(tr(language, "Tags")));
    text_add_string(out, "</p></noscript>\n<script src=\"");
    page_up(site, &page);
    text_add_string(out, "asset/search.js\"></script>\n</main>\n");
    return page_end(site, &page);
}

static const char *const method[] = {
    "Where the numbers come from",
    "Every message is scanned once and remembered by its SHA-256; scanning it again adds nothing. "
    "Counts are by the date in the message, in UTC; a message that tells no possible date counts "
    "on "
    "no day. Only facts are kept, never the text of a message.",
    "What the verdicts mean",
    "Malicious and suspicious messages have evidence that anybody with the message can read again "
    "in its place. Clean means that everything was looked at and nothing was found. What could not "
    "be read (locked archives, broken files, limits) is counted apart and is never called clean.",
    "What a surge is",
    "Each day is compared with a quasi-Poisson regression on the nine weeks before (level, trend, "
    "day of the week; a week's distance; past outbreaks weighted down), and the sums of one, three "
    "and seven days are held against a negative binomial distribution. The threshold is set for at "
    "most one false alarm per series and year. Source: Farrington et al. 1996, Noufaily et al. "
    "2013. Days without any collection are gaps and not zeros.",
    "What a name means",
    "A family or an actor is named when at least two independent kinds of evidence agree; with one "
    "kind alone nothing is named. Names of techniques are those of MITRE ATT&CK.",
    "Indicators and data",
    "Domains on these pages are defanged. Every month has its numbers as JSON, CSV, STIX 2.1 and "
    "MISP; indicators there carry first and last date and a confidence.",
};

bool page_about(struct site *site, enum language language)
{
    struct page page = {.language = language,
                        .path = BYTES("about/"),
                        .title = bytes_of_string(tr(language, "Method")),
                        .summary = bytes_of_string(tr(language, "How these numbers are made"))};
    page_begin(site, &page);
    struct text *out = &site->page;
    text_add_format(out, "<main id=\"main\" class=\"post\">\n<h1>%s</h1>\n<div class=\"prose\">\n",
                    tr(language, "How these numbers are made"));
    for (size_t i = 0; i < sizeof method / sizeof *method; i += 2) {
        text_add_format(out, "<h2>%s</h2>\n<p>", tr(language, method[i]));
        markup_string(out, tr(language, method[i + 1]));
        text_add_string(out, "</p>\n");
    }
    text_add_string(out, "</div>\n</main>\n");
    site_index_add(site, &page, page.summary);
    return page_end(site, &page);
}
