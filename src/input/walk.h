/* SPDX-License-Identifier: Apache-2.0
 *
 * The files below a path, in the order of their names, one at a time.
 *
 * A folder that is a container image (input/layout.h) is one answer, with the folder's status.
 * Other folders are read one listing per level; links to folders are not followed, so the walk ends.  In a
 * Maildir only cur and new (and subfolders that are Maildirs) are walked. */
#ifndef NOROSHI_INPUT_WALK_H
#define NOROSHI_INPUT_WALK_H

#include "base/bytes.h"
#include "base/error.h"

#include <sys/stat.h>

struct walk;

/* A walk over PATH, a folder or a single file; NULL and *err where it is not there. */
struct walk *walk_open(const void *parent, const char *path, struct error *err);
/* The next file: 1, with its path (until the next call) and status; 0 at the end; -1 for a folder or
 * file that cannot be read (*err), the walk goes on. */
int walk_next(struct walk *walk, const char **path_out, struct stat *status_out, struct error *err);
/* Step over everything that sorts before PATH. */
void walk_seek(struct walk *walk, struct bytes path);

#endif
