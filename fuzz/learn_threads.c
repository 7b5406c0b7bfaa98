/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/threads.h"

#include <assert.h>
#include <talloc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file or record of any bytes: read or refused. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct threads *it = threads_new(NULL);
    struct thread_match match;
    if (threads_decode(it, bytes_of(data, size)) && it->mark_count > 0 &&
        threads_find(it, &it->mark[0].hash, 1, INT64_MIN, &match))
        assert(match.mail->person_count <= THREADS_PEOPLE_MAX);
    talloc_free(it);
    return 0;
}
