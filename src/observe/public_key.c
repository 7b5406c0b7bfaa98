/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/public_key.h"

#include "artifact/digest.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#define RSA_LEAST_BITS 512

static EVP_PKEY *load(enum key_kind kind, struct bytes key)
{
    if (key.len == 0 || key.len > 65536)
        return NULL;
    if (kind == KEY_ED25519)
        return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key.at, key.len);
    const unsigned char *at = key.at;
    EVP_PKEY *made = d2i_PUBKEY(NULL, &at, (long)key.len);
    if (made != NULL)
        return made;
    at = key.at;
    return d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, (long)key.len);
}

static int check(EVP_PKEY *pkey, enum key_kind kind, struct bytes data, struct bytes signature)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    uint8_t hash[64];
    int ok = -1;
    if (context == NULL)
        return -1;
    if (kind == KEY_ED25519) {
        size_t len = digest(DIGEST_SHA256, data, hash);
        if (EVP_DigestVerifyInit(context, NULL, NULL, NULL, pkey) == 1)
            ok = EVP_DigestVerify(context, signature.at, signature.len, hash, len);
    } else if (EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, pkey) == 1) {
        ok = EVP_DigestVerify(context, signature.at, signature.len, data.at, data.len);
    }
    EVP_MD_CTX_free(context);
    return ok;
}

enum key_answer public_key_verify(enum key_kind kind, struct bytes key, struct bytes data,
                                  struct bytes signature)
{
    EVP_PKEY *pkey = load(kind, key);
    enum key_answer answer = KEY_UNUSABLE;
    if (pkey != NULL && (kind == KEY_ED25519 || (EVP_PKEY_get_base_id(pkey) == EVP_PKEY_RSA &&
                                                 EVP_PKEY_get_bits(pkey) >= RSA_LEAST_BITS)))
        answer = check(pkey, kind, data, signature) == 1 ? KEY_GOOD : KEY_BAD;
    EVP_PKEY_free(pkey);
    return answer;
}
