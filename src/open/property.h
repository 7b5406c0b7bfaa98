/* SPDX-License-Identifier: Apache-2.0
 *
 * What a document says of itself: title, author, program, dates, by the names exiftool gives them.
 *
 * Two sources, one list: docProps of OOXML packages (ISO 29500-1 section 15.2.12) and the property sets
 * of compound files.  Each value becomes a row of `exiftool.fields`; title, author, creator and dates
 * also facts of their own, and what macros read back with BuiltInDocumentProperties is handed to the
 * evaluator.  A broken property set yields what can be read; nothing here is an anomaly.
 *
 * source   MS-OLEPS 2.20-2.22 (property sets), 2.15 (types), MS-OSHARED 2.3.3.2.1 (identifiers) */
#ifndef NOROSHI_OPEN_PROPERTY_H
#define NOROSHI_OPEN_PROPERTY_H

#include "open/cfb.h"

/* KEY: VALUE (UTF-8) about the document NODE. */
void property_add(struct node *node, const char *key, struct bytes value);
/* The summary and document summary streams of CFB. */
void property_read(struct cfb *cfb);

#endif
