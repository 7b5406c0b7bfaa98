/* SPDX-License-Identifier: Apache-2.0
 *
 * Progress on a terminal: how far, how fast, how long still.  Nothing is drawn in the first second,
 * where standard error is no terminal, or where the user asked for none. */
#ifndef NOROSHI_CLI_PROGRESS_H
#define NOROSHI_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    bool on, drawn;
    uint64_t started_ms, drawn_ms;
    uint64_t total_bytes; /* 0: not known */
};

void progress_begin(struct progress *progress, bool wanted, uint64_t total_bytes);
/* COUNT artifacts and BYTES of input are done; draws at most five times a second. */
void progress_update(struct progress *progress, uint64_t count, uint64_t bytes);
/* What is done now, of work that goes step by step; SURELY_LONG: drawn in the first second too. */
void progress_step(struct progress *progress, bool surely_long, const char *what);
/* Wipe the line, so that other output can be written. */
void progress_clear(struct progress *progress);

#endif
