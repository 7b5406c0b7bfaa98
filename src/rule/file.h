/* SPDX-License-Identifier: Apache-2.0
 *
 * The files a rule set is made of: found first, read when they are needed. */
#ifndef NOROSHI_RULE_FILE_H
#define NOROSHI_RULE_FILE_H

#include "base/arena.h"
#include "base/error.h"

#include <sys/stat.h>
#include <time.h>

struct rule_file {
    struct bytes name, text; /* of the text: absent until it is read; NUL-terminated beyond its end */
    struct stat found;
    struct error *err; /* NULL: nothing stands against it so far */
};

/* In the order of their reading. */
struct rule_files {
    struct rule_file *file;
    uint32_t count;
    struct timespec now; /* when the first was looked for */
};

/* Add the file at PATH, or those below it that end in .yml or .yaml by name, hidden ones left out, to FILES
 * (FILE is talloc's, under PARENT; names lie in ARENA); false with ERR where PATH cannot be read. */
bool rule_files_find(const void *parent, struct arena *arena, struct rule_files *files,
                     const char *path, struct error *err);
/* Read FILE where that has not been done; file->err, in ARENA, says what went wrong. */
void rule_file_read(struct arena *arena, struct rule_file *file);
/* Whether FILE was last changed some seconds before FILES were looked for. */
bool rule_file_rests(const struct rule_files *files, const struct rule_file *file);

#endif
