/* SPDX-License-Identifier: Apache-2.0
 *
 * What speaks for two sites being one operator's: additive log-odds, each with its count and its chance.
 *
 * The evidence of a pair is a pure function of the two sites and of counts over the whole list, so any two
 * sites can be compared at any time, in waves, in groups and when explaining.  Each shared thing has a
 * weight (evidence.def), is scaled by how rare it is (a value 1 in 1,000 sites has counts in full, one
 * that half of the sites have counts nothing), and decays with the time between the sites.  What brand and
 * suffix say together depends on how quiet the days are: two sites of a brand that has a handful below
 * one suffix are often one operator's, two of hundreds are not.  A report says less the more it holds.
 * A template whose literals are a genuine host name counts, the genuine host itself does not.
 * Where report batches do not count, bursts of a brand are learned from the list (group/pace.h).
 *
 * The weights were set by hand, by B-cubed F1 on sites up to 2022 (doc/group.md); they are not fitted.
 *
 * cost: about 100 ns a pair; 64 bytes a site. */
#ifndef NOROSHI_GROUP_EVIDENCE_H
#define NOROSHI_GROUP_EVIDENCE_H

#include "group/pace.h"
#include "group/template.h"

enum evidence_id {
#define EVIDENCE(id, name, weight, days, what) EVIDENCE_##id,
#include "group/evidence.def"
#undef EVIDENCE
    EVIDENCE_COUNT,
    EVIDENCE_KEYED = EVIDENCE_HOSTED /* those before it are one key a site; the others facts */
};

#define RARITY_KNOWN 4096u

struct evidence_row {
    const char *name, *what;
    double weight, days;
};
extern const struct evidence_row evidence_rows[EVIDENCE_COUNT];

/* What a comparison looks at: one cache line.  Keys are the upper half of evidence_key(), 0: nothing to
 * share.  What brand and suffix (burst), brand and minute (batch), name and brand (zone) share follows
 * from these. */
struct profile {
    uint32_t registered, brand, suffix, subdomain, path, scheme;
    uint32_t name;   /* of the label's template with literals or without, or of the address block */
    uint32_t minute; /* first sight; 0: not known */
    uint32_t fact;   /* 1 + index of its first fact; 0: none */
    uint8_t scale[EVIDENCE_KEYED]; /* how much of the weight the value keeps, 1/196 */
    uint8_t label_len;             /* 0: an address */
    uint8_t shape;                 /* labels of the host * 16 + way of writing */
    uint8_t sector;                /* of the scheme's brand; 0: no scheme */
    uint8_t flags;                 /* enum profile_flag */
    uint64_t letters;              /* of the label, four bits each, to find neighbours by */
};
enum profile_flag {
    PROFILE_LITERAL = 1, /* name is that of a template with literals */
    PROFILE_ADDRESS = 2, /* name is an address block */
    PROFILE_ZONE = 4,    /* a brand's below a dynamic-DNS zone */
    PROFILE_USERINFO = 8,
    PROFILE_MUTATED = 16 /* the scheme is that of names without hyphen */
};

struct evidence_base {
    const struct feed *feed;
    const struct templates *templates;
    struct tally value; /* sites that have (evidence, value) */
    struct profile *profile;
    struct pace *pace; /* the burst of each site, where report batches do not count; else NULL */
    uint32_t *volume; /* sites listed in each term of some days, from TERM_FIRST on */
    uint32_t term_first, term_count;
    double weight[EVIDENCE_COUNT], per_minute[EVIDENCE_COUNT]; /* 0: does not count */
    double rarity[2][RARITY_KNOWN]; /* by how many sites have a value; [1]: a learned literal */
    uint32_t off;                   /* bit set of enum evidence_id that do not count */
    uint32_t counted;               /* those that do and are keyed */
};

struct link_part {
    double score; /* 0: does not speak */
    uint32_t
        seen; /* sites of the list (of facts: registered domains) that share the value; 0: not counted */
    double chance;     /* that a random site of the list has it */
    struct bytes text; /* of a fact: the value */
};

struct link {
    double score; /* sum of the parts and of the bias: natural log-odds */
    double days;  /* between the first sights; negative: not known */
    struct link_part part[EVIDENCE_COUNT];
};

#define EVIDENCE_BIAS (-6.8)
/* Lengths of labels that are looked at for neighbours, in bytes. */
#define NEIGHBOUR_SHORTEST 5u
#define NEIGHBOUR_LONGEST 14u

void evidence_init(struct evidence_base *evidence, const void *parent,
                   const struct templates *templates, uint32_t off);
/* What speaks for sites A and B. */
void evidence_compare(const struct evidence_base *evidence, uint32_t a, uint32_t b,
                      struct link *out);
/* The sum alone; the same as if the two were DAYS apart (negative: not known); the same without what
 * follows from when the two were listed alone. */
double evidence_score(const struct evidence_base *evidence, uint32_t a, uint32_t b);
double evidence_score_at(const struct evidence_base *evidence, uint32_t a, uint32_t b, double days);
double evidence_score_untimed(const struct evidence_base *evidence, uint32_t a, uint32_t b);
/* What speaks against one operation where reports count: two reports of one brand within hours. */
double evidence_rival(const struct evidence_base *evidence, uint32_t a, uint32_t b);
/* Between the first sights; negative where one is not known. */
double evidence_days(const struct evidence_base *evidence, uint32_t a, uint32_t b);
/* Whether the sum can reach LEAST; *SCORE_OUT is it where it does. */
bool evidence_reaches(const struct evidence_base *evidence, uint32_t a, uint32_t b, double least,
                      double *score_out);
/* Ask for what comparing SITE will read. */
static inline void evidence_expect(const struct evidence_base *evidence, uint32_t site)
{
    __builtin_prefetch(&evidence->profile[site], 0, 2);
}
/* What two sites share by ID, in words: bursts mean another thing where they are learned. */
const char *evidence_what(const struct evidence_base *evidence, enum evidence_id id);
/* exp(x) / (1 + exp(x)). */
double evidence_probability(double score);
/* The value that ID looks at in SITE, as a hash to find partners by; 0: nothing to share. */
uint64_t evidence_key(const struct evidence_base *evidence, enum evidence_id id, uint32_t site);

#endif
