/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of sites as people keep them: CSV and TSV (columns found by name, else by content), plain
 * and defanged text, JSON lines and JSON documents.
 *
 * The format and the charset are found from the bytes.  Tables: group/read_table.h.  In JSON every
 * object with a URL, domain or host key gives a row.  In text every word that is a link or a host name
 * gives one.  Lines that give nothing are noted with their number.  STIX patterns, MISP attributes,
 * saved pages (group/page.h), passive DNS, registration data and certificates (group/read_fact.h)
 * are known by their members or first bytes. */
#ifndef NOROSHI_GROUP_READ_H
#define NOROSHI_GROUP_READ_H

#include "group/feed.h"

/* Rows of CONTENT, which must live as long as FEED; FILE names it in notes and is kept. */
void read_list(struct feed *feed, struct bytes content, const char *file);
/* A brand's own page (HTML, MHTML, HAR): what it has in common with other pages is no evidence. */
void read_genuine(struct feed *feed, struct bytes content, const char *file);

#endif
