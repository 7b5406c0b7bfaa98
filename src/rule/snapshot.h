/* SPDX-License-Identifier: Apache-2.0
 *
 * The whole compiled rule set as an image (rule/image.h) in the cache, so that a start neither parses nor
 * compiles: rules with their names and sentences, the graph, gates, guards, what was wrong with rules.
 *
 * It is found by what the rule files were when it was made: by name, number, size and times of a file that
 * has rested for some seconds, else by its bytes (two changes within one tick of a file system's clock
 * would look the same); and by the bytes of the lists.  Rules out of it have no tree as written
 * (rule->tree is NULL): they can be run and explain their evidence, not be checked or told. */
#ifndef NOROSHI_RULE_SNAPSHOT_H
#define NOROSHI_RULE_SNAPSHOT_H

#include "rule/cache.h"
#include "rule/file.h"
#include "rule/set.h"

#define SNAPSHOT_KEY_BYTES 32

/* The key of what FILES and SET's lists compile to, reading only files that have changed just now; false
 * where none can be made. */
bool snapshot_key(const struct rule_set *set, struct rule_files *files, uint8_t key[64]);
/* Fill SET from CACHE's image of KEY, and take CACHE; false where there is none. */
bool snapshot_restore(struct rule_set *set, struct cache *cache, const uint8_t key[64]);
/* Keep compiled SET in CACHE under KEY, its problems from FIRST_PROBLEM on; before anything was run.
 * PARENT: the image lives until that is freed, which must be after the cache is closed. */
void snapshot_keep(const struct rule_set *set, struct cache *cache, const uint8_t key[64],
                   uint32_t first_problem, const void *parent);

#endif
