/* SPDX-License-Identifier: Apache-2.0
 *
 * Text as a reader sees it: blanks run together, blocks become lines, characters nobody sees
 * dropped.
 *
 * A sink takes the raw characters of text tokens (decoding references on the way, without a copy in
 * between) and breaks.  With `clean` set, invisible characters (zero width, bidi controls, soft
 * hyphens, variation selectors, tags) are counted and left out; without, they stay.  In both,
 * non-ASCII blanks become spaces and control characters are dropped. Cost: linear, less
 * than a cycle per byte for ASCII. */
#ifndef NOROSHI_OPEN_HTML_TEXT_H
#define NOROSHI_OPEN_HTML_TEXT_H

#include "base/text.h"
#include "open/html_token.h"

struct html_sink {
    struct text out;
    uint8_t newlines; /* owed before the next character, at most 2 */
    bool blank;       /* a space is owed */
    bool clean;
    uint32_t invisible_count; /* characters left out */
    uint32_t bidi_count;      /* of them, direction controls (U+202A..E, U+2066..9) */
    uint32_t split_count;     /* of them, between two letters of one word */
};

void html_sink_init(struct html_sink *sink, struct arena *arena, bool clean);
/* The characters of RAW; PRE keeps line ends and blanks. */
void html_sink_text(struct html_sink *sink, struct bytes raw, enum html_state state, bool pre);
/* The same into two sinks; what nobody sees nothing of is decoded once and copied. */
void html_sink_text_both(struct html_sink *first, struct html_sink *second, struct bytes raw,
                         enum html_state state, bool pre);
/* At least COUNT line ends before what follows (none at the start). */
void html_sink_break(struct html_sink *sink, unsigned count);
/* One more line end: <br>. */
void html_sink_newline(struct html_sink *sink);
void html_sink_blank(struct html_sink *sink);
/* What a code point is: 0 ordinary, 1 blank, 2 invisible, 3 invisible and turning direction, 4 a
 * line end. */
unsigned html_codepoint_class(uint32_t code);

#endif
