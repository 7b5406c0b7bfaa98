/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups of phishing sites as pages: a yearly overview and a page per group.
 *
 * FOLDER/index.html shows, for each year, registered domains per month stacked by the largest
 * groups, and the share of each sector; FOLDER/ID/index.html a group: timeline, brands,
 * templates, tested expressions, example addresses, defanged.  Every figure has its numbers as a
 * table.  Pages load nothing, carry a strict content security policy, hold names as escaped text
 * only, and depend on the data alone: the same list gives the same bytes.  At most GROUPING_PAGES
 * groups get a page; the overview counts all. */
#ifndef NOROSHI_REPORT_GROUPING_PAGE_H
#define NOROSHI_REPORT_GROUPING_PAGE_H

#include "group/groups.h"

#define GROUPING_PAGES 300u

/* Write the pages below FOLDER, which is made where it is not there. */
bool grouping_pages(const struct groups *groups, const char *folder, struct error *err);

#endif
