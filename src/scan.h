/* SPDX-License-Identifier: Apache-2.0
 *
 * The spine: bytes of one artifact in, verdict out.  src/scan.c is one page: the steps in order.
 *
 * Runs in a worker (serve/worker.h), reaches no file, socket or clock but CPU time, and keeps nothing:
 * everything hangs on the arena and ends with it. */
#ifndef NOROSHI_SCAN_H
#define NOROSHI_SCAN_H

#include "observe/model.h"
#include "verdict/verdict.h"

struct rule_set;  /* rule/ */
struct knowledge; /* know/ */

/* Read-only after load, shared by all scans of a process. */
struct scan_settings {
    struct settings observe;
    const struct rule_set *rules;
    const struct knowledge *knowledge;
    bool want_model, want_tree, want_facts; /* fill verdict.extra, verdict.facts */
};

struct scan {
    struct arena *arena;
    struct budget budget;
    const struct scan_settings *settings;
    struct bytes input, name;
    struct tree *tree;
    struct model *model;
    struct verdict *verdict;
};

/* Scan INPUT (not copied; must outlive the arena's use), named NAME; the verdict lives in ARENA. */
struct verdict *scan_bytes(struct arena *arena, const struct scan_settings *settings, struct bytes input,
                           struct bytes name);

#endif
