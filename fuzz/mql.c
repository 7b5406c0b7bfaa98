/* SPDX-License-Identifier: Apache-2.0
 * Rule text: read, typed, compiled, linted; laid out, which laid out again stays as it is. */
#include "rule/explain.h"
#include "rule/format.h"

#include <stdlib.h>
#include <talloc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(NULL);
    struct rule_options options = {0};
    struct error err;
    struct rule_set *set = rule_set_read(arena, &options, bytes_of(data, size), "fuzz", &err);
    for (uint32_t i = 0; set != NULL && i < rule_set_count(set); i++) {
        struct rule_note *note;
        rule_lint(set, rule_set_rule(set, i), arena, &note);
    }
    struct bytes once = rule_format(arena, bytes_of(data, size), "fuzz", &err);
    struct bytes twice = once.at == NULL ? once : rule_format(arena, once, "fuzz", &err);
    if (!bytes_equal(once, twice))
        abort();
    talloc_free(arena);
    return 0;
}
