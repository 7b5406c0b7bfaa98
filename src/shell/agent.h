/* SPDX-License-Identifier: Apache-2.0
 *
 * launchd's property lists: what macOS starts by itself.  Read by their tags, for attackers' need not
 * be valid.  O(bytes). */
#ifndef NOROSHI_SHELL_AGENT_H
#define NOROSHI_SHELL_AGENT_H

#include "base/arena.h"
#include "base/bytes.h"

/* Whether TEXT is such a list. */
bool agent_is(struct bytes text);
/* Its ProgramArguments as the line of a unit: ExecStart='/bin/sh' '-c' '..'. */
struct bytes agent_unit(struct arena *arena, struct bytes text);

#endif
