/* SPDX-License-Identifier: Apache-2.0
 *
 * Expression and page together: the first line is the XPath, the rest the page.  What a plain path gives without
 * the library is what the library gives, and every slice lies in the page or can be read. */
#include "observe/xpath.h"
#include "open/html_tree.h"

#include <assert.h>
#include <talloc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t touch(struct bytes text)
{
    size_t sum = 0;
    for (size_t i = 0; i < text.len; i++)
        sum += text.at[i];
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes rest = bytes_of(data, size), expression;
    volatile size_t sum = 0;
    struct arena *arena = arena_new(NULL);
    struct xpath *xpath = bytes_next_line(&rest, &expression) ? xpath_compile(arena, expression) : NULL;
    if (xpath != NULL) {
        struct html_doc *doc = html_read(arena, NULL, rest, false), *again = html_read(arena, NULL, rest, false);
        const struct xpath_result *fast = xpath_run(xpath, doc, arena), *full = xpath_run_library(xpath, again, arena);
        for (uint32_t i = 0; fast != NULL && i < fast->count; i++)
            sum += touch(fast->node[i].raw) + touch(fast->node[i].inner_text) + touch(fast->node[i].display_text);
        if (fast != NULL && full != NULL) {
            assert(fast->count == full->count);
            for (uint32_t i = 0; i < fast->count; i++)
                assert(bytes_equal(fast->node[i].raw, full->node[i].raw));
        }
    }
    talloc_free(arena);
    return 0;
}
