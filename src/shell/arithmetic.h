/* SPDX-License-Identifier: Apache-2.0
 *
 * Constant arithmetic: the $((3+4)) and ${x:$((2)):1} hidden text is cut up with.
 *
 * Private to src/shell.  Integers, + - * / % and parentheses, variables whose value is known; everything
 * else is answered as unknown.  Source: POSIX.1-2017 XCU 2.6.4. */
#ifndef NOROSHI_SHELL_ARITHMETIC_H
#define NOROSHI_SHELL_ARITHMETIC_H

#include "base/bytes.h"

struct machine;

/* The value of TEXT into *OUT; false where it is not constant. */
bool arithmetic_value(struct machine *m, struct bytes text, int64_t *out);

#endif
