/* SPDX-License-Identifier: Apache-2.0
 *
 * What is known of hosts besides their names: addresses, name servers, certificates,
 * registration, pages.
 *
 * Readers hand over (host, kind, value, window of time); a fact of a registered domain is one of
 * every host below it.  A value that many registered domains have says little: a content network,
 * a parking service or a registrar's name servers join nobody.  Up to FACT_FAN_FULL domains a
 * value counts in full, from FACT_FAN_NONE on not at all; hosts that are not in the list count
 * too, so the more passive DNS is given, the better the guard.  Parts of a page are compared
 * together: what two pages share of their parts, each weighed by how rare it is; parts of the
 * genuine page are taken off first.
 *
 * cost: one sort of the facts; a comparison walks the facts of both hosts, at most FACT_EACH_MOST
 * each. */
#ifndef NOROSHI_GROUP_HOST_FACT_H
#define NOROSHI_GROUP_HOST_FACT_H

#include "base/bytes.h"

#include <stdint.h>

enum host_fact_kind { /* in the order of the rows of evidence.def from HOSTED on */
                      FACT_ADDRESS,
                      FACT_BLOCK, /* IPv4 /24, IPv6 /48: made of each address */
                      FACT_NAMESERVER,
                      FACT_CERTIFICATE,
                      FACT_REGISTRANT,   /* mail address or telephone number */
                      FACT_REGISTRATION, /* registrar and hour */
                      FACT_FORM,         /* where a form sends what was typed */
                      FACT_FAVICON,
                      FACT_PAGE, /* a part of a page */
                      FACT_KINDS
};

#define FACT_FAN_FULL 20.0
#define FACT_FAN_NONE 200.0
#define FACT_EACH_MOST 400u

struct host_fact {
    uint64_t of;                        /* hash of a host or of a registered domain */
    uint64_t domain;                    /* hash of the registered domain */
    uint64_t value;                     /* hash */
    struct bytes text;                  /* of the value, to be shown; absent for parts of pages */
    uint32_t first_minute, last_minute; /* 0: not known */
    uint32_t site;                      /* after host_fact_seal */
    float scale;  /* after host_fact_seal: 0 .. 1, how far the value can be trusted to tell */
    uint32_t fan; /* registered domains that have the value */
    uint8_t kind; /* enum host_fact_kind */
};

struct host_facts {
    struct host_fact *fact;
    uint32_t count, room;
    uint64_t *genuine; /* parts of genuine pages */
    uint32_t genuine_count, genuine_room;
};

/* What two hosts share of one kind. */
struct host_fact_share {
    double scale; /* 0: nothing */
    uint32_t fan; /* registered domains that have the value shared (of pages: parts shared) */
    uint32_t gap_minutes; /* between the windows; 0: they overlap */
    bool windows;         /* both are known */
    struct bytes text;
};

struct feed_site;

void host_fact_add(struct host_facts *facts, const void *parent, const struct host_fact *fact);
/* VALUE, a part of a page, is the genuine page's: nobody shares it. */
void host_fact_genuine(struct host_facts *facts, const void *parent, uint64_t value);
/* Give the facts to the COUNT SITES (sorted by hash), sorted by site, kind and value; facts of
 * hosts that are not there are counted for their fan and dropped. */
void host_fact_seal(struct host_facts *facts, const void *parent, const struct feed_site *sites,
                    uint32_t count);
/* What the sites whose facts begin at A and B share. */
void host_fact_share(const struct host_facts *facts, uint32_t a, uint32_t b,
                     struct host_fact_share out[FACT_KINDS]);

#endif
