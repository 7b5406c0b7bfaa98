/* SPDX-License-Identifier: Apache-2.0
 *
 * DKIM signatures (RFC 6376, RFC 8463): read, and checked without the network.
 *
 * The body hash needs no key and is checked always; the signature only where a key file has the key
 * (lines "selector._domainkey.domain: v=DKIM1; p=..."), because nothing is asked of the DNS.
 * rsa-sha256 and ed25519-sha256 are checked; rsa-sha1 is not (RFC 8301).  Both canonicalisations,
 * l= and repeated header fields are read as section 3.4 and 5.4.2 say.  Cost O(bytes) per
 * signature. */
#ifndef NOROSHI_OBSERVE_DKIM_H
#define NOROSHI_OBSERVE_DKIM_H

#include "base/arena.h"

enum dkim_answer {
    DKIM_UNKNOWN, /* no key at hand, or an algorithm that is not checked */
    DKIM_GOOD,
    DKIM_BAD,      /* the signature does not fit its header fields */
    DKIM_BAD_BODY, /* the body was changed */
    DKIM_MALFORMED,
};

struct dkim {
    struct bytes version, algorithm, domain, selector, headers, signature, body_hash;
    struct bytes instance;         /* ARC-Message-Signature's i= */
    struct bytes canonicalization; /* "relaxed/simple" */
    struct bytes body_length;      /* l=; absent: the whole body */
};

/* One header field as the verifier needs it, top first. */
struct dkim_field {
    struct bytes name; /* as written */
    struct bytes raw;  /* the whole field with its folds, without the last line end */
};

struct dkim_mail {
    const struct dkim_field *field;
    uint32_t count;
    struct bytes body;
    struct bytes keys; /* the key file's text; absent: none */
};

/* Read the tags of a DKIM-Signature or ARC-Message-Signature VALUE (unfolded). */
bool dkim_parse(struct bytes value, struct dkim *out);
/* Whether the body hash fits MAIL's body: DKIM_GOOD, DKIM_BAD_BODY, DKIM_UNKNOWN, DKIM_MALFORMED.
 */
enum dkim_answer dkim_check_body(struct arena *arena, const struct dkim *dkim, struct bytes body);
/* The whole check of the signature that is field number SIGNATURE of MAIL. */
enum dkim_answer dkim_verify(struct arena *arena, const struct dkim *dkim,
                             const struct dkim_mail *mail, uint32_t signature);

#endif
