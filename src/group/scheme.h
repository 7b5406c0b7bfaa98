/* SPDX-License-Identifier: Apache-2.0
 *
 * Which naming scheme of brand lookalikes a site follows: see enum scheme in group/template.h. */
#ifndef NOROSHI_GROUP_SCHEME_H
#define NOROSHI_GROUP_SCHEME_H

#include "group/template.h"

/* The scheme of SITE by the tokens of its brand's SECTOR; *TOKEN_OUT: a whole token before the hyphen. */
enum scheme scheme_of(const struct template_token *token, uint32_t count, uint8_t sector,
                      const struct feed_site *site, uint8_t *token_out);
/* Whether LABEL is TOKEN with letters added, or changed, or a long token itself. */
bool scheme_mutated(struct bytes label, struct bytes token);

#endif
