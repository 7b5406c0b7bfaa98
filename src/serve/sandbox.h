/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking every right away from this process: what a worker does before it sees foreign bytes.
 *
 * In order: no new privileges, not dumpable, rlimits (no new files, no new processes, no core, bounded
 * memory), an empty Landlock rule set (ABI probed, rights the kernel knows are all denied), a
 * seccomp filter that allows memory, time, and reading and writing the descriptors it already has.
 * Anything else ends in EPERM, so that a library that asks for a file is told no.  A mechanism
 * the kernel lacks is reported once by
 * sandbox_missing() and the rest is still applied.  Cost: about 200 us, once per worker. */
#ifndef NOROSHI_SERVE_SANDBOX_H
#define NOROSHI_SERVE_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

struct sandbox_limits {
    size_t memory_bytes; /* of its own, on top of what it has now; 0: not limited.  The artifact, mapped
                          * read-only, does not count: images are larger than memory */
};

/* Irreversible.  Never fails: see sandbox_missing(). */
void sandbox_enter(const struct sandbox_limits *limits);
/* "landlock, seccomp": the mechanisms that could not be applied, "" where all were. */
const char *sandbox_missing(void);

#endif
