/* SPDX-License-Identifier: Apache-2.0
 *
 * Passages of a text as hashes that survive quoting: re-wrapped lines, "> " marks, other white space.
 *
 * Letters and digits only (ASCII in lower case, everything past ASCII as it is) are hashed in runs of
 * PASSAGE_RUN bytes and winnowed: of each window of PASSAGE_WINDOW runs the least hash is kept (Schleimer,
 * Wilkerson, Aiken, "Winnowing", 2003), so that two texts that share PASSAGE_SURE letters share a hash.
 * No text can be read back from 32 bits.  Cost O(text). */
#ifndef NOROSHI_LEARN_PASSAGE_H
#define NOROSHI_LEARN_PASSAGE_H

#include "base/arena.h"

#define PASSAGE_RUN 40u
#define PASSAGE_WINDOW 48u
#define PASSAGE_SURE (PASSAGE_RUN + PASSAGE_WINDOW - 1)
#define PASSAGE_TEXT_BYTES ((size_t)64 * 1024) /* what is looked at of one text */

struct passage {
    uint32_t hash;
    uint32_t offset, len; /* bytes of the text the run stands in */
};

struct passages {
    struct passage *item; /* in order of the text; neighbours differ */
    uint32_t count;
};

struct passages passages_of(struct arena *arena, struct bytes text);
/* The MOST least hashes of PASSAGES, ascending and distinct, into OUT; how many. */
uint32_t passages_least(const struct passages *passages, uint32_t *out, uint32_t most);

#endif
