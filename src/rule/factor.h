/* SPDX-License-Identifier: Apache-2.0
 *
 * Factors: short runs of bytes that any match of a regular expression holds.  "(\b[a-z]{3,12}, ){14,}"
 * needs a comma and a blank fourteen times; "0x[0-9a-f]{40}" a 0, an x and twenty-two digits.
 *
 * A factor is up to six ways, each a class of bytes per place, of which a text must hold one; it is
 * looked for thirty-two places at a time, ten times as fast as RE2 reads, and tells where the first one
 * is.  Where a way is itself a match ("[a-z]{3,}", "<(table|img)") there is nothing left to ask RE2.
 *
 * Read from the pattern by itself, in RE2's dialect (factor_read.c); what is not understood makes no
 * demand.  Two characters fold to ASCII letters (U+212A to k, U+017F to s): a caseless factor holds only
 * for a text without them. */
#ifndef NOROSHI_RULE_FACTOR_H
#define NOROSHI_RULE_FACTOR_H

#include "base/arena.h"

#define FACTOR_BYTES_MAX 24 /* of a way */
#define FACTOR_WAYS_MAX 6

/* A class of bytes by their low four bits: a bit for each value of the next three; HIGH for bytes over
 * 0x7F. */
struct byte_class {
    uint8_t low[16], high[16];
};

struct factor_way {
    uint8_t len;
    bool enough; /* is a match */
    uint8_t kind[FACTOR_BYTES_MAX];  /* number of the class of each place */
    uint8_t order[FACTOR_BYTES_MAX]; /* places, the rarest first */
};

struct factor {
    uint32_t way_count, kind_count;
    uint32_t times; /* how often a match holds the one way there is */
    bool begins;    /* a match begins where a way does */
    bool caseless;  /* not for a text of factor_odd_case() */
    struct factor_way way[FACTOR_WAYS_MAX];
    struct byte_class kind[];
};

/* What all matches of a pattern hold. */
struct factors {
    struct factor *factor; /* NULL: nothing worth looking for */
    struct bytes *literal; /* lower case; one of these, caseless, is a match; or NULL */
    uint32_t literal_count;
    bool exact; /* and nothing else is */
};

/* Read PATTERN; what it holds in ARENA. */
struct factors factors_of(struct arena *arena, struct bytes pattern, bool fold);

enum factor_said {
    FACTOR_NO,    /* no match */
    FACTOR_MAYBE, /* none before *FROM_OUT */
    FACTOR_YES,   /* there is one, not before *FROM_OUT */
};
/* FROM_OUT may be NULL. */
enum factor_said factor_find(const struct factor *factor, struct bytes text, size_t *from_out);
/* Whether TEXT has a character that folds to an ASCII letter and is none. */
bool factor_odd_case(struct bytes text);
/* Bytes of FACTOR with its classes. */
size_t factor_size(const struct factor *factor);

#endif
