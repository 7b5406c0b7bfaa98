/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing JSON (RFC 8259), always well-formed.
 *
 * The writer keeps the scopes and puts the commas; strings are checked to be UTF-8 and bytes that are
 * not become U+FFFD, control and bidi characters are written as \u escapes, so that what reaches a
 * terminal is inert.  Output grows in a struct text.  Depth is bounded (JSON_DEPTH_MAX, asserted). */
#ifndef NOROSHI_BASE_JSON_H
#define NOROSHI_BASE_JSON_H

#include "base/text.h"
#include "base/value.h"

#define JSON_DEPTH_MAX 64

struct json {
    struct text *out;
    uint32_t indent; /* spaces per level; 0: one line */
    uint32_t depth;
    bool first[JSON_DEPTH_MAX];
    bool after_key;
};

void json_init(struct json *json, struct text *out, uint32_t indent);
void json_begin_map(struct json *json);
void json_end_map(struct json *json);
void json_begin_list(struct json *json);
void json_end_list(struct json *json);
/* KEY is one of ours: printable ASCII without quotes. */
void json_key(struct json *json, const char *key);
void json_key_bytes(struct json *json, struct bytes key);
void json_string(struct json *json, struct bytes s); /* null where absent */
void json_cstring(struct json *json, const char *s);
void json_int(struct json *json, int64_t n);
void json_float(struct json *json, double n); /* shortest that reads back; null for NaN and Inf */
void json_bool(struct json *json, bool b);
void json_null(struct json *json);
/* Any value but an object (observe/schema.h prints those): UNKNOWN as null. */
void json_value(struct json *json, struct value v);
/* B is already JSON: inserted as one value. */
void json_raw(struct json *json, struct bytes b);

#endif
