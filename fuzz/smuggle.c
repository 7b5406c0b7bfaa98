/* SPDX-License-Identifier: Apache-2.0
 *
 * Scripts that may hold a file, single-line and glued. */
#include "open.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_open(data, size, KIND_JAVASCRIPT);
}
