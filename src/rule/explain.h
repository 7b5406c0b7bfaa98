/* SPDX-License-Identifier: Apache-2.0
 *
 * A rule's evaluated tree as text, and what a rule needs: for people who write rules. */
#ifndef NOROSHI_RULE_EXPLAIN_H
#define NOROSHI_RULE_EXPLAIN_H

#include "base/text.h"
#include "rule/rule.h"

/* Evaluate RULE over MODEL as written and write its conditions as an indented tree: + true, - false,
 * . null, ? unknown (with what is missing), each with the value it looked at. */
void rule_explain(const struct rule_set *set, const struct rule *rule, struct model *model,
                  struct arena *arena, struct text *out);

/* What stands between RULE and a decision for every message. */
struct rule_need {
    uint32_t capabilities; /* set */
    struct bytes lists;    /* not configured */
    bool can_fire;         /* some message could still make it match */
};
struct rule_need rule_needs(const struct rule *rule);

/* Suspicious things in a rule that types cannot see. */
struct rule_note {
    uint32_t line, column;
    struct bytes text, hint;
};
/* Notes on RULE in ARENA; returns how many. */
uint32_t rule_lint(const struct rule_set *set, const struct rule *rule, struct arena *arena,
                   struct rule_note **out);

#endif
