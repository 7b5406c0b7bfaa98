/* SPDX-License-Identifier: Apache-2.0
 *
 * The words of lures as data (knowledge/lexicon.yml): groups of phrases and the intents they add up to.
 *
 * A group is what a phrase does ("account_blocked", "call_us"), in every language at once; an intent is a
 * bias and weights in log-odds for groups, pairs of groups and repetition.  At most LEXICON_GROUPS groups.
 * Behind the groups of phrases stand the families of words, known by their stems; a saying is a group of
 * phrases that two families say together when they stand near each other in one sentence. */
#ifndef NOROSHI_KNOW_LEXICON_H
#define NOROSHI_KNOW_LEXICON_H

#include "base/arena.h"
#include "base/error.h"

#define LEXICON_GROUPS 96u

struct lexicon_group {
    struct bytes id, entity, topic; /* entity, topic: absent where it speaks for none */
    struct bytes *phrase; /* or stems, see phrase_group_count */
    uint32_t phrase_count;
};

/* Adds WEIGHT where FIRST (and SECOND, unless it is FIRST) were seen; REPEAT: per further sighting. */
struct lexicon_term {
    uint32_t first, second; /* group numbers */
    bool repeat;
    double weight;
};

struct lexicon_intent {
    struct bytes name;
    double bias, phone; /* phone: weight of a telephone number in the text */
    struct lexicon_term *term;
    uint32_t term_count;
};

/* FIRST and SECOND, families of words, together say what a phrase of GROUP says. */
struct lexicon_saying {
    uint32_t first, second, group;
};

struct lexicon {
    struct arena *arena;
    struct lexicon_group *group;
    uint32_t group_count, phrase_group_count; /* groups from phrase_group_count on are word families */
    struct lexicon_saying *saying;
    uint32_t saying_count;
    struct lexicon_intent *intent;
    uint32_t intent_count;
};

/* The lexicon in the file at PATH under PARENT; NULL and ERR with line and column. */
struct lexicon *lexicon_load(const void *parent, const char *path, struct error *err);

#endif
