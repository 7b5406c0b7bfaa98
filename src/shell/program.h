/* SPDX-License-Identifier: Apache-2.0
 *
 * One-liners in other languages: python -c, perl -e, php -r, and files a script writes for them.
 *
 * They are read for their strings and calls, not interpreted: encoded literals are decoded and read
 * again, what is handed to os.system and its kin is shell, what urlopen and its kin fetch is a download.
 * Private to src/shell. */
#ifndef NOROSHI_SHELL_PROGRAM_H
#define NOROSHI_SHELL_PROGRAM_H

#include "shell/machine.h"

/* Read S, a program for INTERPRETER, that came by HOW. */
void program_read(struct call *call, struct shell_string s, struct bytes interpreter,
                  const char *how);

/* What words that stand together in TEXT, a program, tell. */
void program_senses(struct machine *m, struct bytes text);
/* Read the whole file M is on as a program. */
void program_whole(struct machine *m);

#endif
