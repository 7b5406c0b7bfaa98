/* SPDX-License-Identifier: Apache-2.0
 *
 * The C side of the shim around ZXing. */
#ifndef NOROSHI_OPEN_QR_ZXING_H
#define NOROSHI_OPEN_QR_ZXING_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* Call FOUND for each code in the gray picture, its rows STRIDE samples apart, with what it says in
 * UTF-8; how many there were. */
unsigned qr_zxing_read(const uint8_t *gray, uint32_t width, uint32_t height, uint32_t stride,
                       void (*found)(void *own, const char *text, size_t len), void *own);
#ifdef __cplusplus
}
#endif
#endif
