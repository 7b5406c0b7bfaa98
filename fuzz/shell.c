/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a shell script: parser, machine, behaviours, judgement. */
#include "shell/shell.h"

#include <talloc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *parent = talloc_new(NULL);
    struct budget budget;
    budget_init(&budget);
    budget.most[LIMIT_EVAL_STEPS] = 20000;
    shell_analyze(arena_new(parent), &budget, bytes_of(data, size), NULL);
    talloc_free(parent);
    return 0;
}
