/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a container image: the archive's index, JSON, layers, configuration. */
#include "open/oci.h"
#include "open/opener.h"

#include <talloc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *parent = talloc_new(NULL);
    struct arena *arena = arena_new(parent);
    struct budget budget;
    budget_init(&budget);
    budget.most[LIMIT_EVAL_STEPS] = 20000;
    budget.most[LIMIT_BYTES_OUT] = 8 << 20;
    struct tree *tree = tree_new(arena, &budget, bytes_of(data, size), BYTES("image.tar"));
    open_tree(tree->root);
    talloc_free(parent);
    return 0;
}
