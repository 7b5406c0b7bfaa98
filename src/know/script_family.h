/* SPDX-License-Identifier: Apache-2.0
 *
 * Marks of families that write malicious shell scripts (knowledge/script_families.yml).
 *
 * A mark is a word (lower case, matched without case) of one kind of evidence: infrastructure, key, name,
 * structure, style.  Lineage names families that share templates and hosts with this one. */
#ifndef NOROSHI_KNOW_SCRIPT_FAMILY_H
#define NOROSHI_KNOW_SCRIPT_FAMILY_H

#include "base/arena.h"
#include "base/error.h"

enum mark_kind {
    MARK_INFRASTRUCTURE,
    MARK_KEY,
    MARK_NAME,
    MARK_STRUCTURE,
    MARK_STYLE,
    MARK_KIND_COUNT
};
extern const char *const mark_kind_names[MARK_KIND_COUNT];

struct script_family {
    struct bytes name, kind, source, date;
    struct bytes *lineage;
    uint32_t lineage_count;
    struct bytes *mark[MARK_KIND_COUNT];
    uint32_t mark_count[MARK_KIND_COUNT];
};

struct script_families {
    struct arena *arena;
    struct script_family *item;
    uint32_t count;
};

/* The table in the file at PATH, under PARENT; NULL and ERR with line and column. */
struct script_families *script_families_load(const void *parent, const char *path,
                                             struct error *err);

#endif
