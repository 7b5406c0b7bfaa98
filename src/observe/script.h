/* SPDX-License-Identifier: Apache-2.0
 *
 * The data model over one shell script: what rules of model `script` read.
 *
 * A script's model has the type Script as its root; every field comes from the engine's report
 * (shell/report.h).  Commands and lines are slices of the script or of a decoded layer's node, so that
 * a rule's evidence has its place. */
#ifndef NOROSHI_OBSERVE_SCRIPT_H
#define NOROSHI_OBSERVE_SCRIPT_H

#include "observe/model.h"

/* The model of NODE, a script that was read; NULL where it is none. */
struct model *script_model_new(struct tree *tree, struct node *node,
                               const struct settings *settings);

#endif
