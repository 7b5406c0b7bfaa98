/* SPDX-License-Identifier: Apache-2.0
 *
 * A saved page as parts that a kit keeps from site to site.
 *
 * Parts: runs of five tags (a sketch of the smallest hashes, so long pages cost no more), names
 * of files it loads, names of form fields, form targets, scripts and comments.  What a kit
 * changes from site to site is taken off first: digits, quoted text in scripts, random pieces of
 * names; the words a person reads are no part.  A form that sends to a third host, and a Telegram
 * bot, are evidence of their own.
 *
 * The host of a page is where it says it was saved from ("saved from url", SingleFile, MHTML's
 * Snapshot-Content-Location, HAR's first page), else the last part of its path that is a host
 * name (evil.example/index.html, as wget and HTTrack save).
 *
 * cost: one pass of the tokenizer. */
#ifndef NOROSHI_GROUP_PAGE_H
#define NOROSHI_GROUP_PAGE_H

#include "base/value.h"
#include "group/feed.h"

/* Whether CONTENT is HTML or MHTML by its first bytes. */
bool page_is(struct bytes content);
/* A page saved as PATH: a site of FEED, its parts facts.  GENUINE: a brand's own page, whose parts
 * are nobody's. */
void page_read(struct feed *feed, struct bytes content, const char *path, bool genuine);
/* The pages of an HTTP archive (HAR 1.2); LOG is its member "log". */
void page_read_har(struct feed *feed, struct value log, const char *path, bool genuine);

#endif
