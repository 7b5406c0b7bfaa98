/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands in files that build and set up: makefiles, Jenkins pipelines, Terraform, tasks of editors,
 * Composer's package file.
 *
 * What whoever opens, builds or installs runs without reading it is hung below the file as child scripts
 * (shell_body), each with its line, for the engine of src/shell.  Nothing is understood beyond where a
 * command begins and ends: conditions, variables of make and expressions of Groovy stay as they are.
 * A file of its own is also known by what it holds, a part of something else by its name only: prose is not
 * searched.  O(bytes); at most RECIPE_BODIES_MAX commands a file. */
#ifndef NOROSHI_OPEN_RECIPE_H
#define NOROSHI_OPEN_RECIPE_H

#include "artifact/node.h"

#define RECIPE_BODIES_MAX 256u

/* Whether NODE, a text, is such a file: by its name, or by what JSON holds. */
bool recipe_is(const struct node *node);
/* Hang NODE's commands below it. */
void recipe_read(struct node *node);
/* The string of JSON that follows AT in TEXT, behind a colon or not; absent where none does. */
struct bytes recipe_json_string(struct arena *arena, struct bytes text, size_t at);

#endif
