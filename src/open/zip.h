/* SPDX-License-Identifier: Apache-2.0
 *
 * ZIP as it is, not as it says: what the opener's three files share.
 *
 * The directory at the end and the header before each member both describe it, and hostile files make
 * them differ, list members twice, hide some, or overlap them.  zip_list() reads both: every member the
 * directory lists, then every local header in bytes that no listed member covers.  zip_read() takes one
 * member's bytes out: decrypts (ZipCrypto, WinZip AES) with the password candidates, decompresses, and
 * checks CRC-32 or the HMAC.
 *
 * source   PKWARE APPNOTE 6.3.10 section 4.3-4.5, 6.1; WinZip AES specification 1.04 */
#ifndef NOROSHI_OPEN_ZIP_H
#define NOROSHI_OPEN_ZIP_H

#include "artifact/decompress.h"
#include "open/password.h"

struct zip_member {
    struct bytes name;  /* UTF-8, decoded */
    struct bytes data;  /* as stored: encrypted and compressed */
    struct bytes extra; /* of the entry that was believed */
    uint64_t size;      /* as declared; 0 where unknown */
    size_t header_at;   /* of the local header */
    uint32_t crc;
    uint16_t flags, method, time, date;
    uint16_t real_method; /* where method is 99 */
    uint8_t aes_strength; /* 1..3, 0: not AES */
    uint8_t aes_version;  /* 1: the CRC counts, 2: it does not */
    bool hidden;          /* not in the directory */
    bool overlaps;        /* shares bytes with an earlier one */
    bool size_unknown;    /* flag 3 without a directory entry: data is all that follows */
};

struct zip_list {
    struct zip_member *member;
    uint32_t count, capacity;
};

/* The members of NODE's content; anomalies go on NODE. */
struct zip_list zip_list(struct node *node);
/* What MEMBER holds, read on behalf of NODE (which gets the anomalies); absent where it cannot be. */
struct bytes zip_read(struct node *node, const struct zip_member *member);
/* A member's name in UTF-8: RAW as it is where UTF8 or valid, else CP932, else CP437. */
struct bytes zip_name(struct arena *arena, struct bytes raw, bool utf8);

enum {
    ZIP_ENCRYPTED = 1 << 0,
    ZIP_DESCRIPTOR = 1 << 3,
    ZIP_STRONG = 1 << 6,
    ZIP_UTF8 = 1 << 11,
    ZIP_MASKED = 1 << 13,
};

#endif
