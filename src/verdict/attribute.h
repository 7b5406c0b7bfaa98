/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is behind it: names, only where independent kinds of evidence agree.
 *
 * Rules say whom they speak for; each name collects the kinds of evidence of its rules.  Two kinds or
 * more (or what the family `needs`) name it, one alone only `resembles`.  The runner-up is kept,
 * and against each name stands what
 * knowledge expects of it and was not seen. */
#ifndef NOROSHI_VERDICT_ATTRIBUTE_H
#define NOROSHI_VERDICT_ATTRIBUTE_H

#include "know/family.h"
#include "rule/rule.h"
#include "verdict/verdict.h"

#define ATTRIBUTE_KINDS_TO_NAME 2u

/* Fill v->attribution from RESULT, best first, at most four. */
void attribute_rules(struct verdict *v, struct arena *arena, const struct rule_result *result,
                     const struct families *families);

#endif
