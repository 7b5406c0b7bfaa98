/* SPDX-License-Identifier: Apache-2.0
 *
 * Scripts of an artifact, judged: evidence with its place, neighbours weighed together.
 *
 * The engine (shell/) saw behaviours; the rules over the script model (rules/script) say what they amount
 * to: each behaviour's rule what it can carry, rules/script/decide.yml what the script is.  Here they are
 * run and become evidence: one piece per behaviour, with the line that shows it, the rule's sentence and
 * ATT&CK ids, and for a secret that leaves the machine the whole way from its source to the network.  A
 * clean script in a set of malicious ones is looked at again.
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

/* Whether SCRIPTS in one place, of which MALICIOUS are, are a set that does harm, so that a clean one of
 * them that does part of its work is suspicious.  One in four: a false alarm or two among many scripts, or
 * one planted among a system's own, must not make all the others suspicious. */
static inline bool script_set_is_hostile(uint32_t malicious, uint32_t scripts)
{
    return malicious > 0 && malicious * UINT64_C(4) >= scripts;
}

#endif
