/* SPDX-License-Identifier: Apache-2.0
 *
 * URLs in running text: what a mail client would make clickable, and a little more.
 *
 * Found are scheme://..., www.host, bare hosts whose last label is a public suffix
 * (example.com/path) and defanged forms (hxxps://, example[.]com).  Not found are the domains of
 * mail addresses and words run together at a sentence's end ("account.Click").  A URL ends at white
 * space, quotes, angle brackets, an unpaired closing bracket, trailing punctuation and at the first
 * non-ASCII byte of its path, because Japanese text follows a URL without a space.
 *
 * One pass; cost O(bytes), a suffix look-up per candidate. */
#ifndef NOROSHI_OBSERVE_URLSCAN_H
#define NOROSHI_OBSERVE_URLSCAN_H

#include "base/arena.h"

struct url_span {
    struct bytes text;   /* as it stands in the text */
    struct bytes target; /* what to parse: text, or its refanged form */
    bool defanged;
};

struct url_scan {
    struct arena *arena;
    struct bytes text;
    size_t at; /* where to look next */
};

static inline struct url_scan url_scan_begin(struct arena *arena, struct bytes text)
{
    return (struct url_scan){arena, text, 0};
}
/* The next URL; false at the end. */
bool url_scan_next(struct url_scan *scan, struct url_span *out);

#endif
