/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups with names that stay: what the reports print.
 *
 * A group of two and more sites gets an id: the sector its brands mostly belong to (BP banks, CP cards, MP
 * mobile carriers, SP shops, PP parcels and posts, XP others) and a number.  Without a state
 * file numbers follow the first day; with one, a group keeps its id from run to run: an old id goes to the
 * group that has most of its sites, a group that has several old ones keeps the lowest number and the
 * others are logged as merged into it.  Nothing is numbered anew.
 *
 * The state file is text, one record a line, fields between tabs:
 *     noroshi-group 1
 *     N  PREFIX  next number
 *     M  old id  id it was merged into
 *     S  id or -  first minute  last minute  rows  brand  url
 * It holds the sites too, so a run over new days alone sees all of them: appending a day gives the
 * partition of one run over everything. */
#ifndef NOROSHI_GROUP_GROUPS_H
#define NOROSHI_GROUP_GROUPS_H

#include "group/cluster.h"

struct group {
    struct bytes id;
    uint32_t root;                      /* value of clusters->group (or wave) of its members */
    uint32_t *member;                   /* site numbers by first time, then hash */
    uint32_t count, domains;            /* registered domains; dynamic-DNS zones once where asked */
    uint32_t first_minute, last_minute; /* 0: not known */
};

struct group_merge {
    struct bytes from, into;
};

struct groups {
    struct arena *arena;
    const struct evidence_base *evidence;
    const struct clusters *clusters;
    bool dynamic_once;
    struct group *group; /* largest first, ties by root */
    uint32_t count;
    uint32_t *of;       /* per site: 1 + index into group, 0: alone */
    uint32_t *wave_of;  /* per site: 1 + index into wave, 0: alone */
    struct group *wave; /* id "W20200114-1" */
    uint32_t wave_count;
    uint64_t domains; /* of the whole list, counted in the same way */
    struct group_merge *merge;
    uint32_t merge_count;
    struct table *next; /* prefix -> 1 + next number */
};

struct group_state;

/* Read the state TEXT (named PATH in errors), adding its sites to FEED (not sealed yet); NULL and ERR. */
struct group_state *group_state_read(const void *parent, struct feed *feed, struct bytes text,
                                     const char *path, struct error *err);
/* Name the clusters; STATE (or NULL) gives the ids of earlier runs. */
struct groups *groups_name(const void *parent, const struct evidence_base *evidence,
                           const struct clusters *clusters, const struct group_state *state,
                           bool dynamic_once);
/* The groups as STATE has them (its sites are the feed of TEMPLATES, sealed): nothing is compared,
 * there are no waves and no joins to explain.  A dynamic-DNS zone counts as one domain. */
struct groups *groups_recorded(const void *parent, const struct templates *templates,
                               const struct group_state *state);
/* What the next run needs. */
void groups_write_state(const struct groups *groups, struct text *out);
const struct group *groups_find(const struct groups *groups, struct bytes id);

#endif
