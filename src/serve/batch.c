/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "serve/batch.h"

#include "artifact/digest.h"
#include "serve/worker.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <talloc.h>
#include <unistd.h>

static int batch_destroy(struct batch *batch)
{
    if (batch->fd >= 0)
        close(batch->fd);
    return 0;
}

struct batch *batch_new(const void *parent)
{
    struct batch *batch = talloc_zero(parent, struct batch);
    if (batch == NULL)
        abort();
    batch->fd = -1;
    talloc_set_destructor(batch, batch_destroy);
    return batch;
}

void batch_free(struct batch *batch)
{
    talloc_free(batch);
}

bool batch_has_room(const struct batch *batch, struct bytes name, struct bytes content)
{
    if (batch->count == 0)
        return true;
    return !batch->is_file && batch->count < BATCH_COUNT_MAX &&
           (size_t)batch->bytes + name.len + content.len <= BATCH_BYTES_MAX;
}

static bool write_parts(int fd, struct iovec *part, int count)
{
    while (count > 0) {
        ssize_t n = writev(fd, part, count);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        while (count > 0 && (size_t)n >= part->iov_len)
            n -= (ssize_t)part->iov_len, part++, count--;
        if (count > 0) {
            part->iov_base = (char *)part->iov_base + n;
            part->iov_len -= (size_t)n;
        }
    }
    return true;
}

bool batch_add(struct batch *batch, uint64_t number, struct bytes name, struct bytes content,
               bool truncated, int fd, struct error *err)
{
    assert(batch_has_room(batch, name, content));
    name = bytes_sub(name, 0, WORKER_NAME_MAX);
    uint8_t *kept = talloc_memdup(batch, name.len == 0 ? (const void *)"" : name.at,
                                  name.len + (name.len == 0));
    struct batch_item *item = &batch->item[batch->count++];
    *item = (struct batch_item){.number = number,
                                .name = bytes_of(kept, name.len),
                                .content_len = content.len,
                                .batch = batch};
    if (fd >= 0 && !truncated && batch->count == 1 && content.len >= BATCH_FILE_BYTES) {
        batch->is_file = true;
        batch->fd = fcntl(fd, F_DUPFD_CLOEXEC, 4);
        batch->bytes = (off_t)content.len;
        return batch->fd >= 0 ||
               error_set_errno(err, ERROR_SYSTEM, "cannot pass a file to a worker");
    }
    if (batch->fd < 0)
        batch->fd = memfd_create("noroshi-batch", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    struct batch_row row = {
        .content_len = content.len, .name_len = (uint32_t)name.len, .truncated = truncated};
    struct iovec part[3] = {
        {&row, sizeof row}, {kept, name.len}, {(void *)(uintptr_t)content.at, content.len}};
    item->row_at = batch->bytes;
    item->content_at = batch->bytes + (off_t)(sizeof row + name.len);
    batch->bytes = item->content_at + (off_t)content.len;
    if (batch->fd < 0 || !write_parts(batch->fd, part, 3))
        return error_set_errno(err, ERROR_SYSTEM, "cannot hand %zu bytes to a worker", content.len);
    return true;
}

/* A fresh memfd that holds only what was not answered: offsets must start at 0 for the worker. */
static bool batch_rebuild(struct batch *batch, struct error *err)
{
    off_t from = batch->item[batch->answered].row_at;
    int fd = memfd_create("noroshi-batch", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    off_t at = from;
    while (fd >= 0 && at < batch->bytes) {
        ssize_t n = copy_file_range(batch->fd, &at, fd, NULL, (size_t)(batch->bytes - at), 0);
        if (n <= 0)
            break;
    }
    if (fd < 0 || at < batch->bytes)
        return error_set_errno(err, ERROR_SYSTEM, "cannot hand a batch to another worker");
    close(batch->fd);
    batch->fd = fd;
    batch->bytes -= from;
    batch->count -= batch->answered;
    memmove(batch->item, batch->item + batch->answered, batch->count * sizeof batch->item[0]);
    batch->answered = 0;
    for (uint32_t i = 0; i < batch->count; i++)
        batch->item[i].row_at -= from, batch->item[i].content_at -= from;
    return true;
}

bool batch_send(struct batch *batch, int socket, struct error *err)
{
    if (batch->answered > 0 && !batch_rebuild(batch, err))
        return false;
    if (!batch->is_file)
        fcntl(batch->fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
    struct batch_head head = {
        .count = batch->count, .whole_file = batch->is_file, .bytes = (uint64_t)batch->bytes};
    if (batch->is_file) {
        head.name_len = (uint32_t)batch->item[0].name.len;
        memcpy(head.name, batch->item[0].name.at, head.name_len);
    }
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec part = {&head, sizeof head};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(rights), &batch->fd, sizeof(int));
    ssize_t n;
    do
        n = sendmsg(socket, &message, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    /* A worker that died meanwhile is noticed, and its batches given back, when it is read. */
    if (n != (ssize_t)sizeof head && errno != EPIPE && errno != ECONNRESET)
        return error_set_errno(err, ERROR_SYSTEM, "cannot hand work to a worker");
    return true;
}

struct bytes batch_digest(struct arena *arena, const struct batch_item *item)
{
    if (item->content_len == 0)
        return digest_hex(arena, DIGEST_SHA256, bytes_of("", 0));
    const struct batch *batch = item->batch;
    off_t from = batch->is_file ? 0 : item->content_at;
    off_t page = from & ~(off_t)(sysconf(_SC_PAGESIZE) - 1);
    size_t len = (size_t)(from - page) + item->content_len;
    uint8_t *map = mmap(NULL, len, PROT_READ, MAP_PRIVATE, batch->fd, page);
    if (map == MAP_FAILED)
        return BYTES_NONE;
    struct bytes hex =
        digest_hex(arena, DIGEST_SHA256, bytes_of(map + (from - page), item->content_len));
    munmap(map, len);
    return hex;
}
