/* SPDX-License-Identifier: Apache-2.0
 *
 * Values of the script evaluator: making, converting, joining. */
#ifndef NOROSHI_OPEN_SCRIPT_VALUE_H
#define NOROSHI_OPEN_SCRIPT_VALUE_H

#include "open/script_tree.h"

static inline struct script_value script_unknown(void)
{
    return (struct script_value){.tag = SCRIPT_UNKNOWN};
}
static inline struct script_value script_empty(void)
{
    return (struct script_value){.tag = SCRIPT_EMPTY};
}
static inline struct script_value script_of_number(double n)
{
    return (struct script_value){.tag = SCRIPT_NUMBER, .number = n};
}
static inline struct script_value script_of_bool(bool b)
{
    return (struct script_value){.tag = SCRIPT_BOOL, .number = b};
}
/* A string over LEN characters at TEXT, which lives in the arena. */
static inline struct script_value script_of_wide(const uint16_t *text, uint32_t len)
{
    return (struct script_value){.tag = SCRIPT_STRING, .len = len, .text = text};
}
/* A string over UTF-8 S. */
struct script_value script_of_utf8(struct script *s, struct bytes utf8);
struct script_value script_of_string(struct script *s, const char *string);
/* One character, or a SCRIPT_PART_*. */
struct script_value script_of_char(struct script *s, uint32_t code);
/* The part of string V from character FROM, COUNT characters; shares V's characters. */
struct script_value script_part(struct script_value v, int64_t from, int64_t count);

/* Text of V: numbers are printed, arrays joined, unknowns become a private character. */
struct script_value script_to_string(struct script *s, struct script_value v);
/* False, and 0, where V is not known as a number. */
bool script_to_number(struct script *s, struct script_value v, double *out);
/* N cut to an integer; what is none, or past 2^53, comes as 0 or the nearest such. */
int64_t script_integer(double n);
/* 1, 0, or -1 where nobody can know. */
int script_to_truth(struct script *s, struct script_value v);
/* UTF-8 of string V in the arena, unknown parts as {?}, {now}, {rnd}. */
struct bytes script_to_utf8(struct script *s, struct script_value v);
/* Low bytes of string or array V: what a decoder gives to a byte buffer. */
struct bytes script_to_bytes(struct script *s, struct script_value v);
/* A and B one behind the other; grows A in place where it may. */
struct script_value script_join(struct script *s, struct script_value a, struct script_value b);
bool script_same_text(struct script_value a, struct script_value b, bool fold);

struct script_value script_new_array(struct script *s, uint32_t capacity);
void script_push(struct script *s, struct script_array *array, struct script_value v);
struct script_value script_of_bytes(struct script *s, struct bytes b);
struct script_value script_new_object(struct script *s, struct bytes class);
/* Where OBJECT's property NAME is kept; NULL where it has none and MAKE is false, or has too many.
 * */
struct script_value *script_property(struct script *s, struct script_object *object,
                                     struct script_name *name, bool make);
/* Hand a built string to the report, once per content and within bounds. */
void script_show(struct script *s, struct script_value v);

#endif
