/* SPDX-License-Identifier: Apache-2.0
 *
 * PDF as a scan sees it: every "N G obj" in the bytes, reachable or not, and what object streams hold.
 *
 * Viewers repair; so a strict parser misses what they show, and the cross-reference table may lie.  The
 * scan therefore trusts no table: it walks the bytes once, keeps each object's text and stream as
 * slices, inflates object streams, and looks for the keys that act.  qpdf comes in only to unlock
 * (pdf_unlock), after which the plain file is scanned the same way.
 *
 * cost     O(bytes + decoded bytes)
 * source   ISO 32000-1:2008 sections 7.2-7.5 (syntax), 7.4 (filters), 8.9, 9.4, 12.6 */
#ifndef NOROSHI_OPEN_PDF_H
#define NOROSHI_OPEN_PDF_H

#include "artifact/node.h"
#include "base/text.h"

/* A key of a dictionary, with its slash, and its value. */
struct pdf_entry {
    struct bytes name, value;
};

struct pdf_object {
    uint32_t number;
    bool packed; /* came out of an object stream */
    bool is_decoded;
    bool replaced;        /* a later object bears the same number */
    bool told;            /* a key that refers to it has been followed */
    bool is_indexed;      /* entry is all of its first dictionary, unless entry_over */
    bool entry_over;      /* the dictionary has more */
    uint32_t entry_count;
    struct pdf_entry *entry;
    size_t shown; /* 1 + bytes of the text it shows, trimmed, as a page; 0: not read */
    struct bytes body;    /* text between "obj" and "stream" or "endobj" */
    struct bytes stream;  /* as stored; absent where there is none */
    struct bytes decoded; /* after its filters; see pdf_stream() */
    struct bytes value;   /* the first value of its body, once asked for */
    struct bytes
        picture_filter; /* the filter that is left: DCTDecode, JPXDecode, ...; absent where none */
};

struct pdf_file {
    struct node *node;
    struct pdf_object *object;
    uint32_t count, capacity;
    uint32_t *by_number; /* 1 + index of the current object; number_count slots */
    uint32_t number_count;
    struct bytes trailer; /* text of the last trailer dictionary or XRef stream; may be absent */
    bool is_encrypted;
    uint32_t end_marks;
};

/* pdf_syntax.c: tokens and values.  A value is a slice of its text. */
/* The next token of S at *AT: a name with its slash, "<<", "[", a whole string, a number, a word. */
bool pdf_token(struct bytes s, size_t *at, struct bytes *token_out);
/* The whole value at *AT, nested ones included, which moves past it. */
struct bytes pdf_value(struct bytes s, size_t *at);
/* Value of KEY (without slash) in the first dictionary of S; absent where there is none. */
struct bytes pdf_get(struct bytes s, const char *key);
/* The entries of the first dictionary of S into OUT; how many, or ROOM + 1 where there are more. */
uint32_t pdf_entries(struct bytes s, struct pdf_entry *out, uint32_t room);
/* Whether TOKEN is the name NAME (without slash), #xx undone. */
bool pdf_name_is(struct bytes token, const char *name);
/* Text of a literal or hexadecimal string as UTF-8; absent where VALUE is none. */
struct bytes pdf_string(struct arena *arena, struct bytes value);
/* Its bytes alone. */
struct bytes pdf_string_bytes(struct arena *arena, struct bytes value);
int64_t pdf_int(struct bytes value, int64_t otherwise);
/* Object number of "N G R", or 0. */
uint32_t pdf_reference(struct bytes value);

/* pdf_file.c */
struct pdf_file pdf_scan(struct node *node);
/* The object of that number, or NULL. */
struct pdf_object *pdf_find(const struct pdf_file *file, uint32_t number);
/* pdf_get() of OBJECT's body, whose dictionary is read once. */
struct bytes pdf_object_get(const struct pdf_file *file, struct pdf_object *object,
                            const char *key);
/* VALUE, or the body of what it refers to. */
struct bytes pdf_resolve(const struct pdf_file *file, struct bytes value);
/* OBJECT's stream after its filters (up to a picture's own); limits become anomalies. */
struct bytes pdf_stream(const struct pdf_file *file, struct pdf_object *object);

/* pdf_filter.c: IN after filter NAME with PARAMETERS; false where the filter is a picture's or unknown.
 * KNOWN: bytes a picture of its size has, 0 where IN is no picture; white pages pack 1,000 to 1. */
bool pdf_filter(struct node *node, struct bytes name, struct bytes parameters, struct bytes in,
                size_t known, struct bytes *out);
/* pdf_text.c: the text layer as a view child; answers its length. */
size_t pdf_text_hang(const struct pdf_file *file);
/* Text that page PAGE shows, appended to OUT. */
void pdf_text_of_page(const struct pdf_file *file, struct pdf_object *page, struct text *out);
/* pdf_image.c: pictures as children. */
void pdf_images_hang(const struct pdf_file *file);
/* pdf_unlock.c: the plain PDF with the empty or a candidate password, in NODE's arena; absent with an
 * anomaly where none fits. */
struct bytes pdf_unlock(struct node *node);

#endif
