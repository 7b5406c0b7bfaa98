/* SPDX-License-Identifier: Apache-2.0
 *
 * Ciphers, keyed digests and key derivation for locked content; the one file that wraps OpenSSL's EVP
 * ciphers.
 *
 * Whole buffers only: what is decrypted here is a member or a stream that is in memory anyway.  Nothing is
 * padded or stripped: the caller knows the true length.  RC4 is our own (OpenSSL 3 keeps it in a module that
 * a worker without files cannot load).  A wrong key is not an error here: it gives other bytes. */
#ifndef NOROSHI_ARTIFACT_CIPHER_H
#define NOROSHI_ARTIFACT_CIPHER_H

#include "artifact/digest.h"

enum cipher_mode { CIPHER_ECB, CIPHER_CBC };

/* AES (FIPS 197) with a KEY of 16, 24 or 32 bytes, decrypting the whole blocks of IN into OUT (room for
 * in.len; may be in.at).  IV: 16 bytes for CBC, ignored for ECB.  Returns the bytes written: in.len rounded
 * down to blocks; 0 where key or IV have another length. */
size_t cipher_aes_decrypt(enum cipher_mode mode, struct bytes key, struct bytes iv, struct bytes in,
                          uint8_t *out);
/* The opposite. */
size_t cipher_aes_encrypt(enum cipher_mode mode, struct bytes key, struct bytes iv, struct bytes in,
                          uint8_t *out);
/* AES in counter mode with a little-endian counter that starts at FIRST (WinZip's AE-1 and AE-2: 1), any
 * length.  Encrypts and decrypts.  Returns in.len, or 0 for a key of another length. */
size_t cipher_aes_ctr_le(struct bytes key, uint64_t first, struct bytes in, uint8_t *out);

/* RC4 state: the key stream goes on from call to call. */
struct cipher_rc4 {
    uint8_t s[256], i, j;
};
void cipher_rc4_init(struct cipher_rc4 *rc4, struct bytes key);
/* XOR the next in.len bytes of key stream onto IN into OUT (may be in.at); OUT NULL only skips. */
void cipher_rc4(struct cipher_rc4 *rc4, struct bytes in, uint8_t *out);

/* HMAC (RFC 2104) into OUT (room for 64 bytes); returns its length. */
size_t cipher_hmac(enum digest_kind kind, struct bytes key, struct bytes data, uint8_t out[64]);
/* PBKDF2 (RFC 8018) with that HMAC: LEN bytes into OUT.  cost O(iterations). */
void cipher_pbkdf2(enum digest_kind kind, struct bytes password, struct bytes salt,
                   uint32_t iterations, uint8_t *out, size_t len);

#endif
