/* SPDX-License-Identifier: Apache-2.0
 *
 * Why two sites are together, hop by hop, and what a group is made of.
 *
 * A pair is explained by the path between them in the forest of joins; each hop says in at most three
 * lines what the two sites share, how many sites share it against how many would by chance, how far
 * apart they are in time, and how strong that is.  The weakest hop is the strength of the pair.
 * Strong: probability from 0.9; suggested: from 0.73; weak: less (joined because many such pairs agree).
 *
 * A suggested regular expression is made from the naming templates of a group, run over all hosts of
 * the list, and kept only where at most one hit in ten is not of the group. */
#ifndef NOROSHI_GROUP_EXPLAIN_H
#define NOROSHI_GROUP_EXPLAIN_H

#include "group/groups.h"

struct explain_regex {
    struct bytes pattern;
    uint32_t inside, outside; /* hosts of the list that match, of the group and not */
};

const char *explain_strength(double score);
/* Lines about A and B; what joins them, or what speaks for and against where they are apart. */
void explain_pair(const struct groups *groups, uint32_t a, uint32_t b, struct text *out);
/* Templates, brands, days, regular expressions, weakest joins, neighbours it was nearly joined to. */
void explain_group(const struct groups *groups, const struct group *group, struct text *out);
/* The best regular expressions of GROUP, at most MOST; ARENA holds them. */
uint32_t explain_regexes(const struct groups *groups, const struct group *group,
                         struct arena *arena, struct explain_regex *out, uint32_t most);
/* Defanged: "smbc-wg[.]com". */
void explain_host(const struct groups *groups, uint32_t site, struct text *out);

/* A value and how many sites of a group have it. */
struct explain_count {
    struct bytes text;
    uint32_t count;
};
enum explain_what { EXPLAIN_BRAND, EXPLAIN_TEMPLATE, EXPLAIN_SUFFIX, EXPLAIN_MONTH };
/* The values of WHAT in GROUP, most frequent first, ties by text, at most MOST. */
uint32_t explain_counts(const struct groups *groups, const struct group *group,
                        enum explain_what what, struct arena *arena, struct explain_count *out,
                        uint32_t most);

#endif
