/* SPDX-License-Identifier: Apache-2.0
 *
 * Waves of near-duplicate mail get one name: an online grouping of fingerprints.
 *
 * Candidates come from bands of the MinHash and from equal shapes; each bucket keeps its newest
 * CAMPAIGN_FAN_OUT members only, so that a common shape cannot make the work explode: cost per mail is
 * bounded.  Groups are joined by union-find and named after their earliest member (date, then SHA-256): the
 * name does not depend on the order of arrival. */
#ifndef NOROSHI_VERDICT_CAMPAIGN_H
#define NOROSHI_VERDICT_CAMPAIGN_H

#include "verdict/fingerprint.h"
#include "verdict/verdict.h"

#define CAMPAIGN_FAN_OUT 16u

struct campaigns;

struct campaign {
    struct bytes name; /* "free-trial-9f31" */
    uint32_t count;
    int64_t first_us, last_us; /* INT64_MIN where no member has a date */
    struct bytes subject;      /* of its earliest member */
    struct bytes category;
};

/* Whether NAME is one that campaigns_add gives, and the words in it, in ARENA: "free trial". */
bool campaign_words(struct arena *arena, struct bytes name, struct bytes *words_out);

struct campaigns *campaigns_new(const void *parent);
/* Add one mail; slices of V are copied.  Answers the name of its wave as known now, in ARENA. */
struct bytes campaigns_add(struct campaigns *campaigns, struct arena *arena,
                           const struct verdict *v, const struct fingerprint *f);
/* All groups of at least LEAST members, largest first; in ARENA. */
struct campaign *campaigns_list(struct campaigns *campaigns, struct arena *arena, uint32_t least,
                                uint32_t *count_out);

#endif
