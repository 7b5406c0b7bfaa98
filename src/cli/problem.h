/* SPDX-License-Identifier: Apache-2.0
 *
 * How the problem of a rule is told, by every verb that reads rules:
 *
 *   FILE:LINE:COLUMN: error: MESSAGE
 *     the line of the file
 *         ^
 *     hint: HINT                                                                              on stderr. */
#ifndef NOROSHI_CLI_PROBLEM_H
#define NOROSHI_CLI_PROBLEM_H

#include "rule/rule.h"

void problem_print(const struct error *err);
/* Every rule of SET that was refused (retired ones are not). */
void problem_print_all(const struct rule_set *set);

#endif
