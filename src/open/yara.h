/* SPDX-License-Identifier: Apache-2.0
 *
 * The user's YARA rules, on attachments, members and embedded files.
 *
 * yara_load() compiles every *.yar and *.yara below a folder before the sandbox closes; the rules are
 * then read-only and shared by fork.  Each opened node that is a file of its own is scanned once, with
 * libyara's own time limit; names of rules that match become yara.matches.  Rules that need modules
 * which reach out (cuckoo) are refused by the compiler. */
#ifndef NOROSHI_OPEN_YARA_H
#define NOROSHI_OPEN_YARA_H

#include "base/error.h"

/* Compile DIR's rules (added to what was loaded before); false with the first compiler message.
 * The process must call it before it forks workers. */
bool yara_load(const char *dir, struct error *err);
/* Forget all rules. */
void yara_unload(void);
/* How many rules are loaded. */
uint32_t yara_rule_count(void);

#endif
