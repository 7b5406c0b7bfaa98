/* SPDX-License-Identifier: Apache-2.0
 *
 * Base64 (RFC 4648, both alphabets) of short things found in headers and URLs; mail bodies have
 * their own decoder (open/mime.h). */
#ifndef NOROSHI_OBSERVE_BASE64_H
#define NOROSHI_OBSERVE_BASE64_H

#include "base/arena.h"

/* Value of a base64 digit in either alphabet, or -1. */
int base64_digit(uint8_t c);
/* B decoded up to the first byte that is neither a digit nor, where SPACES, white space. */
struct bytes base64_decode(struct arena *arena, struct bytes b, bool spaces);

#endif
