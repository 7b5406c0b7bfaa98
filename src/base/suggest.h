/* SPDX-License-Identifier: Apache-2.0
 *
 * "Did you mean ...?": of the names that could have been meant, the one closest to what was written.
 *
 *   struct suggestion suggestion;
 *   suggestion_init(&suggestion, written);
 *   for each name: suggestion_offer(&suggestion, name);
 *   suggestion.best: the closest one that is close enough to be meant; absent where there is none
 *
 * Distance is edits with swaps of neighbours; a third of the letters may differ.
 * Cost: O(letters^2) a name. */
#ifndef NOROSHI_BASE_SUGGEST_H
#define NOROSHI_BASE_SUGGEST_H

#include "base/bytes.h"

struct suggestion {
    struct bytes name, best;
    size_t distance;
};
void suggestion_init(struct suggestion *suggestion, struct bytes name);
void suggestion_offer(struct suggestion *suggestion, struct bytes candidate);

#endif
