/* SPDX-License-Identifier: Apache-2.0
 * Rule and message together: rule text, a line "---", then the mail; fast and as written must agree. */
#include "open/opener.h"
#include "rule/explain.h"

#include <assert.h>
#include <talloc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct settings settings;
    struct bytes input = bytes_of(data, size);
    size_t cut = bytes_find(input, BYTES("\n---\n"), 0);
    struct arena *arena = arena_new(NULL);
    struct rule_options options = {0};
    struct rule_run_options fast = {0}, naive = {.naive = true};
    struct rule_result a, b;
    struct error err;
    struct budget budget;
    struct rule_set *set = cut == BYTES_NPOS ? NULL
                                             : rule_set_read(arena, &options, bytes_sub(input, 0, cut), "fuzz", &err);
    if (set != NULL && rule_set_count(set) > 0) {
        budget_init(&budget);
        struct tree *tree = tree_new(arena, &budget, bytes_from(input, cut + 5), BYTES("mail"));
        open_tree(tree->root);
        rule_set_run(set, model_new(tree, tree->root, &settings), arena, &fast, &a);
        rule_set_run(set, model_new(tree, tree->root, &settings), arena, &naive, &b);
        assert(a.hit_count == b.hit_count && a.undecided_count == b.undecided_count);
    }
    talloc_free(arena);
    return 0;
}
