/* SPDX-License-Identifier: Apache-2.0
 *
 * From evidence to a verdict: additive log-odds, capped per kind of evidence.
 *
 * Inside one kind the strongest sign counts in full, the next by half, and so on, and the kind never adds
 * more than its cap (evidence_kind.def): ten weak signs of one kind are not a proof.  Signs against a
 * threat (negative weights) are capped the same way and cannot outweigh conclusive evidence, which is
 * any single sign of COMBINE_CONCLUSIVE or more.
 *
 * The prior is that of ordinary mail; thresholds are on the sum.  `malicious` needs two kinds of
 * evidence or a conclusive one.  A clean sum with something not looked at is `unscannable`. */
#ifndef NOROSHI_VERDICT_COMBINE_H
#define NOROSHI_VERDICT_COMBINE_H

#include "verdict/verdict.h"

#define COMBINE_PRIOR (-4.0)   /* log-odds of a threat before any evidence: 1.8 % */
#define COMBINE_SUSPICIOUS 0.0 /* an even chance */
#define COMBINE_MALICIOUS 1.5  /* 82 %; no ordinary mail but one stands there, doc/detection.md */
#define COMBINE_CONCLUSIVE 6.5 /* one sign that is proof by itself */

/* Fill class, reason, log_odds, probability and without_strongest from v->evidence and v->coverage;
 * sorts the evidence, strongest first, and sets each weight to what it really added. */
void verdict_combine(struct verdict *v);

#endif
