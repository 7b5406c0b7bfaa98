/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/senders.h"

#include <assert.h>
#include <talloc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file or record of any bytes: read or refused. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct senders *it = senders_new(NULL);
    struct sender_summary known;
    if (senders_decode(it, bytes_of(data, size)))
        for (uint32_t i = 0; i < it->by_key->count; i++)
            senders_find(it, it->by_key->row[i].key, INT64_MAX, &known);
    talloc_free(it);
    return 0;
}
