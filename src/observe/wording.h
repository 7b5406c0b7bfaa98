/* SPDX-License-Identifier: Apache-2.0
 *
 * Which families of words a text uses, and where: "account", "block", "confirm" in every language of the
 * lexicon, known by how a word begins, so that no inflection has to be listed.
 *
 * A phrase is what one writer said; two families in one sentence are what all writers of that lure say.
 * Case, accents and full-width forms are folded.  In scripts written without spaces (Japanese, Chinese,
 * Korean, Thai) a family may begin at any character.  Refused: grammar, negation, meaning.
 * Cost: linear; a word is compared with the stems that share its first letters. */
#ifndef NOROSHI_OBSERVE_WORDING_H
#define NOROSHI_OBSERVE_WORDING_H

#include "know/lexicon.h"

struct wording;

struct wording_hit {
    struct bytes text; /* the stem, a slice of what was looked at */
    uint32_t group;    /* the family, its number in the lexicon */
    uint32_t sentence; /* which sentence it stands in, from 0 */
};

/* An index over the word families of LEXICON (kept, not copied), under the talloc PARENT. */
struct wording *wording_new(const void *parent, const struct lexicon *lexicon);
/* The first WORDING_HITS words of a family in TEXT, in its order, into ARENA; their count is returned. */
uint32_t wording_find(const struct wording *wording, struct arena *arena, struct bytes text,
                      struct wording_hit **out);

#define WORDING_HITS 512u

#endif
