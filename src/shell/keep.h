/* SPDX-License-Identifier: Apache-2.0
 *
 * A report moved out of the memory it was made in.
 *
 * Reading a script takes some 32 bytes for each of its own: syntax, values, the words of every command.  Of
 * that a report needs little.  Where many scripts are read (an archive, an image), each is read in memory of
 * its own and only its report goes on. */
#ifndef NOROSHI_SHELL_KEEP_H
#define NOROSHI_SHELL_KEEP_H

#include "shell/report.h"

/* A copy of REPORT, made from TEXT, in ARENA, without the stretches of its commands (span).  TEXT stays
 * where it is.  O(size of the report). */
struct shell_report *report_keep(struct arena *arena, const struct shell_report *report,
                                 struct bytes text);
/* Whether somebody will want the words of REPORT's commands: a secret leaves, or what was done serves several
 * ends. */
bool report_tells(const struct shell_report *report);

#endif
