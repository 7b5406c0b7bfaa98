/* SPDX-License-Identifier: Apache-2.0
 *
 * A whole mail through the mail opener, with the text of its leaves.  Anomalies lie inside their nodes. */
#include "artifact/node_text.h"
#include "base/utf8.h"
#include "open/mime.h"
#include "open/opener.h"

#include <stdlib.h>
#include <talloc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(NULL);
    struct budget budget;
    budget_init(&budget);
    struct tree *tree = tree_new(arena, &budget, bytes_of(data, size), BYTES_NONE);
    tree->root->kind = KIND_MAIL;
    for (struct node *n = tree->root; n != NULL; n = node_walk(tree->root, n)) {
        if (n->kind == KIND_MAIL || n->kind == KIND_MULTIPART)
            open_node(n);
        else if (n->part != NULL && !utf8_valid(node_text(n)))
            abort();
        for (struct anomaly *a = n->first_anomaly; a != NULL; a = a->next) {
            size_t len = a->in_raw ? n->raw.len : n->content.len;
            if (a->offset > len || a->len > len - a->offset)
                abort();
        }
    }
    talloc_free(arena);
    return 0;
}
