/* SPDX-License-Identifier: Apache-2.0 */
#define SLOWEST_BYTES_PER_MS 8192u /* of a large artifact, on a loaded machine */
#define _GNU_SOURCE
#include "serve/pool.h"

#include "base/charset.h"
#include "base/text.h"
#include "serve/batch.h"
#include "serve/worker.h"
#include "verdict/record.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <talloc.h>
#include <time.h>
#include <unistd.h>

#define WORKERS_MAX 64u
#define BATCHES_PER_WORKER 4u
#define GATHER_NS 2000000
#define RECORD_BYTES_MAX ((size_t)256 * 1024 * 1024)
#define DEATHS_IN_A_ROW_MAX 64u /* a pool whose workers die at birth is broken, not attacked */

/* One worker as its parent sees it. */
struct slot {
    pid_t pid;
    int socket;
    struct text received; /* bytes of frames not complete yet */
    size_t consumed;
    struct batch *first, *last; /* outstanding, oldest first */
    uint32_t outstanding;
    bool said_hello;
    uint64_t progress_ms; /* when it last answered, or got work while idle */
};

struct pool {
    struct pool_settings settings;
    struct slot slot[WORKERS_MAX];
    struct batch *open_batch; /* being filled */
    struct batch *waiting;    /* to be scanned again after a worker died, oldest first */
    uint64_t next_number;     /* given to the next artifact submitted */
    uint64_t next_result;     /* handed out next */
    struct ring {
        struct held {
            uint8_t *record; /* malloc'd; NULL: not there yet */
            size_t len;
        } * held;
        uint32_t capacity; /* power of two */
    } ring;
    struct arena *arena; /* for one result at a time */
    uint32_t restarts, deaths_in_a_row;
    char missing[64];
};

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

/* ---- workers ---- */

static bool slot_start(struct pool *pool, struct slot *slot, struct error *err)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return error_set_errno(err, ERROR_SYSTEM, "cannot make a socket pair for a worker");
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0) {
        close(pair[0]), close(pair[1]);
        return error_set_errno(err, ERROR_SYSTEM, "cannot start a worker");
    }
    if (pid == 0) {
        int keep = dup2(pair[1], 3);
        if (keep != 3 || close_range(4, ~0u, 0) != 0)
            _exit(1);
        close(0), close(1);
        worker_run(3, pool->settings.scan, pool->settings.memory_bytes, pool->settings.no_sandbox);
    }
    close(pair[1]);
    slot->pid = pid;
    slot->socket = pair[0];
    slot->said_hello = false;
    slot->received.len = slot->consumed = 0;
    slot->progress_ms = now_ms();
    return true;
}

/* Why the worker that was at SLOT is gone. */
static const char *slot_cause(struct slot *slot, bool timed_out)
{
    int status = 0;
    kill(slot->pid, SIGKILL);
    while (waitpid(slot->pid, &status, 0) < 0 && errno == EINTR)
        ;
    close(slot->socket);
    if (timed_out)
        return "worker.timeout";
    if (WIFEXITED(status) && WEXITSTATUS(status) == WORKER_MEMORY_EXIT)
        return "worker.memory";
    return "worker.crash";
}

/* ---- results, in order ---- */

static void ring_grow(struct pool *pool)
{
    uint32_t capacity = pool->ring.capacity * 2;
    struct held *held = talloc_zero_array(pool, struct held, capacity);
    if (held == NULL)
        abort();
    for (uint32_t i = 0; i < pool->ring.capacity; i++) {
        uint64_t number = pool->next_result + i;
        held[number & (capacity - 1)] = pool->ring.held[number & (pool->ring.capacity - 1)];
    }
    talloc_free(pool->ring.held);
    pool->ring.held = held;
    pool->ring.capacity = capacity;
}

static void hand_out_one(struct pool *pool, const struct verdict *verdict)
{
    pool->settings.result(pool->settings.context, verdict);
    arena_reset(pool->arena);
    pool->next_result++;
}

/* What is held and next in order. */
static void hand_out(struct pool *pool)
{
    for (;;) {
        struct held *held = &pool->ring.held[pool->next_result & (pool->ring.capacity - 1)];
        if (held->record == NULL)
            return;
        uint8_t *record = held->record;
        struct verdict *verdict = record_read(pool->arena, bytes_of(record, held->len));
        assert(verdict != NULL); /* checked on arrival, or written by us */
        *held = (struct held){0};
        hand_out_one(pool, verdict);
        free(record);
    }
}

static void keep_record(struct pool *pool, uint64_t number, struct bytes record)
{
    struct held *held = &pool->ring.held[number & (pool->ring.capacity - 1)];
    held->record = malloc(record.len + 1);
    if (held->record == NULL)
        abort();
    memcpy(held->record, record.at, record.len);
    held->len = record.len;
}

/* The verdict on an artifact whose worker did not live to say one. */
static void keep_casualty(struct pool *pool, const struct batch *batch, const char *cause)
{
    const struct batch_item *item = &batch->item[batch->answered];
    struct verdict verdict = {
        .class = VERDICT_UNSCANNABLE,
        .without_strongest = VERDICT_UNSCANNABLE,
        .reason = bytes_of_string(cause),
        .path = item->name,
        .sha256 = batch_digest(pool->arena, item),
        .kind = BYTES("unknown"),
        .date_us = INT64_MIN,
        .probability = 0.5,
        .coverage = {.nodes = 1, .skipped = 1, .bytes_in = item->content_len},
    };
    struct bytes not_read = arena_printf(pool->arena, "0: %s", cause);
    verdict.coverage.not_read = &not_read;
    verdict.coverage.not_read_count = 1;
    struct text record;
    text_init(&record, NULL, 0);
    record_write(&record, &verdict);
    keep_record(pool, item->number, text_bytes(&record));
    text_finish(&record);
}

/* ---- life and death ---- */

/* Give the unanswered rest of SLOT's batches back, the artifact it was at being the casualty. */
static bool slot_replace(struct pool *pool, struct slot *slot, bool timed_out, struct error *err)
{
    const char *cause = slot_cause(slot, timed_out);
    pool->restarts++;
    if (++pool->deaths_in_a_row > DEATHS_IN_A_ROW_MAX && !slot->said_hello)
        return error_set(err, ERROR_SYSTEM, "workers die as soon as they start (%s)", cause);
    if (slot->first != NULL && slot->said_hello) {
        keep_casualty(pool, slot->first, cause);
        slot->first->answered++;
    }
    if (slot->first != NULL) {
        slot->last->next = pool->waiting;
        pool->waiting = slot->first;
        slot->first = slot->last = NULL;
        slot->outstanding = 0;
    }
    return slot_start(pool, slot, err);
}

static bool batch_is_done(const struct batch *batch)
{
    return batch->answered == batch->count;
}

/* Hand BATCH to SLOT. */
static bool slot_give(struct slot *slot, struct batch *batch, struct error *err)
{
    if (!batch_send(batch, slot->socket, err))
        return false;
    if (slot->first == NULL)
        slot->first = batch, slot->progress_ms = now_ms();
    else
        slot->last->next = batch;
    slot->last = batch;
    slot->outstanding++;
    return true;
}

static struct slot *idlest(struct pool *pool)
{
    struct slot *best = NULL;
    for (uint32_t i = 0; i < pool->settings.workers; i++)
        if (best == NULL || pool->slot[i].outstanding < best->outstanding)
            best = &pool->slot[i];
    return best->outstanding < BATCHES_PER_WORKER ? best : NULL;
}

/* One frame from SLOT: its greeting, or a record. */
static bool take_frame(struct pool *pool, struct slot *slot, struct bytes frame)
{
    if (!slot->said_hello) {
        slot->said_hello = true;
        snprintf(pool->missing, sizeof pool->missing, "%.*s", BYTES_FMT(frame));
        return true;
    }
    struct batch *batch = slot->first;
    const struct verdict *verdict = batch == NULL ? NULL : record_read(pool->arena, frame);
    if (verdict == NULL)
        return false;
    pool->deaths_in_a_row = 0;
    uint64_t number = batch->item[batch->answered++].number;
    if (number == pool->next_result) {
        hand_out_one(pool, verdict);
        hand_out(pool);
    } else {
        arena_reset(pool->arena);
        keep_record(pool, number, frame);
    }
    if (batch_is_done(batch)) {
        slot->first = batch->next;
        slot->outstanding--;
        batch_free(batch);
    }
    return true;
}

/* Read what SLOT has written; false where it is dead or talks nonsense. */
static bool slot_read(struct pool *pool, struct slot *slot)
{
    uint8_t *room = text_reserve(&slot->received, 256 * 1024);
    ssize_t n = read(slot->socket, room, 256 * 1024);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return true;
    if (n <= 0)
        return false;
    slot->received.len += (size_t)n;
    slot->progress_ms = now_ms();
    for (;;) {
        struct bytes rest = bytes_from(text_bytes(&slot->received), slot->consumed);
        uint32_t len = bytes_u32le(rest, 0);
        if (rest.len < 4 || rest.len - 4 < len) {
            memmove(slot->received.at, rest.at, rest.len);
            slot->received.len = rest.len;
            slot->consumed = 0;
            return rest.len < 4 || len <= RECORD_BYTES_MAX;
        }
        if (!take_frame(pool, slot, bytes_sub(rest, 4, len)))
            return false;
        slot->consumed += 4 + len;
    }
}

/* How long the first batch of SLOT may take: an image of a gigabyte is not late after seconds. */
static uint64_t allowance_ms(const struct pool *pool, const struct slot *slot)
{
    uint64_t bytes = slot->first->is_file ? (uint64_t)slot->first->bytes : 0;
    return pool->settings.timeout_ms + bytes / SLOWEST_BYTES_PER_MS;
}

/* Wait until some worker says something, or one must be given up. */
static bool pump(struct pool *pool, struct error *err)
{
    struct pollfd set[WORKERS_MAX];
    uint32_t count = pool->settings.workers;
    for (uint32_t i = 0; i < count; i++)
        set[i] = (struct pollfd){.fd = pool->slot[i].socket, .events = POLLIN};
    if (poll(set, count, 200) < 0 && errno != EINTR)
        return error_set_errno(err, ERROR_SYSTEM, "cannot wait for workers");
    for (uint32_t i = 0; i < count; i++) {
        struct slot *slot = &pool->slot[i];
        bool alive = (set[i].revents & (POLLIN | POLLHUP | POLLERR)) == 0 || slot_read(pool, slot);
        bool late =
            alive && slot->first != NULL && now_ms() - slot->progress_ms > allowance_ms(pool, slot);
        if ((!alive || late) && !slot_replace(pool, slot, late, err))
            return false;
    }
    hand_out(pool);
    return true;
}

/* Send what waits for a second try, then BATCH (may be NULL), blocking until a worker has room. */
static bool dispatch(struct pool *pool, struct batch *batch, struct error *err)
{
    while (pool->waiting != NULL || batch != NULL) {
        struct batch *next = pool->waiting != NULL ? pool->waiting : batch;
        if (next == pool->waiting && batch_is_done(next)) {
            pool->waiting = next->next;
            batch_free(next);
            continue;
        }
        struct slot *slot = idlest(pool);
        if (slot == NULL) {
            /* Every worker has a batch in hand and more to come: answers may gather for a moment, so that
             * the parent wakes once for many of them. */
            nanosleep(&(struct timespec){.tv_nsec = GATHER_NS}, NULL);
            if (!pump(pool, err))
                return false;
            continue;
        }
        if (next == pool->waiting)
            pool->waiting = next->next;
        else
            batch = NULL;
        next->next = NULL;
        if (!slot_give(slot, next, err))
            return false;
    }
    return true;
}

bool pool_submit(struct pool *pool, struct bytes name, struct bytes content, bool truncated, int fd,
                 struct error *err)
{
    while (pool->next_number - pool->next_result >= pool->ring.capacity)
        ring_grow(pool);
    if (pool->open_batch != NULL && !batch_has_room(pool->open_batch, name, content)) {
        struct batch *full = pool->open_batch;
        pool->open_batch = NULL;
        if (!dispatch(pool, full, err))
            return false;
    }
    if (pool->open_batch == NULL)
        pool->open_batch = batch_new(pool);
    return batch_add(pool->open_batch, pool->next_number++, name, content, truncated, fd, err);
}

bool pool_drain(struct pool *pool, struct error *err)
{
    struct batch *last = pool->open_batch;
    pool->open_batch = NULL;
    if (!dispatch(pool, last, err))
        return false;
    while (pool->next_result < pool->next_number) {
        if (!pump(pool, err) || !dispatch(pool, NULL, err))
            return false;
    }
    return true;
}

static int pool_destroy(struct pool *pool)
{
    for (uint32_t i = 0; i < pool->settings.workers; i++) {
        struct slot *slot = &pool->slot[i];
        if (slot->pid > 0)
            slot_cause(slot, false);
        text_finish(&slot->received);
    }
    for (uint32_t i = 0; i < pool->ring.capacity; i++)
        free(pool->ring.held[i].record);
    return 0;
}

struct pool *pool_new(const void *parent, const struct pool_settings *settings, struct error *err)
{
    assert(settings->workers >= 1 && settings->result != NULL);
    struct pool *pool = talloc_zero(parent, struct pool);
    if (pool == NULL)
        abort();
    pool->settings = *settings;
    if (pool->settings.workers > WORKERS_MAX)
        pool->settings.workers = WORKERS_MAX;
    pool->ring.capacity = 1024;
    pool->ring.held = talloc_zero_array(pool, struct held, pool->ring.capacity);
    pool->arena = arena_new(pool);
    talloc_set_destructor(pool, pool_destroy);
    charset_preload(); /* a worker can open no file, so no charset either */
    for (uint32_t i = 0; i < pool->settings.workers; i++) {
        text_init(&pool->slot[i].received, NULL, 0);
        if (!slot_start(pool, &pool->slot[i], err)) {
            pool->settings.workers = i;
            talloc_free(pool);
            return NULL;
        }
    }
    return pool;
}

uint64_t pool_pending_count(const struct pool *pool)
{
    return pool->next_number - pool->next_result;
}

uint32_t pool_restart_count(const struct pool *pool)
{
    return pool->restarts;
}

const char *pool_sandbox_missing(const struct pool *pool)
{
    return pool->missing;
}
