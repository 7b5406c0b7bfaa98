/* SPDX-License-Identifier: Apache-2.0
 *
 * The bulletin: a static web site made from the store and from posts in Markdown.
 *
 * site_build writes one folder: English at its top, Japanese below ja/, both from the same facts;
 * front page, months, posts, one page per category, tag, family, campaign, technique, brand and
 * group of phishing sites, lists of these, search, method, Atom feeds, and data files per month.
 * Every link is relative and ends in index.html, so the folder works from file:// as from a server.
 * Pages name no other host, carry a strict content security policy and hold mail strings as escaped
 * text only.
 *
 * The same store, posts and options give the same bytes: dates come from the data, never from a
 * clock. Cost: one pass over the store's counts per dimension, a cross count per page. */
#ifndef NOROSHI_REPORT_SITE_SITE_H
#define NOROSHI_REPORT_SITE_SITE_H

#include "base/table.h"
#include "group/groups.h"
#include "know/family.h"
#include "observe/shared.h"
#include "report/tr.h"
#include "store/store.h"
#include "wave/wave.h"

struct site_params {
    const char *folder;       /* where to write; made where it is not there */
    const char *posts_folder; /* Markdown posts; NULL: none */
    const char *title[LANGUAGE_COUNT];
    const struct shared_domains *shared; /* never shown as indicators; NULL: none are known */
    const struct families *families;     /* what names mean; NULL: they are only named */
    const struct groups *groups;         /* of phishing sites; NULL: no pages about groups */
    const char *base_url; /* "https://cert.example.test/bulletin/"; NULL: relative ids only */
};

/* What was written. */
struct site_result {
    uint32_t pages, files;
    uint64_t bytes;
};

bool site_build(struct store *store, const struct site_params *params, struct site_result *result,
                struct error *err);
/* The month's post as Markdown with front matter into OUT, in LANGUAGE.  MONTH_US: any time of it;
 * of PARAMS only what is known (shared, families). */
bool site_draft(struct store *store, const struct site_params *params, int64_t month_us,
                enum language language, struct text *out, struct error *err);

#endif
