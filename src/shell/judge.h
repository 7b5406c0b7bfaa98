/* SPDX-License-Identifier: Apache-2.0
 *
 * From behaviours to a class: malicious, suspicious, dual-use, clean.
 *
 * Evidence is weighed by what it can carry (behaviour.def), not counted.  Malicious needs a flow: data
 * that goes where honest work never sends it.  A link (a flow honest scripts have too, rarely) needs a
 * second tactic that is hostile by itself, or three tactics in all.  Weak sights never add up to more
 * than suspicious, and only over four tactics.  Removal tools kill, unlock and delete but neither fetch
 * what they run nor stay; scanners and enumerators an administrator starts are dual-use. */
#ifndef NOROSHI_SHELL_JUDGE_H
#define NOROSHI_SHELL_JUDGE_H

#include "shell/report.h"

/* Set class, category, tactics and decisive of REPORT. */
void shell_judge(struct shell_report *report);
/* What REPORT's script would be beside a malicious one (same folder, archive or layer): a category; NULL
 * where it does nothing of the catalogue, or needs no neighbour. */
const char *shell_judge_alone(const struct shell_report *report);
/* A clean script beside a malicious one (same directory, archive or layer): suspicious if it does
 * anything the catalogue knows.  True where that raised it. */
bool shell_judge_beside(struct shell_report *report);

#endif
