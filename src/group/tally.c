/* SPDX-License-Identifier: Apache-2.0 */
#include "group/tally.h"

#include "group/bulk.h"

#define COUNTERS_LEAST 65536u
#define COUNTERS_MOST (UINT64_C(1) << 26)

void tally_init(struct tally *tally, const void *parent, uint64_t things)
{
    uint64_t counters = COUNTERS_LEAST;
    while (counters < things * 4 && counters < COUNTERS_MOST)
        counters *= 2;
    *tally =
        (struct tally){.n = bulk_array(parent, counters, sizeof(uint32_t)), .mask = counters - 1};
}
