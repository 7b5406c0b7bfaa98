/* SPDX-License-Identifier: Apache-2.0
 *
 * The learned model's say as one piece of evidence, with the words and traits that weighed most.
 *
 * Its kind is capped (evidence_kind.def), so that it can make mail suspicious but never malicious alone. */
#ifndef NOROSHI_VERDICT_LEARNED_H
#define NOROSHI_VERDICT_LEARNED_H

#include "learn/learned.h"
#include "verdict/verdict.h"

void judge_learned(struct verdict *v, struct model *model, const struct learned *learned);

#endif
