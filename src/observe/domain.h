/* SPDX-License-Identifier: Apache-2.0
 *
 * A host name taken apart: subdomain, second-level label, public suffix.
 *
 * The one file that wraps libpsl.  Only the ICANN section of the public suffix list counts, so that
 * `blogspot.com` is a registered domain and its customers are subdomains, as rules expect.  A name
 * whose suffix is not on the list is split at its last label and is not `valid`; neither is a name
 * that is itself a suffix, has an empty or overlong label, or no dot.  Slices point into the
 * normalised name.
 *
 * cost O(bytes), at most six list look-ups; the model remembers hosts (model_domain()). */
#ifndef NOROSHI_OBSERVE_DOMAIN_H
#define NOROSHI_OBSERVE_DOMAIN_H

#include "base/arena.h"

struct domain {
    struct bytes domain;      /* ASCII, lower case, without the final dot */
    struct bytes root_domain; /* absent where there is no registered part */
    struct bytes sld;         /* "example" of www.example.co.jp */
    struct bytes subdomain;   /* "www"; absent where there is none */
    struct bytes tld;         /* "co.jp" */
    struct bytes punycode;    /* the Unicode form; absent where no label is xn-- */
    bool valid;
};

/* Take HOST (UTF-8, any case) apart; false where it is no name at all (empty, spaces, controls). */
bool domain_parse(struct arena *arena, struct bytes host, struct domain *out);
/* Whether LABELS ("com", "co.jp") is a suffix of the ICANN section.  Lower-case ASCII. */
bool domain_is_suffix(struct bytes labels);

#endif
