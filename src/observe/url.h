/* SPDX-License-Identifier: Apache-2.0
 *
 * A URL as a browser would open it, from text as an attacker would write it.
 *
 * Follows the WHATWG URL parser where it decides where a click goes: tabs and newlines are dropped,
 * backslashes are slashes in special schemes, any number of slashes may follow the scheme, the user
 * info ends at the LAST @ of the authority, hosts are percent-decoded, mapped (UTS #46) and may be
 * IPv4 in any number form.  It does not normalise the path: rules look at what was written.  Text
 * without a scheme is read as http.  An absent part is absent, not empty; a path of "/" is "/".
 *
 * Slices point into the text where it stands there as written.  Cost O(bytes); text is cut at 64
 * KB. */
#ifndef NOROSHI_OBSERVE_URL_H
#define NOROSHI_OBSERVE_URL_H

#include "observe/ip.h"

#define URL_MAX_BYTES 65536

struct url {
    struct bytes url;    /* trimmed; with "http://" in front where the scheme was left out */
    struct bytes scheme; /* lower case */
    struct bytes username, password;
    struct bytes host;                  /* decoded, ASCII, lower case; of an address: as written */
    struct bytes path, query, fragment; /* path with its slash; the others without ? and # */
    int port;                           /* the scheme's own where none is written; 0: unknown */
    bool is_ip, is_special;             /* special: http, https, ftp, ws, wss */
    struct ip ip;
};

/* Read TEXT; false where a browser would refuse it.  mailto:, tel: and other opaque schemes give a
 * scheme and a path only. */
bool url_parse(struct arena *arena, struct bytes text, struct url *out);
/* %XX decoded; '+' as a space where PLUS.  B itself where nothing was to decode. */
struct bytes url_percent_decode(struct arena *arena, struct bytes b, bool plus);
/* The decoded value of the first parameter NAME (ASCII case ignored) of a query; absent: none. */
struct bytes url_parameter(struct arena *arena, struct bytes query, struct bytes name);

#endif
