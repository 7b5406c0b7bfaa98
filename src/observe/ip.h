/* SPDX-License-Identifier: Apache-2.0
 *
 * Internet addresses in every form a browser accepts, brought to the canonical one.
 *
 * IPv4 as WHATWG URL 3.5 reads it: one to four parts, each decimal, octal (0...) or hex (0x...),
 * the last part filling what is left; `http://3232235777/` is a host.  IPv6 by RFC 4291, printed by
 * RFC 5952.  What had to be translated is named: "octal", "hex", "decimal_integer", "short". */
#ifndef NOROSHI_OBSERVE_IP_H
#define NOROSHI_OBSERVE_IP_H

#include "base/arena.h"

enum ip_encoder { IP_OCTAL = 1, IP_HEX = 2, IP_DECIMAL_INTEGER = 4, IP_SHORT = 8 };

struct ip {
    uint8_t byte[16];      /* network order; IPv4 in the first four */
    int version;           /* 4 or 6 */
    unsigned encoders;     /* set of enum ip_encoder: how an IPv4 address was disguised */
    bool v4_to_v6;         /* written as IPv4-mapped IPv6 */
    struct bytes text;     /* canonical */
    struct bytes original; /* as written */
};

/* HOST as WHATWG reads an IPv4 host: only where its last label is a number. */
bool ip_parse_host(struct arena *arena, struct bytes host, struct ip *out);
/* Only the canonical dotted quad or IPv6 (with or without brackets, "IPv6:" of RFC 5321). */
bool ip_parse(struct arena *arena, struct bytes text, struct ip *out);
/* The private, loopback, link-local and documentation ranges (RFC 6890). */
bool ip_is_special(const struct ip *ip);

#endif
