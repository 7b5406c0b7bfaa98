/* SPDX-License-Identifier: Apache-2.0
 *
 * Evidence from outside the URL: passive DNS, registration data, certificate lists.
 *
 * Objects of JSON are known by their members: passive DNS in the Common Output Format (rrname,
 * rrtype, rdata; draft-dulaunoy-dnsop-passive-dns-cof), RDAP domains (RFC 9083), crt.sh rows
 * (name_value), certstream messages (leaf_cert).  Answers of port 43 are text, "Name: value" a
 * line.  They make facts
 * (group/host_fact.h) of hosts; hosts only passive DNS names are sites where no list is given. */
#ifndef NOROSHI_GROUP_READ_FACT_H
#define NOROSHI_GROUP_READ_FACT_H

#include "base/value.h"
#include "group/feed.h"

/* Whether OBJECT is evidence of one of these kinds; what it says goes to FEED. */
bool read_fact_object(struct feed *feed, struct value object);
/* Whether CONTENT is an answer of port 43 (several may follow each other); the same. */
bool read_fact_whois(struct feed *feed, struct bytes content);
/* Addresses of HOST, between commas, semicolons or blanks. */
void read_fact_addresses(struct feed *feed, struct bytes host, struct bytes addresses,
                         uint32_t first_minute, uint32_t last_minute);

#endif
