/* SPDX-License-Identifier: Apache-2.0
 *
 * Pre-forked, sandboxed workers: foreign bytes go in, flat verdict records come out.
 *
 * Artifacts travel in batches: one sealed memfd (or, past POOL_FILE_BYTES, the file's own read-only
 * descriptor) is passed over a socket pair, the worker maps it, scans each artifact and writes one
 * length-prefixed record per artifact (verdict/record.h).  The parent never parses foreign bytes.
 *
 * A worker that dies, hangs or outgrows its memory is replaced; the artifact it was at becomes
 * `unscannable:worker.crash|timeout|memory|record`, the others of its batch are scanned again.  Results
 * are handed out in the order of submission, so output does not depend on the number of workers.
 *
 * Cost per artifact beside scanning: one copy into the memfd and about 5 us. */
#ifndef NOROSHI_SERVE_POOL_H
#define NOROSHI_SERVE_POOL_H

#include "base/error.h"
#include "scan.h"

/* Called in order of submission; V and its slices are valid during the call only. */
typedef void (*pool_result)(void *context, const struct verdict *v);

struct pool_settings {
    const struct scan_settings *scan;
    uint32_t workers;    /* >= 1 */
    uint32_t timeout_ms; /* wall time per artifact before its worker is killed; large files get more */
    size_t memory_bytes; /* per worker, on top of what it shares; 0: not limited */
    bool no_sandbox;     /* for the sanitised build's leak checker only */
    pool_result result;
    void *context;
};

struct pool;

/* Forks the workers.  NULL and ERR where the system refuses. */
struct pool *pool_new(const void *parent, const struct pool_settings *settings, struct error *err);
/* Hand over one artifact (copied before it returns).  FD >= 0: CONTENT is the whole of that file, which
 * may be mapped instead of copied.  TRUNCATED: CONTENT is only the beginning of the artifact.
 * Blocks while every worker is busy; results may be handed out. */
bool pool_submit(struct pool *pool, struct bytes name, struct bytes content, bool truncated, int fd,
                 struct error *err);
/* Wait for everything submitted; results are handed out. */
bool pool_drain(struct pool *pool, struct error *err);
/* Artifacts submitted and not handed out yet. */
uint64_t pool_pending_count(const struct pool *pool);
/* Workers replaced so far. */
uint32_t pool_restart_count(const struct pool *pool);
/* What the sandbox could not apply ("" where nothing): as the first worker said. */
const char *pool_sandbox_missing(const struct pool *pool);

#endif
