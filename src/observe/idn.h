/* SPDX-License-Identifier: Apache-2.0
 *
 * Names in other scripts: UTF-8 to the xn-- form and back (IDNA 2008 with UTS #46 mapping).
 *
 * The one file that wraps libidn2.  Non-transitional processing, as browsers do; the mapping also
 * folds full-width letters and ideographic full stops and drops soft hyphens and zero-width
 * characters, which is how a lookalike host reaches its real one.  Names over 1,024 bytes are
 * refused. */
#ifndef NOROSHI_OBSERVE_IDN_H
#define NOROSHI_OBSERVE_IDN_H

#include "base/arena.h"

/* HOST (UTF-8) in ASCII, lower case; false where no browser would look it up. */
bool idn_to_ascii(struct arena *arena, struct bytes host, struct bytes *out);
/* HOST (ASCII) with its xn-- labels decoded; false where one is not punycode. */
bool idn_to_unicode(struct arena *arena, struct bytes host, struct bytes *out);

#endif
