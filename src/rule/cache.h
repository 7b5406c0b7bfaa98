/* SPDX-License-Identifier: Apache-2.0
 *
 * What is dear to compile, kept in one file: automata by their literals, patterns by their text.
 *
 * Entries are found by the SHA-256 of what they were made from, so the cache can never serve a rule that
 * has changed: an automaton by its literals, a pattern by its text, and the whole compiled set (its image,
 * rule/snapshot.h) by the bytes of all rule files and lists and the build of this program.  The file is
 *   "NRC1" version, entry count, checksum of the rest, its address; entries: kind, length, key, bytes
 * (heads and bytes at multiples of 64) mapped (to that address, where an image needs no work; to any other
 * if that is taken), and believed only where it is the user's own and magic, version, checksum, every length
 * and an entry of this program's own way of compiling fit; else it is made anew.
 * It is written beside itself and renamed, by the user's own process before workers start; a place that
 * cannot be written is no error.
 * Automata lie in it as Hyperscan has them in memory, and are used where they lie (rule/literal.h). */
#ifndef NOROSHI_RULE_CACHE_H
#define NOROSHI_RULE_CACHE_H

#include "rule/literal.h"
#include "rule/regex.h"

struct cache;
struct text;

/* The cache at PATH, empty where there is none to believe; NULL for a NULL path. */
struct cache *cache_open(const char *path);
/* The automaton of LITERAL[COUNT] (rule/literal.h), from CACHE or made now and kept; child of PARENT. */
struct literal_set *cache_literal_set(struct cache *cache, const void *parent,
                                      const struct bytes *literal, uint32_t count, bool every);
/* What is known of PATTERN: sets known_good and its literals (in ARENA) where CACHE has it. */
void cache_pattern(struct cache *cache, struct arena *arena, struct pattern *pattern);
/* Add to TEXT what compiled sets depend on beside the rules; false where this program cannot be told from
 * another build of it, so that no image may be kept. */
bool cache_program(struct text *text);
/* The image of KEY (32 bytes), in memory that may be written to and lives as long as CACHE; absent where
 * there is none. */
struct bytes cache_image(const struct cache *cache, struct bytes key);
/* Nothing new is to be kept any more: CACHE lives on under PARENT, as what was read from it does. */
void cache_hold(struct cache *cache, const void *parent);
/* Where an image of KEY will lie. */
uint64_t cache_image_address(struct bytes key);
/* Keep IMAGE, made for that address, which must live until the cache is closed, under KEY. */
void cache_keep_image(struct cache *cache, struct bytes key, struct bytes image);
/* Write what is new, with all of PATTERNS, and free CACHE (may be NULL). */
void cache_close(struct cache *cache, const struct patterns *patterns);

#endif
