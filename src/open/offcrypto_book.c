/* SPDX-License-Identifier: Apache-2.0 */
#include "open/offcrypto.h"

#include "open/offcrypto_key.h"
#include "open/opener.h"

#define BLOCK 1024u

enum scheme { SCHEME_XOR, SCHEME_RC4, SCHEME_CRYPTOAPI };

struct lock {
    enum scheme scheme;
    struct arena *arena;
    uint16_t xor_key, xor_verifier;
    uint8_t xor_array[16];
    struct bytes salt, verifier, verifier_hash; /* RC4 */
    uint8_t short_key[5];
    struct offcrypto_standard standard;
};

/* MS-OFFCRYPTO 2.3.7.2: constants of the XOR obfuscation. */
static const uint8_t pad[15] = {0xBB, 0xFF, 0xFF, 0xBA, 0xFF, 0xFF, 0xB9, 0x80,
                                0x00, 0xBE, 0x0F, 0x00, 0xBF, 0x0F, 0x00};
static const uint16_t initial[15] = {0xE1F0, 0x1D0F, 0xCC9C, 0x84C0, 0x110C, 0x0E10, 0xF1CE, 0x313E,
                                     0x1872, 0xE139, 0xD40F, 0x84F9, 0x280C, 0xA96A, 0x4EC3};
static const uint16_t matrix[105] = {
    0xAEFC, 0x4DD9, 0x9BB2, 0x2745, 0x4E8A, 0x9D14, 0x2A09, 0x7B61, 0xF6C2, 0xFDA5, 0xEB6B, 0xC6F7,
    0x9DCF, 0x2BBF, 0x4563, 0x8AC6, 0x05AD, 0x0B5A, 0x16B4, 0x2D68, 0x5AD0, 0x0375, 0x06EA, 0x0DD4,
    0x1BA8, 0x3750, 0x6EA0, 0xDD40, 0xD849, 0xA0B3, 0x5147, 0xA28E, 0x553D, 0xAA7A, 0x44D5, 0x6F45,
    0xDE8A, 0xAD35, 0x4A4B, 0x9496, 0x390D, 0x721A, 0xEB23, 0xC667, 0x9CEF, 0x29FF, 0x53FE, 0xA7FC,
    0x5FD9, 0x47D3, 0x8FA6, 0x0F6D, 0x1EDA, 0x3DB4, 0x7B68, 0xF6D0, 0xB861, 0x60E3, 0xC1C6, 0x93AD,
    0x377B, 0x6EF6, 0xDDEC, 0x45A0, 0x8B40, 0x06A1, 0x0D42, 0x1A84, 0x3508, 0x6A10, 0xAA51, 0x4483,
    0x8906, 0x022D, 0x045A, 0x08B4, 0x1168, 0x76B4, 0xED68, 0xCAF1, 0x85C3, 0x1BA7, 0x374E, 0x6E9C,
    0x3730, 0x6E60, 0xDCC0, 0xA9A1, 0x4363, 0x86C6, 0x1DAD, 0x3331, 0x6662, 0xCCC4, 0x89A9, 0x0373,
    0x06E6, 0x0DCC, 0x1021, 0x2042, 0x4084, 0x8108, 0x1231, 0x2462, 0x48C4};

static uint8_t turned(uint8_t a, uint8_t b)
{
    uint8_t x = a ^ b;
    return (uint8_t)(x >> 1 | x << 7);
}

static uint16_t xor_key_of(struct bytes password)
{
    uint16_t key = initial[password.len - 1];
    size_t element = 104;
    for (size_t i = password.len; i > 0; i--) {
        uint8_t c = password.at[i - 1];
        for (int bit = 0; bit < 7; bit++, element--, c = (uint8_t)(c << 1))
            if (c & 0x40)
                key ^= matrix[element];
    }
    return key;
}

static void make_xor_array(struct lock *l, struct bytes password)
{
    uint16_t key = xor_key_of(password);
    uint8_t high = (uint8_t)(key >> 8), low = (uint8_t)key;
    size_t index = password.len;
    if (index % 2 == 1) {
        l->xor_array[index--] = turned(pad[0], high);
        l->xor_array[index] = turned(password.at[password.len - 1], low);
    }
    for (; index >= 2; index -= 2) { /* even here */
        l->xor_array[index - 1] = turned(password.at[index - 1], high);
        l->xor_array[index - 2] = turned(password.at[index - 2], low);
    }
    index = 15;
    for (size_t at = 15 - password.len; at > 0;) {
        l->xor_array[index--] = turned(pad[at--], high);
        if (at == 0 && index < password.len)
            break;
        l->xor_array[index--] = turned(pad[at], low);
        at -= at > 0;
    }
}

static bool try_xor(struct lock *l, struct bytes password)
{
    if (password.len == 0 || password.len > 15)
        return false;
    uint16_t verifier = 0;
    for (size_t i = password.len + 1; i > 0; i--) {
        uint8_t c = i == 1 ? (uint8_t)password.len : password.at[i - 2];
        verifier = (uint16_t)((verifier >> 14 & 1) | ((verifier << 1) & 0x7FFF));
        verifier ^= c;
    }
    if ((verifier ^ 0xCE4B) != l->xor_verifier || xor_key_of(password) != l->xor_key)
        return false;
    make_xor_array(l, password);
    return true;
}

static struct bytes rc4_key(const struct lock *l, uint32_t block, uint8_t key[64])
{
    if (l->scheme == SCHEME_CRYPTOAPI)
        return offcrypto_rc4_key(&l->standard, block, key);
    uint8_t input[9];
    memcpy(input, l->short_key, 5);
    for (int i = 0; i < 4; i++)
        input[5 + i] = (uint8_t)(block >> (8 * i));
    digest(DIGEST_MD5, bytes_of(input, 9), key);
    return bytes_of(key, 16);
}

/* The verifier and its hash are one stretch of the key stream of block 0. */
static bool verify_rc4(const struct lock *l, enum digest_kind kind)
{
    uint8_t key[64], verifier[16], wanted[64], made[64];
    struct cipher_rc4 rc4;
    cipher_rc4_init(&rc4, rc4_key(l, 0, key));
    bool api = l->scheme == SCHEME_CRYPTOAPI;
    cipher_rc4(&rc4, api ? l->standard.verifier : l->verifier, verifier);
    struct bytes hash = api ? l->standard.verifier_hash : l->verifier_hash;
    cipher_rc4(&rc4, hash, wanted);
    size_t len = digest(kind, bytes_of(verifier, 16), made);
    return hash.len >= len && memcmp(made, wanted, len) == 0;
}

static bool try_password(void *lock, struct bytes password)
{
    struct lock *l = lock;
    if (l->scheme == SCHEME_XOR)
        return try_xor(l, password);
    struct bytes wide = offcrypto_wide(l->arena, password);
    if (l->scheme == SCHEME_CRYPTOAPI) {
        uint8_t *input = arena_alloc(l->arena, 16 + wide.len);
        memcpy(input, l->standard.salt.at, 16);
        memcpy(input + 16, wide.at, wide.len);
        digest(DIGEST_SHA1, bytes_of(input, 16 + wide.len), l->standard.base);
        return verify_rc4(l, DIGEST_SHA1);
    }
    uint8_t hash[64],
        input[21 * 16]; /* 2.3.6.2: sixteen times five bytes of the hash and the salt */
    digest(DIGEST_MD5, wide, hash);
    for (int i = 0; i < 16; i++) {
        memcpy(input + 21 * i, hash, 5);
        memcpy(input + 21 * i + 5, l->salt.at, 16);
    }
    digest(DIGEST_MD5, bytes_of(input, sizeof input), hash);
    memcpy(l->short_key, hash, 5);
    return verify_rc4(l, DIGEST_MD5);
}

/* FILEPASS (MS-XLS 2.4.117). */
static bool read_filepass(struct lock *l, struct bytes data)
{
    uint16_t type = bytes_u16le(data, 0), major = bytes_u16le(data, 2),
             minor = bytes_u16le(data, 4);
    if (type == 0 && data.len >= 6) {
        l->scheme = SCHEME_XOR;
        l->xor_key = major, l->xor_verifier = minor;
        return true;
    }
    if (type == 1 && major == 1) {
        l->scheme = SCHEME_RC4;
        l->salt = bytes_sub(data, 6, 16);
        l->verifier = bytes_sub(data, 22, 16);
        l->verifier_hash = bytes_sub(data, 38, 16);
        return l->verifier_hash.len == 16;
    }
    l->scheme = SCHEME_CRYPTOAPI;
    l->standard.arena = l->arena;
    return type == 1 && minor == 2 &&
           offcrypto_read_standard(&l->standard, bytes_from(data, 14), bytes_u32le(data, 10)) &&
           l->standard.algorithm == 0x6801;
}

static bool is_plain(uint16_t type)
{
    return type == 0x809 || type == 0x2F || type == 0x194 || type == 0x195 || type == 0xE1 ||
           type == 0x196 || type == 0x138;
}

/* Record heads and a few records stay plain, but the key stream runs over them too (MS-XLS
 * 2.2.10). */
static void decrypt_rc4(const struct lock *l, struct bytes in, uint8_t *out)
{
    struct cipher_rc4 rc4 = {.i = 0};
    uint8_t key[64], stream[BLOCK], zeros[BLOCK] = {0};
    uint32_t block = UINT32_MAX;
    for (size_t at = 0; at + 4 <= in.len;) {
        uint16_t type = bytes_u16le(in, at);
        size_t len = bytes_u16le(in, at + 2),
               plain = type == 0x85 ? 4 : 0; /* BOUNDSHEET keeps its offset */
        for (size_t i = 0; i < len && at + 4 + i < in.len; i++) {
            size_t place = at + 4 + i;
            if (place / BLOCK != block) {
                block = (uint32_t)(place / BLOCK);
                cipher_rc4_init(&rc4, rc4_key(l, block, key));
                cipher_rc4(&rc4, bytes_of(zeros, BLOCK), stream);
            }
            if (!is_plain(type) && i >= plain)
                out[place] ^= stream[place % BLOCK];
        }
        at += 4 + len;
    }
}

static void decrypt_xor(const struct lock *l, struct bytes in, uint8_t *out)
{
    for (size_t at = 0; at + 4 <= in.len;) {
        uint16_t type = bytes_u16le(in, at);
        size_t len = bytes_u16le(in, at + 2), plain = type == 0x85 ? 4 : 0;
        for (size_t i = plain; i < len && at + 4 + i < in.len && !is_plain(type); i++) {
            uint8_t c = out[at + 4 + i] ^ l->xor_array[(at + 4 + len + i) % 16];
            out[at + 4 + i] = (uint8_t)(c >> 5 | c << 3);
        }
        at += 4 + len;
    }
}

struct bytes offcrypto_workbook(struct node *node, struct bytes stream)
{
    for (size_t at = 0, records = 0; at + 4 <= stream.len && records < 16; records++) {
        uint16_t type = bytes_u16le(stream, at);
        size_t len = bytes_u16le(stream, at + 2);
        if (type != 0x2F) {
            at += 4 + len;
            continue;
        }
        struct lock *lock = arena_new_of(node->tree->arena, struct lock);
        lock->arena = node->tree->arena;
        if (!read_filepass(lock, bytes_sub(stream, at + 4, len))) {
            node_fact_bool(node, FACT_OLETOOLS_ENCRYPTION, true);
            node_anomaly(node, ANOMALY_ENCRYPTED, 0, 0, BYTES("encryption of an unknown form"));
            return BYTES_NONE;
        }
        if (!offcrypto_find(node, try_password, lock) || !open_take_bytes(node, stream.len))
            return BYTES_NONE;
        uint8_t *out = arena_alloc(node->tree->arena, stream.len);
        memcpy(out, stream.at, stream.len);
        (lock->scheme == SCHEME_XOR ? decrypt_xor : decrypt_rc4)(lock, stream, out);
        return bytes_of(out, stream.len);
    }
    return stream;
}
