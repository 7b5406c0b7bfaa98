/* SPDX-License-Identifier: Apache-2.0
 *
 * Other archives and disks by their magic numbers: 7z, RAR, CAB, LHA, ar, cpio, ISO, UDF, VHD, FAT, and
 * single streams. */
#include "artifact/identify.h"
#include "open.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum kind kind = identify(bytes_of(data, size), BYTES_NONE, BYTES_NONE);
    switch (kind) {
    case KIND_SEVEN_ZIP: case KIND_RAR: case KIND_CAB: case KIND_LHA: case KIND_AR: case KIND_CPIO: case KIND_ISO:
    case KIND_VHD: case KIND_GZIP: case KIND_BZIP2: case KIND_XZ: case KIND_ZSTD: case KIND_LZMA: case KIND_UNKNOWN:
        return fuzz_open(data, size, kind);
    default: return -1;
    }
}
