/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose script it is: marks of families, each in the role the script gives it.
 *
 * Attackers name their rivals more often than themselves: of 86 Kinsing scripts 74 name WatchDog's files,
 * all inside kill, rm, grep or sed.  So a mark speaks for a family only where the script uses it
 * or says it of
 * itself (names of functions and variables, comments, URLs it fetches); where it is removed or looked
 * for it is a rival's, and is told as such.
 *
 * Kinds of evidence (infrastructure, key, name, structure, style) have caps; two kinds with enough
 * weight name a family, less only resembles.  The runner-up is kept; families known to share templates
 * and hosts say so. */
#ifndef NOROSHI_VERDICT_ATTRIBUTE_SCRIPT_H
#define NOROSHI_VERDICT_ATTRIBUTE_SCRIPT_H

#include "know/script_family.h"
#include "observe/model.h"
#include "verdict/verdict.h"

/* Append to v->attribution for the scripts of MODEL's tree that are suspicious or worse, or bear marks
 * enough to name somebody.  What does half of an attacker's work, or a little, under his marks is
 * evidence of its own: before verdict_combine(). */
void attribute_scripts(struct verdict *v, struct model *model,
                       const struct script_families *families);

#endif
