/* SPDX-License-Identifier: Apache-2.0
 *
 * Where evaluators put what they find: facts on the program's node and on the document that holds
 * it.
 *
 * A string that was rebuilt is looked at once: URLs, file names, command lines in it are kept, a
 * command line
 * that carries a program (powershell -enc, mshta javascript:, cmd /c) becomes a child node, so
 * that the layer
 * is opened like anything else.  Everything is deduplicated and bounded. */
#ifndef NOROSHI_OPEN_SCRIPT_REPORT_H
#define NOROSHI_OPEN_SCRIPT_REPORT_H

#include "artifact/node.h"

struct report {
    struct node *node;     /* the program */
    struct node *document; /* what it belongs to; may be node */
    struct table *seen;    /* strings already looked at; under `own` */
    void *own;             /* talloc parent */
    size_t looked_bytes;
    uint32_t layers;
    bool vba; /* copy what is found to the vba.* facts too */
};

void report_begin(struct report *report, struct node *node, struct node *document);
void report_end(struct report *report);
/* A string constant of the program. */
void report_literal(struct report *report, struct bytes s);
/* A string the evaluator built. */
void report_built(struct report *report, struct bytes s);
/* A command line handed to something that starts it. */
void report_command(struct report *report, struct bytes line);
/* What it fetches from, writes, starts or loads. */
void report_url(struct report *report, struct bytes url);
void report_file(struct report *report, struct bytes name);
/* LIBRARY!FUNCTION; library may be absent. */
void report_api(struct report *report, struct bytes library, struct bytes function);
/* Add S to the strings fact CODE; set the boolean fact CODE. */
void report_add(struct report *report, enum fact_code code, struct bytes s);
void report_flag(struct report *report, enum fact_code code);
/* A decoded program or file: a view child of kind KIND (KIND_UNKNOWN: found from the bytes), not
 * opened. */
struct node *report_layer(struct report *report, struct bytes content, const char *name,
                          enum kind kind);
/* Words of the source text that tell intent, by table: vba.auto_exec, vba.suspicious, oletools
 * keywords. */
void report_words(struct report *report, struct bytes source);
/* Decoded Base64 (standard or URL alphabet, white space ignored) of S in ARENA; absent where it is
 * none. */
struct bytes report_base64(struct arena *arena, struct bytes s);

#endif
