/* SPDX-License-Identifier: Apache-2.0 */
#include "group/service.h"

#include "group/bulk.h"

#include <stdlib.h>

#define MINUTES_A_DAY 1440u

struct customer {
    uint64_t domain;
    uint32_t minute, site;
};

static int compare_customers(const void *left, const void *right)
{
    const struct customer *a = left, *b = right;
    int order = (a->domain > b->domain) - (a->domain < b->domain);
    if (order == 0)
        order = (a->minute > b->minute) - (a->minute < b->minute);
    return order != 0 ? order : (a->site > b->site) - (a->site < b->site);
}

/* Whether SITE has a name of its own below the registered domain. */
static bool is_below(const struct feed_site *site)
{
    return site->sub_len > 0 && site->first_minute != 0 && site->brand != 0 &&
           (site->flags & (SITE_IP | SITE_DYNAMIC | SITE_FREE)) == 0 &&
           !bytes_equal(bytes_sub(site->host, 0, site->sub_len), BYTES("www"));
}

/* Whether COUNT customers at AT, in order of time, are of a service. */
static bool is_service(const struct feed *feed, const struct customer *at, uint32_t count)
{
    uint32_t brand[SERVICE_BRANDS], brands = 0, days = 0, day = 0;
    if (count < SERVICE_DAYS ||
        at[count - 1].minute - at[0].minute < SERVICE_SPAN * MINUTES_A_DAY)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t of = feed->site[at[i].site].brand, k = 0;
        days += at[i].minute / MINUTES_A_DAY != day;
        day = at[i].minute / MINUTES_A_DAY;
        while (k < brands && brand[k] != of)
            k++;
        if (k == brands && brands < SERVICE_BRANDS)
            brand[brands++] = of;
    }
    return brands >= SERVICE_BRANDS && days >= SERVICE_DAYS;
}

/* The label in front of the service's domain becomes the registered one. */
static void split_site(struct feed_site *site)
{
    struct bytes below = bytes_sub(site->host, 0, site->sub_len);
    size_t dot = bytes_find_last_byte(below, '.'), at = dot == BYTES_NPOS ? 0 : dot + 1;
    site->label_at = (uint8_t)at;
    site->label_len = (uint8_t)(site->sub_len - at);
    site->sub_len = (uint8_t)(at > 0 ? at - 1 : 0);
    site->registered = bytes_hash(bytes_from(site->host, at));
    site->flags |= SITE_FREE;
}

/* Names below registered domains, counted up to SERVICE_DAYS by the lower bits of their hash. */
struct crowd {
    uint8_t *seen;
    uint32_t mask;
};

static bool is_crowded(const struct crowd *crowd, const struct feed_site *site)
{
    return crowd->seen[site->registered & crowd->mask] == SERVICE_DAYS && is_below(site);
}

/* Sites with names below a domain that has SERVICE_DAYS of them, from bulk_array. */
static struct customer *collect(const struct feed *feed, uint32_t *count_out)
{
    struct crowd crowd = {.mask = 1023};
    while (crowd.mask < feed->count)
        crowd.mask = crowd.mask * 2 + 1;
    crowd.seen = bulk_array(NULL, crowd.mask + UINT64_C(1), 1);
    for (uint32_t i = 0; i < feed->count; i++) {
        uint8_t *n = &crowd.seen[feed->site[i].registered & crowd.mask];
        if (*n < SERVICE_DAYS && is_below(&feed->site[i]))
            ++*n;
    }
    uint32_t room = 1, count = 0;
    for (uint32_t i = 0; i < feed->count; i++)
        room += is_crowded(&crowd, &feed->site[i]);
    struct customer *out = bulk_array(NULL, room, sizeof *out);
    for (uint32_t i = 0; i < feed->count; i++)
        if (is_crowded(&crowd, &feed->site[i]))
            out[count++] = (struct customer){feed->site[i].registered, feed->site[i].first_minute, i};
    bulk_free(crowd.seen);
    *count_out = count;
    return out;
}

uint32_t service_split(struct feed *feed)
{
    uint32_t count, split = 0;
    struct customer *at = collect(feed, &count);
    qsort(at, count, sizeof *at, compare_customers);
    for (uint32_t from = 0, end; from < count; from = end) {
        for (end = from; end < count && at[end].domain == at[from].domain; end++)
            ;
        bool service = is_service(feed, at + from, end - from);
        for (uint32_t i = from; service && i < end; i++, split++)
            split_site(&feed->site[at[i].site]);
    }
    bulk_free(at);
    return split;
}
