/* SPDX-License-Identifier: Apache-2.0
 *
 * A mailbox that arrives in small pieces gives the same mails as one that arrives at once. */
#include "input/mbox.h"

#include <stdlib.h>
#include <talloc.h>

struct feed {
    struct bytes rest;
    size_t piece;
};

static ssize_t give(void *data, uint8_t *to, size_t room)
{
    struct feed *feed = data;
    size_t len = feed->rest.len < feed->piece ? feed->rest.len : feed->piece;
    len = len < room ? len : room;
    if (len > 0)
        memcpy(to, feed->rest.at, len);
    feed->rest = bytes_from(feed->rest, len);
    return (ssize_t)len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct feed whole = {bytes_of(data, size), SIZE_MAX / 4}, pieces = {bytes_of(data, size), 1 + size % 61};
    struct stream *a = stream_of(NULL, give, &whole), *b = stream_of(NULL, give, &pieces);
    struct mbox_mail one, two;
    for (bool more = true; more;) {
        more = mbox_next(a, &one);
        if (mbox_next(b, &two) != more || !bytes_equal(one.content, two.content))
            abort();
    }
    if (a->offset != size || b->offset != size)
        abort();
    talloc_free(a), talloc_free(b);
    return 0;
}
