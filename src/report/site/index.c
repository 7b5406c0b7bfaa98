/* SPDX-License-Identifier: Apache-2.0
 *
 * The search index: which pages hold which token, in shards that a page loads as scripts.
 *
 * Tokens are those of the store (store/bigram.h), so two characters of Japanese are one lookup; a
 * script does the same splitting (asset/search.js).  A token's shard is the low six bits of its
 * FNV-1a hash over UTF-8; scripts and not JSON, because a page opened from file:// may load scripts
 * of its own folder but fetch nothing. */
#include "report/site/part.h"

#include "base/json.h"
#include "store/bigram.h"

#include <stdio.h>
#include <stdlib.h>
#include <talloc.h>

#define SHARDS 64u
#define EXCERPT_BYTES 220

struct document {
    uint32_t number;
    struct bytes title, path, excerpt;
    int64_t day;
};

struct posting {
    struct bytes token;
    uint32_t *document;
    uint32_t count, capacity;
};

/* Under DOCUMENT's table, one row per page; tokens gather in a second table kept as its first row.
 */
struct gather {
    struct site *site;
    struct table *token;
    uint32_t document;
};

static struct table *tokens_of(struct site *site, enum language language)
{
    void **row = table_at(site->document[language], BYTES(" tokens"));
    if (*row == NULL)
        *row = table_new(site->arena);
    return *row;
}

static int add_token(void *own, const struct bigram_token *token)
{
    struct gather *g = own;
    void **row = table_at(g->token, token->word);
    struct posting *posting = *row;
    if (posting == NULL) {
        struct bytes word = arena_copy(g->site->arena, token->word);
        g->token->row[g->token->count - 1].key = word; /* the slice given is the caller's buffer */
        posting = *row = arena_new_of(g->site->arena, struct posting);
        posting->token = word;
    }
    if (posting->count > 0 && posting->document[posting->count - 1] == g->document)
        return 0;
    if (posting->count == posting->capacity) {
        uint32_t more = posting->capacity == 0 ? 4 : posting->capacity * 2;
        uint32_t *grown = arena_array_of(g->site->arena, more, uint32_t);
        if (posting->count > 0)
            memcpy(grown, posting->document, posting->count * sizeof *grown);
        posting->document = grown;
        posting->capacity = more;
    }
    posting->document[posting->count++] = g->document;
    return 0;
}

void site_index_add(struct site *site, const struct page *page, struct bytes text)
{
    struct table *tokens = tokens_of(site, page->language);
    struct document *document = arena_new_of(site->arena, struct document);
    size_t cut = page->summary.len > EXCERPT_BYTES ? EXCERPT_BYTES : page->summary.len;
    while (cut > 0 && cut < page->summary.len && (page->summary.at[cut] & 0xC0) == 0x80)
        cut--;
    *document = (struct document){
        site->document[page->language]->count - 1, arena_copy(site->arena, page->title),
        arena_copy(site->arena, page->path),
        arena_copy(site->arena, bytes_sub(page->summary, 0, cut)), page->published_day};
    table_set(site->document[page->language], document->path, document);
    struct gather gather = {site, tokens, document->number};
    bigram_split(page->title, false, &gather, add_token);
    bigram_split(page->summary, false, &gather, add_token);
    bigram_split(text, false, &gather, add_token);
}

static uint32_t shard_of(struct bytes token)
{
    uint32_t hash = 0x811c9dc5u;
    for (size_t i = 0; i < token.len; i++)
        hash = (hash ^ token.at[i]) * 0x01000193u;
    return hash & (SHARDS - 1);
}

static bool write_documents(struct site *site, enum language language)
{
    struct text out;
    struct json json;
    text_init(&out, site->arena, 0);
    text_add_string(&out, "noroshiDocuments(");
    json_init(&json, &out, 0);
    json_begin_list(&json);
    const struct table *documents = site->document[language];
    for (uint32_t i = 1; i < documents->count; i++) {
        const struct document *d = documents->row[i].value;
        json_begin_list(&json);
        json_string(&json, d->title);
        json_string(&json, d->path);
        json_string(&json, d->excerpt);
        json_string(&json, d->day == 0 ? BYTES("") : wave_day(site->arena, d->day));
        json_end_list(&json);
    }
    json_end_list(&json);
    text_add_string(&out, ");\n");
    char name[32];
    snprintf(name, sizeof name, "documents-%s.js", language_tags[language]);
    return site_write(site, BYTES("asset/search/"), name, text_bytes(&out));
}

bool site_index_write(struct site *site, enum language language)
{
    const struct table *tokens = tokens_of(site, language);
    for (uint32_t shard = 0; shard < SHARDS; shard++) {
        struct text out;
        struct json json;
        char name[32];
        text_init(&out, NULL, 0);
        text_add_format(&out, "noroshiShard(%u,", shard);
        json_init(&json, &out, 0);
        json_begin_map(&json);
        for (uint32_t i = 0; i < tokens->count; i++) {
            const struct posting *p = tokens->row[i].value;
            if (shard_of(p->token) != shard)
                continue;
            json_key_bytes(&json, p->token);
            json_begin_list(&json);
            for (uint32_t k = 0; k < p->count; k++)
                json_int(&json, p->document[k]);
            json_end_list(&json);
        }
        json_end_map(&json);
        text_add_string(&out, ");\n");
        snprintf(name, sizeof name, "%s-%u.js", language_tags[language], shard);
        bool ok = site_write(site, BYTES("asset/search/"), name, text_bytes(&out));
        text_finish(&out);
        if (!ok)
            return false;
    }
    return write_documents(site, language);
}
