/* SPDX-License-Identifier: Apache-2.0
 *
 * Charsets of mail and files: a label to a charset, bytes to UTF-8, and a guess where the label is
 * missing or lies.
 *
 * Wraps glibc's iconv with what mail needs on top: the aliases that clients really use (charset.def),
 * ISO-2022-JP as CP50221 writes it (NEC row 13, half-width katakana, JIS X 0212), HZ, single-byte sets
 * by table.  Descriptors and tables are made once per process and kept; charset_preload() makes all of
 * them, because iconv loads its modules from files and a sandboxed worker has none.
 *
 * Nothing fails: bytes that are no character become U+FFFD and are counted, with the first place.
 * Cost O(bytes).  Not thread-safe (a worker is a process). */
#ifndef NOROSHI_BASE_CHARSET_H
#define NOROSHI_BASE_CHARSET_H

#include "base/text.h"

enum charset_id {
#define CHARSET(id, name, iconv_name, class, aliases) CHARSET_##id,
#include "base/charset.def"
#undef CHARSET
    CHARSET_COUNT,
    CHARSET_UNKNOWN = CHARSET_COUNT,
};

/* The charset of LABEL ("SJIS", "iso-2022-jp", "\"UTF-8\""); CHARSET_UNKNOWN where nobody knows it. */
enum charset_id charset_find(struct bytes label);
/* "shift_jis"; "unknown" for CHARSET_UNKNOWN. */
const char *charset_name(enum charset_id id);
/* Whether plain ASCII text reads as itself in this charset (not UTF-16, UTF-7, HZ, EBCDIC ...). */
bool charset_has_ascii(enum charset_id id);

/* What could not be read. */
struct charset_report {
    size_t bad_count; /* U+FFFD written */
    size_t first_bad; /* offset in the input of the first, where bad_count > 0 */
};

/* Append IN, read as ID (UNKNOWN: as windows-1252), to OUT as UTF-8.  REPORT may be NULL. */
void charset_decode(enum charset_id id, struct bytes in, struct text *out,
                    struct charset_report *report);
/* The charset IN most likely is, from byte order marks, escapes and letter frequencies.  us-ascii for
 * plain ASCII.  *CONFIDENCE_OUT is 0..100: 100 a mark or an escape, 90 valid UTF-8, below 50 a guess.
 * Looks at the first 64 KB. */
enum charset_id charset_sniff(struct bytes in, int *confidence_out);
/* The charset an HTML or XML page names in its first 1,024 bytes (WHATWG 13.2.3.2), or UNKNOWN. */
enum charset_id charset_of_page(struct bytes page);
/* Length of the byte order mark IN starts with, 0..4; *ID_OUT is set where it is not 0. */
size_t charset_mark(struct bytes in, enum charset_id *id_out);

/* The reading a mail client would give text labelled LABEL (may be absent). */
struct charset_reading {
    enum charset_id id;    /* what the text is read as */
    enum charset_id other; /* a second plausible reading, or CHARSET_UNKNOWN */
    bool label_unknown;    /* the label names no charset we know */
    bool label_wrong;      /* the bytes are not what the label says */
    bool strays; /* 8-bit bytes without a label, or letters of windows-1252 under ISO-8859-1 */
    bool as_is;  /* IN without its mark already is UTF-8: no need to decode */
    size_t mark; /* bytes of byte order mark to skip */
};
struct charset_reading charset_choose(struct bytes label, struct bytes in);

/* Make every descriptor and table now: call before a sandbox closes the file system.  Answers how
 * many charsets this system's iconv lacks (0 on Debian with libc's gconv modules). */
uint32_t charset_preload(void);

#endif
