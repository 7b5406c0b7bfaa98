/* SPDX-License-Identifier: Apache-2.0
 *
 * Pictures by their magic numbers, and SVG: decoders, metadata, drawing, codes. */
#include "artifact/identify.h"
#include "open.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum kind kind = identify(bytes_of(data, size), BYTES_NONE, BYTES_NONE);
    if (kind != KIND_PNG && kind != KIND_JPEG && kind != KIND_GIF && kind != KIND_WEBP && kind != KIND_BMP &&
        kind != KIND_SVG)
        return -1;
    return fuzz_open(data, size, kind);
}
