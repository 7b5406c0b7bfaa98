/* SPDX-License-Identifier: Apache-2.0
 *
 * What the user released, as evidence: who allowed it, until when, and why (know/allow.h).
 *
 * It is one sign of kind `trust` and so capped: conclusive evidence still stands.  An entry that names a
 * rule takes that rule's evidence out (weight 0, still shown) instead. */
#ifndef NOROSHI_VERDICT_ALLOW_H
#define NOROSHI_VERDICT_ALLOW_H

#include "know/allow.h"
#include "observe/model.h"
#include "verdict/verdict.h"

/* After all other evidence, before verdict_combine(). */
void judge_allow(struct verdict *v, struct model *model, const struct allow_list *list);

#endif
