/* SPDX-License-Identifier: Apache-2.0
 *
 * A whole file of ours (rules, knowledge, settings), read before any worker starts. */
#ifndef NOROSHI_BASE_FILE_H
#define NOROSHI_BASE_FILE_H

#include "base/arena.h"
#include "base/error.h"

/* The bytes of PATH in ARENA; false and ERR where it cannot be read or has more than MOST bytes. */
bool file_load(struct arena *arena, const char *path, size_t most, struct bytes *out,
               struct error *err);

#endif
