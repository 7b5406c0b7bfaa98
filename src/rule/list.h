/* SPDX-License-Identifier: Apache-2.0
 *
 * The $lists of the rule language: text files NAME.txt, one entry a line.
 *
 * A list nobody configured is UNKNOWN (a rule that needs it is undecided and says so); a list file
 * without entries is an empty list.  Blank lines and lines that begin with '#' are not entries; CR, and
 * blanks at both ends, are dropped.  $org_vips holds people: "Display Name <address>" or either alone.
 * Entries are slices of the mapped file; the hash over them is built on first use.
 * A list over LIST_ENTRIES_MAX entries is refused whole, with an error for that list alone. */
#ifndef NOROSHI_RULE_LIST_H
#define NOROSHI_RULE_LIST_H

#include "base/error.h"
#include "base/value.h"

#define LIST_ENTRIES_MAX (4 * 1000 * 1000)

struct list {
    struct bytes name;
    bool configured, people;
    struct bytes text;   /* the file's bytes */
    struct bytes *entry; /* entry_count, in file order; made on first use */
    uint32_t entry_count, slot_mask;
    uint32_t *slot, *fold_slot; /* 1 + entry number; for `in` and for `in~` */
    struct array *strings;      /* the entries as values; made on first use */
};

struct lists;

/* No lists yet, under PARENT. */
struct lists *lists_new(const void *parent);
/* Every NAME.txt in the directory PATH, or the one file PATH; false and ERR. */
bool lists_load(struct lists *lists, const char *path, struct error *err);
/* List NAME with the entries of TEXT (not copied). */
struct list *lists_set(struct lists *lists, struct bytes name, struct bytes text,
                       struct error *err);
/* The list of NAME; made, unconfigured, where there is none. */
struct list *lists_at(struct lists *lists, struct bytes name);
uint32_t lists_count(const struct lists *lists);
struct list *lists_row(const struct lists *lists, uint32_t row);

/* Split the text into entries, if that was not done; strings too. */
void list_ready(struct list *list);
bool list_has(struct list *list, struct bytes s);
bool list_has_fold(struct list *list, struct bytes s); /* ignoring ASCII case */

#endif
