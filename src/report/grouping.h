/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups of phishing sites as text, TSV, JSON, STIX 2.1 and a MISP event.
 *
 * All say what a group is: a shared method or infrastructure, not a person.  Ids of STIX and MISP objects are
 * UUIDv5 of what they name, so the same list gives the same file. */
#ifndef NOROSHI_REPORT_GROUPING_H
#define NOROSHI_REPORT_GROUPING_H

#include "group/groups.h"

/* What was read, the largest groups (at most MOST), what to do next. */
void grouping_text(struct text *out, const struct groups *groups, uint32_t most);
/* "host TAB id" for every site; one that is alone has an id of its own. */
void grouping_tsv(struct text *out, const struct groups *groups, bool waves);
/* One object: counts, groups with members, waves, contested links, rows that could not be used. */
void grouping_json(struct text *out, const struct groups *groups);
/* A bundle: identity, one url or domain-name indicator a site, one grouping a group. */
void grouping_stix(struct text *out, const struct groups *groups);
/* An event with one object-free attribute a site, tagged with its group. */
void grouping_misp(struct text *out, const struct groups *groups);

#endif
