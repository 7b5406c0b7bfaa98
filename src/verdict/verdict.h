/* SPDX-License-Identifier: Apache-2.0
 *
 * What noroshi says about one artifact, and why.
 *
 * This is the contract between detection and everything that shows, stores, counts or forwards it: a
 * plain structure of slices and numbers, encoded to a flat record when it leaves a worker
 * (verdict/record.h).  `clean` means everything was looked at (coverage.skipped == 0 among blocking
 * anomalies) and nothing spoke against it; else it is `unscannable` with the first reason. */
#ifndef NOROSHI_VERDICT_VERDICT_H
#define NOROSHI_VERDICT_VERDICT_H

#include "artifact/node.h"

enum verdict_class { VERDICT_CLEAN, VERDICT_UNSCANNABLE, VERDICT_SUSPICIOUS, VERDICT_MALICIOUS };

struct evidence {
    struct bytes rule; /* rule name or built-in id */
    struct bytes kind; /* kind of evidence: sender, link, lure, attachment, structure, ... (caps) */
    struct bytes sentence[2]; /* English, Japanese */
    struct bytes path;        /* node path, "0.2.1"; absent where the evidence is about the whole */
    struct bytes field; /* model path where the text was derived, e.g. body.links[2].display_text */
    size_t offset, len; /* bytes in that node's content, or in that field */
    struct bytes snippet;    /* the bytes there, at most 160 */
    struct bytes *technique; /* ATT&CK ids */
    uint32_t technique_count;
    struct bytes *chain; /* the way of a secret, "LINE: command" each, source first; NULL: none */
    uint32_t chain_count;
    double weight; /* log-odds after caps; <0 speaks for the artifact */
    bool capped;   /* speaks for a threat, but its kind has added all it may */
};

struct attribution {
    struct bytes name, kind; /* kind: family, actor, campaign */
    bool named;              /* false: resembles */
    double score;
    struct bytes *evidence_kind;
    uint32_t evidence_kind_count;
    struct bytes *for_it, *against_it; /* one phrase each */
    uint32_t for_count, against_count;
    struct bytes follows[2]; /* what usually follows, English, Japanese; absent where unknown */
};

struct anomaly_report {
    struct bytes name, path, detail;
    size_t offset, len;
    uint8_t severity;
    bool blocks;
};

struct coverage {
    uint32_t nodes, opened, skipped; /* skipped: nodes with a blocking anomaly */
    uint64_t bytes_in, bytes_decoded;
    struct bytes *not_read; /* "0.2: encrypted" */
    uint32_t not_read_count;
    struct bytes *undecided; /* "rule: needs X" */
    uint32_t undecided_count;
};

/* A node handed out: what `noroshi extract` asked for. */
struct part {
    struct bytes path, name, content; /* name: as declared, hostile; content: decoded */
    struct bytes extension;           /* of its kind, "doc"; empty where unknown */
    struct bytes missing; /* why content is not all there: "encrypted", ...; absent where it is */
    bool is_view;         /* derived text, not bytes somebody attached */
};

struct verdict {
    enum verdict_class class;
    struct bytes reason;                  /* for unscannable: "encrypted", "worker.timeout", ... */
    struct bytes category;                /* "credential phishing", ...; absent for clean */
    struct bytes beside; /* a script that did too little alone: its category beside a malicious one */
    double log_odds, probability;         /* of being a threat, calibrated */
    enum verdict_class without_strongest; /* counterfactual */
    struct bytes path, sha256, kind;      /* the artifact: as named by the user, hex, kind name */
    int64_t date_us; /* Date field as UTC since epoch; INT64_MIN where absent */
    struct bytes subject, sender, campaign, language;
    struct bytes *brand; /* who is imitated, as knowledge names it */
    uint32_t brand_count;
    struct evidence *evidence; /* strongest first */
    uint32_t evidence_count;
    struct attribution *attribution;
    uint32_t attribution_count;
    struct anomaly_report *anomaly;
    uint32_t anomaly_count;
    struct coverage coverage;
    struct bytes
        facts; /* flat model facts for the store (store/), opaque here; absent if not asked */
    struct bytes
        fingerprint; /* struct fingerprint (verdict/fingerprint.h); absent if not asked or no mail */
    struct bytes
        lesson; /* struct lesson as a record (learn/lesson.h); absent if not asked or no mail */
    struct bytes raw;     /* the artifact itself, for a store that keeps it; absent if not asked */
    struct bytes sibling; /* what mails of its conversation may need (verdict/sibling.h); or absent */
    struct bytes locked_raw; /* the mail itself where another mail's words may open it; or absent */
    struct bytes extra;   /* one JSON map made in the worker: nodes, model; absent if not asked */
    struct bytes drawing; /* the tree as lines of text, not yet inert; absent if not asked */
    struct part *part;    /* the nodes asked for (verdict/part.h) */
    uint32_t part_count, part_left; /* left: asked for, but past PART_BYTES_MAX */
};

extern const char *const verdict_names[4]; /* clean unscannable suspicious malicious */

#endif
