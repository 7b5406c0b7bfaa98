/* SPDX-License-Identifier: Apache-2.0
 *
 * The worker's side: take batches from a socket, scan, answer records.  Knows no file and no network.
 *
 * A batch is `struct batch_head`, then per artifact `struct batch_row`, its name and its content.  With
 * whole_file set there is one artifact whose content is the passed descriptor and the rest is in the
 * message itself.  All numbers are native: both sides are one program. */
#ifndef NOROSHI_SERVE_WORKER_H
#define NOROSHI_SERVE_WORKER_H

#include "scan.h"

#define WORKER_NAME_MAX 4096u
#define WORKER_MEMORY_EXIT 86 /* exit status of a worker that ran out of memory */

struct batch_head {
    uint32_t count;
    uint32_t whole_file;
    uint64_t bytes; /* of the memfd, or of the file */
    uint32_t name_len;
    char name[WORKER_NAME_MAX]; /* whole_file only */
};

struct batch_row {
    uint64_t content_len;
    uint32_t name_len;
    uint32_t truncated; /* only the beginning of the artifact */
};

/* Serve SOCKET until it closes, then _exit. */
_Noreturn void worker_run(int socket, const struct scan_settings *settings, size_t memory_bytes,
                          bool no_sandbox);

#endif
