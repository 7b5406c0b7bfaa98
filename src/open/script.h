/* SPDX-License-Identifier: Apache-2.0
 *
 * What a program text does when it is evaluated a little: command lines, URLs, file names, decoded
 * layers.
 *
 * Malware macros and scripts hide strings, not structure: they glue, reverse, decode and shift
 * text, and hand
 * it to the few calls that start programs, fetch and write.  So each language is parsed into one
 * small tree
 * (script_ast.h), evaluated with unknown values allowed (script_eval.h), and what reaches those
 * calls is
 * reported (script_report.h).  Nothing is executed: a started program, a request, a file are words
 * in a fact.
 *
 * Bounded by LIMIT_EVAL_STEPS and LIMIT_BYTES_OUT over the whole artifact; passing them is an
 * anomaly. */
#ifndef NOROSHI_OPEN_SCRIPT_H
#define NOROSHI_OPEN_SCRIPT_H

#include "artifact/node.h"

struct vba_module;

/* Modules of one VBA project, evaluated together; facts go to each module's node and to DOCUMENT.
 * */
void script_vba(struct node *document, const struct vba_module *module, uint32_t count);

/* Give what a macro can read in its document: KEY "var:name", "prop:title", "cell:sheet!a1",
 * "form:name", in
 * lower case.  Kept with the tree of DOCUMENT until its macros are evaluated. */
void script_document_value(struct node *document, struct bytes key, struct bytes value);

/* Evaluate NODE, a VBScript, JScript or PowerShell program of its own. */
void script_read(struct node *node);

#endif
