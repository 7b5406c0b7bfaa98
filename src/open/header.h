/* SPDX-License-Identifier: Apache-2.0
 *
 * Header fields of a message or of a MIME part: RFC 5322 section 2.2, RFC 2047, 2231, 6532.
 *
 * header_split() takes bytes and cuts them into fields and body without copying: name and raw value are
 * slices of the node's content, in the order they stand there.  Nothing is dropped: a line that is no
 * field is kept as a field without a name, a field hidden behind a bare CR or on a line after a NUL is
 * kept too and marked `is_alternative`.  Values are decoded on request (header_text: unfolded, encoded
 * words and raw 8-bit bytes read, UTF-8) and remembered.
 *
 * Where clients disagree about the end of the header (a line that is no field, a line of blanks), the
 * other place is kept in `other_body`.  What is odd becomes anomalies of the node that holds the bytes.
 * Cost O(bytes); LIMIT_HEADERS and LIMIT_HEADER_BYTES bound it. */
#ifndef NOROSHI_OPEN_HEADER_H
#define NOROSHI_OPEN_HEADER_H

#include "artifact/node.h"

struct header_field {
    struct bytes name;   /* as written, without blanks around; empty for a line that is no field */
    struct bytes raw;    /* after the colon, with its folds, without the last line end */
    struct bytes text;   /* decoded: header_text(); absent until asked for */
    size_t offset, len;  /* the whole field in the node's content, with the last line end */
    bool is_alternative; /* only some clients see it: behind a bare CR */
};

struct header {
    struct arena *arena;
    struct header_field *field;
    uint32_t count;
    struct bytes envelope;   /* the mbox "From " line in front, or absent */
    struct bytes bytes;      /* the block, without the empty line */
    struct bytes body;       /* what follows the empty line */
    struct bytes other_body; /* where other clients see the body begin; absent where all agree */
    bool has_end;            /* an empty line was there */
};

/* Split IN, a slice of NODE's content; fields live in NODE's tree's arena.  Never fails. */
void header_split(struct header *header, struct node *node, struct bytes in);

/* The first field of that name (case is folded), or NULL. */
struct header_field *header_find(const struct header *header, struct bytes name);
/* The next field named as FIELD is, or NULL. */
struct header_field *header_next(const struct header *header, const struct header_field *field);
/* How many fields have that name. */
uint32_t header_count(const struct header *header, struct bytes name);
/* The value of FIELD decoded: unfolded, trimmed, RFC 2047 words read, UTF-8 throughout, NUL and bare CR
 * left out.  Absent only for NULL. */
struct bytes header_text(const struct header *header, struct header_field *field);
/* header_text of the first field of that name; absent where there is none. */
struct bytes header_value(const struct header *header, struct bytes name);
/* The value of FIELD unfolded and trimmed but not decoded (for DKIM-Signature, Received, ...). */
struct bytes header_unfolded(const struct header *header, const struct header_field *field);

/* What decoding of words met, as bits. */
enum word_oddity {
    WORD_SPLIT_CHARACTER = 1 << 0, /* a character split over two encoded words; it was joined */
    WORD_UNKNOWN_CHARSET = 1 << 1,
    WORD_BAD_BYTES = 1 << 2, /* bytes that are no character in the named charset */
    WORD_RAW_8BIT = 1 << 3,  /* bytes over 127 that are not UTF-8, outside encoded words */
    WORD_MALFORMED = 1 << 4, /* an encoded word with blanks inside or with foreign letters */
    WORD_CONTROL = 1 << 5,   /* NUL or a bare CR; left out */
};
/* Unfold and decode IN (a raw value or a piece of one).  IN itself where nothing needs decoding.
 * *ODDITIES (may be NULL) is or-ed with enum word_oddity. */
struct bytes words_decode(struct arena *arena, struct bytes in, unsigned *oddities);

/* One "name=value" of a structured field, RFC 2045 5.1 and RFC 2231. */
struct header_param {
    struct bytes name;  /* lower case, without "*0*" */
    struct bytes value; /* decoded UTF-8 */
    struct bytes other; /* another reading of the same bytes (unquoted with blanks), or absent */
    bool is_extended;   /* from RFC 2231: name*= or name*0= */
};
struct header_params {
    struct bytes value; /* before the first ';', comments and blanks off, lower case */
    struct header_param *param;
    uint32_t count; /* at most 128; later ones are dropped */
    bool over_limit, has_comment, malformed;
};
/* Parse a structured field's RAW value ("text/html; charset=..."). */
void header_params(struct header_params *out, struct arena *arena, struct bytes raw);
/* The first parameter of that name, the extended form first; NULL where there is none. */
const struct header_param *header_param(const struct header_params *params, struct bytes name);

#endif
