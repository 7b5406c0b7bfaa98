/* SPDX-License-Identifier: Apache-2.0 */
#include "group/feed.h"

#include "group/bulk.h"
#include "group/crew.h"
#include "group/normalise.h"
#include "group/service.h"

#include <stdlib.h>
#include <talloc.h>

#define ROOM_FIRST 1024u
#define FACT_TEXT_MOST 80u

struct feed *feed_new(const void *parent, const struct brand_index *brands)
{
    struct feed *feed = talloc_zero(parent, struct feed);
    feed->arena = arena_new(feed);
    feed->brands = brands;
    feed->workers = crew_default();
    feed->zone = table_new(feed);
    feed->brand_at = table_new(feed);
    feed->brand_room = ROOM_FIRST;
    feed->brand = talloc_zero_array(feed, struct feed_brand, feed->brand_room);
    feed->brand_count = 1;
    return feed;
}

void feed_add_zones(struct feed *feed, struct bytes list, enum site_flag flag)
{
    for (struct bytes line; bytes_next_line(&list, &line);) {
        line = bytes_trim(bytes_sub(line, 0, bytes_find_byte(line, '#', 0)));
        if (line.len > 0 && bytes_find_byte(line, '.', 0) != BYTES_NPOS)
            table_set(feed->zone, arena_copy(feed->arena, line), (void *)(uintptr_t)flag);
    }
}

void feed_note(struct feed *feed, const char *file, uint32_t line, struct bytes text,
               const char *why)
{
    if (feed->dirt_count == feed->dirt_room) {
        feed->dirt_room = feed->dirt_room == 0 ? 64 : feed->dirt_room * 2;
        feed->dirt = talloc_realloc(feed, feed->dirt, struct feed_dirt, feed->dirt_room);
    }
    feed->dirt[feed->dirt_count++] = (struct feed_dirt){file, line, text, why};
}

/* Brands the list does not know are of the sector that a word of their name says. */
static const struct {
    const char *word, *sector;
} sector_words[] = {{"銀行", "bank"},      {"信用金庫", "bank"}, {"信金", "bank"},
                    {"bank", "bank"},      {"カード", "card"},   {"card", "card"},
                    {"クレジット", "card"}};

/* The brand list's name and sector of a brand as a feed writes it, where the whole text is a name of it. */
static struct feed_brand brand_known(struct feed *feed, struct bytes name)
{
    struct feed_brand out = {.name = arena_copy(feed->arena, name)};
    for (size_t i = 0; i < sizeof sector_words / sizeof sector_words[0] && out.sector.len == 0; i++)
        if (bytes_find_fold(name, bytes_of_string(sector_words[i].word), 0) != BYTES_NPOS)
            out.sector = bytes_of_string(sector_words[i].sector);
    if (feed->brands == NULL)
        return out;
    struct brand_mention *mention;
    uint32_t count = brand_find(feed->brands, feed->arena, name, &mention);
    size_t longest = 0;
    for (uint32_t i = 0; i < count; i++)
        if (mention[i].text.len > longest) {
            longest = mention[i].text.len;
            out.sector = mention[i].brand->sector;
            if (longest == name.len)
                out.name = mention[i].brand->name;
        }
    return out;
}

static uint32_t brand_index_of(struct feed *feed, struct bytes name)
{
    static const struct bytes wide_space = {(const uint8_t *)"\xE3\x80\x80", 3};
    for (struct bytes before = BYTES_NONE; before.len != name.len || before.at != name.at;) {
        before = name = bytes_trim(name);
        if (bytes_starts(name, wide_space))
            name = bytes_from(name, wide_space.len);
        if (bytes_ends(name, wide_space))
            name = bytes_sub(name, 0, name.len - wide_space.len);
    }
    if (name.len == 0)
        return 0;
    void *known = table_get(feed->brand_at, name);
    if (known != NULL)
        return (uint32_t)((uintptr_t)known - 1);
    struct feed_brand brand = brand_known(feed, name);
    struct bytes key = arena_copy(feed->arena, name);
    known = table_get(feed->brand_at, brand.name);
    if (known == NULL) {
        if (feed->brand_count == feed->brand_room)
            feed->brand =
                talloc_realloc(feed, feed->brand, struct feed_brand, feed->brand_room *= 2);
        feed->brand[feed->brand_count++] = brand;
        known = (void *)(uintptr_t)feed->brand_count;
        table_set(feed->brand_at, brand.name, known);
    }
    table_set(feed->brand_at, key, known);
    return (uint32_t)((uintptr_t)known - 1);
}

bool feed_add(struct feed *feed, struct bytes url, uint32_t minute, struct bytes brand,
              const char *file, uint32_t line)
{
    feed->rows++;
    struct feed_site site = {.first_minute = minute, .last_minute = minute, .rows = 1};
    if (!normalise_url(feed, url, &site)) {
        feed_note(feed, file, line, url, "no host");
        return false;
    }
    site.brand = brand_index_of(feed, brand);
    if (feed->count == feed->room) {
        feed->room = feed->room == 0 ? ROOM_FIRST : feed->room + feed->room / 2;
        feed->site = bulk_grow(feed, feed->site, feed->room, sizeof *feed->site);
    }
    feed->site[feed->count++] = site;
    return true;
}

void feed_add_aside(struct feed *feed, struct bytes host, uint32_t minute)
{
    uint32_t before = feed->count;
    struct feed_site site = {0};
    if (host.len > 0 && normalise_url(feed, host, &site) &&
        feed_add(feed, arena_copy(feed->arena, host), minute, BYTES_NONE, "", 0))
        feed->site[before].flags |= SITE_ASIDE;
    feed->rows -= feed->count - before;
}

/* Where a list names sites, hosts that only evidence names are none. */
static void drop_aside(struct feed *feed)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < feed->count; i++)
        kept += (feed->site[i].flags & SITE_ASIDE) == 0;
    if (kept == 0 || kept == feed->count)
        return;
    kept = 0;
    for (uint32_t i = 0; i < feed->count; i++)
        if ((feed->site[i].flags & SITE_ASIDE) == 0)
            feed->site[kept++] = feed->site[i];
    feed->count = kept;
}

static void add_fact(struct feed *feed, struct bytes host, struct host_fact fact)
{
    struct feed_site site = {0};
    if (host.len == 0 || !normalise_url(feed, host, &site))
        return;
    bool of_domain = fact.kind == FACT_NAMESERVER || fact.kind == FACT_REGISTRANT ||
                     fact.kind == FACT_REGISTRATION;
    fact.of = of_domain ? site.registered : site.hash;
    fact.domain = site.registered;
    host_fact_add(&feed->facts, feed, &fact);
}

void feed_fact(struct feed *feed, struct bytes host, enum host_fact_kind kind, struct bytes value,
               uint32_t first_minute, uint32_t last_minute)
{
    if (value.len > 0)
        add_fact(
            feed, host,
            (struct host_fact){
                .value = bytes_hash_fold(value),
                .text = arena_copy(
                    feed->arena,
                    bytes_sub(value, 0, value.len < FACT_TEXT_MOST ? value.len : FACT_TEXT_MOST)),
                .kind = (uint8_t)kind,
                .first_minute = first_minute,
                .last_minute = last_minute});
}

void feed_fact_hash(struct feed *feed, struct bytes host, enum host_fact_kind kind, uint64_t value)
{
    add_fact(feed, host, (struct host_fact){.value = value, .kind = (uint8_t)kind});
}

/* Host, then time (unknown last), then the bytes of the URL, then the brand's name is left to the caller. */
static int compare_rows(const void *left, const void *right)
{
    const struct feed_site *a = left, *b = right;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    int order = bytes_compare(a->host, b->host);
    if (order != 0)
        return order;
    if (a->first_minute != b->first_minute)
        return a->first_minute - 1u < b->first_minute - 1u ? -1 : 1;
    order = bytes_compare(a->url, b->url);
    return order != 0 ? order : (a->brand > b->brand) - (a->brand < b->brand);
}

static int compare_brands(const void *left, const void *right)
{
    return bytes_compare(((const struct feed_brand *)left)->name,
                         ((const struct feed_brand *)right)->name);
}

/* Number the brands by name, so that numbers do not tell the order of rows. */
static void sort_brands(struct feed *feed)
{
    qsort(feed->brand + 1, feed->brand_count - 1, sizeof *feed->brand, compare_brands);
    uint32_t *to = talloc_zero_array(feed, uint32_t, feed->brand_count);
    for (uint32_t i = 1; i < feed->brand_count; i++)
        feed->brand[i].hash = bytes_hash(feed->brand[i].name);
    for (uint32_t i = 1; i < feed->brand_count; i++)
        to[(uintptr_t)table_get(feed->brand_at, feed->brand[i].name) - 1] = i;
    for (uint32_t i = 0; i < feed->count; i++)
        feed->site[i].brand = to[feed->site[i].brand];
    for (uint32_t i = 0; i < feed->brand_at->count; i++) {
        struct table_row *row = &feed->brand_at->row[i];
        row->value = (void *)(uintptr_t)(to[(uintptr_t)row->value - 1] + 1);
    }
    talloc_free(to);
}

/* By the upper bits of the hash of the host, then what falls together by all that tells rows apart. */
static void sort_rows(struct feed *feed)
{
    uint32_t bits = 1;
    while (bits < 24 && UINT32_C(1) << bits < feed->count)
        bits++;
    uint32_t *from = bulk_array(NULL, (UINT64_C(1) << bits) + 1, sizeof *from);
    struct feed_site *sorted = bulk_array(feed, feed->count + 1u, sizeof *sorted);
    for (uint32_t i = 0; i < feed->count; i++)
        from[(feed->site[i].hash >> (64 - bits)) + 1]++;
    for (uint32_t b = 0; b < UINT32_C(1) << bits; b++)
        from[b + 1] += from[b];
    for (uint32_t i = 0; i < feed->count; i++)
        sorted[from[feed->site[i].hash >> (64 - bits)]++] = feed->site[i];
    for (uint32_t b = 0, start = 0; b < UINT32_C(1) << bits; start = from[b++])
        if (from[b] - start > 1)
            qsort(sorted + start, from[b] - start, sizeof *sorted, compare_rows);
    bulk_free(from);
    bulk_free(feed->site);
    feed->site = sorted;
    feed->room = feed->count;
}

void feed_seal(struct feed *feed)
{
    drop_aside(feed);
    sort_brands(feed);
    sort_rows(feed);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < feed->count; i++) {
        struct feed_site *last = kept > 0 ? &feed->site[kept - 1] : NULL;
        const struct feed_site *row = &feed->site[i];
        if (last == NULL || last->hash != row->hash || !bytes_equal(last->host, row->host)) {
            feed->site[kept++] = *row;
            continue;
        }
        last->rows++;
        if (row->last_minute > last->last_minute)
            last->last_minute = row->last_minute;
        if (last->brand == 0)
            last->brand = row->brand;
    }
    feed->count = kept;
    service_split(feed);
    host_fact_seal(&feed->facts, feed, feed->site, feed->count);
}

uint32_t feed_find(const struct feed *feed, struct bytes host)
{
    uint64_t hash = bytes_hash_fold(host);
    uint32_t low = 0, high = feed->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (feed->site[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < feed->count && feed->site[low].hash == hash; low++)
        if (bytes_equal_fold(feed->site[low].host, host))
            return low;
    return UINT32_MAX;
}

struct bytes feed_site_path(const struct feed_site *site)
{
    if (site->path_at == 0)
        return BYTES_NONE;
    size_t from = site->path_at < 255 ? site->path_at : bytes_find_byte(site->url, '/', 254);
    struct bytes path = bytes_from(site->url, from == BYTES_NPOS ? site->url.len : from);
    for (size_t i = 0; i < path.len; i++)
        if (path.at[i] == '?' || path.at[i] == '#')
            return bytes_sub(path, 0, i);
    return path;
}
