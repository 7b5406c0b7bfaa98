/* SPDX-License-Identifier: Apache-2.0
 *
 * Words and traits of one mail, as the set of hashed features a linear model weighs.
 *
 * Text gives words and neighbouring pairs (CJK: character pairs), structure gives traits such as "link
 * text is another host" or "attachment zip".  What a receiving filter or a collector wrote is never
 * looked at (Authentication-Results, X-* verdicts, Received, recipients), nor names of single senders,
 * so that the model learns what threats say and not where its training mail came from.
 *
 * A feature is a 32-bit hash of its name; presence counts, repetition does not.  Cost O(text), at most
 * FEATURES_MAX features. */
#ifndef NOROSHI_LEARN_FEATURE_H
#define NOROSHI_LEARN_FEATURE_H

#include "observe/model.h"

#define FEATURES_MAX 1200u

struct feature {
    uint32_t hash;
    bool trait;        /* about structure, not a word */
    struct bytes name; /* "verify account", "trait:link host differs": for explanations */
};

struct features {
    struct feature *item; /* by ascending hash, distinct */
    uint32_t count;
};

/* The features of the message MODEL is about; they live in its arena. */
struct features features_of(struct model *model);

#endif
