/* SPDX-License-Identifier: Apache-2.0
 *
 * What an opened tree says about itself: coverage, anomalies, digest, kind. */
#ifndef NOROSHI_VERDICT_COLLECT_H
#define NOROSHI_VERDICT_COLLECT_H

#include "verdict/verdict.h"

/* Fill kind, sha256, anomaly[] and coverage (without undecided rules) of V from TREE.  `reason` becomes
 * the first blocking anomaly's name, kept if the verdict turns out unscannable. */
void verdict_collect(struct verdict *v, const struct tree *tree);

#endif
