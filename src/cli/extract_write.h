/* SPDX-License-Identifier: Apache-2.0
 *
 * Hostile bytes to files of ours: never over a file that is there, never runnable, never elsewhere.
 *
 * A file is made with O_EXCL and O_NOFOLLOW, mode 0600: nobody runs it by mistake and no link leads
 * away.  A name that a sender chose is only the tail of a name of ours ("0.2.1-invoice.doc"): the last
 * component, without control, direction and invisible characters, without what Windows reserves. */
#ifndef NOROSHI_CLI_EXTRACT_WRITE_H
#define NOROSHI_CLI_EXTRACT_WRITE_H

#include "base/arena.h"
#include "base/error.h"
#include "verdict/verdict.h"

/* "PATH-name.ext", at most 160 bytes, safe as one component of a path on any system. */
const char *extract_name(struct arena *arena, const struct part *part);
/* CONTENT into the new file NAME below the open folder FOLDER (AT_FDCWD: the current one). */
bool extract_file(int folder, const char *name, struct bytes content, struct error *err);
/* CONTENT to standard output. */
bool extract_output(struct bytes content, struct error *err);

#endif
