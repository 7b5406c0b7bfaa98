/* SPDX-License-Identifier: Apache-2.0
 *
 * Text for people: nothing a sender wrote can move a cursor, turn the text round or end a line.
 *
 * Colour appears only where the stream is a terminal and NO_COLOR is unset.  Defanging writes
 * hxxp and [.]; redaction hides the local parts of the recipients' addresses. */
#ifndef NOROSHI_REPORT_TERMINAL_H
#define NOROSHI_REPORT_TERMINAL_H

#include "base/text.h"

#include <stdio.h>

/* Append S on one line: control, bidi and invisible characters become a visible \u{XXXX}; cut after
 * MOST code points with an ellipsis (0: not cut). */
void terminal_add(struct text *out, struct bytes s, size_t most);
/* S with http(s):// as hxxp(s):// and the last dot of host names and addresses as [.]. */
struct bytes terminal_defang(struct arena *arena, struct bytes s);
/* S with the local part of every mail address as ***. */
struct bytes terminal_redact(struct arena *arena, struct bytes s);
/* Whether STREAM wants colour. */
bool terminal_has_colour(FILE *stream);

#endif
