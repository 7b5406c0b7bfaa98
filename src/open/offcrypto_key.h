/* SPDX-License-Identifier: Apache-2.0
 *
 * Trying passwords on a locked Office document: the default first, then the candidates of the
 * artifact. */
#ifndef NOROSHI_OPEN_OFFCRYPTO_KEY_H
#define NOROSHI_OPEN_OFFCRYPTO_KEY_H

#include "artifact/cipher.h"
#include "artifact/node.h"

/* TRY tells whether PASSWORD (UTF-8) opens LOCK, a structure of the format; on yes LOCK holds the
 * key.
 * The default password is tried first, then all candidates of NODE; facts on success, anomaly
 * ENCRYPTED else. */
bool offcrypto_find(struct node *node, bool (*try)(void *lock, struct bytes password), void *lock);
/* PASSWORD as UTF-16LE in ARENA. */
struct bytes offcrypto_wide(struct arena *arena, struct bytes password);
/* RC4 CryptoAPI and AES by MS-OFFCRYPTO 2.3.2: the EncryptionHeader and EncryptionVerifier after
 * it. */
struct offcrypto_standard {
    struct arena *arena;
    uint32_t algorithm, key_bytes; /* 0x6801 RC4, 0x660E AES-128, ... */
    struct bytes salt, verifier, verifier_hash;
    uint8_t base[64]; /* hash of salt and password */
};
/* HEADER: the bytes from EncryptionHeader.Flags on, SIZE of them, verifier behind.  False: not
 * understood. */
bool offcrypto_read_standard(struct offcrypto_standard *lock, struct bytes header, uint32_t size);
/* The RC4 key of BLOCK once the password is known. */
struct bytes offcrypto_rc4_key(const struct offcrypto_standard *lock, uint32_t block,
                               uint8_t key[64]);

#endif
