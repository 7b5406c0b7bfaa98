/* SPDX-License-Identifier: Apache-2.0
 *
 * Going on where an earlier run stopped: a small file that names, per path, the last artifact whose
 * result was handed out.
 *
 * It is rewritten (beside, then renamed) every RESUME_EVERY results and at the end, so that a killed run
 * repeats at most that many.  All functions accept NULL: no resuming was asked for. */
#ifndef NOROSHI_CLI_RESUME_H
#define NOROSHI_CLI_RESUME_H

#include "input/input.h"

#define RESUME_EVERY 256u

struct resume;

/* The state in FILE, which is made at once where it is not there; NULL where FILE is NULL, or it
 * cannot be read or made (ERR is set). */
struct resume *resume_open(const void *parent, const char *file, struct error *err);
/* Keep what was done and free RESUME (NULL is fine); false and ERR where it could not be kept. */
bool resume_close(struct resume *resume, struct error *err);
/* Reading of PATH begins: move INPUT past what was done. */
void resume_begin(struct resume *resume, const char *path, struct input *input);
/* One more artifact is on its way; what follows it begins at AFTER. */
void resume_submitted(struct resume *resume, const struct input_position *after);
/* The oldest artifact on its way has its result. */
void resume_done(struct resume *resume);
/* Whether the path now being read was begun by an earlier run. */
bool resume_skipped(const struct resume *resume);

#endif
