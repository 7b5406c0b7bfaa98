/* SPDX-License-Identifier: Apache-2.0 */
#include "group/groups.h"

#include "group/bulk.h"
#include "group/state.h"

#include <stdlib.h>
#include <talloc.h>

#define SHORT 32u /* fewer are sorted in place */

static const struct {
    const char *sector, *prefix;
} prefixes[] = {
    {"bank", "BP"}, {"card", "CP"}, {"carrier", "MP"}, {"shop", "SP"}, {"parcel", "PP"}};
#define PREFIXES (sizeof prefixes / sizeof prefixes[0])

static uint32_t time_rank(uint32_t minute)
{
    return minute - 1u; /* unknown last */
}

static int compare_groups(const void *left, const void *right)
{
    const struct group *a = left, *b = right;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return (a->root > b->root) - (a->root < b->root);
}

static int compare_starts(const void *left, const void *right)
{
    const struct group *a = *(const struct group *const *)left,
                       *b = *(const struct group *const *)right;
    if (a->first_minute != b->first_minute)
        return time_rank(a->first_minute) < time_rank(b->first_minute) ? -1 : 1;
    return (a->root > b->root) - (a->root < b->root);
}

static uint64_t domain_key(const struct feed *feed, uint32_t site, bool once)
{
    const struct feed_site *s = &feed->site[site];
    return once && (s->flags & SITE_DYNAMIC) != 0 ? bytes_hash(feed_site_suffix(s)) : s->registered;
}

static int compare_u64(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static void sort_u64(uint64_t *at, uint32_t count)
{
    if (count > SHORT)
        qsort(at, count, sizeof *at, compare_u64);
    else
        bulk_sort_short(at, count);
}

/* Different values among the COUNT of KEY, which are sorted. */
static uint32_t count_different(uint64_t *key, uint32_t count)
{
    uint32_t different = 0;
    sort_u64(key, count);
    for (uint32_t i = 0; i < count; i++)
        different += i == 0 || key[i] != key[i - 1];
    return different;
}

static uint32_t count_domains(const struct feed *feed, bool once)
{
    uint64_t *key = bulk_array(NULL, feed->count + 1u, sizeof *key);
    for (uint32_t i = 0; i < feed->count; i++)
        key[i] = domain_key(feed, i, once);
    uint32_t domains = count_different(key, feed->count);
    bulk_free(key);
    return domains;
}

/* Members by time, first and last, domains; KEY has room for all of them. */
static void describe(const struct groups *g, struct group *one, uint64_t *key)
{
    const struct feed *feed = g->evidence->feed;
    for (uint32_t m = 0; m < one->count; m++)
        __builtin_prefetch(&feed->site[one->member[m]], 0, 2);
    for (uint32_t m = 0; m < one->count; m++)
        key[m] =
            (uint64_t)time_rank(feed->site[one->member[m]].first_minute) << 32 | one->member[m];
    sort_u64(key, one->count);
    one->first_minute = (uint32_t)(key[0] >> 32) + 1u;
    for (uint32_t m = 0; m < one->count; m++) {
        uint32_t site = one->member[m] = (uint32_t)key[m];
        if (feed->site[site].last_minute > one->last_minute)
            one->last_minute = feed->site[site].last_minute;
        key[m] = domain_key(feed, site, g->dynamic_once);
    }
    one->domains = count_different(key, one->count);
}

/* Groups of two and more out of OF and SIZE, largest first; *NUMBER_OUT is 1 + group per site. */
static struct group *gather(struct groups *g, const uint32_t *of, const uint32_t *size,
                            uint32_t *count_out, uint32_t **number_out)
{
    const struct feed *feed = g->evidence->feed;
    uint32_t count = 0, *at = bulk_array(g, feed->count + 1u, sizeof *at);
    uint32_t *pool = bulk_array(g, feed->count + 1u, sizeof *pool), used = 0;
    for (uint32_t i = 0; i < feed->count; i++)
        count += size[i] > 1;
    struct group *group = bulk_array(g, count + 1u, sizeof *group);
    count = 0;
    for (uint32_t i = 0; i < feed->count; i++)
        if (size[i] > 1) {
            group[count] = (struct group){.root = i, .member = pool + used};
            used += size[i];
            at[i] = ++count;
        }
    for (uint32_t i = 0; i < feed->count; i++)
        if (at[of[i]] != 0) {
            struct group *one = &group[at[of[i]] - 1];
            one->member[one->count++] = i;
        }
    uint64_t *key = bulk_array(NULL, feed->count + 1u, sizeof *key);
    for (uint32_t k = 0; k < count; k++)
        describe(g, &group[k], key);
    bulk_free(key);
    qsort(group, count, sizeof *group, compare_groups);
    for (uint32_t k = 0; k < count; k++)
        for (uint32_t m = 0; m < group[k].count; m++)
            at[group[k].member[m]] = k + 1;
    for (uint32_t i = 0; i < feed->count; i++)
        if (size[of[i]] < 2)
            at[i] = 0;
    *count_out = count;
    *number_out = at;
    return group;
}

/* Which prefix a brand's sector has, for all brands; PREFIXES where none. */
static uint8_t *prefixes_of_brands(const void *parent, const struct feed *feed)
{
    uint8_t *of = talloc_array(parent, uint8_t, feed->brand_count);
    for (uint32_t brand = 0; brand < feed->brand_count; brand++) {
        of[brand] = 0;
        while (of[brand] < PREFIXES &&
               !bytes_equal(feed->brand[brand].sector, bytes_of_string(prefixes[of[brand]].sector)))
            of[brand]++;
    }
    return of;
}

static const char *prefix_of(const struct groups *g, const uint8_t *of_brand,
                             const struct group *group)
{
    uint32_t n[PREFIXES + 1] = {0}, best = 0;
    for (uint32_t m = 0; m < group->count; m++)
        n[of_brand[g->evidence->feed->site[group->member[m]].brand]]++;
    for (uint32_t k = 1; k < PREFIXES; k++)
        if (n[k] > n[best])
            best = k;
    return n[best] * 2 > group->count ? prefixes[best].prefix : "XP";
}

/* 1, 2, 3 of one prefix or day: what the table holds for KEY, counted up. */
static uint32_t count_up(struct table *table, struct bytes key)
{
    void **at = table_at(table, key);
    uintptr_t number = *at == NULL ? 1 : (uintptr_t)*at;
    *at = (void *)(number + 1);
    return (uint32_t)number;
}

static void name_waves(struct groups *g, struct group **by_start)
{
    struct table *days = table_new(g);
    for (uint32_t k = 0; k < g->wave_count; k++)
        by_start[k] = &g->wave[k];
    qsort(by_start, g->wave_count, sizeof *by_start, compare_starts);
    for (uint32_t k = 0; k < g->wave_count; k++) {
        char day[16];
        state_day(by_start[k]->first_minute, day);
        struct bytes key = arena_copy(g->arena, bytes_of_string(day));
        by_start[k]->id = arena_printf(g->arena, "W%s-%u", day, count_up(days, key));
    }
}

static void name_groups(struct groups *g, const struct group_state *state, struct group **by_start)
{
    uint8_t *of_brand = prefixes_of_brands(g, g->evidence->feed);
    if (state != NULL)
        state_award(state, g);
    for (uint32_t k = 0; k < g->count; k++)
        by_start[k] = &g->group[k];
    qsort(by_start, g->count, sizeof *by_start, compare_starts);
    for (uint32_t k = 0; k < g->count; k++)
        if (by_start[k]->id.at == NULL) {
            const char *prefix = prefix_of(g, of_brand, by_start[k]);
            by_start[k]->id =
                arena_printf(g->arena, "%s%u", prefix, count_up(g->next, bytes_of_string(prefix)));
        }
}

struct groups *groups_name(const void *parent, const struct evidence_base *evidence,
                           const struct clusters *clusters, const struct group_state *state,
                           bool dynamic_once)
{
    struct groups *g = talloc_zero(parent, struct groups);
    g->arena = arena_new(g);
    g->evidence = evidence;
    g->clusters = clusters;
    g->dynamic_once = dynamic_once;
    g->next = table_new(g);
    g->group = gather(g, clusters->group, clusters->group_size, &g->count, &g->of);
    g->wave = gather(g, clusters->wave, clusters->wave_size, &g->wave_count, &g->wave_of);
    g->domains = count_domains(evidence->feed, dynamic_once);
    struct group **by_start = bulk_array(
        g, (g->count > g->wave_count ? g->count : g->wave_count) + 1u, sizeof(struct group *));
    name_groups(g, state, by_start);
    name_waves(g, by_start);
    bulk_free(by_start);
    return g;
}

const struct group *groups_find(const struct groups *groups, struct bytes id)
{
    for (uint32_t k = 0; k < groups->count; k++)
        if (bytes_equal_fold(groups->group[k].id, id))
            return &groups->group[k];
    for (uint32_t k = 0; k < groups->wave_count; k++)
        if (bytes_equal_fold(groups->wave[k].id, id))
            return &groups->wave[k];
    return NULL;
}
