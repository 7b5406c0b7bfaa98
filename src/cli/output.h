/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a verb's result goes: standard output or a file.
 *
 * A verb writes with stdio and does not ask after each line; `main` asks once, at the end of every
 * verb, and tells what was lost.  A verb that could write for long asks output_ok now and then, to stop
 * early.  A reader that closed its end of a pipe (`| head`) has seen enough: that is told by the exit
 * status alone. */
#ifndef NOROSHI_CLI_OUTPUT_H
#define NOROSHI_CLI_OUTPUT_H

#include "base/error.h"

/* Whether all written to standard output so far went out, or waits to. */
bool output_ok(void);
/* CONTENT to the file at PATH, whole or not at all; NULL: to standard output, of which output_end
 * tells. */
bool output_write(const char *path, struct bytes content, struct error *err);
/* The last thing a program does: STATUS, or EXIT_ERROR where standard output did not take everything,
 * which is then told. */
int output_end(int status);

#endif
