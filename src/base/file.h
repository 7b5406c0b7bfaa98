/* SPDX-License-Identifier: Apache-2.0
 *
 * A whole file of ours (rules, knowledge, settings, results): read before any worker starts, written
 * so that no reader ever sees half of it. */
#ifndef NOROSHI_BASE_FILE_H
#define NOROSHI_BASE_FILE_H

#include "base/arena.h"
#include "base/error.h"

/* The bytes of PATH in ARENA; false and ERR where it cannot be read or has more than MOST bytes. */
bool file_load(struct arena *arena, const char *path, size_t most, struct bytes *out,
               struct error *err);
/* CONTENT in place of what PATH held: a file beside it, synced, then renamed over it.  A link stays a
 * link, the mode of an older file is kept; what is no regular file (a pipe, /dev/stdout) is written to
 * as it stands.  Where it fails (ERROR_OUTPUT), PATH still holds what it held. */
bool file_save(const char *path, struct bytes content, struct error *err);

#endif
