/* SPDX-License-Identifier: Apache-2.0
 *
 * What is known of a sender: asked of whatever store is plugged in, answered as for a first contact
 * where none is.
 *
 * A store must leave out the message itself and everything later.  Keys are lower-case. */
#ifndef NOROSHI_RULE_PROFILE_H
#define NOROSHI_RULE_PROFILE_H

#include "base/bytes.h"

enum profile_key { PROFILE_EMAIL, PROFILE_DOMAIN };

struct profile {
    bool any_benign, any_malicious, solicited, auth_failed;
    double days_known;
    const char *prevalence; /* "new", "outlier", "rare", "uncommon", "common", "unknown" */
    int64_t first_contact_days, last_contact_days, last_inbound_days,
        last_outbound_days; /* <0: never */
};

struct profile_source {
    void *self;
    /* Fill *OUT with what is known of KEY before the time AT_US (UTC, since epoch). */
    void (*look_up)(void *self, enum profile_key kind, struct bytes key, int64_t at_us,
                    struct profile *out);
};

/* The answer of an empty store. */
void profile_first_contact(struct profile *out);

#endif
