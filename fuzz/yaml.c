/* SPDX-License-Identifier: Apache-2.0 */
#include "base/yaml.h"

#include <talloc.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(NULL);
    struct error err;
    yaml_parse(arena, bytes_of(data, size), "fuzz", &err);
    talloc_free(arena);
    return 0;
}
