/* SPDX-License-Identifier: Apache-2.0
 *
 * The list of sites to be grouped: rows come in from any reader, hosts come out in an order of their own.
 *
 * A row is a URL, and where the list has them a time and a brand.  Rows of one host become one site: the
 * earliest row stands for it (ties by the bytes of the URL), first and last time and the number of rows
 * are kept.  Sites are sorted by a hash of the host, so nothing behind this file can see in which order
 * rows came or how they were split over files.  A row that cannot be used is reported with file and line
 * and never dropped silently.
 *
 * Normalising takes off what writers of lists add: defanging (hxxp, [.], (dot)), broken schemes (ttps:,
 * https:///), user information, port, final dots, upper case; names in other scripts become xn--.  The
 * host is split by the Public Suffix List (ICANN section) and by lists of dynamic-DNS and free-host zones:
 * below those every customer is a registrant of their own.
 *
 * cost: O(bytes) and one sort of the rows; memory about 150 bytes a row besides its text. */
#ifndef NOROSHI_GROUP_FEED_H
#define NOROSHI_GROUP_FEED_H

#include "base/error.h"
#include "base/table.h"
#include "base/text.h"
#include "group/host_fact.h"
#include "observe/brand.h"

enum site_flag {
    SITE_IP = 1, /* the host is an IPv4 or IPv6 address */
    SITE_HTTPS = 2,
    SITE_DYNAMIC = 4,   /* below a dynamic-DNS zone */
    SITE_FREE = 8,      /* below a host that gives names to anybody */
    SITE_ROOT = 16,     /* no path, or "/" only */
    SITE_USERINFO = 32, /* the link had user information before the host */
    SITE_GENUINE =
        64,          /* the host belongs to a brand's own domain, or is a shortener: says nothing */
    SITE_ASIDE = 128 /* only evidence names the host: no site where there is a list of sites */
};

struct feed_site {
    struct bytes host;
    struct bytes url; /* of the row that stands for the site, refanged */
    uint64_t hash;    /* of host: order and tie-break everywhere */
    uint64_t
        registered; /* hash of the registered domain (of the host below a free zone, or an address) */
    uint32_t brand;        /* index into feed.brand; 0: not known */
    uint32_t first_minute; /* since the epoch; 0: not known */
    uint32_t last_minute;
    uint32_t rows;
    uint8_t sub_len; /* bytes of the part in front of the registered label, without its dot */
    uint8_t label_at, label_len;
    uint8_t path_at; /* offset of the path in url; 0: none; 255: further than that */
    uint8_t flags;   /* enum site_flag */
};

struct feed_brand {
    struct bytes name;
    struct bytes sector; /* absent where the brand list does not know it */
    uint64_t hash;       /* of the name: numbers depend on which other brands there are */
};

struct feed_dirt { /* a row that could not be used */
    const char *file;
    uint32_t line;
    struct bytes text;
    const char *why;
};

struct feed {
    struct arena *arena;
    const struct brand_index *brands; /* may be NULL */
    uint32_t workers;         /* threads, 1 .. CREW_MOST; what comes out does not depend on it */
    struct table *zone;       /* dynamic-DNS zone -> (void *)SITE_DYNAMIC or (void *)SITE_FREE */
    struct table *brand_at;   /* name -> 1 + index */
    struct feed_brand *brand; /* [0] is the unknown one */
    uint32_t brand_count, brand_room;
    struct feed_site *site; /* after feed_seal: sorted by hash, one per host */
    uint32_t count, room;
    uint64_t rows;
    struct host_facts facts; /* of hosts, whether in the list or not; after feed_seal of sites */
    struct feed_dirt *dirt;
    uint32_t dirt_count, dirt_room;
};

/* An empty feed under PARENT; BRANDS (or NULL) names sectors and genuine domains. */
struct feed *feed_new(const void *parent, const struct brand_index *brands);
/* Zones, one a line, # comments, below which everybody can have a name: FLAG is SITE_DYNAMIC or SITE_FREE. */
void feed_add_zones(struct feed *feed, struct bytes list, enum site_flag flag);
/* One row; MINUTE 0 and BRAND absent where not known.  URL must live as long as the feed.  A URL without
 * a usable host is noted with FILE (kept, not copied) and LINE; answers whether the row was taken. */
bool feed_add(struct feed *feed, struct bytes url, uint32_t minute, struct bytes brand,
              const char *file, uint32_t line);
/* HOST, which evidence names: a site only where no list names any. */
void feed_add_aside(struct feed *feed, struct bytes host, uint32_t minute);
void feed_note(struct feed *feed, const char *file, uint32_t line, struct bytes text,
               const char *why);
/* HOST (any writing of it) has VALUE of KIND between the two times (0: not known); copied where needed. */
void feed_fact(struct feed *feed, struct bytes host, enum host_fact_kind kind, struct bytes value,
               uint32_t first_minute, uint32_t last_minute);
/* The same for a value that is only a hash: a part of a page. */
void feed_fact_hash(struct feed *feed, struct bytes host, enum host_fact_kind kind, uint64_t value);
/* Sort, and make one site of the rows of each host.  Once, after the last row. */
void feed_seal(struct feed *feed);
/* The site of HOST (any case), or UINT32_MAX. */
uint32_t feed_find(const struct feed *feed, struct bytes host);

/* Ask for the text of the site that a walk in order comes to soon after INDEX: rows stand in their order,
 * sites in another, so each text is a miss. */
static inline void feed_expect(const struct feed *feed, uint32_t index)
{
    const uint32_t ahead = 16;
    if (index + ahead < feed->count)
        __builtin_prefetch(feed->site[index + ahead].host.at, 0, 1);
}

static inline struct bytes feed_site_sub(const struct feed_site *site)
{
    return bytes_sub(site->host, 0, site->sub_len);
}
static inline struct bytes feed_site_label(const struct feed_site *site)
{
    return bytes_sub(site->host, site->label_at, site->label_len);
}
/* "co.jp", "duckdns.org"; empty for an address. */
static inline struct bytes feed_site_suffix(const struct feed_site *site)
{
    return bytes_from(site->host, (size_t)site->label_at + site->label_len + 1u);
}
static inline struct bytes feed_site_registered(const struct feed_site *site)
{
    return bytes_from(site->host, site->label_at);
}
/* With its slash, without query and fragment; may be empty. */
struct bytes feed_site_path(const struct feed_site *site);

#endif
