/* SPDX-License-Identifier: Apache-2.0
 *
 * The compressed containers of VBA (MS-OVBA 2.4.1) and the parser of what they hold. */
#include "open/vba.h"

#include "base/arena.h"
#include "open/script.h"

#include <talloc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *parent = talloc_new(NULL);
    struct budget budget;
    bool whole;
    budget_init(&budget);
    budget.most[LIMIT_MILLISECONDS] = 2000;
    struct arena *arena = arena_new(parent);
    struct tree *tree = tree_new(arena, &budget, bytes_of(data, size), BYTES("a.doc"));
    struct bytes source = vba_decompress(arena, bytes_of(data, size), 1 << 16, &whole);
    struct vba_module module = {.name = BYTES("a"), .source = source, .node = tree->root};
    if (source.at != NULL)
        script_vba(tree->root, &module, 1);
    talloc_free(parent);
    return 0;
}
