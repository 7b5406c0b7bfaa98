/* SPDX-License-Identifier: Apache-2.0
 *
 * Launchers: the kind is found from the bytes; text nobody knows is read as each of the formats of lines. */
#include "artifact/identify.h"
#include "open.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum kind kinds[] = {KIND_REG, KIND_INF, KIND_RDP, KIND_IQY, KIND_SCF, KIND_CONSOLE};
    enum kind kind = identify(bytes_of(data, size), BYTES_NONE, BYTES_NONE);
    if (!identify_is_launcher(kind))
        kind = size == 0 ? KIND_REG : kinds[data[0] % (sizeof kinds / sizeof kinds[0])];
    return fuzz_open(data, size, kind);
}
