/* SPDX-License-Identifier: Apache-2.0
 *
 * Indicators of what was detected in a time or a campaign, and the formats they leave in.
 *
 * Gathered from suspicious and malicious artifacts: registered domains of links and senders, and
 * hashes of attachments, each with first and last date and a confidence from 0 to 100: 90 for a
 * value seen only in malicious artifacts, less the more often it is also in clean or merely
 * suspicious ones (a mail that links a large platform does not make the platform an indicator;
 * below 50 a value is context, not something to block).  STIX 2.1, MISP and CSV; ids are UUIDv5 of
 * what they name, so the same data gives the same file. */
#ifndef NOROSHI_REPORT_INDICATOR_H
#define NOROSHI_REPORT_INDICATOR_H

#include "base/table.h"
#include "store/store.h"

#define INDICATOR_BLOCK 50 /* confidence from which a value is something to block */

struct indicator {
    enum dimension kind; /* DOMAIN, SENDER, HASH */
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

/* Those of [since, until), or of the label (DIMENSION, NAME) where NAME is there; in ARENA. */
struct indicators *indicator_load(struct arena *arena, struct store *store, int64_t since_us,
                                  int64_t until_us, enum dimension dimension, struct bytes name,
                                  struct bytes title, struct error *err);
/* date first, date last, type, value, confidence, ...; formula characters are disarmed (OWASP, CSV
 * injection). */
void indicator_csv(struct text *out, const struct indicators *indicators);
/* A STIX 2.1 bundle: identity, indicators, malware, attack patterns, relationships, one report. */
void indicator_stix(struct text *out, const struct indicators *indicators);
/* A MISP event. */
void indicator_misp(struct text *out, const struct indicators *indicators);
/* RFC 9562 UUIDv5 of NAME in NAMESPACE, 36 characters in ARENA. */
struct bytes indicator_uuid(struct arena *arena, const uint8_t name_space[16], struct bytes name);
extern const uint8_t indicator_namespace[16];

#endif
