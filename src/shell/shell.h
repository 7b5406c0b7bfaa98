/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a shell script without running it.
 *
 * shell_analyze() parses (syntax.h), reads the tree on an abstract machine (machine.h), notes what the
 * commands do (behaviour.def); what that amounts to, rules say.  It never fails: broken syntax is
 * stepped over, a limit that is passed is named in report->limits, and what was understood stands.
 *
 * It does no input or output of its own; unpacking gzip, xz and the like is the caller's (options). */
#ifndef NOROSHI_SHELL_SHELL_H
#define NOROSHI_SHELL_SHELL_H

#include "shell/report.h"

struct shell_options {
    struct bytes name; /* of the file; absent where unknown */
    bool builds; /* a step of an image's build: what it removes was made for it */
    bool installs; /* a package's own step, run by the package manager */
    bool is_program;   /* another language: read for its strings, calls, flows and encoded layers */
    struct bytes interpreter; /* of a program: "python", "node", "php", "ruby", "perl" */
    /* Unpack PACKED (gzip, bzip2, xz, zstd by its magic), at most MOST bytes; absent where it cannot; the
     * bytes live as long as the report.  NULL: nothing is unpacked. */
    struct bytes (*unpack)(void *own, struct bytes packed, size_t most);
    void *own;
};

/* Read TEXT; everything lives in ARENA and points into TEXT. */
struct shell_report *shell_analyze(struct arena *arena, struct budget *budget, struct bytes text,
                                   const struct shell_options *options);
/* Whether TEXT, with no shebang and no telling name, looks like shell: 0..100.  O(4 KB). */
int shell_looks_like(struct bytes text);

#endif
