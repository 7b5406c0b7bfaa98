/* SPDX-License-Identifier: Apache-2.0
 *
 * One field's value as everything it could be: words, parameters, addresses, a date. */
#include "base/time.h"
#include "base/utf8.h"
#include "open/header.h"
#include "open/mailbox.h"

#include <stdlib.h>
#include <talloc.h>

static void check(struct bytes b)
{
    if (!utf8_valid(b))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(NULL);
    struct bytes in = bytes_of(data, size);
    struct header_params params;
    struct mailboxes list;
    int64_t at;
    check(words_decode(arena, in, NULL));
    header_params(&params, arena, in);
    for (uint32_t i = 0; i < params.count; i++)
        check(params.param[i].value);
    mailboxes_read(&list, arena, in);
    for (uint32_t i = 0; i < list.count; i++)
        check(list.item[i].display), check(list.item[i].address);
    time_from_mail(in, &at, NULL);
    talloc_free(arena);
    return 0;
}
