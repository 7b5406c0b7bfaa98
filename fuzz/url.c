/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/domain.h"
#include "observe/rewrite.h"
#include "observe/urlscan.h"

#include <assert.h>
#include <talloc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One URL, a text with URLs, a host, a query: spans stay inside, unwrapping ends. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(NULL);
    struct bytes in = bytes_of(data, size);
    struct url url;
    struct rewrite rewrite;
    struct domain domain;
    if (url_parse(arena, in, &url)) {
        rewrite_unwrap(arena, &url, &rewrite);
        if (url.host.at != NULL && !url.is_ip)
            domain_parse(arena, url.host, &domain);
    }
    domain_parse(arena, in, &domain);
    struct url_scan scan = url_scan_begin(arena, in);
    struct url_span span;
    while (url_scan_next(&scan, &span)) {
        size_t at;
        assert(span.text.len > 0 && bytes_inside(in, span.text, &at));
        if (url_parse(arena, span.target, &url))
            rewrite_unwrap(arena, &url, &rewrite);
    }
    talloc_free(arena);
    return 0;
}
