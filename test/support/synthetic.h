/* SPDX-License-Identifier: Apache-2.0
 *
 * Invented verdicts with invented facts: a quarter of mail with an IcedID and a BazarCall wave.
 *
 * Every name is invented, every host ends in .test, every address is of 192.0.2.0/24.  The n-th
 * verdict is the same on every machine; `hostile` puts attempts at script, markup, control and
 * formula characters into every string that comes from a mail. */
#ifndef NOROSHI_TEST_SYNTHETIC_H
#define NOROSHI_TEST_SYNTHETIC_H

#include "verdict/verdict.h"

struct synthetic {
    uint32_t total;   /* how many there will be: dates spread over them */
    int64_t from_day; /* day number since the epoch of the first */
    int days;
    bool hostile;
};

/* Verdict number N, with facts; lives in ARENA. */
struct verdict *synthetic_verdict(struct arena *arena, const struct synthetic *what, uint32_t n);
/* The N-th hostile string, N below SYNTHETIC_HOSTILE. */
#define SYNTHETIC_HOSTILE 500u
struct bytes synthetic_hostile(struct arena *arena, uint32_t n);

#endif
