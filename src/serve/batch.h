/* SPDX-License-Identifier: Apache-2.0
 *
 * A batch of artifacts on its way to a worker: a memfd that is sealed when it is sent.
 *
 * Layout in serve/worker.h.  An artifact that is a whole file of at least BATCH_FILE_BYTES travels as that
 * file's descriptor instead, alone in its batch.  A batch can be sent again (to another worker) from
 * the first artifact that was not answered. */
#ifndef NOROSHI_SERVE_BATCH_H
#define NOROSHI_SERVE_BATCH_H

#include "base/arena.h"
#include "base/error.h"

#include <sys/types.h>

#define BATCH_COUNT_MAX 64u
#define BATCH_BYTES_MAX ((size_t)1024 * 1024)
#define BATCH_FILE_BYTES ((size_t)8 * 1024 * 1024)

struct batch_item {
    uint64_t number; /* order of submission */
    struct bytes name;
    size_t content_len;
    off_t row_at, content_at; /* where its row and its content begin in the memfd */
    const struct batch *batch;
};

struct batch {
    struct batch *next;
    int fd; /* memfd, or the file */
    bool is_file;
    uint32_t count, answered;
    off_t bytes;
    struct batch_item item[BATCH_COUNT_MAX];
};

struct batch *batch_new(const void *parent);
void batch_free(struct batch *batch);
/* Whether one more artifact may join. */
bool batch_has_room(const struct batch *batch, struct bytes name, struct bytes content);
bool batch_add(struct batch *batch, uint64_t number, struct bytes name, struct bytes content,
               bool truncated, int fd, struct error *err);
/* Seal, and pass to the worker at SOCKET what has not been answered yet. */
bool batch_send(struct batch *batch, int socket, struct error *err);
/* SHA-256 in hex of one artifact's content. */
struct bytes batch_digest(struct arena *arena, const struct batch_item *item);

#endif
