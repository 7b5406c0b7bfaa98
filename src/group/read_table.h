/* SPDX-License-Identifier: Apache-2.0
 *
 * CSV and TSV as people keep them: which column is what, records, fields.
 *
 * A first record that names a column of URLs is a heading: names are known in English and Japanese, whole,
 * or as a part ("URL (defanged)", "騙られたブランド") of a cell in a record that has no link and no date.  What
 * the heading does not name, and all columns where there is no heading, is found by content.  Fields may
 * be quoted, also as Excel keeps text (="..."), and hold separators and line ends.  Records that give
 * nothing are noted with the line they begin in; empty ones are not. */
#ifndef NOROSHI_GROUP_READ_TABLE_H
#define NOROSHI_GROUP_READ_TABLE_H

#include "group/feed.h"

/* Names of members and columns, NULL last. */
extern const char *const read_url_names[], *const read_time_names[], *const read_brand_names[],
    *const read_address_names[];

/* A word with a dot that could be a host, or a scheme in front. */
bool read_looks_like_link(struct bytes word);
/* Rows of CONTENT, whose first LINE that says something is given; false: it is no table. */
bool read_table(struct feed *feed, struct bytes content, struct bytes line, const char *file);

#endif
