/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a program: the first says in which language, the rest is lexed, read and sensed. */
#include "shell/shell.h"

#include <talloc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const languages[] = {"python", "node", "php", "ruby", "perl", "lua"};
    void *parent = talloc_new(NULL);
    struct budget budget;
    struct shell_options options = {.is_program = true};
    if (size > 0)
        options.interpreter = bytes_of_string(languages[data[0] % 6]);
    budget_init(&budget);
    budget.most[LIMIT_EVAL_STEPS] = 20000;
    shell_analyze(arena_new(parent), &budget, size > 0 ? bytes_of(data + 1, size - 1) : BYTES(""), &options);
    talloc_free(parent);
    return 0;
}
