/* SPDX-License-Identifier: Apache-2.0
 *
 * file.explode(): a file and everything found inside it, as the rule language sees it.
 *
 * Openers have hung the parts below the file's node and said what they know as facts by name; here
 * each node becomes one ExplodeOutput, breadth first, and scan.NAME.FIELD is the fact "NAME.FIELD".
 * What is cheap and rarely asked for (entropy, digests, strings, URLs, script words) is computed on
 * first use. What needs a machine that is not there (text in images) is UNKNOWN, not empty.
 *
 * Views that only change a charset are left out; at most LIMIT_NODES outputs exist anyway. */
#ifndef NOROSHI_OBSERVE_EXPLODE_H
#define NOROSHI_OBSERVE_EXPLODE_H

#include "observe/model.h"

/* Array of ExplodeOutput for FILE (an Attachment, a body part, a message); NULL for anything else.
 */
struct value model_explode(struct model *model, const struct object *file);
/* The same for a node. */
struct value model_explode_node(struct model *model, const struct node *node);
/* scan.exiftool of NODE: its metadata by the names exiftool gives them. */
struct value model_metadata(struct model *model, const struct node *node);

#endif
