/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limit.h"

#include "base/arena.h"

#include <time.h>

#define COARSE_MS 10 /* the coarse clock stands still for a tick of at most this (100 Hz) */

const struct limit_row limit_rows[LIMIT_COUNT] = {
#define LIMIT(id, name, unit, value, why) [LIMIT_##id] = {name, unit, why, value},
#include "base/limit.def"
#undef LIMIT
};

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void budget_init(struct budget *budget)
{
    *budget = (struct budget){.start_bytes = arena_held_bytes(),
                               .start_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID),
                               .wall_start_ns = clock_ns(CLOCK_MONOTONIC_COARSE)};
    for (int i = 0; i < LIMIT_COUNT; i++)
        budget->most[i] = limit_rows[i].value;
}

bool budget_take(struct budget *budget, enum limit limit, uint64_t amount)
{
    if (amount > budget->most[limit] - budget->used[limit]) {
        budget->passed |= 1u << limit;
        return false;
    }
    budget->used[limit] += amount;
    return true;
}

bool budget_time_left(struct budget *budget)
{
    /* A thread is not on the processor for longer than the wall clock ran. */
    uint64_t wall_ms = (clock_ns(CLOCK_MONOTONIC_COARSE) - budget->wall_start_ns) / 1000000u;
    if (wall_ms + COARSE_MS < budget->most[LIMIT_MILLISECONDS])
        return !budget_passed(budget, LIMIT_MILLISECONDS);
    uint64_t ms = (clock_ns(CLOCK_THREAD_CPUTIME_ID) - budget->start_ns) / 1000000u;
    budget->used[LIMIT_MILLISECONDS] = ms;
    if (ms > budget->most[LIMIT_MILLISECONDS])
        budget->passed |= 1u << LIMIT_MILLISECONDS;
    return !budget_passed(budget, LIMIT_MILLISECONDS);
}

static uint64_t held_since(const struct budget *budget)
{
    uint64_t now = arena_held_bytes();
    return now > budget->start_bytes ? now - budget->start_bytes : 0;
}

uint64_t budget_room(const struct budget *budget)
{
    uint64_t most = budget->most[LIMIT_MEMORY] / 4 * 5, held = held_since(budget);
    return held < most ? most - held : 0;
}

bool budget_memory_left(struct budget *budget)
{
    uint64_t more = held_since(budget);
    if (more > budget->used[LIMIT_MEMORY])
        budget->used[LIMIT_MEMORY] = more;
    if (more > budget->most[LIMIT_MEMORY])
        budget->passed |= 1u << LIMIT_MEMORY;
    return more <= budget->most[LIMIT_MEMORY];
}

bool budget_passed(const struct budget *budget, enum limit limit)
{
    return (budget->passed >> limit & 1u) != 0;
}
