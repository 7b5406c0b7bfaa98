/* SPDX-License-Identifier: Apache-2.0
 *
 * What the user released: whom or what, until when, and why.
 *
 * A YAML file, one list under `allow`:
 *   - sender: news@example.org     # one scope: sender, domain (and those below it), subject (its
 *     until: 2026-12-31            #   whole text without reply marks), sha256, or rule (its
 * evidence no longer counts;
 *     reason: our own newsletter   #   with sender or domain beside it only for those)
 *     by: alice                    # optional
 * Every entry has a reason and an end (`until: never` is said, not implied).  An entry past its end stays in
 * the file and does nothing.  sender and domain do not hold where the mail failed DMARC. */
#ifndef NOROSHI_KNOW_ALLOW_H
#define NOROSHI_KNOW_ALLOW_H

#include "base/arena.h"
#include "base/error.h"

struct allow_entry {
    struct bytes sender, domain, subject, sha256, rule; /* absent: any */
    struct bytes until, reason, by;                     /* until: a date, or "never" */
    bool expired;
    uint32_t line;
};

struct allow_list {
    struct allow_entry *item;
    uint32_t count;
    struct arena *arena;
};

/* The file at PATH, entries judged expired or not at NOW_US.  NULL and ERR (with line and column). */
struct allow_list *allow_load(const void *parent, const char *path, int64_t now_us,
                              struct error *err);
/* The same from TEXT, named PATH in errors. */
struct allow_list *allow_parse(const void *parent, struct bytes text, const char *path,
                               int64_t now_us, struct error *err);

#endif
