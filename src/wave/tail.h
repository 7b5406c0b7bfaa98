/* SPDX-License-Identifier: Apache-2.0
 *
 * How improbable a count is: upper tails of the Poisson and negative binomial distributions. */
#ifndef NOROSHI_WAVE_TAIL_H
#define NOROSHI_WAVE_TAIL_H

#include <stdint.h>

/* P(Y >= count) where Y has MEAN > 0 and VARIANCE: negative binomial above Poisson variance, else
 * Poisson.  Relative error below 1e-9; source: Abramowitz and Stegun 26.5.8 (incomplete beta as a
 * continued fraction, Lentz) and 6.5.29, 6.5.31 (incomplete gamma). */
double tail_count(uint64_t count, double mean, double variance);
/* The smallest count whose tail is below P. */
uint64_t tail_bound(double p, double mean, double variance);

#endif
