/* SPDX-License-Identifier: Apache-2.0
 *
 * Costly forms as cheaper ones that mean the same, when a rule enters the graph.
 *
 *   any($list, strings.icontains(TEXT, .))   one call with the list's entries for needles, which the
 *   any(["a", "b"], strings.icontains(TEXT, .))   literal pass answers for all entries at once
 *   TEXT in $list                   TEXT in (its entries), which the gates know (rule/prefilter.h)
 *
 * The rule's own tree stays as written: it is what `explain` shows, evidence quotes and the naive run
 * evaluates. */
#ifndef NOROSHI_RULE_REWRITE_H
#define NOROSHI_RULE_REWRITE_H

#include "rule/expr.h"

/* TREE, or what it is better evaluated as, in ARENA. */
const struct expr *expr_rewritten(struct arena *arena, const struct expr *tree);

#endif
