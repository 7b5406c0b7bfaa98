/* SPDX-License-Identifier: Apache-2.0
 *
 * Indicators of what was detected in a time or a campaign, and the formats they leave in.
 *
 * Gathered from suspicious and malicious artifacts: registered domains (or addresses) of links and
 * senders, and hashes of attachments; what no resolver looks up ("bank", "%bank.test", "6806") is
 * none.  Each has a first and last date and a confidence from 0 to 100: 90 for a
 * value seen only in malicious artifacts, less the more often it is also in clean or merely
 * suspicious ones, and 20 at most for a domain that many people share (observe/shared.h): a mail that
 * links a large platform does not make the platform an indicator.  Below 50 a value is context, not
 * something to block.  STIX 2.1, MISP and CSV; ids are UUIDv5 of
 * what they name, so the same data gives the same file. */
#ifndef NOROSHI_REPORT_INDICATOR_H
#define NOROSHI_REPORT_INDICATOR_H

#include "base/table.h"
#include "observe/shared.h"
#include "store/store.h"

#define INDICATOR_BLOCK 50  /* confidence from which a value is something to block */
#define INDICATOR_SHARED 20 /* of a domain that many people share, at most */
/* When objects were made that say the same in every export: STIX asks for one date of one version. */
#define INDICATOR_MADE "2021-06-10T00:00:00.000Z"

struct indicator {
    enum dimension kind;    /* DOMAIN, SENDER, HASH */
    uint8_t address_family; /* of an IP address where a domain was expected: 4 or 6; 0: a name, a hash */
    struct bytes value, family, category, campaign,
        technique; /* of the newest artifact that names one */
    int64_t first_us, last_us;
    uint32_t malicious, suspicious, clean;
    int confidence;
};

struct indicators {
    struct arena *arena;
    struct bytes title; /* "noroshi 2021-03" */
    int64_t since_us, until_us;
    struct indicator **row; /* by kind, then value */
    uint32_t count;
    struct table *technique; /* id -> NULL, of all artifacts */
};

struct indicator_params {
    int64_t since_us, until_us; /* [since, until); 0: all */
    enum dimension dimension;   /* only what carries the label (dimension, name) ... */
    struct bytes name;          /* ... where this is there */
    struct bytes title;
    const struct shared_domains *shared; /* domains never to block; NULL: none are known */
};

/* What PARAMS chooses, in ARENA; NULL and ERR. */
struct indicators *indicator_load(struct arena *arena, struct store *store,
                                  const struct indicator_params *params, struct error *err);
/* Those of KIND to block (confidence INDICATOR_BLOCK and more), in most messages first, at most MOST
 * into OUT; answers how many there are in all. */
uint32_t indicator_best(const struct indicators *indicators, enum dimension kind,
                        const struct indicator **out, uint32_t most);
/* date first, date last, type, value, confidence, ...; formula characters are disarmed (OWASP, CSV
 * injection).  With DEFANG domains are written example[.]test. */
void indicator_csv(struct text *out, const struct indicators *indicators);
void indicator_csv_defanged(struct text *out, const struct indicators *indicators);
/* A STIX 2.1 bundle: identity, indicators, malware, attack patterns, relationships, one report. */
void indicator_stix(struct text *out, const struct indicators *indicators);
/* A MISP event. */
void indicator_misp(struct text *out, const struct indicators *indicators);
/* RFC 9562 UUIDv5 of NAME in NAMESPACE, 36 characters in ARENA. */
struct bytes indicator_uuid(struct arena *arena, const uint8_t name_space[16], struct bytes name);
extern const uint8_t indicator_namespace[16];

#endif
