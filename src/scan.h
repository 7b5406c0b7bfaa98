/* SPDX-License-Identifier: Apache-2.0
 *
 * The spine: bytes of one artifact in, verdict out.  src/scan.c is one page: the steps in order.
 *
 * Runs in a worker (serve/worker.h), reaches no file, socket or clock but CPU time, and keeps nothing:
 * everything hangs on the arena and ends with it. */
#ifndef NOROSHI_SCAN_H
#define NOROSHI_SCAN_H

#include "know/family.h"
#include "know/script_family.h"
#include "know/allow.h"
#include "learn/learned.h"
#include "learn/senders.h"
#include "learn/threads.h"
#include "observe/model.h"
#include "rule/rule.h"
#include "verdict/verdict.h"

/* Candidates for one artifact's locks, and what gave each. */
struct scan_keys {
    struct bytes *word, *phrase;
    uint32_t count;
};

/* Read-only after load, shared by all scans of a process. */
struct scan_settings {
    struct settings observe;
    const struct rule_set *rules;                  /* NULL: none */
    const struct families *families;               /* NULL: names stay as rules spell them */
    const struct script_families *script_families; /* NULL: scripts are not attributed */
    const struct learned *learned;                 /* NULL: nothing was learned */
    const struct senders *senders;                 /* NULL: no sender store */
    const struct threads *threads;                 /* NULL: no index of conversations */
    const struct allow_list *allow;                /* NULL: nothing is allowed */
    const struct bytes *password; /* the user's own candidates for locked content */
    uint32_t password_count;
    size_t memory_bytes; /* a worker may take; 0: as limit.def has it */
    const struct table *sibling_keys; /* struct scan_keys by artifact's name; NULL: none */
    const struct profile_source *profile; /* NULL: first contact is assumed */
    struct bytes extract; /* path of the node handed out, or PART_ALL (verdict/part.h); absent: none */
    bool want_model, want_nodes, want_drawing, want_facts, want_fingerprint, want_raw,
        want_lesson, want_siblings; /* fill those of the verdict */
};

struct scan {
    struct arena *arena;
    struct budget budget;
    const struct scan_settings *settings;
    struct bytes input, name;
    bool truncated; /* INPUT is only the beginning of the artifact */
    struct tree *tree;
    struct model *model;
    struct rule_result result;
    struct verdict *verdict;
};

/* Scan INPUT (not copied; must outlive the arena's use), named NAME; the verdict lives in ARENA. */
struct verdict *scan_bytes(struct arena *arena, const struct scan_settings *settings,
                           struct bytes input, struct bytes name, bool truncated);

#endif
