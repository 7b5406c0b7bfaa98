/* SPDX-License-Identifier: Apache-2.0
 *
 * How a site is named: literals learned from the list, everything else as class and length.
 *
 * A first pass counts, over distinct registered domains, the beginnings and ends (3 to 13 bytes) and the
 * pieces between hyphens of the registered label, the labels of the subdomain and the segments of the
 * path.  A piece is a literal where at least LITERAL_LEAST domains have it and at least LITERAL_TIMES as
 * many as letter frequencies alone would give.  A second pass writes each part with its literals kept:
 * "rxkvtuem-<a5>", "my.jcb.co.jp", "/netbk/".  Classes: a letters, d digits, h hex of 16 and more, x mixed.
 *
 * A scheme is what a person sees in lookalikes of a brand: a token of a brand of the sector (list
 * knowledge/brand_tokens.txt), whole or mutated, with or without hyphen.  It ties names across brands.
 *
 * cost: about 25 counter accesses a site. */
#ifndef NOROSHI_GROUP_TEMPLATE_H
#define NOROSHI_GROUP_TEMPLATE_H

#include "group/feed.h"
#include "group/tally.h"

enum scheme {
    SCHEME_NONE,
    SCHEME_HYPHEN, /* smbc-wg.com: token or short word, hyphen, one to five letters */
    SCHEME_MUTATE, /* smbczv.com, fudkuo.com: a token with letters added or changed, no hyphen */
    SCHEME_KIT,    /* anything.com/netbk: a short token of the sector is the whole path */
};
extern const char *const scheme_names[4];

struct traits {
    uint32_t label, sub, path; /* hashes of the templates; sub and path 0 where there is none */
    uint32_t suffix;           /* hash */
    uint8_t label_literal, sub_literal, path_literal; /* bytes of literals in each */
    uint8_t scheme;                                   /* enum scheme */
    uint8_t sector;                                   /* of the brand; 0: none */
    uint8_t token; /* SCHEME_HYPHEN: a whole token stands before the hyphen */
};

struct template_token {
    struct bytes text;
    uint8_t sector;
};

struct templates {
    struct arena *arena;
    const struct feed *feed;
    struct tally piece;
    double letter[256]; /* share of each byte in registered labels */
    uint64_t domains;   /* distinct registered domains */
    struct template_token *token;
    uint32_t token_count;
    struct bytes sector[255]; /* [1..] */
    uint32_t sector_count;
    struct traits *traits; /* one per site */
};

/* Learn from FEED (sealed) and describe all its sites; TOKENS is the text of the token list, or absent. */
struct templates *template_learn(const void *parent, const struct feed *feed, struct bytes tokens);
/* The templates of site INDEX as text: "www.|smbc-<a2>|com|/". */
void template_text(const struct templates *templates, uint32_t index, struct text *out);
/* The template of the registered label alone, and as a regular expression ("smbc-[a-z]{2}"). */
void template_label(const struct templates *templates, uint32_t index, struct text *out,
                    bool regex);

#endif
