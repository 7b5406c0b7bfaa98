/* SPDX-License-Identifier: Apache-2.0 */
#include "report/site/part.h"

#include "base/civil.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#define DAY_US ((int64_t)86400 * 1000000)
#define PATH_MOST 900

#define CSP                                                                                        \
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; "   \
    "form-action 'self'"

struct bytes site_month_name(struct arena *arena, enum language language, int64_t year, int month)
{
    static const char *const names[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
    return language == LANGUAGE_JA
               ? arena_printf(arena, "%lld年%d月", (long long)year, month)
               : arena_printf(arena, "%s %lld", names[month - 1], (long long)year);
}

struct bytes site_date(struct arena *arena, enum language language, int64_t day)
{
    struct civil c = civil_of_us(day * DAY_US);
    if (language == LANGUAGE_JA)
        return arena_printf(arena, "%lld年%d月%d日", (long long)c.year, c.month, c.day);
    struct bytes month = site_month_name(arena, language, c.year, c.month);
    return arena_printf(arena, "%d %.*s", c.day, BYTES_FMT(month));
}

void page_up(struct site *site, const struct page *page)
{
    for (size_t i = 0; i < page->path.len; i++)
        if (page->path.at[i] == '/')
            text_add_string(&site->page, "../");
    if (page->language == LANGUAGE_JA)
        text_add_string(&site->page, "../");
}

static void href_in(struct site *site, const struct page *page, enum language language,
                    struct bytes target)
{
    page_up(site, page);
    if (language == LANGUAGE_JA)
        text_add_string(&site->page, "ja/");
    markup_text(&site->page, target);
    if (target.len == 0 || target.at[target.len - 1] == '/')
        text_add_string(&site->page, "index.html");
}

void page_href(struct site *site, const struct page *page, struct bytes target)
{
    href_in(site, page, page->language, target);
}

void page_link(struct site *site, const struct page *page, struct bytes target, struct bytes text)
{
    text_add_string(&site->page, "<a href=\"");
    page_href(site, page, target);
    text_add_string(&site->page, "\">");
    markup_text(&site->page, text);
    text_add_string(&site->page, "</a>");
}

const char *page_figure_id(struct site *site)
{
    return (const char *)arena_printf(site->arena, "figure-%u", ++site->figure_count).at;
}

static void meta(struct text *out, const char *kind, const char *name, struct bytes content)
{
    text_add_format(out, "<meta %s=\"%s\" content=\"", kind, name);
    markup_short(out, content, 300);
    text_add_string(out, "\">\n");
}

static struct bytes page_title(struct site *site, const struct page *page)
{
    struct bytes whole = bytes_of_string(site->params->title[page->language]);
    return page->title.at == NULL
               ? whole
               : arena_printf(site->arena, "%.*s – %.*s", BYTES_FMT(page->title), BYTES_FMT(whole));
}

static void head_links(struct site *site, const struct page *page)
{
    struct text *out = &site->page;
    enum language other = page->language == LANGUAGE_EN ? LANGUAGE_JA : LANGUAGE_EN;
    text_add_string(out, "<link rel=\"stylesheet\" href=\"");
    page_up(site, page);
    text_add_string(out, "asset/style.css\">\n<link rel=\"icon\" type=\"image/svg+xml\" href=\"");
    page_up(site, page);
    text_add_string(out, "asset/mark.svg\">\n<link rel=\"alternate\" type=\"application/atom+xml\" "
                         "title=\"Atom\" href=\"");
    page_href(site, page, page->feed.at != NULL ? page->feed : BYTES("feed.atom"));
    text_add_string(out, "\">\n");
    if (!page->only_here) {
        text_add_format(out, "<link rel=\"alternate\" hreflang=\"%s\" href=\"",
                        language_tags[other]);
        href_in(site, page, other, page->other_path.at != NULL ? page->other_path : page->path);
        text_add_string(out, "\">\n");
    }
}

static void head_cards(struct site *site, const struct page *page)
{
    struct text *out = &site->page;
    const char *base = site->params->base_url;
    meta(out, "property", "og:type",
         page->published_day != 0 ? BYTES("article") : BYTES("website"));
    meta(out, "property", "og:title",
         page->title.at != NULL ? page->title : page_title(site, page));
    meta(out, "property", "og:description", page->summary);
    meta(out, "property", "og:site_name", bytes_of_string(site->params->title[page->language]));
    meta(out, "property", "og:locale",
         page->language == LANGUAGE_JA ? BYTES("ja_JP") : BYTES("en_GB"));
    if (!page->only_here)
        meta(out, "property", "og:locale:alternate",
             page->language == LANGUAGE_JA ? BYTES("en_GB") : BYTES("ja_JP"));
    if (base != NULL) { /* a card needs an absolute address */
        meta(out, "property", "og:image", arena_printf(site->arena, "%sasset/card.png", base));
        meta(out, "property", "og:image:width", BYTES("1200"));
        meta(out, "property", "og:image:height", BYTES("630"));
    }
    meta(out, "name", "twitter:card", BYTES("summary_large_image"));
    if (base != NULL)
        meta(out, "property", "og:url",
             arena_printf(site->arena, "%s%s%.*s", base, page->language == LANGUAGE_JA ? "ja/" : "",
                          BYTES_FMT(page->path)));
    if (page->published_day != 0)
        meta(out, "property", "article:published_time", wave_day(site->arena, page->published_day));
}

static void nav_item(struct site *site, const struct page *page, const char *path,
                     const char *label)
{
    struct bytes target = bytes_of_string(path);
    bool here = bytes_equal(target, page->path);
    text_add_string(&site->page, "<li><a href=\"");
    page_href(site, page, target);
    text_add_string(&site->page, here ? "\" aria-current=\"page\">" : "\">");
    markup_string(&site->page, tr(page->language, label));
    text_add_string(&site->page, "</a></li>\n");
}

static void search_box(struct site *site, const struct page *page)
{
    struct text *out = &site->page;
    text_add_string(out, "<form class=\"search\" role=\"search\" action=\"");
    page_href(site, page, BYTES("search/"));
    text_add_format(
        out,
        "\" method=\"get\"><label class=\"hidden\" for=\"q\">%s</label><input id=\"q\" name=\"q\" "
        "type=\"search\" "
        "autocomplete=\"off\" placeholder=\"%s\"><button type=\"submit\">%s</button></form>\n",
        tr(page->language, "Search the bulletin"), tr(page->language, "Search"),
        tr(page->language, "Search"));
}

static void header(struct site *site, const struct page *page)
{
    struct text *out = &site->page;
    enum language other = page->language == LANGUAGE_EN ? LANGUAGE_JA : LANGUAGE_EN;
    text_add_format(
        out,
        "<a class=\"skip\" href=\"#main\">%s</a>\n<header class=\"top\"><div class=\"wide\">\n"
        "<a class=\"brand\" href=\"",
        tr(page->language, "Skip to content"));
    page_href(site, page, BYTES(""));
    text_add_string(out, "\"><svg class=\"mark\" viewBox=\"0 0 32 32\" width=\"32\" height=\"32\" "
                         "aria-hidden=\"true\">"
                         "<path class=\"flame\" d=\"M16 2c1 5 7 8 7 15a7 7 0 0 1-14 0c0-3 2-5 3-7 "
                         "1 2 2 3 3 3 0-4-1-7 1-11z\"/>"
                         "<path class=\"base\" d=\"M8 26h16l2 4H6z\"/></svg><span>");
    markup_string(out, site->params->title[page->language]);
    text_add_string(out, "</span></a>\n");
    search_box(site, page);
    text_add_format(out, "<a class=\"language\" lang=\"%s\" hreflang=\"%s\" href=\"",
                    language_tags[other], language_tags[other]);
    href_in(site, page, other,
            page->only_here               ? BYTES("")
            : page->other_path.at != NULL ? page->other_path
                                          : page->path);
    text_add_format(out, "\">%s</a>\n</div>\n<nav class=\"wide main\" aria-label=\"%s\"><ul>\n",
                    other == LANGUAGE_JA ? "日本語" : "English", tr(page->language, "Main"));
    nav_item(site, page, "", "Latest");
    nav_item(site, page, "month/", "Months");
    nav_item(site, page, "category/", "Categories");
    nav_item(site, page, "family/", "Families");
    nav_item(site, page, "campaign/", "Campaigns");
    nav_item(site, page, "brand/", "Brands");
    nav_item(site, page, "technique/", "Techniques");
    if (site->params->groups != NULL)
        nav_item(site, page, "group/", "Groups");
    nav_item(site, page, "about/", "Method");
    text_add_string(out, "</ul></nav></header>\n");
}

static void crumbs(struct site *site, const struct page *page)
{
    struct text *out = &site->page;
    if (page->title.at == NULL)
        return;
    text_add_format(out, "<nav class=\"crumbs\" aria-label=\"%s\"><ol><li>",
                    tr(page->language, "Breadcrumb"));
    page_link(site, page, BYTES(""), bytes_of_string(tr(page->language, "Home")));
    for (uint32_t i = 0; i < page->crumb_count; i++) {
        text_add_string(out, "</li><li>");
        page_link(site, page, page->crumb_path[i], page->crumb[i]);
    }
    text_add_string(out, "</li><li aria-current=\"page\">");
    markup_short(out, page->title, 60);
    text_add_string(out, "</li></ol></nav>\n");
}

void page_begin(struct site *site, const struct page *page)
{
    struct text *out = &site->page;
    out->len = 0;
    site->figure_count = 0;
    text_add_format(out,
                    "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta http-equiv=\"Content-Security-Policy\" content=\"" CSP "\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                    "<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" "
                    "content=\"light dark\">\n"
                    "<title>",
                    language_tags[page->language]);
    markup_short(out, page_title(site, page), 120);
    text_add_string(out, "</title>\n");
    meta(out, "name", "description", page->summary);
    head_links(site, page);
    head_cards(site, page);
    text_add_string(out, "</head>\n<body>\n");
    header(site, page);
    text_add_string(out, "<div class=\"wide body\">\n");
    crumbs(site, page);
}

bool page_end(struct site *site, const struct page *page)
{
    struct text *out = &site->page;
    struct waves *w = site->waves[DIMENSION_CLASS];
    text_add_string(out, "</div>\n<footer class=\"bottom\"><div class=\"wide\"><p>");
    if (w != NULL && w->days > 0) {
        text_add_format(out, "%s ", tr(page->language, "Data from"));
        markup_text(out, site_date(site->arena, page->language, w->first_day));
        text_add_format(out, " %s ", tr(page->language, "to"));
        markup_text(out, site_date(site->arena, page->language, w->first_day + w->days - 1));
        text_add_string(out, page->language == LANGUAGE_JA ? "。" : ". ");
    }
    text_add_format(out, "%s</p><p><a href=\"",
                    tr(page->language, "Indicators are defanged. No mail text is published."));
    page_href(site, page, page->feed.at != NULL ? page->feed : BYTES("feed.atom"));
    text_add_string(out, "\">Atom</a> · ");
    page_link(site, page, BYTES("about/"),
              bytes_of_string(tr(page->language, "How these numbers are made")));
    text_add_string(out, " · ");
    page_link(site, page, BYTES("search/"), bytes_of_string(tr(page->language, "Search")));
    text_add_string(out, "</p></div></footer>\n</body>\n</html>\n");
    site->result->pages++;
    struct bytes path = arena_printf(
        site->arena, "%s%.*s", page->language == LANGUAGE_JA ? "ja/" : "", BYTES_FMT(page->path));
    return site_write(site, path, "index.html", text_bytes(out));
}

static bool make_folders(struct site *site, char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        bool ok = mkdir(path, 0755) == 0 || errno == EEXIST;
        *slash = '/';
        if (!ok)
            return error_set_errno(site->err, ERROR_OUTPUT, "cannot make a folder of %s", path);
    }
    return true;
}

bool site_write(struct site *site, struct bytes path, const char *name, struct bytes content)
{
    char whole[PATH_MOST];
    int len =
        snprintf(whole, sizeof whole, "%s/%.*s%s", site->params->folder, BYTES_FMT(path), name);
    if (len < 0 || (size_t)len >= sizeof whole)
        return error_set(site->err, ERROR_OUTPUT, "the path of a page is too long");
    if (!make_folders(site, whole))
        return false;
    FILE *file = fopen(whole, "wb");
    bool ok = file != NULL && fwrite(content.at, 1, content.len, file) == content.len;
    if (file == NULL || (fclose(file) != 0) || !ok)
        return error_set_errno(site->err, ERROR_OUTPUT, "cannot write %s", whole);
    site->result->files++;
    site->result->bytes += content.len;
    return true;
}
