/* SPDX-License-Identifier: Apache-2.0
 *
 * Opener of shell scripts: runs the engine of src/shell and hangs what was hidden below the script.
 *
 * Decoded layers become child nodes (views, named by their way: "12 > base64"), so that evidence in
 * them has a place and payloads in other formats are opened like anything else.  The report stays with
 * the node for the data model (observe/script.h) and the verdict (verdict/script.h). */
#ifndef NOROSHI_OPEN_SHELL_H
#define NOROSHI_OPEN_SHELL_H

#include "artifact/node.h"
#include "shell/report.h"

/* What the engine said about NODE; NULL where NODE is no shell script or was not read. */
struct shell_report *shell_report_of(const struct node *node);
/* The node whose content is LAYER of SCRIPT's report; SCRIPT itself for the file. */
struct node *shell_layer_node(struct node *script, const struct shell_layer *layer);
/* Hang TEXT, commands that stand at LINE of PARENT (a Dockerfile's RUN, a unit's ExecStart), below it. */
struct node *shell_body(struct node *parent, struct bytes text, const char *what, uint32_t line);

#endif
