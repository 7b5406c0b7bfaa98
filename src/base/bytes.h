/* SPDX-License-Identifier: Apache-2.0
 *
 * A slice of bytes somebody else owns: the currency of the whole program.
 *
 * Content is never copied to be looked at.  A parser takes a slice and returns slices of it, so that
 * what a rule saw can be shown in its place: evidence is (node, offset, length), and the offset is a
 * pointer difference.  A slice says nothing of the encoding, holds NUL like any other byte and is
 * never terminated.  An absent slice has at == NULL; an empty one has len == 0 and may have any `at`.
 *
 * Cost: two words, passed by value.  It breaks when a slice outlives its owner; owners are the talloc
 * parents named in STYLE (process, scan, call). */
#ifndef NOROSHI_BASE_BYTES_H
#define NOROSHI_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
    const uint8_t *at; /* first byte, or NULL where absent */
    size_t len;        /* bytes */
};

#define BYTES_NONE ((struct bytes){0, 0})
/* The slice over a string literal, without its NUL. */
#define BYTES(literal) ((struct bytes){(const uint8_t *)("" literal), sizeof(literal) - 1})
#define BYTES_NPOS SIZE_MAX
/* For printf's "%.*s". */
#define BYTES_FMT(b) (int)((b).len > INT32_MAX ? INT32_MAX : (b).len), (const char *)(b).at

static inline struct bytes bytes_of(const void *at, size_t len)
{
    return (struct bytes){(const uint8_t *)at, len};
}

/* The slice over a C string; absent for NULL. */
static inline struct bytes bytes_of_string(const char *s)
{
    return s == NULL ? BYTES_NONE : bytes_of(s, strlen(s));
}

/* The part of B from FROM on, at most LEN bytes; clamped, never out of B. */
static inline struct bytes bytes_sub(struct bytes b, size_t from, size_t len)
{
    if (from > b.len)
        from = b.len;
    if (len > b.len - from)
        len = b.len - from;
    return bytes_of(b.at == NULL ? NULL : b.at + from, len);
}

static inline struct bytes bytes_from(struct bytes b, size_t from)
{
    return bytes_sub(b, from, BYTES_NPOS);
}

static inline bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static inline uint8_t ascii_lower(uint8_t c)
{
    return (uint8_t)(c - 'A') < 26 ? (uint8_t)(c | 0x20) : c;
}
/* The same for eight at once; bytes over 0x7F stay. */
static inline uint64_t ascii_lower_word(uint64_t x)
{
    const uint64_t ones = 0x0101010101010101u;
    uint64_t seven = x & 0x7F * ones;
    uint64_t from_a = seven + (0x80 - 'A') * ones, past_z = seven + (0x7F - 'Z') * ones;
    return x | ((from_a ^ past_z) & ~x & 0x80 * ones) >> 2;
}
static inline bool ascii_is_digit(uint8_t c)
{
    return (uint8_t)(c - '0') < 10;
}
static inline bool ascii_is_alpha(uint8_t c)
{
    return (uint8_t)((c | 0x20) - 'a') < 26;
}
static inline bool ascii_is_alnum(uint8_t c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c);
}
static inline bool ascii_is_space(uint8_t c)
{
    return c == ' ' || (uint8_t)(c - '\t') < 5;
}

/* Whether INNER lies inside OUTER's memory, and where. */
bool bytes_inside(struct bytes outer, struct bytes inner, size_t *offset_out);

/* ASCII case folding only, whatever the locale. */
bool bytes_same_fold(const uint8_t *a, const uint8_t *b, size_t len);

static inline bool bytes_starts(struct bytes b, struct bytes prefix)
{
    return b.len >= prefix.len && (prefix.len == 0 || memcmp(b.at, prefix.at, prefix.len) == 0);
}

/* The first byte, looked at here, answers nearly always. */
static inline bool bytes_starts_fold(struct bytes b, struct bytes prefix)
{
    return b.len >= prefix.len &&
           (prefix.len == 0 || (ascii_lower(b.at[0]) == ascii_lower(prefix.at[0]) &&
                                bytes_same_fold(b.at, prefix.at, prefix.len)));
}

static inline bool bytes_equal_fold(struct bytes a, struct bytes b)
{
    return a.len == b.len && bytes_starts_fold(a, b);
}

bool bytes_ends(struct bytes b, struct bytes suffix);
bool bytes_ends_fold(struct bytes b, struct bytes suffix);
/* Order by bytes, then by length: <0, 0, >0. */
int bytes_compare(struct bytes a, struct bytes b);

/* Offset of the first occurrence at or after FROM, or BYTES_NPOS.  O(bytes). */
size_t bytes_find(struct bytes b, struct bytes needle, size_t from);
size_t bytes_find_fold(struct bytes b, struct bytes needle, size_t from);
static inline size_t bytes_find_byte(struct bytes b, uint8_t byte, size_t from)
{
    const void *hit = from < b.len ? memchr(b.at + from, byte, b.len - from) : NULL;
    return hit == NULL ? BYTES_NPOS : (size_t)((const uint8_t *)hit - b.at);
}
size_t bytes_find_last_byte(struct bytes b, uint8_t byte);
/* Offset of the first X or Y at or after FROM, or BYTES_NPOS. */
size_t bytes_find_either(struct bytes b, uint8_t x, uint8_t y, size_t from);
/* Offset behind the white space of HTML and CSS that stands at FROM (space, tab, CR, LF, FF). */
size_t bytes_skip_blank(struct bytes b, size_t from);

/* Without leading and trailing ASCII white space (space, tab, CR, LF, FF, VT). */
static inline struct bytes bytes_trim(struct bytes b)
{
    for (; b.len > 0 && ascii_is_space(b.at[0]); b.at++)
        b.len--;
    while (b.len > 0 && ascii_is_space(b.at[b.len - 1]))
        b.len--;
    return b;
}

/* Take the next line off *REST: without its LF or CRLF; false at the end.  A lone CR is content. */
bool bytes_next_line(struct bytes *rest, struct bytes *line_out);
/* Take the next field off *REST up to SEPARATOR; false at the end.  "a,,b" gives three fields. */
bool bytes_next_field(struct bytes *rest, uint8_t separator, struct bytes *field_out);

/* Whole-slice decimal number within [min, max]; false and untouched where it is not one. */
bool bytes_to_int(struct bytes b, int64_t min, int64_t max, int64_t *out);

/* Unsigned little and big endian reads; 0 where the slice is too short, so test the length first. */
uint16_t bytes_u16le(struct bytes b, size_t at);
uint32_t bytes_u32le(struct bytes b, size_t at);
uint64_t bytes_u64le(struct bytes b, size_t at);
uint16_t bytes_u16be(struct bytes b, size_t at);
uint32_t bytes_u32be(struct bytes b, size_t at);

/* A 64-bit hash for tables inside one process (FNV-1a folded); not stable across versions. */
uint64_t bytes_hash(struct bytes b);
uint64_t bytes_hash_fold(struct bytes b);
/* The same eight bytes at a time, for tables nobody writes down: another machine gives another. */
uint64_t bytes_slot(struct bytes b);

/* Value of a hex digit, or -1. */
static inline int ascii_hex(uint8_t c)
{
    return ascii_is_digit(c)                 ? c - '0'
           : (uint8_t)((c | 0x20) - 'a') < 6 ? (c | 0x20) - 'a' + 10
                                             : -1;
}

#endif
