/* SPDX-License-Identifier: Apache-2.0
 *
 * The addresses in scripts: parts of a URL, and what kind of host it names.
 *
 * Holes (shell/taint.h) may stand anywhere; a host with a hole is HOST_UNKNOWN.  Paste, drop and
 * well-known hosts are short tables with the incident or product behind them. */
#ifndef NOROSHI_SHELL_HOST_H
#define NOROSHI_SHELL_HOST_H

#include "shell/report.h"

struct host_url {
    struct bytes scheme, host, port,
        path; /* path from its slash on, with query; all slices of the text */
};

/* Take TEXT ("http://h:1/p", "h/p", "//h/p") apart; false where it cannot be an address. */
bool host_url_parse(struct bytes text, struct host_url *out);
enum host_kind host_kind_of(struct bytes host);
/* The same for an address of which the path tells, too: a webhook, a paste site of somebody's own. */
enum host_kind host_kind_of_url(const struct host_url *url);
/* Whether TEXT is a whole IPv4 address. */
bool host_is_ipv4(struct bytes text);
/* Whether URL, or a name, is at a service that shows its user what others ask for. */
bool host_is_catcher(struct bytes url);
/* The next http, https, ftp or tftp URL in TEXT at or after *AT (moved past it). */
bool host_url_next(struct bytes text, size_t *at, struct bytes *url_out);

#endif
