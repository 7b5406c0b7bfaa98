/* SPDX-License-Identifier: Apache-2.0
 *
 * What the pages of the bulletin share: loaded waves, posts, entities, months, and the frame of a
 * page. */
#ifndef NOROSHI_REPORT_SITE_PART_H
#define NOROSHI_REPORT_SITE_PART_H

#include "report/figure.h"
#include "report/markup.h"
#include "report/site/site.h"
#include "report/technique.h"

struct post {
    struct bytes slug, title, author, summary, figure, caption, body;
    int64_t day; /* since the epoch */
    int64_t year;
    int month;
    enum language language;
    struct bytes *category, *tag;
    uint32_t category_count, tag_count;
    struct post *other; /* the same post in the other language, or NULL */
    struct bytes path;  /* "2021/03/slug/" */
};

/* A category, family, ... with a page of its own. */
struct entity {
    enum dimension dimension;
    struct bytes name, path; /* "family/icedid/" */
    const struct wave_series *series;
};

struct month {
    int64_t year;
    int month;
    int from, to;      /* days of the waves; from == to where the store has none */
    struct bytes path; /* "2021/03/" */
};

struct site {
    struct arena *arena;
    struct store *store;
    const struct site_params *params;
    struct site_result *result;
    struct error *err;
    struct waves *waves[DIMENSION_COUNT]; /* NULL where the bulletin does not show it */
    struct wave_series threats; /* suspicious and malicious together; day, surge: tested */
    struct table *entity[DIMENSION_COUNT]; /* name -> struct entity */
    struct post **post;                    /* newest first */
    uint32_t post_count;
    struct month *month; /* newest first */
    uint32_t month_count;
    struct table *tag[LANGUAGE_COUNT];      /* name -> path */
    struct table *sentence[LANGUAGE_COUNT]; /* rule -> struct bytes */
    struct text page;                       /* the page in the making */
    struct table *document[LANGUAGE_COUNT]; /* search: path -> struct document */
    uint32_t figure_count;                  /* of the page in the making: ids */
};

/* The page in the making. */
struct page {
    enum language language;
    struct bytes path;    /* from the site's top without "ja/": "2021/03/"; "" is the front */
    struct bytes title;   /* absent: the site's */
    struct bytes summary; /* one sentence; description, search result, card */
    struct bytes feed;    /* path of a feed of its own; absent: the site's */
    struct bytes crumb[3], crumb_path[3]; /* between Home and the title */
    uint32_t crumb_count;
    int64_t published_day;   /* of a post; 0: none */
    bool only_here;          /* there is no such page in the other language */
    struct bytes other_path; /* where that page is elsewhere; absent: the same path */
};

/* frame.c */
void page_begin(struct site *site, const struct page *page);
bool page_end(struct site *site, const struct page *page);
/* Link target in a page: TARGET is a path from the top of the page's language. */
void page_href(struct site *site, const struct page *page, struct bytes target);
void page_link(struct site *site, const struct page *page, struct bytes target, struct bytes text);
/* From the very top: assets, data. */
void page_up(struct site *site, const struct page *page);
bool site_write(struct site *site, struct bytes path, const char *name, struct bytes content);
const char *page_figure_id(struct site *site);
struct bytes site_month_name(struct arena *arena, enum language language, int64_t year, int month);
struct bytes site_date(struct arena *arena, enum language language, int64_t day);

/* post.c */
bool site_load_posts(struct site *site);
/* Entry as a list shows it: date, categories, author, opening, figure, read more, tags. */
void post_entry(struct site *site, const struct page *page, const struct post *post,
                bool with_figure);
void post_tags(struct site *site, const struct page *page, const struct post *post);
bool page_post(struct site *site, const struct post *post);

/* markdown.c */
/* MARKDOWN as HTML into OUT; raw HTML is dropped; a line {{...}} calls EMBED with what stands
 * between. */
void markdown_html(struct text *out, struct arena *arena, struct bytes markdown,
                   void (*embed)(void *own, struct bytes call), void *own);
/* The text alone, for search and summaries; at most MOST bytes. */
struct bytes markdown_text(struct arena *arena, struct bytes markdown, size_t most);

/* embed.c */
/* {{figure ...}} and {{table ...}}: see doc/site.md. */
void site_embed(struct site *site, const struct page *page, struct bytes call,
                struct bytes caption);

/* page_*.c: each writes its pages in one language */
bool page_front(struct site *site, enum language language);
bool page_months(struct site *site, enum language language);
bool page_entities(struct site *site, enum language language);
bool page_tags(struct site *site, enum language language);
bool page_lists(struct site *site, enum language language);
bool page_search(struct site *site, enum language language);
/* page_group.c: the overview of groups and a page for each; nothing where there are none. */
bool page_groups(struct site *site, enum language language);
/* The largest groups as list items, at most MOST. */
void part_groups(struct site *site, const struct page *page, uint32_t most);
bool page_about(struct site *site, enum language language);
bool page_missing(struct site *site, enum language language);

/* Parts of pages. */
struct entity *site_entity(struct site *site, enum dimension dimension, struct bytes name);
void part_entity(struct site *site, const struct page *page, enum dimension dimension,
                 struct bytes name);
/* What rose in [from, to) days, strongest first, at most MOST into OUT; of two names for the same
 * messages the more general one. */
struct risen {
    enum dimension dimension;
    const struct waves *waves;
    const struct wave_series *series;
    const struct surge *surge;
};
uint32_t site_risen(struct site *site, int from, int to, uint32_t most, struct risen *out);
/* What [from, to) is called after: the strongest rise, of a family where one rose, of a campaign only
 * where nothing else did. */
bool site_headline(struct site *site, int from, int to, struct risen *out);
/* What is known of a family, actor or campaign by that name; NULL: nothing. */
const struct family *site_family(const struct site *site, enum dimension dimension,
                                 struct bytes name);
/* Its text in LANGUAGE out of English and Japanese; a sentence: capital and full stop. */
struct bytes site_known(struct site *site, enum language language, const struct bytes text[2]);
/* A SENTENCE about a surge without its name of NAME_LEN bytes; dates do not break across lines. */
void part_surge(struct text *out, struct bytes sentence, size_t name_len);
/* "What rose" as a list, of [from, to) days; answers how many. */
uint32_t part_risen(struct site *site, const struct page *page, int from, int to, uint32_t most);
/* Mails first seen in [from, to) whose own date nobody can tell: they stand in no other count. */
uint64_t site_undated(struct site *site, int from, int to);
/* Numbers of a span beside the span before it. */
void part_numbers(struct site *site, const struct page *page, const struct month *month);
/* A table of the largest of a dimension in [from, to). */
void part_top(struct site *site, const struct page *page, enum dimension dimension, int from,
              int to, uint32_t most);
/* What a category is, and what to do about it: advice.def. */
const char *advice_of(struct bytes category);
const char *about_of(struct bytes category);
bool dimension_has_page(enum dimension dimension);
const char *dimension_title(enum dimension dimension);
/* What the rules that saw (DIMENSION, NAME) in [since, until) say, seen in most messages first; at
 * most MOST, in the site's arena.  False and the site's error. */
struct sign {
    struct bytes rule, sentence;
    int64_t count;
};
bool site_signs(struct site *site, enum language language, enum dimension dimension,
                struct bytes name, int64_t since_us, int64_t until_us, uint32_t most,
                struct sign *out, uint32_t *count_out);
/* What people read for a stored name: "english" is "English", a campaign without a name has its words. */
struct bytes site_label(struct site *site, enum language language, enum dimension dimension,
                        struct bytes name);
/* Largest of a dimension in [from, to): rows in ARENA, largest first. */
uint32_t site_top(struct site *site, enum dimension dimension, int from, int to, uint32_t most,
                  struct figure_row **out);

/* draft.c: the post of the month of MONTH_US. */
bool site_draft_month(struct site *site, int64_t month_us, enum language language,
                      struct text *out);

/* feed.c, index.c, data.c */
bool site_feed(struct site *site, enum language language, struct bytes path, struct bytes title,
               struct bytes category);
void site_index_add(struct site *site, const struct page *page, struct bytes text);
bool site_index_write(struct site *site, enum language language);
bool site_data(struct site *site, const struct month *month);

#endif
