/* SPDX-License-Identifier: Apache-2.0
 *
 * Flat records of numbers and strings: what the store keeps.
 *
 * Numbers are LEB128 varints (7 bits a byte, low first), signed ones zigzagged, so that small ones
 * take a byte; a string is its length and its bytes, with length + 1 so that an absent one differs
 * from an empty one.  The reader is sticky: past the end, or on a varint over 10 bytes, it answers
 * zeros and `broken` stays set, so a caller checks once. */
#ifndef NOROSHI_BASE_FLAT_H
#define NOROSHI_BASE_FLAT_H

#include "base/text.h"

struct flat {
    struct bytes rest;
    bool broken;
};

void flat_add_uint(struct text *out, uint64_t n);
void flat_add_int(struct text *out, int64_t n);
/* The IEEE 754 bits, little endian, 8 bytes. */
void flat_add_float(struct text *out, double n);
void flat_add_bytes(struct text *out, struct bytes b);

uint64_t flat_uint(struct flat *flat);
int64_t flat_int(struct flat *flat);
double flat_float(struct flat *flat);
/* A slice of the record; BYTES_NONE where it was absent. */
struct bytes flat_bytes(struct flat *flat);
/* A count of things that take at least one byte each: 0 and broken where there cannot be so many.
 */
uint32_t flat_count(struct flat *flat);

#endif
