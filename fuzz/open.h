/* SPDX-License-Identifier: Apache-2.0
 *
 * What the targets of openers share: the input is opened as a given kind, with small limits, and every
 * slice the tree hands out is checked to be readable. */
#ifndef NOROSHI_FUZZ_OPEN_H
#define NOROSHI_FUZZ_OPEN_H

#include "artifact/digest.h"
#include "open/opener.h"
#include "open/password.h"

#include <assert.h>
#include <talloc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void fuzz_check(const struct tree *tree)
{
    uint8_t sum[64];
    for (uint32_t i = 0; i < tree->count; i++) {
        const struct node *node = tree->node[i];
        if (node->content.len > 0 && node->content.len < 65536)
            digest(DIGEST_SHA256, node->content, sum); /* touches every byte */
        for (const struct anomaly *a = node->first_anomaly; a != NULL; a = a->next)
            assert(a->in_raw || a->offset + a->len <= node->content.len);
    }
}

/* Open DATA as KIND (UNKNOWN: by its bytes). */
static inline int fuzz_open(const uint8_t *data, size_t size, enum kind kind)
{
    struct arena *arena = arena_new(NULL);
    struct budget budget;
    budget_init(&budget);
    budget.most[LIMIT_BYTES_OUT] = 8u << 20;
    budget.most[LIMIT_NODES] = 500;
    budget.most[LIMIT_PIXELS] = 1u << 20;
    budget.most[LIMIT_PASSWORDS] = 4;
    struct tree *tree = tree_new(arena, &budget, bytes_of(data, size), BYTES("input"));
    tree->root->kind = kind;
    password_add(tree, BYTES("secret"), BYTES("list"));
    open_tree(tree->root);
    fuzz_check(tree);
    talloc_free(arena);
    return 0;
}

#endif
