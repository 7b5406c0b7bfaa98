/* SPDX-License-Identifier: Apache-2.0
 *
 * HTML: the reading, the tree with an XPath over it, grids, and the thread split of what it shows.
 * The first byte chooses between page and XML. */
#include "observe/thread.h"
#include "observe/xpath.h"
#include "open/html_tree.h"

#include <assert.h>
#include <talloc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every slice handed out must lie in the text it is said to be of. */
static void check(const struct html_doc *doc)
{
    size_t at;
    for (uint32_t i = 0; i < doc->link_count; i++) {
        assert(doc->link[i].text.len == 0 ||
               bytes_inside(doc->display_text, doc->link[i].text, &at));
        assert(doc->link[i].kind == HTML_LINK_STYLE ||
               doc->link[i].href_at + doc->link[i].href_len <= doc->source.len);
    }
    for (uint32_t i = 0; i < doc->hidden_count; i++)
        assert(doc->hidden[i].text.len == 0 ||
               bytes_inside(doc->inner_text, doc->hidden[i].text, &at));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct arena *arena = arena_new(NULL);
    struct html_doc *doc = html_read(arena, NULL, bytes_of(data + 1, size - 1), data[0] & 1);
    check(doc);
    struct xpath *xpath =
        xpath_compile(arena, BYTES("//*[@href]|//p/text()|//comment()|//td/following::b"));
    xpath_run(xpath, doc, arena);
    struct html_matrix *matrix;
    html_find_matrices(doc, arena, &matrix);
    html_text_matrices(doc->source, arena, &matrix);
    thread_split(arena, doc->display_text, doc);
    thread_split(arena, doc->source, NULL);
    talloc_free(arena);
    return 0;
}
