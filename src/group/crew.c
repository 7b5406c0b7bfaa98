/* SPDX-License-Identifier: Apache-2.0 */
#include "group/crew.h"

#include <assert.h>
#include <pthread.h>
#include <stddef.h>
#include <unistd.h>

struct crew {
    void (*work)(void *data, uint32_t part, uint32_t worker);
    void *data;
    uint32_t parts;
    uint32_t next;
};
struct hand {
    struct crew *crew;
    uint32_t worker;
    pthread_t thread;
};

uint32_t crew_default(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : count > (long)CREW_MOST ? CREW_MOST : (uint32_t)count;
}

static void *labour(void *of)
{
    struct hand *hand = of;
    struct crew *crew = hand->crew;
    for (uint32_t part; (part = __atomic_fetch_add(&crew->next, 1, __ATOMIC_RELAXED)) < crew->parts;)
        crew->work(crew->data, part, hand->worker);
    return NULL;
}

void crew_run(uint32_t workers, uint32_t parts,
              void (*work)(void *data, uint32_t part, uint32_t worker), void *data)
{
    struct crew crew = {.work = work, .data = data, .parts = parts};
    struct hand hand[CREW_MOST];
    uint32_t started = 1;
    assert(workers >= 1 && workers <= CREW_MOST);
    hand[0] = (struct hand){.crew = &crew};
    while (started < workers && started < parts) {
        hand[started] = (struct hand){.crew = &crew, .worker = started};
        if (pthread_create(&hand[started].thread, NULL, labour, &hand[started]) != 0)
            break; /* those there are do it all */
        started++;
    }
    labour(&hand[0]);
    for (uint32_t i = 1; i < started; i++)
        pthread_join(hand[i].thread, NULL);
}
