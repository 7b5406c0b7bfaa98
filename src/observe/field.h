/* SPDX-License-Identifier: Apache-2.0
 *
 * The values of header fields, made readable: folds undone, encoded words decoded, comments
 * skipped.
 *
 * RFC 5322 (structure), RFC 2047 (encoded words), RFC 6532 (UTF-8).  A value that needs no change
 * is handed back as the slice it was, so that a match in it can be shown in its place. */
#ifndef NOROSHI_OBSERVE_FIELD_H
#define NOROSHI_OBSERVE_FIELD_H

#include "base/arena.h"

/* VALUE without its line breaks (RFC 5322, 2.2.3) and outer white space. */
struct bytes field_unfold(struct arena *arena, struct bytes value);
/* Unfolded and its encoded words decoded, as UTF-8. */
struct bytes field_text(struct arena *arena, struct bytes value);
/* Offset past the comments and white space at FROM (CFWS, RFC 5322, 3.2.2); nesting is counted. */
size_t field_skip_cfws(struct bytes value, size_t from);
/* What stands in <...>, or the first word where there are no brackets; absent where empty. */
struct bytes field_message_id(struct bytes value);

#endif
