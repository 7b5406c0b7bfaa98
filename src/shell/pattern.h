/* SPDX-License-Identifier: Apache-2.0
 *
 * Shell patterns (* ? [..]) as ${x#pattern}, ${x%pattern} and ${x/pattern/} use them.
 *
 * Bounded: a text or pattern longer than PATTERN_BYTES_MAX matches only literally, and matching costs
 * O(pattern * text) at most.  Source: POSIX.1-2017 XCU 2.13. */
#ifndef NOROSHI_SHELL_PATTERN_H
#define NOROSHI_SHELL_PATTERN_H

#include "base/bytes.h"

#define PATTERN_BYTES_MAX 256

/* Whether PATTERN matches all of TEXT. */
bool pattern_matches(struct bytes pattern, struct bytes text);
/* Length of the shortest or LONGEST prefix of TEXT that PATTERN matches, or BYTES_NPOS. */
size_t pattern_prefix(struct bytes pattern, struct bytes text, bool longest);
/* Start of the shortest or LONGEST suffix of TEXT that PATTERN matches, or BYTES_NPOS. */
size_t pattern_suffix(struct bytes pattern, struct bytes text, bool longest);

#endif
