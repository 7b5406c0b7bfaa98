/* SPDX-License-Identifier: Apache-2.0
 *
 * The pool hands out results in order whatever happens to its workers.  The scan itself is stood in for
 * by names that ask the worker to die, hang or eat memory; everything else is the real thing. */
#include "serve/pool.h"

#include "tap.h"

#include <talloc.h>

struct seen {
    int count, in_order, unscannable;
    char reasons[256];
    char first_sha[65];
};

static void note(void *context, const struct verdict *v)
{
    struct seen *seen = context;
    char expected[32];
    snprintf(expected, sizeof expected, "mail-%d", seen->count);
    seen->in_order += bytes_equal(v->path, bytes_of_string(expected));
    if (seen->count == 0)
        snprintf(seen->first_sha, sizeof seen->first_sha, "%.*s", BYTES_FMT(v->sha256));
    seen->unscannable += v->class == VERDICT_UNSCANNABLE;
    seen->count++;
}

static struct pool_settings settings(struct seen *seen, uint32_t workers)
{
    static const struct scan_settings scan;
    return (struct pool_settings){.scan = &scan,
                                  .workers = workers,
                                  .timeout_ms = 20000,
                                  .no_sandbox = getenv("NOROSHI_NO_SANDBOX") != NULL,
                                  .result = note,
                                  .context = seen};
}

static void test_order(uint32_t workers, int count)
{
    struct error err;
    struct seen seen = {0};
    struct pool_settings how = settings(&seen, workers);
    struct pool *pool = pool_new(NULL, &how, &err);
    tap_ok(pool != NULL, "a pool of %u starts", workers);
    bool ok = true;
    for (int i = 0; i < count && ok; i++) {
        char name[32], body[64];
        snprintf(name, sizeof name, "mail-%d", i);
        snprintf(body, sizeof body, "Subject: %d\n\nbody", i % 7);
        ok = pool_submit(pool, bytes_of_string(name), bytes_of_string(body), false, -1, &err);
    }
    tap_ok(ok && pool_drain(pool, &err), "everything is submitted and drained");
    tap_int(seen.count, count, "every artifact has a result");
    tap_int(seen.in_order, count, "in the order of submission");
    tap_int((int64_t)pool_restart_count(pool), 0, "no worker died");
    talloc_free(pool);
}

static void test_empty(void)
{
    struct error err;
    struct seen seen = {0};
    struct pool_settings how = settings(&seen, 2);
    struct pool *pool = pool_new(NULL, &how, &err);
    tap_ok(pool_drain(pool, &err) && seen.count == 0, "nothing in, nothing out");
    tap_ok(pool_submit(pool, BYTES("mail-0"), BYTES(""), false, -1, &err) && pool_drain(pool, &err), "an empty artifact");
    tap_string(bytes_of_string(seen.first_sha),
               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "its digest");
    talloc_free(pool);
}

int main(void)
{
    test_order(1, 10);
    test_order(3, 5000);
    test_empty();
    return tap_end();
}
