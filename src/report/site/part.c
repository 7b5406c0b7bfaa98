/* SPDX-License-Identifier: Apache-2.0 */
#include "report/site/part.h"

#include <math.h>
#include <stdlib.h>

#define DAY_US ((int64_t)86400 * 1000000)

static const struct {
    const char *category, *about, *advice;
} advice_rows[] = {
#define ADVICE(category, about, advice) {category, about, advice},
#include "report/site/advice.def"
#undef ADVICE
};

static int advice_row(struct bytes category)
{
    for (size_t i = 0; i < sizeof advice_rows / sizeof *advice_rows; i++)
        if (bytes_equal_fold(bytes_of_string(advice_rows[i].category), category))
            return (int)i;
    return -1;
}

const char *advice_of(struct bytes category)
{
    int row = advice_row(category);
    return row < 0 ? NULL : advice_rows[row].advice;
}

const char *about_of(struct bytes category)
{
    int row = advice_row(category);
    return row < 0 ? NULL : advice_rows[row].about;
}

bool dimension_has_page(enum dimension dimension)
{
    return dimension == DIMENSION_CATEGORY || dimension == DIMENSION_FAMILY ||
           dimension == DIMENSION_ACTOR || dimension == DIMENSION_CAMPAIGN ||
           dimension == DIMENSION_BRAND || dimension == DIMENSION_TECHNIQUE;
}

const char *dimension_title(enum dimension dimension)
{
    static const char *const titles[DIMENSION_COUNT] = {[DIMENSION_CATEGORY] = "Categories",
                                                        [DIMENSION_FAMILY] = "Families",
                                                        [DIMENSION_ACTOR] = "Actors",
                                                        [DIMENSION_CAMPAIGN] = "Campaigns",
                                                        [DIMENSION_BRAND] = "Brands",
                                                        [DIMENSION_TECHNIQUE] = "Techniques",
                                                        [DIMENSION_FILE_TYPE] = "File types",
                                                        [DIMENSION_LANGUAGE] = "Languages",
                                                        [DIMENSION_DOMAIN] = "Linked domains",
                                                        [DIMENSION_CLASS] = "Verdicts",
                                                        [DIMENSION_RULE] = "Rules"};
    return titles[dimension] == NULL ? "Labels" : titles[dimension];
}

struct entity *site_entity(struct site *site, enum dimension dimension, struct bytes name)
{
    return site->entity[dimension] == NULL ? NULL : table_get(site->entity[dimension], name);
}

void part_entity(struct site *site, const struct page *page, enum dimension dimension,
                 struct bytes name)
{
    struct entity *entity = site_entity(site, dimension, name);
    struct bytes shown = site_label(site, page->language, dimension, name);
    if (entity == NULL)
        markup_text(&site->page, shown);
    else
        page_link(site, page, entity->path, shown);
    const char *technique = dimension == DIMENSION_TECHNIQUE ? technique_name(name) : NULL;
    if (technique != NULL) {
        text_add_string(&site->page, " <span class=\"quiet\">");
        markup_string(&site->page, technique);
        text_add_string(&site->page, "</span>");
    }
}

static int by_count(const void *a, const void *b)
{
    const struct figure_row *x = a, *y = b;
    return x->count != y->count ? (x->count < y->count ? 1 : -1) : bytes_compare(x->name, y->name);
}

uint32_t site_top(struct site *site, enum dimension dimension, int from, int to, uint32_t most,
                  struct figure_row **out)
{
    struct waves *w = site->waves[dimension];
    *out = NULL;
    if (w == NULL || w->count == 0)
        return 0;
    struct figure_row *row = *out = arena_array_of(site->arena, w->count, struct figure_row);
    uint32_t count = 0;
    for (uint32_t i = 0; i < w->count; i++) {
        int64_t n = figure_sum(&w->series[i], from, to);
        if (n > 0)
            row[count++] = (struct figure_row){w->series[i].name, NULL, n};
    }
    qsort(row, count, sizeof *row, by_count);
    return count < most ? count : most;
}

void part_top(struct site *site, const struct page *page, enum dimension dimension, int from,
              int to, uint32_t most)
{
    struct figure_row *row;
    uint32_t count = site_top(site, dimension, from, to, most, &row);
    struct text *out = &site->page;
    if (count == 0)
        return;
    text_add_format(out,
                    "<section class=\"top-table\"><h3>%s</h3><div class=\"scroll\" tabindex=\"0\" "
                    "role=\"region\" aria-label=\"%s\">"
                    "<table><thead><tr><th scope=\"col\">%s</th><th scope=\"col\" "
                    "class=\"n\">%s</th></tr></thead><tbody>",
                    tr(page->language, dimension_title(dimension)),
                    tr(page->language, dimension_title(dimension)), tr(page->language, "Name"),
                    tr(page->language, "Count"));
    for (uint32_t i = 0; i < count; i++) {
        text_add_string(out, "<tr><td>");
        if (dimension == DIMENSION_DOMAIN || dimension == DIMENSION_SENDER)
            markup_text(out, markup_defang(site->arena, row[i].name));
        else
            part_entity(site, page, dimension, row[i].name);
        text_add_string(out, "</td><td class=\"n\">");
        markup_number(out, row[i].count);
        text_add_string(out, "</td></tr>");
    }
    text_add_string(out, "</tbody></table></div></section>\n");
}

static int strongest_first(const void *a, const void *b)
{
    const struct risen *x = a, *y = b;
    double rise_x = (double)x->surge->count - x->surge->expected,
           rise_y = (double)y->surge->count - y->surge->expected;
    return rise_x < rise_y   ? 1
           : rise_x > rise_y ? -1
                             : bytes_compare(x->series->name, y->series->name);
}

/* The same days and as many messages, under a name that was taken already. */
static bool is_told(const struct risen *told, uint32_t count, const struct risen *row)
{
    for (uint32_t i = 0; i < count; i++)
        if (row->dimension == DIMENSION_CAMPAIGN && told[i].surge->first == row->surge->first &&
            told[i].surge->last == row->surge->last && told[i].surge->count == row->surge->count)
            return true;
    return false;
}

uint32_t site_risen(struct site *site, int from, int to, uint32_t most, struct risen *out)
{
    static const enum dimension watched[] = {DIMENSION_FAMILY, DIMENSION_CATEGORY, DIMENSION_BRAND,
                                             DIMENSION_CAMPAIGN};
    enum { RISEN_MAX = 256 };
    struct risen risen[RISEN_MAX];
    uint32_t count = 0, kept = 0;
    for (size_t d = 0; d < sizeof watched / sizeof *watched; d++) {
        const struct waves *w = site->waves[watched[d]];
        for (uint32_t i = 0; w != NULL && i < w->count; i++)
            for (uint32_t k = 0; k < w->series[i].surge_count && count < RISEN_MAX; k++) {
                struct risen row = {watched[d], w, &w->series[i], &w->series[i].surge[k]};
                if (row.surge->last >= from && row.surge->first < to &&
                    !is_told(risen, count, &row))
                    risen[count++] = row;
            }
    }
    qsort(risen, count, sizeof *risen, strongest_first);
    for (; kept < count && kept < most; kept++)
        out[kept] = risen[kept];
    return kept;
}

bool site_headline(struct site *site, int from, int to, struct risen *out)
{
    static const enum dimension order[] = {DIMENSION_FAMILY, DIMENSION_BRAND, DIMENSION_CATEGORY,
                                           DIMENSION_CAMPAIGN};
    struct risen row[16];
    uint32_t count = site_risen(site, from, to, 16, row);
    for (size_t k = 0; k < sizeof order / sizeof *order; k++)
        for (uint32_t i = 0; i < count; i++)
            if (row[i].dimension == order[k]) {
                *out = row[i];
                return true;
            }
    return false;
}

void part_surge(struct text *out, struct bytes sentence, size_t name_len)
{
    struct bytes said = bytes_from(sentence, name_len);
    size_t at = 0;
    for (size_t i = 0; i + 1 < said.len; i++) { /* non-breaking hyphens inside dates */
        bool digits = i > 0 && said.at[i] == '-' && said.at[i - 1] >= '0' &&
                      said.at[i - 1] <= '9' && said.at[i + 1] >= '0' && said.at[i + 1] <= '9';
        if (!digits)
            continue;
        markup_text(out, bytes_sub(said, at, i - at));
        text_add_string(out, "&#8209;");
        at = i + 1;
    }
    markup_text(out, bytes_from(said, at));
}

uint32_t part_risen(struct site *site, const struct page *page, int from, int to, uint32_t most)
{
    struct risen risen[16];
    uint32_t count = site_risen(site, from, to, most < 16 ? most : 16, risen);
    if (count == 0)
        return 0;
    struct text *out = &site->page;
    text_add_string(out, "<ul class=\"risen\">\n");
    for (uint32_t i = 0; i < count; i++) {
        struct bytes sentence =
            wave_sentence(risen[i].waves, risen[i].series, risen[i].surge, page->language);
        text_add_format(out, "<li><span class=\"kind\">%s</span> <span class=\"said\">",
                        tr(page->language, dimension_rows[risen[i].dimension].name));
        part_entity(site, page, risen[i].dimension, risen[i].series->name);
        part_surge(out, sentence, risen[i].series->name.len);
        text_add_string(out, "</span></li>\n");
    }
    text_add_string(out, "</ul>\n");
    return count;
}

static void number_card(struct site *site, const struct page *page, const char *label, int64_t now,
                        int64_t before, bool known)
{
    struct text *out = &site->page;
    text_add_format(out, "<div class=\"card\"><dt>%s</dt><dd><b>", tr(page->language, label));
    markup_number(out, now);
    text_add_string(out, "</b>");
    if (known && before > 0) {
        double change = 100 * ((double)now / (double)before - 1);
        text_add_format(out, " <span class=\"change %s\">%s %.0f %%</span>",
                        change > 0.5    ? "up"
                        : change < -0.5 ? "down"
                                        : "same",
                        change > 0.5    ? "▲"
                        : change < -0.5 ? "▼"
                                        : "＝",
                        fabs(change));
    }
    text_add_string(out, "</dd></div>\n");
}

uint64_t site_undated(struct site *site, int from, int to)
{
    const struct waves *w = site->waves[DIMENSION_CLASS];
    struct error ignored;
    uint64_t count = 0;
    if (w != NULL)
        store_undated(site->store, (w->first_day + from) * DAY_US, (w->first_day + to) * DAY_US,
                      &count, &ignored);
    return count;
}

void part_numbers(struct site *site, const struct page *page, const struct month *month)
{
    static const struct {
        const char *verdict, *label;
    } rows[] = {{NULL, "Messages scanned"},
                {"malicious", "Malicious"},
                {"suspicious", "Suspicious"},
                {"unscannable", "Could not be read"}};
    const struct waves *w = site->waves[DIMENSION_CLASS];
    const struct month *before = month + 1 < site->month + site->month_count ? month + 1 : NULL;
    struct text *out = &site->page;
    text_add_string(out, "<dl class=\"cards\">\n");
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        int64_t now = 0, then = 0;
        for (uint32_t i = 0; w != NULL && i < w->count; i++) {
            if (rows[r].verdict != NULL &&
                !bytes_equal(w->series[i].name, bytes_of_string(rows[r].verdict)))
                continue;
            now += figure_sum(&w->series[i], month->from, month->to);
            then += before == NULL ? 0 : figure_sum(&w->series[i], before->from, before->to);
        }
        number_card(site, page, rows[r].label, now, then, before != NULL);
    }
    uint64_t undated = site_undated(site, month->from, month->to);
    if (undated > 0)
        number_card(site, page, "Without a date", (int64_t)undated, 0, false);
    text_add_format(out, "</dl>\n<p class=\"quiet\">%s</p>\n",
                    tr(page->language, "Change against the month before."));
}
