/* SPDX-License-Identifier: Apache-2.0
 *
 * What is dear to compile, kept in one file: automata by their literals, patterns by their text.
 *
 * Rules are read anew at every start (it takes milliseconds), so the cache can never serve a rule that
 * has changed: entries are found by the SHA-256 of what they were made from.  The file is
 *   "NRC1" version, entry count, SHA-256 of the rest; entries: kind, key, length, bytes
 * mapped, and believed only where magic, version, digest, every length and an entry of this program's
 * own way of compiling fit; else it is made anew.
 * It is written beside itself and renamed, by the user's own process before workers start; a place that
 * cannot be written is no error.
 * Automata are loaded by Hyperscan, which checks their checksum, version and CPU. */
#ifndef NOROSHI_RULE_CACHE_H
#define NOROSHI_RULE_CACHE_H

#include "rule/literal.h"
#include "rule/regex.h"

struct cache;

/* The cache at PATH, empty where there is none to believe; NULL for a NULL path. */
struct cache *cache_open(const char *path);
/* The automaton of LITERAL[COUNT] (rule/literal.h), from CACHE or made now and kept; child of PARENT. */
struct literal_set *cache_literal_set(struct cache *cache, const void *parent,
                                      const struct bytes *literal, uint32_t count, bool every);
/* What is known of PATTERN: sets known_good and its literals (in ARENA) where CACHE has it. */
void cache_pattern(struct cache *cache, struct arena *arena, struct pattern *pattern);
/* Write what is new, with all of PATTERNS, and free CACHE (may be NULL). */
void cache_close(struct cache *cache, const struct patterns *patterns);

#endif
