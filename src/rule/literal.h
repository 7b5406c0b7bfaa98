/* SPDX-License-Identifier: Apache-2.0
 *
 * Which of a set of literals occur in a text, ASCII case ignored: one pass, however many there are.
 *
 * Hyperscan's literal matcher (literals only: its regular expressions are slower here and one large
 * database of them falls to 8 MB/s).  The one file that wraps libhs is literal.c. */
#ifndef NOROSHI_RULE_LITERAL_H
#define NOROSHI_RULE_LITERAL_H

#include "base/arena.h"

struct literal_set;

/* Compile COUNT literals (1..4096 bytes each) under PARENT; NULL where the library refuses. */
struct literal_set *literal_set_new(const void *parent, const struct bytes *literal,
                                    uint32_t count);
/* Set bit N of SEEN for every literal N that occurs in TEXT; false where the scan failed. */
bool literal_set_scan(const struct literal_set *set, struct bytes text, uint64_t *seen);
/* Version of the library, which compiled forms depend on. */
const char *literal_version(void);
/* The compiled form as bytes under PARENT, and back; NULL where it is not ours or does not fit this CPU. */
struct bytes literal_set_save(const void *parent, const struct literal_set *set);
struct literal_set *literal_set_restore(const void *parent, struct bytes saved, uint32_t count);

#endif
