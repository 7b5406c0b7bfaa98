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

/* Compile COUNT literals (1..4096 bytes each) under PARENT; NULL where the library refuses.  EVERY: every
 * place of a literal is told, not just one. */
struct literal_set *literal_set_new(const void *parent, const struct bytes *literal,
                                    uint32_t count, bool every);
/* Call EACH for every literal that occurs in TEXT, with its number and where it ends, ends rising;
 * false where the scan failed. */
bool literal_set_scan(const struct literal_set *set, struct bytes text,
                      void (*each)(void *self, uint32_t literal, size_t end), void *self);
/* Version of the library and kind of processor, which compiled forms depend on. */
const char *literal_version(void);
/* The compiled form as bytes under PARENT; absent where memory or the library fails. */
struct bytes literal_set_save(const void *parent, const struct literal_set *set);
/* A set over SAVED, which begins at a multiple of LITERAL_ALIGN_BYTES and is just what literal_set_save()
 * gave under the same literal_version(): a set holds no pointers, so where SAVED STAYS as long as the set
 * it is used where it lies, else copied.  NULL where it is not ours. */
#define LITERAL_ALIGN_BYTES 64
struct literal_set *literal_set_restore(const void *parent, struct bytes saved, uint32_t count,
                                        bool stays);

#endif
