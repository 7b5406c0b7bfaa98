/* SPDX-License-Identifier: Apache-2.0
 *
 * Address ranges in CIDR form (RFC 4632, RFC 4291), sorted and merged: one look-up is a binary search. */
#ifndef NOROSHI_RULE_RANGE_H
#define NOROSHI_RULE_RANGE_H

#include "rule/needle.h"

struct ranges;

/* The ranges of COUNT needles; what is no address or range is left out. */
struct ranges *ranges_new(struct arena *arena, const struct needle *needle, uint32_t count);
/* Whether ADDRESS lies in one; *VALID_OUT: whether it is an address at all. */
bool ranges_have(const struct ranges *ranges, struct bytes address, bool *valid_out);

/* Into IMAGE (rule/image.h). */
void ranges_pack(struct image *image, struct ranges **slot);

#endif
