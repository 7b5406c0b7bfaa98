/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "serve/worker.h"

#include "base/heap.h"
#include "base/mapped.h"
#include "base/text.h"
#include "serve/sandbox.h"
#include "verdict/record.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <talloc.h>
#include <unistd.h>

/* Between artifacts the arena is reset; past this it is given back to the system. */
#define ARENA_KEEP_BYTES ((size_t)16 * 1024 * 1024)

static bool write_all(int fd, struct bytes b)
{
    while (b.len > 0) {
        ssize_t n = write(fd, b.at, b.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        b = bytes_from(b, (size_t)n);
    }
    return true;
}

/* The next batch head and the descriptor that came with it; false at the end. */
static bool receive_batch(int socket, struct batch_head *head, int *fd_out)
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = {head, sizeof *head};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    ssize_t n;
    do
        n = recvmsg(socket, &message, MSG_WAITALL | MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    if (n != (ssize_t)sizeof *head || rights == NULL || rights->cmsg_type != SCM_RIGHTS)
        return false;
    memcpy(fd_out, CMSG_DATA(rights), sizeof *fd_out);
    return true;
}

/* What a worker keeps between artifacts. */
struct worker {
    int socket;
    const struct scan_settings *settings;
    struct arena *arena;
    struct text answer; /* record frames on their way to the parent */
};

static bool flush_answer(struct worker *worker)
{
    bool ok = write_all(worker->socket, text_bytes(&worker->answer));
    worker->answer.len = 0;
    return ok;
}

static bool scan_one(struct worker *worker, struct bytes name, struct bytes content, bool truncated)
{
    static const uint8_t frame_head[4];
    struct verdict *verdict = scan_bytes(worker->arena, worker->settings, content, name, truncated);
    size_t start = worker->answer.len;
    text_add(&worker->answer, bytes_of(frame_head, sizeof frame_head));
    record_write(&worker->answer, verdict);
    uint32_t len = (uint32_t)(worker->answer.len - start - sizeof frame_head);
    memcpy(worker->answer.at + start, &len, sizeof len);
    if (arena_used_bytes(worker->arena) > ARENA_KEEP_BYTES) {
        talloc_free(worker->arena);
        worker->arena = arena_new(NULL);
    } else {
        arena_reset(worker->arena);
    }
    return flush_answer(worker);
}

static bool scan_batch(struct worker *worker, const struct batch_head *head, struct bytes map)
{
    if (head->whole_file)
        return scan_one(worker, bytes_of(head->name, head->name_len), map, false);
    for (uint32_t i = 0; i < head->count; i++) {
        struct batch_row row;
        assert(map.len >= sizeof row);
        memcpy(&row, map.at, sizeof row);
        map = bytes_from(map, sizeof row);
        struct bytes name = bytes_sub(map, 0, row.name_len);
        struct bytes content = bytes_sub(map, row.name_len, row.content_len);
        map = bytes_from(map, row.name_len + row.content_len);
        if (!scan_one(worker, name, content, row.truncated != 0))
            return false;
    }
    return true;
}

_Noreturn void worker_run(int socket, const struct scan_settings *settings, size_t memory_bytes,
                          bool no_sandbox)
{
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_DFL);
    if (!no_sandbox)
        sandbox_enter(&(struct sandbox_limits){.memory_bytes = memory_bytes});
    heap_keep();
    struct bytes hello = bytes_of_string(sandbox_missing());
    uint32_t hello_len = (uint32_t)hello.len;
    bool ok = write_all(socket, bytes_of(&hello_len, sizeof hello_len)) && write_all(socket, hello);
    struct worker worker = {.socket = socket, .settings = settings, .arena = arena_new(NULL)};
    text_init(&worker.answer, NULL, 0);
    struct batch_head head;
    int fd;
    while (ok && receive_batch(socket, &head, &fd)) {
        /* A batch is small and read to its end: all pages at once.  A file may be neither. */
        int how = head.whole_file ? MAP_PRIVATE : MAP_PRIVATE | MAP_POPULATE;
        void *map = head.bytes == 0 ? NULL : mmap(NULL, head.bytes, PROT_READ, how, fd, 0);
        close(fd);
        if (map == MAP_FAILED)
            _exit(WORKER_MEMORY_EXIT);
        mapped_set(head.whole_file ? bytes_of(map, head.bytes) : BYTES_NONE);
        ok = scan_batch(&worker, &head, bytes_of(map, head.bytes));
        mapped_set(BYTES_NONE);
        if (map != NULL)
            munmap(map, head.bytes);
    }
    _exit(0);
}
