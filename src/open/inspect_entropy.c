/* SPDX-License-Identifier: Apache-2.0 */
#include "open/inspect.h"

#include "artifact/entropy.h"

void inspect_entropy(struct node *node)
{
    if (node->is_view || node->content.len == 0 || node->kind == KIND_MAIL ||
        node->kind == KIND_MULTIPART)
        return;
    if (node->part != NULL && (node->kind == KIND_HTML || node->kind == KIND_TEXT))
        return; /* the texts of every mail: computed when a rule asks (observe/scanner.h) */
    node_fact(node, FACT_ENTROPY, value_float(entropy_of(node->content)));
}
