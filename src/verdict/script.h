/* SPDX-License-Identifier: Apache-2.0
 *
 * Scripts of an artifact, judged: evidence with its place, neighbours weighed together.
 *
 * The engine (shell/) saw behaviours; the rules over the script model (rules/script) say what they amount
 * to: each behaviour's rule what it can carry, rules/script/decide.yml what the script is.  Here they are
 * run and become evidence: one piece per behaviour, with the line that shows it, the rule's sentence and
 * ATT&CK ids, and for a secret that leaves the machine the whole way from its source to the network.  A
 * clean script beside a malicious one is looked at again.
 *
 * A line that says `# noroshi: ignore RULE reason` silences RULE (an id such as X2, or `all`) on itself and
 * the next line; the silence is reported, and a malicious flow cannot be silenced from inside its own file
 * unless settings allow it. */
#ifndef NOROSHI_VERDICT_SCRIPT_H
#define NOROSHI_VERDICT_SCRIPT_H

#include "rule/rule.h"
#include "verdict/verdict.h"

/* Append evidence for every script below MODEL's tree to V.  RULES decide: of those that match,
 * the first with `decides` gives the class, each with `strength` its evidence; NULL: all are clean. */
void judge_scripts(struct verdict *v, struct model *model, const struct rule_set *rules);

#endif
