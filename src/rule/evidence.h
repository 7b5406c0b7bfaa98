/* SPDX-License-Identifier: Apache-2.0
 *
 * Why a rule matched: the leaves that decided, with their strings and places. */
#ifndef NOROSHI_RULE_EVIDENCE_H
#define NOROSHI_RULE_EVIDENCE_H

#include "rule/eval.h"

#define EVIDENCE_LEAVES_MAX 24 /* per rule */
#define EVIDENCE_ITEMS_MAX 3   /* items of one any() */

/* Fill HIT's leaves: RULE matched in RUN, whose memory of it is still there. */
void evidence_collect(struct run *run, const struct rule *rule, struct rule_hit *hit);

#endif
