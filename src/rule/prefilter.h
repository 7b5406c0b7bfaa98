/* SPDX-License-Identifier: Apache-2.0
 *
 * Gates: literals that must occur in a text before a pattern is tried on it.
 *
 * Every call of the graph that looks for constants in a text (strings.*contains and its kin, like, and
 * the regex functions) is tied to its text's gate.  A needle has a clause: literals of at least three
 * bytes of which any text that passes holds one (a needle itself; of a regular expression what RE2's
 * own prefilter needs).  The first call of a message scans the text once, by Hyperscan, for the
 * literals of all rules; a needle without a literal seen is not tried.  For a text that belongs to an
 * item, the texts of all items are scanned together.
 *
 * Comparisons with constants (==, =~, in) have a gate of their own beside it: whole texts, by hash.
 *
 * Literals are compared with ASCII case ignored.  Two characters fold to ASCII letters (U+212A to k,
 * U+017F to s); a text with one of them opens all gates. */
#ifndef NOROSHI_RULE_PREFILTER_H
#define NOROSHI_RULE_PREFILTER_H

#include "rule/gate.h"

struct cache;

/* Whether EXPR, a call just copied to the graph, will have a gate for all it looks for. */
bool prefilter_wants(const struct expr *expr);
/* Make the gates of GRAPH; automata come from CACHE (may be NULL) where it has them. */
void prefilter_build(struct graph *graph, struct cache *cache);

#endif
