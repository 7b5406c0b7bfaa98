/* SPDX-License-Identifier: Apache-2.0
 *
 * Which brands a text names, and whether a domain is theirs.
 *
 * The list (name, aliases, own domains) is data of the caller (knowledge/brands.yml through know/); all
 * names and aliases are found by their first bytes, hashed.  A mention is a whole word for Latin names
 * ("Apple" but not "pineapple"); names with other letters (三井住友銀行) match anywhere.  Case and
 * full-width forms are folded, zero-width characters and soft hyphens inside a name skipped.  Cost: linear
 * in the text; where eight bytes of a name stand, each name that begins with them is compared.
 * Source: R. M. Karp, M. O. Rabin, Efficient randomized pattern-matching algorithms (1987). */
#ifndef NOROSHI_OBSERVE_BRAND_H
#define NOROSHI_OBSERVE_BRAND_H

#include "base/arena.h"

struct brand {
    struct bytes name;
    struct bytes *alias;
    uint32_t alias_count;
    struct bytes *domain; /* registered domains the brand sends from and owns, lower case */
    uint32_t domain_count;
    struct bytes sector; /* "bank", "card"; absent where the list does not say */
};

struct brand_mention {
    const struct brand *brand;
    struct bytes text; /* the first mention, a slice of the text */
    uint32_t count;
};

struct brand_index;

/* An index over COUNT brands (kept, not copied), under the talloc PARENT. */
struct brand_index *brand_index_new(const void *parent, const struct brand *brand, uint32_t count);
/* Brands TEXT names, in the order in which their first mentions end, into ARENA; their count is returned. */
uint32_t brand_find(const struct brand_index *index, struct arena *arena, struct bytes text,
                    struct brand_mention **out);
/* The brand that owns DOMAIN (a host name: the domain itself or anything below it), or NULL.  Only what the
 * list holds: a brand's name under another country's suffix is anybody's who registers it. */
const struct brand *brand_of_domain(const struct brand_index *index, struct bytes domain);

#endif
