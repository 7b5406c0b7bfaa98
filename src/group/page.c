/* SPDX-License-Identifier: Apache-2.0 */
#include "group/page.h"

#include "base/codec.h"
#include "group/normalise.h"
#include "group/read_fact.h"
#include "group/tally.h"
#include "open/html_token.h"

#include <talloc.h>

#define HEAD_BYTES 512u
#define RUN 5u
#define RUNS_KEPT 96u
#define PARTS_MOST 160u
#define ATTRIBUTES_MOST 64u
#define SCRIPT_BYTES 8192u

struct page {
    struct feed *feed;
    struct arena *arena; /* of this page */
    struct bytes host;   /* absent: not known yet */
    struct bytes url;
    bool genuine;
    enum html_tag run[RUN];
    uint32_t tags, part_count;
    uint64_t least[RUNS_KEPT]; /* smallest hashes of runs, sorted */
    uint32_t least_count;
    uint64_t part[PARTS_MOST];
    struct bytes target[16]; /* third hosts that forms send to */
    uint32_t target_count;
    struct bytes icon;
};

bool page_is(struct bytes content)
{
    struct bytes head = bytes_trim(bytes_sub(content, 0, HEAD_BYTES));
    if (head.len > 0 && head.at[0] == '<')
        return bytes_find_fold(head, BYTES("<html"), 0) != BYTES_NPOS ||
               bytes_starts_fold(head, BYTES("<!doctype html")) ||
               bytes_find_fold(head, BYTES("<head"), 0) != BYTES_NPOS;
    return bytes_find_fold(head, BYTES("MIME-Version:"), 0) != BYTES_NPOS &&
           bytes_find_fold(head, BYTES("multipart/related"), 0) != BYTES_NPOS;
}

static void add_part(struct page *page, uint8_t kind, struct bytes text)
{
    if (text.len > 0 && page->part_count < PARTS_MOST)
        page->part[page->part_count++] = tally_mix(bytes_hash_fold(text), kind);
}

/* NAME without what is made anew for each site: digits, and pieces that mix letters and digits. */
static struct bytes stable_name(struct arena *arena, struct bytes name)
{
    struct text out;
    text_init(&out, arena, 0);
    for (size_t i = 0; i < name.len;) {
        size_t end = i;
        bool digit = false;
        for (; end < name.len && ascii_is_alnum(name.at[end]); end++)
            digit |= ascii_is_digit(name.at[end]);
        if (end == i)
            end++;
        else if (digit && end - i >= 6) {
            text_add_byte(&out, '*');
            i = end;
        }
        for (; i < end; i++)
            if (!ascii_is_digit(name.at[i]))
                text_add_byte(&out, name.at[i]);
    }
    return text_bytes(&out);
}

/* The skeleton of a script: no blanks, digits or quoted text. */
static struct bytes script_skeleton(struct arena *arena, struct bytes script)
{
    struct text out;
    text_init(&out, arena, 0);
    script = bytes_sub(script, 0, script.len < SCRIPT_BYTES ? script.len : SCRIPT_BYTES);
    for (size_t i = 0; i < script.len; i++) {
        uint8_t c = script.at[i];
        if (c == '"' || c == '\'') {
            size_t end = bytes_find_byte(script, c, i + 1);
            i = end == BYTES_NPOS ? script.len : end;
            text_add_byte(&out, '"');
        } else if (!ascii_is_space(c) && !ascii_is_digit(c)) {
            text_add_byte(&out, c);
        }
    }
    return text_bytes(&out);
}

/* The host of URL where it names one; absent for a relative one. */
static struct bytes url_host(struct bytes url)
{
    size_t at = bytes_find(url, BYTES("//"), 0);
    if (at == BYTES_NPOS || at > 8)
        return BYTES_NONE;
    struct bytes host = bytes_from(url, at + 2);
    size_t end = 0;
    while (end < host.len && host.at[end] != '/' && host.at[end] != '?' && host.at[end] != '#')
        end++;
    return bytes_sub(host, 0, end);
}

static bool is_genuine_host(struct page *page, struct bytes host)
{
    struct feed_site site = {0};
    return host.len > 0 && normalise_url(page->feed, host, &site) &&
           (site.flags & SITE_GENUINE) != 0;
}

static struct bytes base_name(struct bytes url)
{
    size_t end = 0;
    while (end < url.len && url.at[end] != '?' && url.at[end] != '#')
        end++;
    url = bytes_sub(url, 0, end);
    size_t slash = bytes_find_last_byte(url, '/');
    return slash == BYTES_NPOS ? url : bytes_from(url, slash + 1);
}

static struct bytes attribute(struct page *page, const struct html_token *token,
                              enum html_attribute_name name)
{
    const struct html_attribute *found = html_attribute_get(token, name);
    return found == NULL ? BYTES_NONE : bytes_trim(html_attribute_value(page->arena, found));
}

static void add_resource(struct page *page, struct bytes url)
{
    if (url.len == 0 || bytes_starts_fold(url, BYTES("data:")) ||
        is_genuine_host(page, url_host(url)))
        return;
    add_part(page, 'r', stable_name(page->arena, base_name(url)));
}

static void add_form(struct page *page, struct bytes action)
{
    struct bytes host = url_host(action);
    if (host.len > 0 && !is_genuine_host(page, host) &&
        page->target_count < sizeof page->target / sizeof page->target[0])
        page->target[page->target_count++] = action;
    add_part(page, 'f', stable_name(page->arena, host.len > 0 ? base_name(action) : action));
}

/* Five tags in a row, as a hash; the smallest ones are kept. */
static void add_run(struct page *page, enum html_tag tag)
{
    page->run[page->tags++ % RUN] = tag;
    if (page->tags < RUN)
        return;
    uint64_t hash = 'd';
    for (uint32_t i = 0; i < RUN; i++)
        hash = tally_mix(hash, page->run[(page->tags + i) % RUN]);
    uint32_t at = page->least_count;
    while (at > 0 && page->least[at - 1] > hash)
        at--;
    if ((at > 0 && page->least[at - 1] == hash) || at == RUNS_KEPT)
        return;
    if (page->least_count < RUNS_KEPT)
        page->least_count++;
    memmove(&page->least[at + 1], &page->least[at],
            (page->least_count - at - 1) * sizeof page->least[0]);
    page->least[at] = hash;
}

static void read_start(struct page *page, const struct html_token *token)
{
    add_run(page, token->tag);
    switch (token->tag) {
    case HTML_TAG_SCRIPT:
    case HTML_TAG_IMG:
        add_resource(page, attribute(page, token, HTML_ATTRIBUTE_SRC));
        break;
    case HTML_TAG_LINK: {
        struct bytes rel = attribute(page, token, HTML_ATTRIBUTE_REL),
                     href = attribute(page, token, HTML_ATTRIBUTE_HREF);
        if (bytes_find_fold(rel, BYTES("icon"), 0) != BYTES_NPOS &&
            bytes_starts_fold(href, BYTES("data:")))
            page->icon = href;
        add_resource(page, href);
        break;
    }
    case HTML_TAG_FORM:
        add_form(page, attribute(page, token, HTML_ATTRIBUTE_ACTION));
        break;
    case HTML_TAG_INPUT:
    case HTML_TAG_SELECT:
        add_part(page, 'i', stable_name(page->arena, attribute(page, token, HTML_ATTRIBUTE_NAME)));
        break;
    default:
        break;
    }
}

/* Where a browser says it saved the page from. */
static void read_comment(struct page *page, struct bytes comment)
{
    size_t saved = bytes_find(comment, BYTES("saved from url="), 0),
           single = bytes_find(comment, BYTES("SingleFile"), 0);
    size_t at = saved != BYTES_NPOS || single != BYTES_NPOS
                    ? bytes_find(comment, BYTES("http"), saved != BYTES_NPOS ? saved : single)
                    : BYTES_NPOS;
    if (at == BYTES_NPOS) {
        if (comment.len < 200 && comment.len > 3 && comment.at[0] != '[')
            add_part(page, 'c', stable_name(page->arena, bytes_trim(comment)));
        return;
    }
    size_t end = at;
    while (end < comment.len && !ascii_is_space(comment.at[end]))
        end++;
    if (page->host.len == 0) {
        page->url = bytes_sub(comment, at, end - at);
        page->host = url_host(page->url);
    }
}

/* The token of a bot that what was typed is sent to. */
static void read_bot(struct page *page, struct bytes script)
{
    size_t at = bytes_find_fold(script, BYTES("api.telegram.org/bot"), 0);
    if (at == BYTES_NPOS)
        return;
    size_t end = at + 20;
    while (end < script.len && ascii_is_digit(script.at[end]))
        end++;
    if (end - at > 26 && page->target_count < sizeof page->target / sizeof page->target[0])
        page->target[page->target_count++] = bytes_sub(script, at, end - at);
}

static void read_html(struct page *page, struct bytes html)
{
    struct html_tokenizer tokenizer;
    struct html_token token;
    bool script = false;
    html_tokenizer_init(&tokenizer, page->arena, html, ATTRIBUTES_MOST);
    tokenizer.follow = true;
    while (html_token_next(&tokenizer, &token)) {
        if (token.type == HTML_TOKEN_START) {
            read_start(page, &token);
            script = token.tag == HTML_TAG_SCRIPT;
        } else if (token.type == HTML_TOKEN_COMMENT) {
            read_comment(page, token.text);
        } else if (token.type == HTML_TOKEN_TEXT && script) {
            read_bot(page, token.text);
            struct bytes skeleton = script_skeleton(page->arena, token.text);
            if (skeleton.len > 20)
                add_part(page, 's', skeleton);
            script = false;
        }
    }
}

/* The last part of PATH that is a host. */
static struct bytes path_host(struct page *page, const char *path)
{
    struct bytes rest = bytes_of_string(path), part, host = BYTES_NONE;
    while (bytes_next_field(&rest, '/', &part)) {
        static const char *const ends[] = {".html", ".htm", ".mhtml", ".mht", ".har", ".php"};
        struct feed_site site = {0};
        for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
            if (part.len > strlen(ends[i]) &&
                bytes_equal_fold(bytes_from(part, part.len - strlen(ends[i])),
                                 bytes_of_string(ends[i])))
                part = bytes_sub(part, 0, part.len - strlen(ends[i]));
        if (bytes_find_byte(part, '.', 1) != BYTES_NPOS && normalise_url(page->feed, part, &site) &&
            site.label_len > 0 && part.at[0] != '.')
            host = part;
    }
    return host;
}

static void finish_page(struct page *page, const char *path)
{
    struct feed *feed = page->feed;
    if (page->genuine) {
        for (uint32_t i = 0; i < page->part_count; i++)
            host_fact_genuine(&feed->facts, feed, page->part[i]);
        for (uint32_t i = 0; i < page->least_count; i++)
            host_fact_genuine(&feed->facts, feed, page->least[i]);
        return;
    }
    if (page->host.len == 0)
        page->host = path_host(page, path);
    if (page->host.len == 0) {
        feed->rows++;
        feed_note(feed, path, 1, BYTES_NONE, "a page that does not say of which host");
        return;
    }
    struct bytes host = arena_copy(feed->arena, page->host);
    feed_add(feed, page->url.len > 0 ? arena_copy(feed->arena, page->url) : host, 0, BYTES_NONE,
             path, 1);
    for (uint32_t i = 0; i < page->part_count; i++)
        feed_fact_hash(feed, host, FACT_PAGE, page->part[i]);
    for (uint32_t i = 0; i < page->least_count; i++)
        feed_fact_hash(feed, host, FACT_PAGE, page->least[i]);
    for (uint32_t i = 0; i < page->target_count; i++)
        if (!bytes_equal_fold(url_host(page->target[i]), host))
            feed_fact(feed, host, FACT_FORM, page->target[i], 0, 0);
    if (page->icon.len > 0)
        feed_fact(feed, host, FACT_FAVICON, page->icon, 0, 0);
}

/* The part of MHTML that is the page, decoded. */
static struct bytes mhtml_page(struct page *page, struct bytes content)
{
    size_t location = bytes_find_fold(content, BYTES("Snapshot-Content-Location:"), 0);
    if (location == BYTES_NPOS)
        location = bytes_find_fold(content, BYTES("Content-Location:"), 0);
    if (location != BYTES_NPOS) {
        struct bytes rest = bytes_from(content, bytes_find_byte(content, ':', location) + 1), line;
        if (bytes_next_line(&rest, &line)) {
            page->url = bytes_trim(line);
            page->host = url_host(page->url);
        }
    }
    size_t type = bytes_find_fold(content, BYTES("Content-Type: text/html"), 0);
    struct bytes rest = bytes_from(content, type == BYTES_NPOS ? 0 : type), line;
    bool quoted = false, coded = false;
    while (bytes_next_line(&rest, &line) && bytes_trim(line).len > 0) {
        quoted |= bytes_find_fold(line, BYTES("quoted-printable"), 0) != BYTES_NPOS;
        coded |= bytes_find_fold(line, BYTES("base64"), 0) != BYTES_NPOS;
    }
    size_t end = bytes_find(rest, BYTES("\n--"), 0);
    rest = bytes_sub(rest, 0, end == BYTES_NPOS ? rest.len : end);
    struct codec_report report;
    return quoted  ? codec_quoted(page->arena, rest, &report)
           : coded ? codec_base64(page->arena, rest, &report)
                   : rest;
}

static struct page page_begin(struct feed *feed, bool genuine)
{
    return (struct page){.feed = feed, .arena = arena_new(NULL), .genuine = genuine};
}

void page_read(struct feed *feed, struct bytes content, const char *path, bool genuine)
{
    struct page page = page_begin(feed, genuine);
    struct bytes head = bytes_trim(bytes_sub(content, 0, HEAD_BYTES));
    read_html(&page, head.len > 0 && head.at[0] == '<' ? content : mhtml_page(&page, content));
    finish_page(&page, path);
    talloc_free(page.arena);
}

static struct bytes har_text(struct value object, const char *name)
{
    return object.tag == VALUE_MAP ? value_bytes(map_get(object.as.map, bytes_of_string(name)))
                                   : BYTES_NONE;
}
static struct value har_member(struct value object, const char *name)
{
    return object.tag == VALUE_MAP ? map_get(object.as.map, bytes_of_string(name))
                                   : (struct value){0};
}

/* The body of a response, out of base64 where it is written so. */
static struct bytes har_body(struct arena *arena, struct value content)
{
    struct codec_report report;
    struct bytes text = har_text(content, "text");
    return bytes_equal_fold(har_text(content, "encoding"), BYTES("base64"))
               ? codec_base64(arena, text, &report)
               : text;
}

void page_read_har(struct feed *feed, struct value log, const char *path, bool genuine)
{
    struct value entries = har_member(log, "entries");
    struct page page = page_begin(feed, genuine);
    bool any = false;
    for (uint32_t i = 0; entries.tag == VALUE_ARRAY && i < entries.as.array->count; i++) {
        struct value entry = entries.as.array->item[i],
                     content = har_member(har_member(entry, "response"), "content");
        struct bytes url = har_text(har_member(entry, "request"), "url"),
                     type = har_text(content, "mimeType"), host = url_host(url);
        bool html = bytes_starts_fold(type, BYTES("text/html"));
        if (html && !any && har_body(page.arena, content).len > 0) {
            page.url = url;
            page.host = host;
            read_html(&page, har_body(page.arena, content));
            any = true;
        } else if (bytes_starts_fold(type, BYTES("image/")) &&
                   bytes_find_fold(url, BYTES("favicon"), 0) != BYTES_NPOS) {
            page.icon = har_body(page.arena, content);
        }
        if (!genuine && host.len > 0)
            read_fact_addresses(feed, host, har_text(entry, "serverIPAddress"), 0, 0);
    }
    if (any)
        finish_page(&page, path);
    else
        feed_note(feed, path, 1, BYTES_NONE, "an archive without a page");
    talloc_free(page.arena);
}
