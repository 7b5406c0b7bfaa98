/* SPDX-License-Identifier: Apache-2.0
 *
 * Text into search words, right for Japanese: character pairs where nobody writes spaces, words
 * elsewhere.
 *
 * A run of kanji, kana or hangul of n characters gives its n - 1 overlapping pairs, so a query of
 * two characters is one lookup and a longer one is a phrase; for documents the last character is
 * given once more alone, at the place of the last pair, so that a query of one character finds it
 * as a prefix. Other letters and digits give words.  Full-width ASCII and half-width katakana are
 * made ordinary, capitals small (ASCII, Latin-1, Greek, Cyrillic).  O(bytes). */
#ifndef NOROSHI_STORE_BIGRAM_H
#define NOROSHI_STORE_BIGRAM_H

#include "base/text.h"

struct bigram_token {
    struct bytes word; /* folded, UTF-8; valid during the call */
    size_t start, end; /* bytes of the text it came from */
    bool same_place;   /* stands where the token before it stands */
};

/* Call EACH for every token of S; it answers 0 to go on, anything else ends and is returned. */
int bigram_split(struct bytes s, bool is_query, void *own,
                 int (*each)(void *own, const struct bigram_token *token));
/* What a person typed as an FTS5 expression: every word must be there, the last part of each may go
 * on.  Empty where nothing is left to look for. */
void bigram_query(struct text *out, struct bytes typed);

#endif
