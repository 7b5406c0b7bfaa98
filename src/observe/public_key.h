/* SPDX-License-Identifier: Apache-2.0
 *
 * Signatures checked against a public key; with artifact/digest.c the place where OpenSSL is
 * called. */
#ifndef NOROSHI_OBSERVE_PUBLIC_KEY_H
#define NOROSHI_OBSERVE_PUBLIC_KEY_H

#include "base/bytes.h"

enum key_kind { KEY_RSA, KEY_ED25519 };
enum key_answer { KEY_GOOD, KEY_BAD, KEY_UNUSABLE };

/* Whether SIGNATURE is KEY's over the SHA-256 of DATA.
 * key      RSA: DER SubjectPublicKeyInfo or RSAPublicKey (RFC 6376, 3.6.1); Ed25519: 32 bytes
 * returns  KEY_UNUSABLE where KEY is no key, or an RSA key below 512 bits
 * notes    RSA is PKCS#1 1.5 with SHA-256; Ed25519 signs the digest (RFC 8463, 3) */
enum key_answer public_key_verify(enum key_kind kind, struct bytes key, struct bytes data,
                                  struct bytes signature);

#endif
