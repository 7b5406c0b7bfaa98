/* SPDX-License-Identifier: Apache-2.0
 *
 * Transfer decodings: base64, quoted-printable, uuencode, yEnc, percent.
 *
 * Tolerant readers for hostile text: what is not in the alphabet is stepped over, data after padding
 * is read on (a client somewhere does), cut input gives what is there.  Nothing fails; struct
 * codec_report says where the reader had to be lenient, as offsets into the input, so that a caller
 * can record an anomaly.  Output never exceeds the input's length.  O(bytes). */
#ifndef NOROSHI_BASE_CODEC_H
#define NOROSHI_BASE_CODEC_H

#include "base/arena.h"

struct codec_report {
    size_t bad_count; /* bytes outside the alphabet, white space not counted */
    size_t first_bad; /* offset of the first; meaningful where bad_count > 0 */
    size_t after_pad; /* base64: offset of data that follows padding, or BYTES_NPOS */
    bool unfinished;  /* ends inside a unit (base64 quantum, uuencode without "end") */
    bool long_line;   /* a line over 998 bytes (RFC 5322, 2.1.1) */
};

/* RFC 2045, 6.8 and RFC 4648 section 5 (URL-safe letters are accepted too).  REPORT may be NULL.
 * After padding a new quantum begins. */
struct bytes codec_base64(struct arena *arena, struct bytes in, struct codec_report *report);
/* The same as a reader that steps over '=' like any other foreign byte: differs from codec_base64
 * only where data follows padding. */
struct bytes codec_base64_joined(struct arena *arena, struct bytes in);
/* RFC 2045, 6.7; lower-case hex accepted, "=" that starts no escape is kept as written. */
struct bytes codec_quoted(struct arena *arena, struct bytes in, struct codec_report *report);
/* The Q encoding of RFC 2047, 4.2: '_' is a space. */
struct bytes codec_q(struct arena *arena, struct bytes in, struct codec_report *report);
/* %XX of RFC 3986; '+' is kept. */
struct bytes codec_percent(struct arena *arena, struct bytes in);

enum codec_form { CODEC_FORM_UU, CODEC_FORM_YENC, CODEC_FORM_BINHEX };

/* One file written as letters inside text. */
struct codec_file {
    enum codec_form form;
    struct bytes span;  /* first line to last line, slice of the text */
    struct bytes name;  /* as written */
    struct bytes data;  /* decoded */
    struct bytes other; /* BinHex: the resource fork */
    struct codec_report report; /* bad_count: lines or letters stepped over */
};
/* The first file in TEXT at or after FROM, decoded into ARENA: uuencode ("begin 644 NAME", POSIX; also
 * begin-base64, and xxencode's letters), yEnc ("=ybegin", draft 1.3) or BinHex 4.0 (RFC 1741, appendix A).
 * A damaged line among sound ones is stepped over.  False where there is none. */
bool codec_find_file(struct arena *arena, struct bytes text, size_t from, struct codec_file *out);
/* BinHex 4.0 whose announcing words stand at FROM; for codec_find_file. */
bool codec_binhex(struct arena *arena, struct bytes text, size_t from, struct codec_file *out);
#define CODEC_BINHEX_WORDS "(This file must be converted with BinHex"

#endif
