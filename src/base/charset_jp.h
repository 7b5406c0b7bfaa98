/* SPDX-License-Identifier: Apache-2.0
 *
 * ISO-2022-JP as Japanese mail really writes it (RFC 1468, RFC 2237, CP50220..50222).
 *
 * Escapes choose ASCII, JIS X 0201 (both halves), JIS X 0208 (with NEC row 13 and the IBM and NEC
 * extension rows, read through CP932), JIS X 0212, JIS X 0213 plane 1, GB 2312 and KS C 5601.
 * SO/SI and bytes A1..DF give half-width katakana.  A line end returns to ASCII, so that a lost escape
 * costs one line; an escape cut off by a mail path that strips ESC is not guessed. */
#ifndef NOROSHI_BASE_CHARSET_JP_H
#define NOROSHI_BASE_CHARSET_JP_H

#include "base/charset.h"

void charset_decode_iso2022jp(struct bytes in, struct text *out, struct charset_report *report);

#endif
