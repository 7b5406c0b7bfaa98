/* SPDX-License-Identifier: Apache-2.0
 *
 * A small linear model over hashed features: logistic regression, L2, calibrated, deterministic.
 *
 * Examples are rows of feature hashes with a label.  Training runs over the rows in order of their id
 * with AdaGrad (Duchi, Hazan, Singer 2011); rows are scaled to unit length.  One example in five, chosen
 * by id, is held back, and the raw score is mapped to log-odds by Platt's method (1999) on those.
 *
 * Against learning "not my list": a feature seen in one class only is worth at most what its count
 * supports (a smoothed bound), and traits are bounded more tightly than words.  The calibrated answer is
 * clipped to LINEAR_BOUND, so that this model alone never decides. */
#ifndef NOROSHI_LEARN_LINEAR_H
#define NOROSHI_LEARN_LINEAR_H

#include "learn/feature.h"

#define LINEAR_BITS 18u
#define LINEAR_SLOTS (1u << LINEAR_BITS)
#define LINEAR_BOUND 6.0

struct example {
    uint64_t id; /* from the mail's SHA-256: order and hold-back do not depend on the file system */
    bool bad;
    const uint32_t *hash; /* ascending */
    uint32_t count;
};

struct linear {
    float weight[LINEAR_SLOTS];
    float bias, slope, offset; /* log-odds = slope * (bias + sum / sqrt(count)) + offset */
    uint32_t good_count, bad_count;
};

/* A model from EXAMPLES (reordered by id) under PARENT; NULL where a class has fewer than 20. */
struct linear *linear_train(const void *parent, struct example *examples, uint32_t count);
/* Calibrated log-odds of a threat within +-LINEAR_BOUND. */
double linear_score(const struct linear *linear, const uint32_t *hash, uint32_t count);
/* Share of log-odds the one feature HASH has in a row of COUNT. */
double linear_share(const struct linear *linear, uint32_t hash, uint32_t count);

#endif
