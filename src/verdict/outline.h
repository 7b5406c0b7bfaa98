/* SPDX-License-Identifier: Apache-2.0
 *
 * The artifact tree written out: drawn for a person, listed as JSON with every fact for a program. */
#ifndef NOROSHI_VERDICT_OUTLINE_H
#define NOROSHI_VERDICT_OUTLINE_H

#include "artifact/node.h"
#include "base/json.h"

/* One line per node with branches, path, kind, size, name, its facts in short and its anomalies; what
 * a sender wrote is made inert by the caller's printer (report/terminal.h). */
void outline_draw(struct text *out, const struct tree *tree);
/* [{"path","kind","name","type","bytes","view","facts":{},"anomalies":[]}, ...] as one value. */
void outline_json(struct json *json, const struct tree *tree);

#endif
