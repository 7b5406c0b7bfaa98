/* SPDX-License-Identifier: Apache-2.0
 *
 * From what rules found to evidence in its place, a category, and the undecided.
 *
 * A hit's deciding string is looked up in the tree: where it is a slice of a node the evidence names node
 * path and offset, else the model path it was read from, so that every snippet can be read again.
 * Rules without weight of their own (a public feed) get one from their severity. */
#ifndef NOROSHI_VERDICT_JUDGE_H
#define NOROSHI_VERDICT_JUDGE_H

#include "rule/rule.h"
#include "verdict/verdict.h"

/* Append evidence for every hit of RESULT to V, choose its category, and note what stayed undecided. */
void judge_rules(struct verdict *v, struct model *model, const struct rule_result *result);
/* Append one more piece of evidence (copied). */
void judge_add(struct verdict *v, struct arena *arena, const struct evidence *e);

#endif
