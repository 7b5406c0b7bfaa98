/* SPDX-License-Identifier: Apache-2.0 */
#include "artifact/digest.h"

#include "base/mapped.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/random.h>
#include <talloc.h>

#define STEP_BYTES ((size_t)1 << 30) /* what one call takes */

/* Fetched once per process: OpenSSL 3 looks EVP_sha256() and the like up anew for every digest.  Without
 * its configuration file, which could forbid MD5 and which takes longer to read than all else here. */
static const EVP_MD *algorithm_of(enum digest_kind kind)
{
    static const char *const names[] = {[DIGEST_MD5] = "MD5",
                                        [DIGEST_SHA1] = "SHA1",
                                        [DIGEST_SHA256] = "SHA256",
                                        [DIGEST_SHA384] = "SHA384",
                                        [DIGEST_SHA512] = "SHA512"};
    static const EVP_MD *fetched[sizeof names / sizeof names[0]];
    if (fetched[kind] == NULL) {
        OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
        fetched[kind] = EVP_MD_fetch(NULL, names[kind], NULL);
    }
    assert(fetched[kind] != NULL);
    return fetched[kind];
}

size_t digest(enum digest_kind kind, struct bytes b, uint8_t out[64])
{
    const EVP_MD *algorithm = algorithm_of(kind);
    unsigned len = 0;
    int ok = EVP_Digest(b.len == 0 ? (const void *)"" : b.at, b.len, out, &len, algorithm, NULL);
    assert(ok == 1);
    return len;
}

static struct bytes hex_of(struct arena *arena, const uint8_t *raw, size_t len)
{
    static const char digit[] = "0123456789abcdef";
    uint8_t *hex = arena_alloc(arena, len * 2 + 1);
    for (size_t i = 0; i < len; i++) {
        hex[2 * i] = (uint8_t)digit[raw[i] >> 4];
        hex[2 * i + 1] = (uint8_t)digit[raw[i] & 15];
    }
    return bytes_of(hex, len * 2);
}

struct bytes digest_hex(struct arena *arena, enum digest_kind kind, struct bytes b)
{
    uint8_t raw[64];
    if (b.len <= MAPPED_STEP_BYTES)
        return hex_of(arena, raw, digest(kind, b, raw));
    struct digest_sum *sum = digest_sum_new(NULL, kind);
    for (size_t at = 0; at < b.len; at += MAPPED_STEP_BYTES) {
        struct bytes part = bytes_sub(b, at, MAPPED_STEP_BYTES);
        digest_sum_add(sum, part);
        mapped_forget(part);
    }
    struct bytes hex = digest_sum_hex(sum, arena);
    talloc_free(sum);
    return hex;
}

struct digest_sum {
    EVP_MD_CTX *context;
};

static int sum_close(struct digest_sum *sum)
{
    EVP_MD_CTX_free(sum->context);
    return 0;
}

struct digest_sum *digest_sum_new(const void *parent, enum digest_kind kind)
{
    struct digest_sum *sum = talloc(parent, struct digest_sum);
    assert(sum != NULL);
    sum->context = EVP_MD_CTX_new();
    assert(sum->context != NULL && EVP_DigestInit_ex(sum->context, algorithm_of(kind), NULL) == 1);
    talloc_set_destructor(sum, sum_close);
    return sum;
}

void digest_sum_add(struct digest_sum *sum, struct bytes b)
{
    int ok = b.len == 0 || EVP_DigestUpdate(sum->context, b.at, b.len) == 1;
    assert(ok);
}

struct bytes digest_sum_hex(struct digest_sum *sum, struct arena *arena)
{
    uint8_t raw[64];
    unsigned len = 0;
    int ok = EVP_DigestFinal_ex(sum->context, raw, &len) == 1;
    assert(ok);
    return hex_of(arena, raw, len);
}

/* One for the life of the process, which has one thread. */
static EVP_CIPHER_CTX *private_context(void)
{
    static EVP_CIPHER_CTX *context;
    uint8_t key[16];
    if (context != NULL)
        return context;
    bool ok = getrandom(key, sizeof key, 0) == sizeof key;
    context = EVP_CIPHER_CTX_new();
    ok = ok && context != NULL &&
         EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), NULL, key, NULL) == 1;
    assert(ok);
    return context;
}

void digest_private(struct bytes b, uint8_t out[16])
{
    static const uint8_t nonce[12];
    EVP_CIPHER_CTX *context = private_context();
    int len = 0;
    bool ok = EVP_EncryptInit_ex(context, NULL, NULL, NULL, nonce) == 1;
    for (size_t at = 0; ok && at < b.len; at += STEP_BYTES) {
        struct bytes part = bytes_sub(b, at, STEP_BYTES);
        ok = EVP_EncryptUpdate(context, NULL, &len, part.at, (int)part.len) == 1;
    }
    ok = ok && EVP_EncryptFinal_ex(context, out, &len) == 1 &&
         EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, out) == 1;
    assert(ok);
}

void digest_repeat(enum digest_kind kind, struct bytes prefix, struct bytes word, uint64_t count,
                   uint8_t out[64])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int ok = context != NULL && EVP_DigestInit_ex(context, algorithm_of(kind), NULL) == 1;
    /* Many rounds a call: the counter alone is 8 bytes. */
    size_t round = prefix.len + word.len + 8, rounds = 4096 / round + 1;
    uint8_t *buffer = malloc(round * rounds);
    assert(ok == 1 && buffer != NULL);
    for (uint64_t n = 0; n < count;) {
        size_t len = 0;
        for (size_t i = 0; i < rounds && n < count; i++, n++) {
            if (prefix.len > 0)
                memcpy(buffer + len, prefix.at, prefix.len);
            if (word.len > 0)
                memcpy(buffer + len + prefix.len, word.at, word.len);
            len += round;
            for (int k = 0; k < 8; k++)
                buffer[len - 8 + (size_t)k] = (uint8_t)(n >> (8 * k));
        }
        ok = ok && EVP_DigestUpdate(context, buffer, len) == 1;
    }
    unsigned len = 0;
    ok = ok && EVP_DigestFinal_ex(context, out, &len) == 1;
    assert(ok);
    free(buffer);
    EVP_MD_CTX_free(context);
}
