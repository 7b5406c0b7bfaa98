/* SPDX-License-Identifier: Apache-2.0
 *
 * The text codes scripts hide in: base64 (also URL-safe, without padding, with junk), base32, hex, and the
 * escapes of printf and echo -e.
 *
 * Each answers an absent slice where the input is not of its code.  Output is at most the input's size.
 * Source: RFC 4648; POSIX.1-2017 XCU printf. */
#ifndef NOROSHI_SHELL_DECODE_H
#define NOROSHI_SHELL_DECODE_H

#include "base/arena.h"

/* White space is skipped; decoding ends at padding or, as `base64 -di` does, steps over other bytes. */
struct bytes decode_base64(struct arena *arena, struct bytes code);
struct bytes decode_base32(struct arena *arena, struct bytes code);
/* Pairs of hex digits; "0x", "\x", blanks, commas and line breaks between them are skipped. */
struct bytes decode_hex(struct arena *arena, struct bytes code);
/* \n \t \xHH \NNN \uHHHH and so on; NUL bytes are dropped, as a shell drops them. */
struct bytes decode_escapes(struct arena *arena, struct bytes text);
/* Whether CODE is at least LEAST letters of base64 and nothing else but white space. */
bool decode_is_base64(struct bytes code, size_t least);
/* Whether B is packed data by its magic: gzip, bzip2, xz, zstd. */
bool decode_is_packed(struct bytes b);
/* Whether B reads as text: no NUL and few control bytes in its first KB. */
bool decode_is_text(struct bytes b);

#endif
