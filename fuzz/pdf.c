/* SPDX-License-Identifier: Apache-2.0
 *
 * PDF: scan, filters, text, pictures, and qpdf where it is encrypted. */
#include "open.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_open(data, size, KIND_PDF);
}
