/* SPDX-License-Identifier: Apache-2.0
 *
 * The model facts of one artifact as a flat, versioned record: what a worker hands to the store,
 * and what a hunt or a rescan evaluates rules on later.
 *
 * facts_write walks the fields named in keep.def (computing them) and writes numbers, strings,
 * lists and objects; a string that the record already holds is a reference, so a domain inside its
 * URL costs four bytes.  facts_model answers a model over such a record whose objects read their
 * fields on first use, so a hunt pays for what its rule touches.  A field that is kept but was
 * absent is NULL; one that is not kept is UNKNOWN (CAPABILITY_BODY), so a rule that needs the
 * body's text is undecided and not false.
 *
 * The record is foreign (it comes from a worker, or an old file): the reader checks every length
 * and reads what it cannot understand as NULL.  Format, after "F1": an object is a count and that
 * many (number, value); a value is a tag byte, then: 0 null, 1 unknown varint, 2 false, 3 true, 4
 * integer zigzag, 5 float 8 bytes, 6 string (length, bytes), 7 reference (offset from the record's
 * start, length), 8 list (u24 bytes, count, values), 9 object (u24 bytes, object). */
#ifndef NOROSHI_OBSERVE_FACTS_H
#define NOROSHI_OBSERVE_FACTS_H

#include "observe/model.h"

#define FACTS_ITEMS_MAX 200   /* of one list; the rest is dropped */
#define FACTS_STRING_MAX 2048 /* bytes of one string; the rest is dropped */
#define FACTS_BYTES_MAX ((size_t)256 << 10)

/* Append the facts of ROOT, a Message, to OUT; nothing where they would pass FACTS_BYTES_MAX. */
void facts_write(struct text *out, struct object *root);
/* Whether records hold FIELD of TYPE: its string then stands in them byte by byte. */
bool facts_keep(enum type type, uint32_t field);
/* A model over RECORD (not copied), whose root is a Message; NULL where RECORD is not one. */
struct model *facts_model(struct arena *arena, struct bytes record);

#endif
