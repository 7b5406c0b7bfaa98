/* SPDX-License-Identifier: Apache-2.0
 *
 * The budget of one artifact: every opener draws it down, and once a line is passed it stays passed.
 *
 * Limits are rows of limit.def (name, unit, default, why).  budget_take() answers whether there is
 * still room; a caller that hears no records an anomaly (node_limit(), artifact/node.h) and returns what
 * it has.  Time is CPU time of the thread, so a busy machine does not change a verdict more than it must. */
#ifndef NOROSHI_BASE_LIMIT_H
#define NOROSHI_BASE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

enum limit {
#define LIMIT(id, name, unit, value, why) LIMIT_##id,
#include "base/limit.def"
#undef LIMIT
    LIMIT_COUNT
};

struct limit_row {
    const char *name, *unit, *why;
    uint64_t value;
};
extern const struct limit_row limit_rows[LIMIT_COUNT];

struct budget {
    uint64_t most[LIMIT_COUNT];
    uint64_t used[LIMIT_COUNT];
    uint32_t passed; /* bit set of enum limit */
    uint64_t start_bytes;   /* held by arenas */
    uint64_t start_ns;      /* CPU time */
    uint64_t wall_start_ns; /* coarse clock: no system call */
};

/* Fresh budget with the defaults; set most[] afterwards to change one. */
void budget_init(struct budget *budget);
/* Draw AMOUNT of LIMIT; false (and sticky) where that passes the line. */
bool budget_take(struct budget *budget, enum limit limit, uint64_t amount);
/* Bytes that what is being read may still take: a quarter more than openers begin at. */
uint64_t budget_room(const struct budget *budget);
/* Whether what arenas hold more than at budget_init() leaves room. */
bool budget_memory_left(struct budget *budget);
/* Whether CPU time is left; no system call while even the wall clock says so. */
bool budget_time_left(struct budget *budget);
bool budget_passed(const struct budget *budget, enum limit limit);

#endif
