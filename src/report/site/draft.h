/* SPDX-License-Identifier: Apache-2.0
 *
 * The draft of a month's post: what its sections share (draft.c, draft_campaign.c). */
#ifndef NOROSHI_REPORT_SITE_DRAFT_H
#define NOROSHI_REPORT_SITE_DRAFT_H

#include "report/site/part.h"

struct draft {
    struct site *site;
    struct text *out;
    enum language language;
    struct bytes month, name; /* "2021-03", "March 2021" */
    int64_t since_us, until_us;
    int from, to, before; /* days of the waves */
};

/* A string of a mail: Markdown's own characters in it are only characters. */
void draft_plain(struct text *out, struct bytes s);
void draft_heading(struct draft *draft, const char *text);
/* The largest campaigns of the month, each with its signs and indicators; false and the site's
 * error. */
bool draft_campaigns(struct draft *draft);

#endif
