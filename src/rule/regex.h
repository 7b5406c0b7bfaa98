/* SPDX-License-Identifier: Apache-2.0
 *
 * Regular expressions in RE2's dialect, which is the rule language's: linear time, `$` only at the end
 * of the text, ASCII \w \d \b, leftmost-first.  function/re2.cc is the one file that wraps RE2.
 *
 * Patterns are kept per rule set and compiled on first use; `(?<name>...)` is accepted as `(?P<name>`.
 * A program over 8 MB is refused when the rule is loaded. */
#ifndef NOROSHI_RULE_REGEX_H
#define NOROSHI_RULE_REGEX_H

#include "base/arena.h"

#ifdef __cplusplus
extern "C" {
#endif

#define REGEX_GROUPS_MAX 32
#define REGEX_ATOM_MIN_BYTES 3
#define REGEX_SETS_MAX 4

struct factor;

struct regex; /* a compiled program */

/* Compile; NULL and the reason in MESSAGE (SIZE bytes). */
struct regex *regex_new(struct bytes pattern, bool fold, char *message, size_t size);
void regex_free(struct regex *regex);
/* Search TEXT from FROM (or match it WHOLE); group[0..count) gets the match and its groups, a group that
 * took no part is absent. */
bool regex_search(const struct regex *regex, struct bytes text, size_t from, bool whole,
                  struct bytes *group, int count);
/* Groups without the whole match; the name of group NUMBER (1-based), or NULL. */
int regex_group_count(const struct regex *regex);
const char *regex_group_name(const struct regex *regex, int number);
/* Sets of literals (lower case): any text that matches holds at least one of every set.  Calls EACH for
 * every literal, set by set; returns how many sets there are, 0 where nothing is known. */
int regex_literals(struct bytes pattern, bool fold,
                   void (*each)(void *self, int set, const char *literal, size_t len), void *self);

#ifdef __cplusplus
}
#endif

/* One pattern of a rule set. */
struct pattern {
    struct bytes text;
    bool fold, known_good, tried, has_literals, has_factors;
    struct regex *regex;   /* NULL until first used */
    struct bytes *literal; /* set by set; an absent one ends a set: one of each must be there */
    uint32_t literal_count;
    struct factor *factor; /* what any match holds (rule/factor.h), or NULL */
    struct bytes *enough;  /* lower case: one of these, caseless, is a match; or NULL */
    uint32_t enough_count;
    bool exact; /* and nothing else is */
};

struct patterns;
struct patterns *patterns_new(const void *parent);
struct pattern *patterns_at(struct patterns *patterns, struct bytes text, bool fold);
/* Make ROW[COUNT], which outlives it, all of PATTERNS; nothing can be added any more. */
void patterns_adopt(struct patterns *patterns, struct pattern **row, uint32_t count);
uint32_t patterns_count(const struct patterns *patterns);
struct pattern *patterns_row(const struct patterns *patterns, uint32_t number);
/* The program, compiled now if it was not; NULL where it does not compile (MESSAGE says why). */
const struct regex *pattern_regex(struct pattern *pattern, char *message, size_t size);
/* Fill literal[], and factor and enough[], if that was not done; in ARENA. */
void pattern_literals(struct pattern *pattern, struct arena *arena);
void pattern_factors(struct pattern *pattern, struct arena *arena);

/* Into IMAGE (rule/image.h), without its program. */
struct image;
void pattern_pack(struct image *image, struct pattern **slot);

#endif
