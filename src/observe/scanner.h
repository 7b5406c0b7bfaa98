/* SPDX-License-Identifier: Apache-2.0
 *
 * The scanners of file.explode() that need nothing but the bytes: entropy, digests, strings, URLs,
 * script words, page parts.  Run only when a rule asks for the field; linear; lists are bounded. */
#ifndef NOROSHI_OBSERVE_SCANNER_H
#define NOROSHI_OBSERVE_SCANNER_H

#include "observe/object.h"

#define SCANNER_STRING_MIN 4      /* printable bytes in a row that make a string */
#define SCANNER_STRINGS_MAX 20000 /* strings kept of one node */

/* Whether scan.PART (a field of StrelkaScan) exists for NODE without any fact. */
bool scanner_applies(const struct node *node, uint32_t part);
/* Field FIELD of OBJECT, which is scan.PART of NODE; UNSET where no scanner computes it.  May set
 * other slots of OBJECT. */
struct value scanner_field(struct object *object, const struct node *node, uint32_t part,
                           uint32_t field);
/* Runs of printable ASCII, each once, in order. */
struct array *scanner_strings(struct arena *arena, struct bytes b);

/* Whether files of KIND are text to be decoded by its charset. */
bool scanner_is_text(enum kind kind);

#endif
