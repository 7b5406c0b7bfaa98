/* SPDX-License-Identifier: Apache-2.0 */
#include "report/site/part.h"

/* Atom 1.0, RFC 4287: stable tag URIs (RFC 4151), dates of the posts, whole content. */
#define ENTRIES_MAX 30u

static void atom_id(struct site *site, struct bytes path, enum language language)
{
    text_add_format(&site->page, "tag:noroshi.invalid,2021:%s/", language_tags[language]);
    markup_text(&site->page, path);
}

static void atom_url(struct site *site, struct bytes path, enum language language,
                     struct bytes from)
{
    if (site->params->base_url != NULL)
        markup_string(&site->page, site->params->base_url);
    else
        for (size_t i = 0; i < from.len; i++)
            text_add_string(&site->page, from.at[i] == '/' ? "../" : "");
    if (site->params->base_url != NULL)
        text_add_string(&site->page, language == LANGUAGE_JA ? "ja/" : "");
    markup_text(&site->page, path);
    text_add_string(&site->page, path.len == 0 || path.at[path.len - 1] == '/' ? "index.html" : "");
}

static bool belongs(const struct post *post, enum language language, struct bytes category)
{
    if (post->language != language)
        return false;
    for (uint32_t i = 0; i < post->category_count; i++)
        if (bytes_equal_fold(post->category[i], category))
            return true;
    return category.at == NULL;
}

static void no_embed(void *own, struct bytes call)
{
    (void)own, (void)call;
}

static void entry(struct site *site, const struct post *post, struct bytes from)
{
    struct text *out = &site->page, content;
    struct bytes day = wave_day(site->arena, post->day);
    text_add_string(out, "<entry>\n<id>");
    atom_id(site, post->path, post->language);
    text_add_string(out, "</id>\n<title>");
    markup_text(out, post->title);
    text_add_format(out,
                    "</title>\n<updated>%.*sT00:00:00Z</updated>\n<published>%.*sT00:00:00Z</"
                    "published>\n<author><name>",
                    BYTES_FMT(day), BYTES_FMT(day));
    markup_text(out, post->author);
    text_add_string(out, "</name></author>\n<link rel=\"alternate\" type=\"text/html\" href=\"");
    atom_url(site, post->path, post->language, from);
    text_add_string(out, "\"/>\n");
    for (uint32_t i = 0; i < post->category_count; i++) {
        text_add_string(out, "<category term=\"");
        markup_text(out, post->category[i]);
        text_add_string(out, "\"/>\n");
    }
    text_add_string(out, "<summary>");
    markup_text(out, post->summary);
    text_add_string(out, "</summary>\n<content type=\"html\">");
    text_init(&content, site->arena, 0);
    markdown_html(&content, site->arena, post->body, no_embed, NULL);
    markup_text(out, text_bytes(&content));
    text_add_string(out, "</content>\n</entry>\n");
}

bool site_feed(struct site *site, enum language language, struct bytes path, struct bytes title,
               struct bytes category)
{
    struct text *out = &site->page;
    const struct waves *w = site->waves[DIMENSION_CLASS];
    int64_t updated = w->days > 0 ? w->first_day + w->days - 1 : 0;
    out->len = 0;
    for (uint32_t i = site->post_count; i-- > 0;)
        if (belongs(site->post[i], language, category) &&
            (category.at != NULL || site->post[i]->day > updated))
            updated = site->post[i]->day;
    text_add_format(out,
                    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed "
                    "xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"%s\">\n<id>",
                    language_tags[language]);
    atom_id(site, path, language);
    text_add_string(out, "</id>\n<title>");
    markup_string(out, site->params->title[language]);
    if (title.len > 0) {
        text_add_string(out, " – ");
        markup_text(out, title);
    }
    struct bytes day = wave_day(site->arena, updated);
    text_add_format(out,
                    "</title>\n<updated>%.*sT00:00:00Z</updated>\n<author><name>noroshi</name></"
                    "author>\n<generator>noroshi</generator>\n"
                    "<link rel=\"self\" type=\"application/atom+xml\" href=\"",
                    BYTES_FMT(day));
    atom_url(site, path, language, path);
    text_add_string(out, "\"/>\n<link rel=\"alternate\" type=\"text/html\" href=\"");
    size_t slash = bytes_find_last_byte(path, '/');
    atom_url(site, slash == BYTES_NPOS ? BYTES("") : bytes_sub(path, 0, slash + 1), language, path);
    text_add_string(out, "\"/>\n");
    uint32_t count = 0;
    for (uint32_t i = 0; i < site->post_count && count < ENTRIES_MAX; i++)
        if (belongs(site->post[i], language, category)) {
            entry(site, site->post[i], path);
            count++;
        }
    text_add_string(out, "</feed>\n");
    struct bytes folder = slash == BYTES_NPOS ? BYTES_NONE : bytes_sub(path, 0, slash + 1);
    return site_write(site,
                      arena_printf(site->arena, "%s%.*s", language == LANGUAGE_JA ? "ja/" : "",
                                   BYTES_FMT(folder)),
                      "feed.atom", text_bytes(out));
}
