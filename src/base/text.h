/* SPDX-License-Identifier: Apache-2.0
 *
 * A growable piece of output: bytes are added at the end, the result is one slice.
 *
 * Used by every decoder and writer.  Growth doubles, so n bytes cost O(n).  `limit_bytes` draws a
 * line: what would pass it is dropped and `over_limit` stays set, which the caller turns into an
 * anomaly (sticky, checked once at the end instead of after each add). */
#ifndef NOROSHI_BASE_TEXT_H
#define NOROSHI_BASE_TEXT_H

#include "base/bytes.h"

struct arena;

struct text {
    uint8_t *at;
    size_t len, capacity;
    size_t limit_bytes;  /* 0: none */
    bool over_limit;     /* something was dropped */
    struct arena *arena; /* where the bytes live; NULL: malloc, see text_finish */
};

/* An empty text whose bytes live in ARENA (NULL: on the heap until text_finish). */
void text_init(struct text *text, struct arena *arena, size_t limit_bytes);
/* Frees a heap text; harmless for an arena text and when called twice. */
void text_finish(struct text *text);
void text_add(struct text *text, struct bytes b);
void text_add_byte(struct text *text, uint8_t byte);
void text_add_string(struct text *text, const char *s);
void text_add_decimal(struct text *text, uint64_t n);
void text_add_format(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* CODE as UTF-8; a surrogate or a value past U+10FFFF becomes U+FFFD. */
void text_add_codepoint(struct text *text, uint32_t code);
/* Room for EXTRA more bytes; returns where they go; add them with text->len += n.  NULL over limit. */
uint8_t *text_reserve(struct text *text, size_t extra);
/* What is there now; valid until the next add. */
struct bytes text_bytes(const struct text *text);
/* A NUL after the content (not counted), so that text->at is a C string. */
const char *text_string(struct text *text);

#endif
