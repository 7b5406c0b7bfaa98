/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading JSON (RFC 8259) into a struct value.  The one file that wraps jansson.
 *
 * Objects become maps in their order of keys, numbers int or float, null VALUE_NULL.  Duplicate keys
 * keep the last value, depth is bounded by the library (2,048) and ours (JSON_READ_DEPTH_MAX). */
#ifndef NOROSHI_BASE_JSON_READ_H
#define NOROSHI_BASE_JSON_READ_H

#include "base/error.h"
#include "base/value.h"

#define JSON_READ_DEPTH_MAX 128

/* The value of TEXT in ARENA; UNSET and, where not NULL, ERR (line, column) where it is not JSON. */
struct value json_read(struct arena *arena, struct bytes text, struct error *err);

#endif
