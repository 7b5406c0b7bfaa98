/* SPDX-License-Identifier: Apache-2.0 */
#include "artifact/digest.h"

#include <assert.h>
#include <openssl/evp.h>

size_t digest(enum digest_kind kind, struct bytes b, uint8_t out[64])
{
    const EVP_MD *algorithm = kind == DIGEST_MD5      ? EVP_md5()
                              : kind == DIGEST_SHA1   ? EVP_sha1()
                              : kind == DIGEST_SHA256 ? EVP_sha256()
                                                      : EVP_sha512();
    unsigned len = 0;
    int ok = EVP_Digest(b.len == 0 ? (const void *)"" : b.at, b.len, out, &len, algorithm, NULL);
    assert(ok == 1);
    return len;
}

struct bytes digest_hex(struct arena *arena, enum digest_kind kind, struct bytes b)
{
    static const char digit[] = "0123456789abcdef";
    uint8_t raw[64];
    size_t len = digest(kind, b, raw);
    uint8_t *hex = arena_alloc(arena, len * 2 + 1);
    for (size_t i = 0; i < len; i++) {
        hex[2 * i] = (uint8_t)digit[raw[i] >> 4];
        hex[2 * i + 1] = (uint8_t)digit[raw[i] & 15];
    }
    return bytes_of(hex, len * 2);
}
