/* SPDX-License-Identifier: Apache-2.0 */
#include "artifact/cipher.h"

#include <assert.h>
#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

#define BLOCK 16u
#define PIECE ((size_t)1 << 30) /* EVP counts in int */

static const EVP_CIPHER *aes(enum cipher_mode mode, size_t key_len)
{
    switch (key_len) {
    case 16:
        return mode == CIPHER_ECB ? EVP_aes_128_ecb() : EVP_aes_128_cbc();
    case 24:
        return mode == CIPHER_ECB ? EVP_aes_192_ecb() : EVP_aes_192_cbc();
    case 32:
        return mode == CIPHER_ECB ? EVP_aes_256_ecb() : EVP_aes_256_cbc();
    default:
        return NULL;
    }
}

static const EVP_MD *algorithm(enum digest_kind kind)
{
    return kind == DIGEST_MD5      ? EVP_md5()
           : kind == DIGEST_SHA1   ? EVP_sha1()
           : kind == DIGEST_SHA256 ? EVP_sha256()
           : kind == DIGEST_SHA384 ? EVP_sha384()
                                   : EVP_sha512();
}

static size_t run(enum cipher_mode mode, bool encrypt, struct bytes key, struct bytes iv,
                  struct bytes in, uint8_t *out)
{
    const EVP_CIPHER *cipher = aes(mode, key.len);
    size_t whole = in.len / BLOCK * BLOCK;
    if (cipher == NULL || (mode == CIPHER_CBC && iv.len != BLOCK) || whole == 0)
        return 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (context == NULL)
        abort();
    int ok = EVP_CipherInit_ex(context, cipher, NULL, key.at, mode == CIPHER_CBC ? iv.at : NULL,
                               encrypt);
    assert(ok == 1);
    EVP_CIPHER_CTX_set_padding(context, 0);
    for (size_t at = 0; at < whole;) {
        size_t piece = whole - at < PIECE ? whole - at : PIECE;
        int wrote = 0;
        ok = EVP_CipherUpdate(context, out + at, &wrote, in.at + at, (int)piece);
        assert(ok == 1 && (size_t)wrote == piece);
        at += piece;
    }
    EVP_CIPHER_CTX_free(context);
    return whole;
}

size_t cipher_aes_decrypt(enum cipher_mode mode, struct bytes key, struct bytes iv, struct bytes in,
                          uint8_t *out)
{
    return run(mode, false, key, iv, in, out);
}

size_t cipher_aes_encrypt(enum cipher_mode mode, struct bytes key, struct bytes iv, struct bytes in,
                          uint8_t *out)
{
    return run(mode, true, key, iv, in, out);
}

size_t cipher_aes_ctr_le(struct bytes key, uint64_t first, struct bytes in, uint8_t *out)
{
    const size_t batch = 256; /* blocks encrypted at once */
    uint8_t stream[256 * BLOCK];
    if (aes(CIPHER_ECB, key.len) == NULL)
        return 0;
    for (size_t at = 0; at < in.len;) {
        memset(stream, 0, sizeof stream);
        for (size_t i = 0; i < batch; i++, first++)
            for (size_t k = 0; k < 8; k++)
                stream[i * BLOCK + k] = (uint8_t)(first >> (8 * k));
        run(CIPHER_ECB, true, key, BYTES_NONE, bytes_of(stream, sizeof stream), stream);
        for (size_t i = 0; i < sizeof stream && at < in.len; i++, at++)
            out[at] = in.at[at] ^ stream[i];
    }
    return in.len;
}

void cipher_rc4_init(struct cipher_rc4 *rc4, struct bytes key)
{
    assert(key.len > 0);
    for (unsigned i = 0; i < 256; i++)
        rc4->s[i] = (uint8_t)i;
    rc4->i = rc4->j = 0;
    uint8_t j = 0;
    for (unsigned i = 0; i < 256; i++) {
        uint8_t t = rc4->s[i];
        j = (uint8_t)(j + t + key.at[i % key.len]);
        rc4->s[i] = rc4->s[j];
        rc4->s[j] = t;
    }
}

void cipher_rc4(struct cipher_rc4 *rc4, struct bytes in, uint8_t *out)
{
    for (size_t at = 0; at < in.len; at++) {
        uint8_t t = rc4->s[++rc4->i];
        rc4->j = (uint8_t)(rc4->j + t);
        rc4->s[rc4->i] = rc4->s[rc4->j];
        rc4->s[rc4->j] = t;
        if (out != NULL)
            out[at] = in.at[at] ^ rc4->s[(uint8_t)(rc4->s[rc4->i] + t)];
    }
}

size_t cipher_hmac(enum digest_kind kind, struct bytes key, struct bytes data, uint8_t out[64])
{
    unsigned len = 0;
    const uint8_t nothing = 0;
    assert(key.len <= INT_MAX);
    const uint8_t *made = HMAC(algorithm(kind), key.len == 0 ? &nothing : key.at, (int)key.len,
                               data.len == 0 ? &nothing : data.at, data.len, out, &len);
    assert(made != NULL);
    return len;
}

void cipher_pbkdf2(enum digest_kind kind, struct bytes password, struct bytes salt,
                   uint32_t iterations, uint8_t *out, size_t len)
{
    assert(password.len <= INT_MAX && salt.len <= INT_MAX && len <= INT_MAX &&
           iterations <= INT_MAX);
    int ok = PKCS5_PBKDF2_HMAC((const char *)password.at, (int)password.len, salt.at, (int)salt.len,
                               (int)iterations, algorithm(kind), (int)len, out);
    assert(ok == 1);
}
