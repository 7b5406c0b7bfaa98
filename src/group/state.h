/* SPDX-License-Identifier: Apache-2.0
 *
 * The memory between runs: see group/groups.h for the file. */
#ifndef NOROSHI_GROUP_STATE_H
#define NOROSHI_GROUP_STATE_H

#include "group/groups.h"

/* Give the groups of G that hold sites of earlier groups those ids; note merges; set the next numbers. */
void state_award(const struct group_state *state, struct groups *g);
/* "20200114", "2020-01-14", or "unknown" for 0. */
void state_day(uint32_t minute, char out[16]);
void state_date(uint32_t minute, char out[16]);

#endif
