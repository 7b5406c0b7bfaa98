/* SPDX-License-Identifier: Apache-2.0
 *
 * What the matches of a part of a pattern hold, and how parts are put together.
 *
 * SHAPE says what the ways of WHOLE are: every match is one of them (FIXED), begins with one (RIGHT: it
 * may go on), ends with one (LEFT), both (LOOSE), or holds one (INNER); and each of them is a match,
 * unless it is conditional on what stands around ("\b", "$"). */
#ifndef NOROSHI_RULE_FACTOR_PART_H
#define NOROSHI_RULE_FACTOR_PART_H

#include "rule/factor.h"

#define WAYS_READ_MAX 96
#define CLASSES_MAX 255

struct class_set {
    uint64_t bit[4];
};

struct way {
    uint8_t len;
    bool conditional;
    uint8_t class[FACTOR_BYTES_MAX];
};

struct ways {
    uint32_t count; /* 0: nothing is known */
    struct way way[WAYS_READ_MAX];
};

enum shape { SHAPE_NONE, SHAPE_FIXED, SHAPE_RIGHT, SHAPE_LEFT, SHAPE_LOOSE, SHAPE_INNER };

struct part {
    enum shape shape;
    uint32_t times; /* of BEST */
    struct ways whole, prefix, suffix, best;
};

/* The classes of one pattern, by number. */
struct classes {
    uint32_t count;
    struct class_set set[CLASSES_MAX];
    float bits[CLASSES_MAX]; /* how telling one is: log2 of how many bytes of text it takes to meet it */
};

/* The number of SET, added where it is new; full classes give the last number, which is all bytes. */
uint8_t classes_at(struct classes *classes, const struct class_set *set);
/* How telling WAYS are, in bits; 0: not at all. */
float ways_bits(const struct classes *classes, const struct ways *ways, uint32_t times);

/* Add OTHER to ONE as far as there is room. */
void ways_join(struct ways *one, const struct ways *other);
/* Where there are many WAYS, those of equal length become one, a class a place, if that is still telling. */
void ways_merge(struct classes *classes, struct ways *ways);

/* A part that matches the empty text (CONDITIONAL: at some places only). */
void part_empty(struct part *part, bool conditional);
/* One of which nothing is known but that a match begins with a byte of FIRST and ends with one of LAST
 * (either may be NULL). */
void part_unknown(struct part *part, struct classes *classes, const struct class_set *first,
                  const struct class_set *last);
/* One that is one of WAYS, and nothing else. */
void part_fixed(struct part *part, const struct ways *ways);
/* ONE becomes ONE, then OTHER. */
void part_then(const struct classes *classes, struct part *one, const struct part *other);
/* ONE becomes ONE or OTHER. */
void part_or(const struct classes *classes, struct part *one, const struct part *other);
/* PART LEAST to MOST times. */
void part_repeat(const struct classes *classes, struct part *part, uint32_t least, uint32_t most);

#endif
