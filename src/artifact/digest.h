/* SPDX-License-Identifier: Apache-2.0
 *
 * Cryptographic digests of bytes; the one file that wraps OpenSSL's EVP digests. */
#ifndef NOROSHI_ARTIFACT_DIGEST_H
#define NOROSHI_ARTIFACT_DIGEST_H

#include "base/arena.h"

enum digest_kind { DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA256, DIGEST_SHA512, DIGEST_SHA384 };

/* Digest of B into OUT (room for 64 bytes); returns its length. */
size_t digest(enum digest_kind kind, struct bytes b, uint8_t out[64]);
/* The same in lower-case hex, in ARENA. */
struct bytes digest_hex(struct arena *arena, enum digest_kind kind, struct bytes b);

/* A digest of B under a key this process drew at random and tells nobody (GMAC, NIST SP 800-38D): to know
 * bytes again, five times as fast as SHA-256.  It means nothing to another process, and must not be
 * shown: who sees it could make two contents that have the same. */
void digest_private(struct bytes b, uint8_t out[16]);

/* Digest of (PREFIX, WORD, 64-bit little-endian counter) repeated COUNT times from counter 0, as 7-Zip
 * stretches a password.  cost O(COUNT). */
void digest_repeat(enum digest_kind kind, struct bytes prefix, struct bytes word, uint64_t count,
                   uint8_t out[64]);

/* The same over pieces: sum_new, sum_add as often as there is something, sum_hex once. */
struct digest_sum;
struct digest_sum *digest_sum_new(const void *parent, enum digest_kind kind);
void digest_sum_add(struct digest_sum *sum, struct bytes b);
struct bytes digest_sum_hex(struct digest_sum *sum, struct arena *arena);

#endif
