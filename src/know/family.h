/* SPDX-License-Identifier: Apache-2.0
 *
 * Who is behind it: families, actors and campaigns as data (knowledge/families.yml).
 *
 * Each entry: name, kind (family, actor, campaign), aliases, ATT&CK ids, the kinds of evidence its mail or
 * files are known to show (`expects`), how many kinds name it (`needs`), what usually follows in
 * English and Japanese, source and date.
 * The engine knows no name: rules say whom they speak for, this table says who that is. */
#ifndef NOROSHI_KNOW_FAMILY_H
#define NOROSHI_KNOW_FAMILY_H

#include "base/arena.h"
#include "base/error.h"
#include "base/table.h"

struct family {
    struct bytes name, kind;
    struct bytes *alias, *technique, *expects;
    uint32_t alias_count, technique_count, expects_count;
    uint32_t needs;                    /* kinds of evidence to name it; 0: the usual number */
    struct bytes follows[2], about[2]; /* English, Japanese */
    struct bytes source, date;
};

struct families {
    struct arena *arena;
    struct family *item;
    uint32_t count;
    struct table *by_name; /* names and aliases */
};

/* The table in the file at PATH, under PARENT; NULL and ERR with line and column. */
struct families *families_load(const void *parent, const char *path, struct error *err);
/* By name or alias; NULL where unknown. */
const struct family *families_find(const struct families *families, struct bytes name);

#endif
