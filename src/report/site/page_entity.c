/* SPDX-License-Identifier: Apache-2.0 */
#include "report/site/part.h"

#define DAY_US ((int64_t)86400 * 1000000)
#define RELATED_MAX 10u
#define SIGNS_MAX 8u
#define QUIET_DAYS 14 /* drawn before a series begins */
#define LEAST_DAYS 60 /* drawn at least */

static const char *dimension_noun(enum dimension dimension)
{
    return dimension_rows[dimension].name;
}

struct related {
    struct site *site;
    const struct page *page;
    enum dimension dimension;
    struct bytes self;
    uint32_t count;
};

static bool related_row(void *own, const struct store_cell *cell)
{
    struct related *r = own;
    struct text *out = &r->site->page;
    if (r->count == 0)
        text_add_format(out,
                        "<section class=\"top-table\"><h3>%s</h3><div class=\"scroll\" "
                        "tabindex=\"0\" role=\"region\" aria-label=\"%s\">"
                        "<table><thead><tr><th scope=\"col\">%s</th><th scope=\"col\" "
                        "class=\"n\">%s</th></tr></thead><tbody>",
                        tr(r->page->language, dimension_title(r->dimension)),
                        tr(r->page->language, dimension_title(r->dimension)),
                        tr(r->page->language, "Name"), tr(r->page->language, "Count"));
    text_add_string(out, "<tr><td>");
    if (r->dimension == DIMENSION_DOMAIN)
        markup_text(out, markup_defang(r->site->arena, cell->name));
    else
        part_entity(r->site, r->page, r->dimension, cell->name);
    text_add_string(out, "</td><td class=\"n\">");
    markup_number(out, (int64_t)cell->count);
    text_add_string(out, "</td></tr>\n");
    return ++r->count < RELATED_MAX;
}

static bool related(struct site *site, const struct page *page, const struct entity *entity)
{
    static const enum dimension shown[] = {
        DIMENSION_CATEGORY,  DIMENSION_FAMILY,    DIMENSION_CAMPAIGN, DIMENSION_BRAND,
        DIMENSION_TECHNIQUE, DIMENSION_FILE_TYPE, DIMENSION_LANGUAGE, DIMENSION_DOMAIN};
    text_add_string(&site->page, "<div class=\"columns\">\n");
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        struct related r = {site, page, shown[i], entity->name, 0};
        if (shown[i] == entity->dimension)
            continue;
        if (!store_cross(site->store, shown[i], entity->dimension, entity->name, 0, 0, related_row,
                         &r, site->err))
            return false;
        if (r.count > 0)
            text_add_string(&site->page, "</tbody></table></div></section>\n");
    }
    text_add_string(&site->page, "</div>\n");
    return true;
}

static void facts(struct site *site, const struct page *page, const struct entity *entity)
{
    const struct wave_series *s = entity->series;
    const struct waves *w = site->waves[entity->dimension];
    struct text *out = &site->page;
    int last = w->days - 1;
    while (last > s->first_seen && s->count[last] <= 0)
        last--;
    text_add_format(out, "<dl class=\"cards\"><div class=\"card\"><dt>%s</dt><dd><b>",
                    tr(page->language, "Messages"));
    markup_number(out, s->total);
    text_add_format(out, "</b></dd></div><div class=\"card\"><dt>%s</dt><dd><b>",
                    tr(page->language, "First seen"));
    markup_text(out, wave_day(site->arena, w->first_day + s->first_seen));
    text_add_format(out, "</b></dd></div><div class=\"card\"><dt>%s</dt><dd><b>",
                    tr(page->language, "Last seen"));
    markup_text(out, wave_day(site->arena, w->first_day + last));
    text_add_string(out, "</b></dd></div></dl>\n");
}

static void surges(struct site *site, const struct page *page, const struct entity *entity)
{
    const struct wave_series *s = entity->series;
    struct text *out = &site->page;
    if (s->surge_count == 0)
        return;
    text_add_format(out, "<h2>%s</h2><ul class=\"risen\">", tr(page->language, "Surges"));
    for (uint32_t i = s->surge_count; i-- > 0;) {
        text_add_string(out, "<li><span class=\"said\">");
        markup_text(out, site_label(site, page->language, entity->dimension, entity->name));
        part_surge(out,
                   wave_sentence(site->waves[entity->dimension], s, &s->surge[i], page->language),
                   entity->name.len);
        text_add_string(out, "</span></li>");
    }
    text_add_string(out, "</ul>\n");
}

static bool changes(struct site *site, const struct page *page, const struct entity *entity)
{
    struct wave_change change[24];
    uint32_t count;
    struct text *out = &site->page;
    if (entity->dimension != DIMENSION_CAMPAIGN && entity->dimension != DIMENSION_FAMILY)
        return true;
    if (!wave_changes(site->arena, site->store, entity->dimension, entity->name, change, 24, &count,
                      site->err))
        return false;
    if (count == 0)
        return true;
    const char *head = tr(page->language, "What changed inside");
    text_add_format(out,
                    "<h2>%s</h2><div class=\"scroll\" tabindex=\"0\" role=\"region\" "
                    "aria-label=\"%s\"><table><thead><tr><th scope=\"col\">%s</th><th "
                    "scope=\"col\">%s</th><th scope=\"col\" class=\"n\">%s</th><th scope=\"col\" "
                    "class=\"n\">%s</th></tr></thead><tbody>",
                    head, head, tr(page->language, "Day"), tr(page->language, "Share of messages"),
                    tr(page->language, "Before"), tr(page->language, "After"));
    for (uint32_t i = 0; i < count; i++) {
        struct bytes day = wave_day(site->arena, change[i].day);
        text_add_format(out,
                        "<tr><td class=\"d\"><time datetime=\"%.*s\">%.*s</time></td><td><span "
                        "class=\"quiet\">%s</span> ",
                        BYTES_FMT(day), BYTES_FMT(day),
                        tr(page->language, dimension_noun(change[i].dimension)));
        part_entity(site, page, change[i].dimension, change[i].value);
        text_add_format(out,
                        "</td><td class=\"n\">%.0f %%</td><td class=\"n\"><b>%.0f %%</b></td></tr>",
                        change[i].share_before * 100, change[i].share_after * 100);
    }
    text_add_string(out, "</tbody></table></div>\n");
    return true;
}

/* What gave these messages away, in the sentences of the rules. */
static bool signs(struct site *site, const struct page *page, const struct entity *entity)
{
    struct sign sign[SIGNS_MAX];
    uint32_t count;
    struct text *out = &site->page;
    if (!site_signs(site, page->language, entity->dimension, entity->name, 0, 0, SIGNS_MAX, sign,
                    &count))
        return false;
    if (count == 0)
        return true;
    const char *head = tr(page->language, "What gives it away");
    text_add_format(out,
                    "<h2>%s</h2><div class=\"scroll\" tabindex=\"0\" role=\"region\" "
                    "aria-label=\"%s\"><table class=\"signs\"><thead><tr><th "
                    "scope=\"col\">%s</th><th scope=\"col\" class=\"n\">%s</th></tr></thead>"
                    "<tbody>\n",
                    head, head, tr(page->language, "Sign"), tr(page->language, "Messages"));
    for (uint32_t i = 0; i < count; i++) {
        text_add_string(out, "<tr><td>");
        markup_text(out, sign[i].sentence);
        text_add_string(out, " <code>");
        markup_text(out, sign[i].rule);
        text_add_string(out, "</code></td><td class=\"n\">");
        markup_number(out, sign[i].count);
        text_add_string(out, "</td></tr>\n");
    }
    text_add_string(out, "</tbody></table></div>\n");
    return true;
}

static bool names_entity(const struct post *post, const struct entity *entity)
{
    const struct bytes *list = entity->dimension == DIMENSION_CATEGORY ? post->category : post->tag;
    uint32_t count =
        entity->dimension == DIMENSION_CATEGORY ? post->category_count : post->tag_count;
    for (uint32_t i = 0; i < count; i++)
        if (bytes_equal_fold(list[i], entity->name))
            return true;
    return false;
}

static void posts(struct site *site, const struct page *page, const struct entity *entity)
{
    bool any = false;
    for (uint32_t i = 0; i < site->post_count; i++) {
        if (site->post[i]->language != page->language || !names_entity(site->post[i], entity))
            continue;
        if (!any)
            text_add_format(&site->page, "<h2>%s</h2>\n", tr(page->language, "Posts"));
        any = true;
        post_entry(site, page, site->post[i], false);
    }
}

/* What the knowledge says of the name: what it is, what else it is called, what usually follows. */
static void known(struct site *site, const struct page *page, const struct entity *entity)
{
    const struct family *family = site_family(site, entity->dimension, entity->name);
    struct text *out = &site->page;
    if (family == NULL)
        return;
    if (family->about[0].len > 0) {
        text_add_string(out, "<p class=\"opening\">");
        markup_text(out, site_known(site, page->language, family->about));
        text_add_string(out, "</p>\n");
    }
    for (uint32_t i = 0; i < family->alias_count; i++) {
        text_add_string(out, i == 0 ? "<p class=\"quiet\">" : tr(page->language, ", "));
        if (i == 0)
            text_add_format(out, "%s ", tr(page->language, "Also called:"));
        markup_text(out, family->alias[i]);
    }
    text_add_string(out, family->alias_count > 0 ? "</p>\n" : "");
    if (family->follows[0].len > 0) {
        text_add_format(out, "<p><b>%s</b> ", tr(page->language, "What usually follows:"));
        markup_text(out, site_known(site, page->language, family->follows));
        text_add_string(out, "</p>\n");
    }
}

static bool page_entity(struct site *site, enum language language, const struct entity *entity)
{
    struct bytes shown = site_label(site, language, entity->dimension, entity->name);
    const char *technique =
        entity->dimension == DIMENSION_TECHNIQUE ? technique_name(entity->name) : NULL;
    if (technique != NULL)
        shown =
            arena_printf(site->arena, "%.*s %s", BYTES_FMT(entity->name), tr(language, technique));
    const char *about = entity->dimension == DIMENSION_CATEGORY ? about_of(entity->name) : NULL;
    const char *advice = entity->dimension == DIMENSION_CATEGORY ? advice_of(entity->name) : NULL;
    struct bytes list_path = arena_printf(site->arena, "%s/", dimension_noun(entity->dimension));
    struct page page = {
        .language = language,
        .path = entity->path,
        .title = shown,
        .crumb = {bytes_of_string(tr(language, dimension_title(entity->dimension)))},
        .crumb_path = {list_path},
        .crumb_count = 1};
    page.summary = about != NULL
                       ? bytes_of_string(tr(language, about))
                       : arena_printf(site->arena, "%.*s: %s", BYTES_FMT(shown),
                                      tr(language, "counts, surges and what comes with it"));
    if (entity->dimension == DIMENSION_CATEGORY)
        page.feed = arena_printf(site->arena, "%.*sfeed.atom", BYTES_FMT(entity->path));
    page_begin(site, &page);
    struct text *out = &site->page;
    text_add_format(out, "<main id=\"main\" class=\"entity\">\n<p class=\"eyebrow\">%s</p><h1%s>",
                    tr(language, dimension_noun(entity->dimension)),
                    entity->dimension == DIMENSION_CATEGORY ? " class=\"words\"" : "");
    markup_text(out, shown);
    text_add_string(out, "</h1>\n");
    if (entity->dimension == DIMENSION_CAMPAIGN && !bytes_equal(shown, entity->name)) {
        text_add_format(out, "<p class=\"quiet\">%s <code>", tr(language, "Key"));
        markup_text(out, entity->name);
        text_add_string(out, "</code></p>\n");
    }
    if (about != NULL)
        text_add_format(out, "<p class=\"opening\">%s</p>\n", tr(language, about));
    known(site, &page, entity);
    facts(site, &page, entity);
    text_add_string(out, "<figure>\n");
    struct figure figure = {
        site->arena,
        out,
        language,
        page_figure_id(site),
        arena_printf(site->arena, "%.*s: %s", BYTES_FMT(shown), tr(language, "detections a day")),
        false};
    int days = site->waves[entity->dimension]->days, from = entity->series->first_seen - QUIET_DAYS;
    from = from > days - LEAST_DAYS ? days - LEAST_DAYS : from;
    figure_daily(&figure, site->waves[entity->dimension], entity->series, from < 0 ? 0 : from,
                 days);
    text_add_string(out, "\n<figcaption>");
    markup_text(out, figure.title);
    text_add_string(out, "</figcaption></figure>\n");
    surges(site, &page, entity);
    if (advice != NULL)
        text_add_format(out, "<section class=\"advice\"><h2>%s</h2><p>%s</p></section>\n",
                        tr(language, "What to do"), tr(language, advice));
    posts(site, &page, entity);
    if (!changes(site, &page, entity) || !signs(site, &page, entity))
        return false;
    text_add_format(out, "<h2>%s</h2>\n", tr(language, "What comes with it"));
    if (!related(site, &page, entity))
        return false;
    text_add_string(out, "</main>\n");
    site_index_add(site, &page, page.summary);
    return page_end(site, &page) && (entity->dimension != DIMENSION_CATEGORY ||
                                     site_feed(site, language, page.feed, shown, entity->name));
}

bool page_entities(struct site *site, enum language language)
{
    for (int d = 0; d < DIMENSION_COUNT; d++)
        for (uint32_t i = 0; site->entity[d] != NULL && i < site->entity[d]->count; i++)
            if (!page_entity(site, language, site->entity[d]->row[i].value))
                return false;
    return true;
}
