/* SPDX-License-Identifier: Apache-2.0
 *
 * Secrets by their value: provider token formats, private keys, passwords of high entropy after a
 * telling name.
 *
 * A name alone (PASSWORD=, AUTH_MODE=none) is no secret; neither are the examples of manuals, variables
 * and placeholders.  What is found is shown cut, never whole.
 * Source: the token formats AWS, GitHub, GitLab, Google, Slack, Stripe, npm, PyPI, SendGrid and
 * Twilio publish for
 * secret scanning; RFC 7468 for keys. */
#ifndef NOROSHI_OPEN_SECRET_H
#define NOROSHI_OPEN_SECRET_H

#include "base/arena.h"

struct secret {
    const char *kind;   /* "AWS access key", "private key", ... */
    struct bytes value; /* slice of the text */
    size_t offset;
    bool certain; /* a provider's format or a key; false: entropy after a telling name */
};

/* The next secret in TEXT at or after *AT (moved past it); false where there is none.  O(bytes). */
bool secret_next(struct bytes text, size_t *at, struct secret *out);
/* "AKIA...(20)": enough to find it, too little to use it. */
struct bytes secret_shown(struct arena *arena, struct bytes value);

#endif
