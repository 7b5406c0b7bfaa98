/* SPDX-License-Identifier: Apache-2.0
 *
 * Work in parts, on several processors.
 *
 * Parts are taken in order by whoever is free, so what is made must not depend on who makes which:
 * parts write to places of their own, or add to counters.  talloc is not for threads: a part may
 * only use parents that no other thread uses at the time. */
#ifndef NOROSHI_GROUP_CREW_H
#define NOROSHI_GROUP_CREW_H

#include <stdint.h>

#define CREW_MOST 64u

/* Processors there are, at most CREW_MOST. */
uint32_t crew_default(void);
/* WORK(data, part, worker) for every part below PARTS; worker is below WORKERS (1 .. CREW_MOST).
 * Returns when all is done. */
void crew_run(uint32_t workers, uint32_t parts,
              void (*work)(void *data, uint32_t part, uint32_t worker), void *data);

#endif
