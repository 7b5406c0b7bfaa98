/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/learned.h"

#include <assert.h>
#include <talloc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file or record of any bytes: read or refused. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct learned *it = learned_new(NULL);
    if (learned_decode(it, bytes_of(data, size), false))
        learned_train(it);
    talloc_free(it);
    return 0;
}
