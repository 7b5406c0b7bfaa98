/* SPDX-License-Identifier: Apache-2.0
 *
 * winmail.dat: attributes and MAPI properties. */
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
    struct tree *tree = tree_new(arena_new(parent), &budget, bytes_of(data, size), BYTES("winmail.dat"));
    open_tree(tree->root);
    talloc_free(parent);
    return 0;
}
