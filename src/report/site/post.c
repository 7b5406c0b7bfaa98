/* SPDX-License-Identifier: Apache-2.0 */
#include "report/site/part.h"

#include "base/civil.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define POST_BYTES_MAX ((size_t)1 << 20)
#define POSTS_MAX 20000u
#define DAY_US ((int64_t)86400 * 1000000)
#define OPENING_BYTES 420

/* The whole file in ARENA; BYTES_NONE and ERR. */
static struct bytes read_whole(struct arena *arena, const char *path, struct error *err)
{
    FILE *file = fopen(path, "rb");
    uint8_t *at = arena_alloc(arena, POST_BYTES_MAX);
    size_t len = file == NULL ? 0 : fread(at, 1, POST_BYTES_MAX, file);
    if (file == NULL || ferror(file)) {
        error_set_errno(err, ERROR_INPUT, "cannot read %s", path);
        if (file != NULL)
            fclose(file);
        return BYTES_NONE;
    }
    fclose(file);
    return bytes_of(at, len);
}

static struct bytes *read_words(struct arena *arena, struct bytes value, uint32_t *count_out)
{
    struct bytes *word = arena_array_of(arena, value.len / 2 + 1, struct bytes), field;
    *count_out = 0;
    for (struct bytes rest = value; rest.len > 0 && bytes_next_field(&rest, ',', &field);) {
        field = bytes_trim(field);
        if (field.len > 0)
            word[(*count_out)++] = field;
    }
    return word;
}

static bool set_field(struct site *site, struct post *post, struct bytes key, struct bytes value,
                      const char *path, uint32_t line)
{
    struct error *err = site->err;
    int64_t at_us;
    if (bytes_equal(key, BYTES("title")))
        post->title = value;
    else if (bytes_equal(key, BYTES("date"))) {
        if (!civil_parse(value, &at_us))
            return error_set_at(err, path, line, 1, "no date: '%.*s'", BYTES_FMT(value));
        struct civil c = civil_of_us(at_us);
        post->day = civil_days(c.year, c.month, c.day);
        post->year = c.year;
        post->month = c.month;
    } else if (bytes_equal(key, BYTES("author")))
        post->author = value;
    else if (bytes_equal(key, BYTES("summary")))
        post->summary = value;
    else if (bytes_equal(key, BYTES("figure")))
        post->figure = value;
    else if (bytes_equal(key, BYTES("caption")))
        post->caption = value;
    else if (bytes_equal(key, BYTES("lang")))
        post->language = bytes_equal(value, BYTES("ja")) ? LANGUAGE_JA : LANGUAGE_EN;
    else if (bytes_equal(key, BYTES("slug")))
        post->slug = value;
    else if (bytes_equal(key, BYTES("categories")))
        post->category = read_words(site->arena, value, &post->category_count);
    else if (bytes_equal(key, BYTES("tags")))
        post->tag = read_words(site->arena, value, &post->tag_count);
    else {
        error_set_at(err, path, line, 1, "no field '%.*s'", BYTES_FMT(key));
        error_hint(err, "title date lang slug author summary figure caption categories tags");
        return false;
    }
    return true;
}

/* The lines between "---" and "---", "key: value" each. */
static bool read_front(struct site *site, struct post *post, struct bytes content, const char *path)
{
    struct bytes line, rest = content;
    uint32_t number = 1;
    if (!bytes_next_line(&rest, &line) || !bytes_equal(bytes_trim(line), BYTES("---")))
        return error_set_at(site->err, path, 1, 1, "a post begins with '---' and its fields");
    while (bytes_next_line(&rest, &line)) {
        number++;
        line = bytes_trim(line);
        if (bytes_equal(line, BYTES("---"))) {
            post->body = rest;
            if (post->title.len == 0 || post->day == 0)
                return error_set_at(site->err, path, 1, 1, "a post needs a title and a date");
            return true;
        }
        size_t colon = bytes_find_byte(line, ':', 0);
        if (line.len == 0 || line.at[0] == '#')
            continue;
        if (colon == BYTES_NPOS)
            return error_set_at(site->err, path, number, 1, "a field is 'name: value'");
        struct bytes value = bytes_trim(bytes_from(line, colon + 1));
        if (value.len >= 2 && value.at[0] == '"' && value.at[value.len - 1] == '"')
            value = bytes_sub(value, 1, value.len - 2);
        if (!set_field(site, post, bytes_sub(line, 0, colon), value, path, number))
            return false;
    }
    return error_set_at(site->err, path, number, 1, "the fields do not end: no second '---'");
}

/* icedid-march.ja.md: slug icedid-march, Japanese. */
static void name_post(struct post *post, struct arena *arena, const char *name)
{
    struct bytes stem = bytes_of_string(name);
    stem.len -= 3; /* .md */
    if (bytes_ends(stem, BYTES(".ja"))) {
        post->language = LANGUAGE_JA;
        stem.len -= 3;
    } else if (bytes_ends(stem, BYTES(".en"))) {
        stem.len -= 3;
    }
    post->slug = markup_slug(arena, stem);
}

static int newest_first(const void *a, const void *b)
{
    const struct post *x = *(struct post *const *)a, *y = *(struct post *const *)b;
    return x->day != y->day ? (x->day < y->day ? 1 : -1) : bytes_compare(x->slug, y->slug);
}

static void pair_posts(struct site *site)
{
    for (uint32_t i = 0; i < site->post_count; i++)
        for (uint32_t k = 0; k < site->post_count; k++)
            if (site->post[i]->language != site->post[k]->language &&
                bytes_equal(site->post[i]->path, site->post[k]->path))
                site->post[i]->other = site->post[k];
}

bool site_load_posts(struct site *site)
{
    const char *folder = site->params->posts_folder;
    DIR *dir = folder == NULL ? NULL : opendir(folder);
    if (folder != NULL && dir == NULL)
        return error_set_errno(site->err, ERROR_INPUT, "cannot read %s", folder);
    site->post = arena_array_of(site->arena, POSTS_MAX, struct post *);
    bool ok = true;
    for (struct dirent *entry;
         ok && dir != NULL && (entry = readdir(dir)) != NULL && site->post_count < POSTS_MAX;) {
        struct bytes name = bytes_of_string(entry->d_name);
        if (!bytes_ends(name, BYTES(".md")) || entry->d_name[0] == '.')
            continue;
        struct bytes path = arena_printf(site->arena, "%s/%s", folder, entry->d_name);
        struct bytes content = read_whole(site->arena, (const char *)path.at, site->err);
        struct post *post = arena_new_of(site->arena, struct post);
        name_post(post, site->arena, entry->d_name);
        ok = content.at != NULL && read_front(site, post, content, (const char *)path.at);
        if (!ok)
            break;
        if (post->author.len == 0)
            post->author = BYTES("noroshi");
        if (post->summary.len == 0)
            post->summary = markdown_text(site->arena, post->body, OPENING_BYTES);
        post->path = arena_printf(site->arena, "%04lld/%02d/%.*s/", (long long)post->year,
                                  post->month, BYTES_FMT(post->slug));
        site->post[site->post_count++] = post;
    }
    if (dir != NULL)
        closedir(dir);
    qsort(site->post, site->post_count, sizeof *site->post, newest_first);
    pair_posts(site);
    return ok;
}

static void post_meta(struct site *site, const struct page *page, const struct post *post)
{
    struct text *out = &site->page;
    struct bytes iso = wave_day(site->arena, post->day);
    text_add_format(out, "<p class=\"meta\"><time datetime=\"%.*s\">", BYTES_FMT(iso));
    markup_text(out, site_date(site->arena, page->language, post->day));
    text_add_string(out, "</time>");
    for (uint32_t i = 0; i < post->category_count; i++) {
        text_add_string(
            out, " <span class=\"sep\" aria-hidden=\"true\">/</span> <span class=\"category\">");
        part_entity(site, page, DIMENSION_CATEGORY, post->category[i]);
        text_add_string(out, "</span>");
    }
    text_add_string(out,
                    " <span class=\"sep\" aria-hidden=\"true\">/</span> <span class=\"author\">");
    markup_text(out, post->author);
    text_add_string(out, "</span></p>\n");
}

void post_tags(struct site *site, const struct page *page, const struct post *post)
{
    struct text *out = &site->page;
    if (post->tag_count == 0)
        return;
    text_add_format(out, "<ul class=\"tags\" aria-label=\"%s\">", tr(page->language, "Tags"));
    for (uint32_t i = 0; i < post->tag_count; i++) {
        struct bytes *path = table_get(site->tag[page->language], post->tag[i]);
        text_add_string(out, "<li>");
        if (path != NULL)
            page_link(site, page, *path, post->tag[i]);
        else
            markup_text(out, post->tag[i]);
        text_add_string(out, "</li>");
    }
    text_add_string(out, "</ul>\n");
}

void post_entry(struct site *site, const struct page *page, const struct post *post,
                bool with_figure)
{
    struct text *out = &site->page;
    text_add_string(out, "<article class=\"entry\">\n");
    post_meta(site, page, post);
    text_add_string(out, "<h2>");
    page_link(site, page, post->path, post->title);
    text_add_string(out, "</h2>\n<p class=\"opening\">");
    markup_short(out, post->summary, page->language == LANGUAGE_JA ? 180 : 330);
    text_add_string(out, "</p>\n");
    if (with_figure && post->figure.len > 0)
        site_embed(site, page, post->figure, post->caption);
    text_add_string(out, "<p class=\"more\"><a href=\"");
    page_href(site, page, post->path);
    text_add_format(out, "\">%s<span class=\"hidden\">: ", tr(page->language, "Read more"));
    markup_text(out, post->title);
    text_add_string(out, "</span></a></p>\n");
    post_tags(site, page, post);
    text_add_string(out, "</article>\n");
}

struct embedding {
    struct site *site;
    const struct page *page;
};

static void embed_here(void *own, struct bytes call)
{
    struct embedding *e = own;
    site_embed(e->site, e->page, call, BYTES_NONE);
}

bool page_post(struct site *site, const struct post *post)
{
    struct bytes month_path = bytes_sub(post->path, 0, 8);
    struct page page = {
        .language = post->language,
        .path = post->path,
        .title = post->title,
        .summary = post->summary,
        .crumb = {site_month_name(site->arena, post->language, post->year, post->month)},
        .crumb_path = {month_path},
        .crumb_count = 1,
        .published_day = post->day,
        .only_here = post->other == NULL};
    page_begin(site, &page);
    struct text *out = &site->page;
    text_add_string(out, "<main id=\"main\" class=\"post\">\n<article>\n<header>");
    post_meta(site, &page, post);
    text_add_string(out, "<h1>");
    markup_text(out, post->title);
    text_add_string(out, "</h1></header>\n");
    if (post->figure.len > 0)
        site_embed(site, &page, post->figure, post->caption);
    text_add_string(out, "<div class=\"prose\">\n");
    struct embedding embedding = {site, &page};
    markdown_html(out, site->arena, post->body, embed_here, &embedding);
    text_add_string(out, "</div>\n<footer>");
    post_tags(site, &page, post);
    text_add_string(out, "</footer>\n</article>\n</main>\n");
    site_index_add(site, &page, markdown_text(site->arena, post->body, 20000));
    return page_end(site, &page);
}
