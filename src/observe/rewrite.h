/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a rewritten link really goes: Safe Links, URL Defense, search engines' and sites'
 * redirectors.
 *
 * Rows of rewrite.def say which host and path carry the target and how it is written; only what
 * stands in the URL itself is decoded, nothing is asked of the network.  Links wrapped several
 * times are unwrapped up to REWRITE_MAX deep.  The names are the encoders' names of the public data
 * model where they are known; a redirector anybody can point anywhere is called ..._open_redirect.
 */
#ifndef NOROSHI_OBSERVE_REWRITE_H
#define NOROSHI_OBSERVE_REWRITE_H

#include "observe/url.h"

#define REWRITE_MAX 8

struct rewrite {
    const char *encoder[REWRITE_MAX]; /* outermost first */
    uint32_t count;
    struct bytes original; /* the URL as it stood in the mail */
};

/* Unwrap URL in place; false where it is no rewritten link. */
bool rewrite_unwrap(struct arena *arena, struct url *url, struct rewrite *out);

#endif
