/* SPDX-License-Identifier: Apache-2.0
 *
 * RTF: groups, object data, fields. */
#include "base/arena.h"
#include "open/opener.h"

#include <talloc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *parent = talloc_new(NULL);
    struct budget budget;
    budget_init(&budget);
    budget.most[LIMIT_MILLISECONDS] = 2000;
    struct tree *tree = tree_new(arena_new(parent), &budget, bytes_of(data, size), BYTES("a.rtf"));
    open_tree(tree->root);
    talloc_free(parent);
    return 0;
}
