/* SPDX-License-Identifier: Apache-2.0 */
#include "artifact/cipher.h"

#include "base/arena.h"
#include "tap.h"

#include <talloc.h>

static struct bytes unhex(struct arena *arena, const char *hex)
{
    size_t len = strlen(hex) / 2;
    uint8_t *at = arena_alloc(arena, len + 1);
    for (size_t i = 0; i < len; i++)
        at[i] = (uint8_t)(ascii_hex((uint8_t)hex[2 * i]) * 16 + ascii_hex((uint8_t)hex[2 * i + 1]));
    return bytes_of(at, len);
}

/* NIST SP 800-38A, F.1 and F.2; first blocks. */
static void test_aes(struct arena *arena)
{
    static const struct {
        enum cipher_mode mode;
        const char *key, *iv, *locked;
    } rows[] = {
        {CIPHER_ECB, "2b7e151628aed2a6abf7158809cf4f3c", "", "3ad77bb40d7a3660a89ecaf32466ef97"},
        {CIPHER_ECB, "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", "", "bd334f1d6e45f25ff712a214571fa5cc"},
        {CIPHER_ECB, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", "",
         "f3eed1bdb5d2a03c064b5a7e3db181f8"},
        {CIPHER_CBC, "2b7e151628aed2a6abf7158809cf4f3c", "000102030405060708090a0b0c0d0e0f",
         "7649abac8119b246cee98e9b12e9197d"},
        {CIPHER_CBC, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
         "000102030405060708090a0b0c0d0e0f", "f58c4c04d6e5f1ba779eabfb5f7bfbd6"},
    };
    struct bytes plain = unhex(arena, "6bc1bee22e409f96e93d7e117393172a");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t out[16];
        struct bytes key = unhex(arena, rows[i].key), iv = unhex(arena, rows[i].iv);
        struct bytes locked = unhex(arena, rows[i].locked);
        tap_int((int64_t)cipher_aes_decrypt(rows[i].mode, key, iv, locked, out), 16, "a block is decrypted");
        tap_bytes(bytes_of(out, 16), plain, "to the plain text");
        cipher_aes_encrypt(rows[i].mode, key, iv, plain, out);
        tap_bytes(bytes_of(out, 16), locked, "and back");
    }
    uint8_t out[16];
    tap_int((int64_t)cipher_aes_decrypt(CIPHER_CBC, BYTES("short"), plain, plain, out), 0, "a key of no length");
    tap_int((int64_t)cipher_aes_decrypt(CIPHER_ECB, plain, plain, BYTES("part"), out), 0, "less than a block");
}

/* RFC 6229, 40-bit key; RFC 2202 case 2; RFC 6070 case 2. */
static void test_streams(struct arena *arena)
{
    uint8_t out[64] = {0}, zeros[32] = {0};
    struct cipher_rc4 rc4;
    cipher_rc4_init(&rc4, unhex(arena, "0102030405"));
    cipher_rc4(&rc4, bytes_of(zeros, 16), out);
    tap_bytes(bytes_of(out, 16), unhex(arena, "b2396305f03dc027ccc3524a0a1118a8"), "RC4 key stream");
    cipher_rc4(&rc4, bytes_of(zeros, 16), out);
    tap_bytes(bytes_of(out, 16), unhex(arena, "6982944f18fc82d589c403a47a0d0919"), "RC4 goes on");
    size_t len = cipher_hmac(DIGEST_SHA1, BYTES("Jefe"), BYTES("what do ya want for nothing?"), out);
    tap_bytes(bytes_of(out, len), unhex(arena, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"), "HMAC-SHA1");
    cipher_pbkdf2(DIGEST_SHA1, BYTES("password"), BYTES("salt"), 2, out, 20);
    tap_bytes(bytes_of(out, 20), unhex(arena, "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957"), "PBKDF2");
    struct bytes key = unhex(arena, "2b7e151628aed2a6abf7158809cf4f3c");
    uint8_t block[16] = {1}, stream[16], text[20];
    cipher_aes_encrypt(CIPHER_ECB, key, BYTES_NONE, bytes_of(block, 16), stream);
    cipher_aes_ctr_le(key, 1, bytes_of(zeros, 20), text);
    tap_bytes(bytes_of(text, 16), bytes_of(stream, 16), "the counter is little-endian and starts at 1");
    block[0] = 2;
    cipher_aes_encrypt(CIPHER_ECB, key, BYTES_NONE, bytes_of(block, 16), stream);
    tap_bytes(bytes_of(text + 16, 4), bytes_of(stream, 4), "and counts blocks");
}

int main(void)
{
    void *parent = talloc_new(NULL);
    struct arena *arena = arena_new(parent);
    test_aes(arena);
    test_streams(arena);
    talloc_free(parent);
    return tap_end();
}
