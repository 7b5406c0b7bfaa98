/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes a text must hold for a regular expression to match it: "(/[0-9]+){4,}" needs a slash and a
 * digit.  Many patterns have no literal to look for (rule/prefilter.h) but rare bytes; which bytes a
 * text holds is found once, so most of those patterns are answered without a search.
 *
 * Read from the pattern by itself, in RE2's dialect; what is not understood makes no demand.  Texts are
 * bytes of UTF-8, in which an expression never matches part of a character. */
#ifndef NOROSHI_RULE_BYTESET_H
#define NOROSHI_RULE_BYTESET_H

#include "base/bytes.h"

#define BYTESETS_MAX 3

struct byteset {
    uint64_t bit[4];
};

/* What PATTERN demands: one byte of each set; returns how many there are. */
uint32_t bytesets_of(struct bytes pattern, bool fold, struct byteset need[BYTESETS_MAX]);
/* The bytes of TEXT; of a long one more than those. */
struct byteset byteset_of_text(struct bytes text);
/* Whether what a text holds (HAVE) fulfils COUNT demands. */
static inline bool bytesets_met(const struct byteset *need, uint32_t count,
                                const struct byteset *have)
{
    for (uint32_t i = 0; i < count; i++) {
        uint64_t common = 0;
        for (int w = 0; w < 4; w++)
            common |= need[i].bit[w] & have->bit[w];
        if (common == 0)
            return false;
    }
    return true;
}

#endif
