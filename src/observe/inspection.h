/* SPDX-License-Identifier: Apache-2.0
 *
 * What openers found in one file, in the shapes rules ask for: oletools, calendar, codes, members.
 *
 * The facts were hung on nodes while the file was opened (artifact/fact.def); here they only become
 * objects of the data model, so asking costs what is built and nothing is parsed again but a
 * calendar's HTML text.  Risk words are in lower case, as the public rules spell them. */
#ifndef NOROSHI_OBSERVE_INSPECTION_H
#define NOROSHI_OBSERVE_INSPECTION_H

#include "observe/object.h"

/* OletoolsResult: indicators, macros, relationships; only `error` where NODE is no Office document. */
struct value model_oletools(struct model *model, const struct node *node);
/* ICSFile of a calendar; NULL where NODE is none. */
struct value model_calendar(struct model *model, const struct node *node);
/* Field FIELD of scan.ics, whose type is StrelkaICS; UNSET where NODE is no calendar. */
struct value model_calendar_scan(struct model *model, const struct node *node, uint32_t field);
/* QRResult: the codes on NODE and on the pictures inside it, each once. */
struct value model_codes(struct model *model, const struct node *node);
/* ArchiveResult: the files inside NODE where it is an archive, inner archives opened too. */
struct value model_members(struct model *model, const struct node *node);

#endif
