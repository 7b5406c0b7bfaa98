/* SPDX-License-Identifier: Apache-2.0
 *
 * What receiving servers wrote about a mail's authentication.
 *
 * Authentication-Results and ARC-Authentication-Results (RFC 8601, RFC 8617) and Received-SPF (RFC
 * 7208, 9.1), read safely: comments nest, quoted strings hold semicolons, a missing authserv-id (as
 * Exchange Online writes) is absent.  Whether a field may be believed is not decided here but in
 * observe/trust.h: anybody can write one. */
#ifndef NOROSHI_OBSERVE_AUTHRES_H
#define NOROSHI_OBSERVE_AUTHRES_H

#include "base/arena.h"

#define AUTHRES_MAX 32

/* One method's result; slices of the unfolded value. */
struct auth_method {
    struct bytes method, result; /* lower case not assured: compare folded */
    struct bytes comment;        /* inside of the first comment; absent where none */
    struct bytes properties;     /* the text after the result, for authres_property() */
};

struct authres {
    struct bytes authserv_id; /* absent where left out */
    struct bytes instance;    /* "1" of ARC's i=1; absent elsewhere */
    struct auth_method method[AUTHRES_MAX];
    uint32_t count;
};

struct received_spf {
    struct bytes result, comment;
    struct bytes client_ip, envelope_from, helo, receiver; /* absent where not there */
};

/* VALUE unfolded. */
void authres_parse(struct bytes value, struct authres *out);
/* The first result of METHOD, or NULL. */
const struct auth_method *authres_method(const struct authres *authres, const char *method);
/* The value of NAME ("header.d", "action", "p") among METHOD's properties, or in its comment. */
struct bytes authres_property(const struct auth_method *method, const char *name);
void received_spf_parse(struct bytes value, struct received_spf *out);
/* "domain of X designates": the X in an SPF comment; absent where it says otherwise. */
struct bytes spf_designator(struct bytes comment);
/* "sender IP is X", "designates X as": the address in an SPF comment. */
struct bytes spf_client_ip(struct bytes comment);
/* "host.example: domain of": who wrote the comment. */
struct bytes spf_server(struct bytes comment);

#endif
