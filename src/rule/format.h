/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules as people read them: one condition a line, what belongs together indented, lines short where the
 * texts in them allow.  Only white space changes; every token and comment stays. */
#ifndef NOROSHI_RULE_FORMAT_H
#define NOROSHI_RULE_FORMAT_H

#include "base/arena.h"
#include "base/error.h"

/* FILE, the text of a file of rules named NAME, with every `source: |` block laid out anew, in ARENA;
 * absent, with ERR, where one is no text of the language. */
struct bytes rule_format(struct arena *arena, struct bytes file, const char *name,
                         struct error *err);

#endif
