/* SPDX-License-Identifier: Apache-2.0
 *
 * Case folding and look-alikes: the one file of this folder that wraps ICU (unicode.c). */
#ifndef NOROSHI_RULE_UNICODE_H
#define NOROSHI_RULE_UNICODE_H

#include "base/arena.h"

/* Simple case folding (one code point to one); bytes that are no UTF-8 stay as they are. */
struct bytes unicode_fold(struct arena *arena, struct bytes text);
/* Whether no case mapping or folding touches CODE or leads to it. */
bool unicode_is_caseless(uint32_t code);
/* Characters that look like ASCII letters and digits replaced by those: NFKC first, then the skeleton of
 * UTS #39 where it is ASCII, then the base letter of an accented Latin one; invisible characters go.
 * ASCII stays as it is, which UTS #39 alone would not do (its skeleton of "m" is "rn"). */
struct bytes unicode_replace_confusables(struct arena *arena, struct bytes text);

#endif
