/* SPDX-License-Identifier: Apache-2.0
 *
 * Guards: rules that need not be started, because no literal they need was seen.
 *
 * A rule is guarded by one condition of its outermost `and` that cannot be true without one of a set of
 * literals in certain texts.  Those texts are scanned when a message's run begins (they are the popular
 * ones, so they are scanned anyway), every literal seen starts the rules it guards, and the rules
 * without a guard are always started.  A rule that is not started did not match: a condition of the
 * outermost `and` that is false or NULL settles it, whatever else is UNKNOWN. */
#ifndef NOROSHI_RULE_GUARD_H
#define NOROSHI_RULE_GUARD_H

#include "rule/prefilter.h"

struct guards;

/* Choose a guard for each rule of SET, whose graph and gates are ready. */
struct guards *guards_build(struct rule_set *set);
/* Set bit N of START for every rule N that must be evaluated over RUN's message. */
void guards_start(struct run *run, const struct guards *guards, uint64_t *start);

/* Into IMAGE (rule/image.h), which has the gates already; EXPR packs an expression. */
struct image;
void guards_pack(struct image *image, struct guards **slot,
                 void (*expr)(struct image *image, void *slot));

#endif
