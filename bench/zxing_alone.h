/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_BENCH_ZXING_ALONE_H
#define NOROSHI_BENCH_ZXING_ALONE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* Codes ZXing finds in the gray picture with nothing to help it. */
unsigned zxing_alone(const uint8_t *gray, uint32_t width, uint32_t height);
#ifdef __cplusplus
}
#endif
#endif
