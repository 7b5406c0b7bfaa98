/* SPDX-License-Identifier: Apache-2.0
 *
 * UTF-8 (RFC 3629) read safely: what is not UTF-8 reads as U+FFFD, one byte at a time or by maximal
 * subpart (Unicode 15, 3.9), never past the slice. */
#ifndef NOROSHI_BASE_UTF8_H
#define NOROSHI_BASE_UTF8_H

#include "base/bytes.h"

#include <assert.h>

/* utf8_next() of a byte over 0x7F. */
uint32_t utf8_next_wide(struct bytes s, size_t *at);
/* The code point at *AT, which moves past it.  *AT < s.len is the caller's duty. */
static inline uint32_t utf8_next(struct bytes s, size_t *at)
{
    assert(*at < s.len);
    return s.at[*at] < 0x80 ? s.at[(*at)++] : utf8_next_wide(s, at);
}
/* Whether S is UTF-8 throughout.  O(bytes), with an ASCII fast path. */
bool utf8_valid(struct bytes s);
/* Offset of the first byte over 0x7F at or after AT; s.len where there is none. */
size_t utf8_ascii_end(struct bytes s, size_t at);
/* Whether every byte is below 0x80. */
bool utf8_is_ascii(struct bytes s);
/* Code points in S, broken sequences counted as utf8_next reads them. */
size_t utf8_count(struct bytes s);
/* The longest prefix of S of at most LEN bytes that does not end inside a sequence. */
struct bytes utf8_cut(struct bytes s, size_t len);

#endif
