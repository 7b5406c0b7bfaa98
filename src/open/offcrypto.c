/* SPDX-License-Identifier: Apache-2.0 */
#include "open/offcrypto.h"

#include "open/script_report.h"
#include "open/document.h"
#include "open/offcrypto_key.h"
#include "open/opener.h"
#include "open/password.h"
#include "open/xml.h"

#define SPIN_MAX                                                                                   \
    2000000u /* Office writes 100,000; the format allows 10,000,000: minutes per password */
#define SEGMENT 4096u

struct bytes offcrypto_wide(struct arena *arena, struct bytes password)
{
    uint8_t *out = arena_alloc(arena, password.len * 2 + 2);
    size_t len = 0;
    for (size_t i = 0; i < password.len;) {
        uint32_t c = password.at[i++], more = c >= 0xE0 ? 2 : c >= 0xC0 ? 1 : 0;
        c = more == 2 ? c & 15 : more == 1 ? c & 31 : c;
        for (; more > 0 && i < password.len; more--)
            c = c << 6 | (password.at[i++] & 63);
        out[len++] = (uint8_t)c;
        out[len++] = (uint8_t)(c >> 8);
    }
    return bytes_of(out, len);
}

bool offcrypto_find(struct node *node, bool (*try)(void *lock, struct bytes password), void *lock)
{
    struct password_walk walk;
    node_fact_bool(node, FACT_OLETOOLS_ENCRYPTION, true);
    if (try(lock, BYTES("VelvetSweatshop"))) {
        node_fact_string(node, FACT_ENCRYPTED_DOC_CRACKED_PASSWORD, BYTES("VelvetSweatshop"));
        node_fact_string(node, FACT_PASSWORD_USED, BYTES("VelvetSweatshop"));
        node_fact_string(node, FACT_PASSWORD_PHRASE, BYTES("the default password of Excel"));
        return true;
    }
    password_begin(&walk, node);
    while (budget_time_left(node->tree->budget) && password_next(&walk))
        if (try(lock, walk.word)) {
            password_found(&walk);
            node_fact_string(node, FACT_ENCRYPTED_DOC_CRACKED_PASSWORD, walk.word);
            return true;
        }
    password_failed(&walk);
    node_anomaly(node, ANOMALY_ENCRYPTED, 0, 0, BYTES("no password known opens the document"));
    return false;
}

static struct bytes joined(struct arena *arena, struct bytes a, struct bytes b)
{
    uint8_t *out = arena_alloc(arena, a.len + b.len + 1);
    memcpy(out, a.at, a.len);
    if (b.len > 0)
        memcpy(out + a.len, b.at, b.len);
    return bytes_of(out, a.len + b.len);
}

static void put_u32(uint8_t at[4], uint32_t n)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(n >> (8 * i));
}

/* H(n) = hash(counter, H(n-1)), ROUNDS times (MS-OFFCRYPTO 2.3.4.7, 2.3.4.11). */
static void spin(enum digest_kind kind, uint8_t hash[64], size_t len, uint32_t rounds)
{
    uint8_t buffer[68];
    memcpy(buffer + 4, hash, len);
    for (uint32_t i = 0; i < rounds; i++) {
        put_u32(buffer, i);
        digest(kind, bytes_of(buffer, 4 + len), buffer + 4);
    }
    memcpy(hash, buffer + 4, len);
}

bool offcrypto_read_standard(struct offcrypto_standard *lock, struct bytes header, uint32_t size)
{
    struct bytes verifier = bytes_from(header, size);
    lock->algorithm = bytes_u32le(header, 8);
    lock->key_bytes = bytes_u32le(header, 16) / 8;
    if (lock->key_bytes == 0 && lock->algorithm == 0x6801)
        lock->key_bytes = 5;
    lock->salt = bytes_sub(verifier, 4, 16);
    lock->verifier = bytes_sub(verifier, 20, 16);
    lock->verifier_hash = bytes_sub(verifier, 40, lock->algorithm == 0x6801 ? 20 : 32);
    return lock->verifier_hash.len >= 20 && lock->key_bytes <= 32 && bytes_u32le(verifier, 0) == 16;
}

struct bytes offcrypto_rc4_key(const struct offcrypto_standard *lock, uint32_t block,
                               uint8_t key[64])
{
    uint8_t input[24];
    memcpy(input, lock->base, 20);
    put_u32(input + 20, block);
    digest(DIGEST_SHA1, bytes_of(input, 24), key);
    if (lock->key_bytes != 5)
        return bytes_of(key, lock->key_bytes < 20 ? lock->key_bytes : 20);
    memset(key + 5, 0, 11); /* 40 bits are filled up to 128 */
    return bytes_of(key, 16);
}

/* The AES key of the standard scheme (2.3.4.7). */
static struct bytes standard_key(const struct offcrypto_standard *lock, uint8_t key[64])
{
    uint8_t hash[64], input[64];
    memcpy(hash, lock->base, 20);
    spin(DIGEST_SHA1, hash, 20, 50000);
    memcpy(input, hash, 20);
    put_u32(input + 20, 0);
    digest(DIGEST_SHA1, bytes_of(input, 24), hash);
    for (int half = 0; half < 2; half++) {
        memset(input, half == 0 ? 0x36 : 0x5C, sizeof input);
        for (int i = 0; i < 20; i++)
            input[i] ^= hash[i];
        digest(DIGEST_SHA1, bytes_of(input, 64), key + 20 * half);
    }
    return bytes_of(key, lock->key_bytes);
}

struct standard_lock {
    struct offcrypto_standard standard;
    uint8_t key[64];
};

static bool try_standard(void *lock, struct bytes password)
{
    struct standard_lock *l = lock;
    struct arena *arena = l->standard.arena;
    uint8_t plain[64], hash[64];
    digest(DIGEST_SHA1, joined(arena, l->standard.salt, offcrypto_wide(arena, password)),
           l->standard.base);
    struct bytes key = standard_key(&l->standard, l->key);
    if (cipher_aes_decrypt(CIPHER_ECB, key, BYTES_NONE, l->standard.verifier, plain) != 16)
        return false;
    digest(DIGEST_SHA1, bytes_of(plain, 16), hash);
    cipher_aes_decrypt(CIPHER_ECB, key, BYTES_NONE, l->standard.verifier_hash, plain);
    return memcmp(plain, hash, 20) == 0;
}

struct agile_lock {
    struct arena *arena;
    enum digest_kind data_hash, key_hash;
    size_t data_hash_len, key_hash_len;
    uint32_t data_key_bytes, key_bytes, spins;
    struct bytes data_salt, salt, verifier, verifier_hash, locked_key;
    uint8_t key[64];
};

static struct bytes agile_key(const struct agile_lock *l, const uint8_t hash[64], const char *block,
                              uint8_t out[64])
{
    uint8_t input[72];
    memcpy(input, hash, l->key_hash_len);
    memcpy(input + l->key_hash_len, block, 8);
    memset(out, 0x36, 64);
    digest(l->key_hash, bytes_of(input, l->key_hash_len + 8), out);
    if (l->key_bytes > l->key_hash_len)
        memset(out + l->key_hash_len, 0x36, 64 - l->key_hash_len);
    return bytes_of(out, l->key_bytes);
}

static bool try_agile(void *lock, struct bytes password)
{
    struct agile_lock *l = lock;
    uint8_t hash[64], key[64], input[128], wanted[128], made[64];
    l->key_hash_len =
        digest(l->key_hash, joined(l->arena, l->salt, offcrypto_wide(l->arena, password)), hash);
    spin(l->key_hash, hash, l->key_hash_len, l->spins);
    struct bytes iv = bytes_sub(l->salt, 0, 16);
    struct bytes k = agile_key(l, hash, "\xFE\xA7\xD2\x76\x3B\x4B\x9E\x79", key);
    if (cipher_aes_decrypt(CIPHER_CBC, k, iv, bytes_sub(l->verifier, 0, 64), input) == 0)
        return false;
    digest(l->key_hash, bytes_of(input, 16), made);
    k = agile_key(l, hash, "\xD7\xAA\x0F\x6D\x30\x61\x34\x4E", key);
    if (cipher_aes_decrypt(CIPHER_CBC, k, iv, bytes_sub(l->verifier_hash, 0, 64), wanted) <
        l->key_hash_len)
        return false;
    if (memcmp(made, wanted, l->key_hash_len) != 0)
        return false;
    k = agile_key(l, hash, "\x14\x6E\x0B\xE7\xAB\xAC\xD0\xD6", key);
    return cipher_aes_decrypt(CIPHER_CBC, k, iv, bytes_sub(l->locked_key, 0, 64), l->key) >=
           l->data_key_bytes;
}

static bool hash_named(struct bytes name, enum digest_kind *out)
{
    static const struct {
        const char *name;
        enum digest_kind kind;
    } rows[] = {{"SHA1", DIGEST_SHA1},
                {"SHA256", DIGEST_SHA256},
                {"SHA384", DIGEST_SHA384},
                {"SHA512", DIGEST_SHA512},
                {"MD5", DIGEST_MD5}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (bytes_equal_fold(name, bytes_of_string(rows[i].name))) {
            *out = rows[i].kind;
            return true;
        }
    return false;
}

static uint32_t number_of(const struct xml *xml, const char *name)
{
    int64_t n = 0;
    return bytes_to_int(xml_attribute(xml, name), 0, INT32_MAX, &n) ? (uint32_t)n : 0;
}

/* The XML of agile encryption (2.3.4.10); only AES in CBC mode, as Office writes. */
static bool read_agile(struct agile_lock *l, struct bytes text)
{
    struct xml xml;
    bool data = false, key = false;
    xml_begin(&xml, l->arena, text);
    while (xml_next(&xml)) {
        if (xml.event != XML_OPEN)
            continue;
        bool is_data = xml_is(&xml, "keyData");
        if (!is_data && !xml_is(&xml, "encryptedKey"))
            continue;
        struct bytes salt = report_base64(l->arena, xml_attribute(&xml, "saltValue"));
        bool known =
            hash_named(xml_attribute(&xml, "hashAlgorithm"),
                       is_data ? &l->data_hash : &l->key_hash) &&
            bytes_equal_fold(xml_attribute(&xml, "cipherAlgorithm"), BYTES("AES")) &&
            bytes_equal_fold(xml_attribute(&xml, "cipherChaining"), BYTES("ChainingModeCBC")) &&
            salt.len >= 16;
        if (!known)
            return false;
        if (is_data) {
            data = true;
            l->data_salt = salt;
            l->data_key_bytes = number_of(&xml, "keyBits") / 8;
            continue;
        }
        key = true;
        l->salt = salt;
        l->key_bytes = number_of(&xml, "keyBits") / 8;
        l->spins = number_of(&xml, "spinCount");
        l->verifier = report_base64(l->arena, xml_attribute(&xml, "encryptedVerifierHashInput"));
        l->verifier_hash =
            report_base64(l->arena, xml_attribute(&xml, "encryptedVerifierHashValue"));
        l->locked_key = report_base64(l->arena, xml_attribute(&xml, "encryptedKeyValue"));
    }
    return data && key && l->key_bytes <= 32 && l->data_key_bytes <= 32 && l->salt.len <= 64 &&
           l->data_salt.len <= 64;
}

/* Segments of 4096 bytes, each with its own initial vector (2.3.4.15). */
static void decrypt_segments(const struct agile_lock *l, struct bytes in, uint8_t *out)
{
    uint8_t input[68], iv[64];
    memcpy(input, l->data_salt.at, l->data_salt.len);
    for (size_t at = 0, i = 0; at < in.len; at += SEGMENT, i++) {
        put_u32(input + l->data_salt.len, (uint32_t)i);
        digest(l->data_hash, bytes_of(input, l->data_salt.len + 4), iv);
        cipher_aes_decrypt(CIPHER_CBC, bytes_of(l->key, l->data_key_bytes), bytes_of(iv, 16),
                           bytes_sub(in, at, SEGMENT), out + at);
    }
}

static void hang_package(struct node *node, struct bytes package, struct agile_lock *agile,
                         struct standard_lock *standard)
{
    uint64_t size = bytes_u64le(package, 0);
    struct bytes in = bytes_from(package, 8);
    if (size > in.len) {
        node_anomaly(node, ANOMALY_TRUNCATED, 0, 0, BYTES("the encrypted package is cut"));
        size = in.len;
    }
    in.len = in.len / 16 * 16;
    if (size > in.len)
        size = in.len;
    if (!open_take_bytes(node, in.len))
        return;
    uint8_t *out = arena_alloc(node->tree->arena, in.len + 1);
    if (agile != NULL)
        decrypt_segments(agile, in, out);
    else
        cipher_aes_decrypt(CIPHER_ECB, bytes_of(standard->key, standard->standard.key_bytes),
                           BYTES_NONE, in, out);
    node_add(node, bytes_of(out, (size_t)size), BYTES("EncryptedPackage"));
}

static void unsupported(struct node *node, const char *what)
{
    node_fact_bool(node, FACT_OLETOOLS_ENCRYPTION, true);
    node_anomaly(node, ANOMALY_ENCRYPTED, 0, 0, bytes_of_string(what));
}

void offcrypto_package(struct cfb *cfb)
{
    struct node *node = cfb->node;
    struct arena *arena = node->tree->arena;
    struct bytes info = cfb_stream(cfb, cfb_find(cfb, "EncryptionInfo"));
    struct bytes package = cfb_stream(cfb, cfb_find(cfb, "EncryptedPackage"));
    uint16_t major = bytes_u16le(info, 0), minor = bytes_u16le(info, 2);
    if (major == 4 && minor == 4) {
        struct agile_lock *lock = arena_new_of(arena, struct agile_lock);
        lock->arena = arena;
        if (!read_agile(lock, bytes_from(info, 8)))
            unsupported(node, "agile encryption of an unknown form");
        else if (lock->spins > SPIN_MAX)
            node_limit(node, LIMIT_MILLISECONDS),
                unsupported(node, "more rounds of hashing than are tried");
        else if (offcrypto_find(node, try_agile, lock))
            hang_package(node, package, lock, NULL);
        return;
    }
    struct standard_lock *lock = arena_new_of(arena, struct standard_lock);
    lock->standard.arena = arena;
    uint32_t size = bytes_u32le(info, 8);
    bool known = minor == 2 && major >= 2 && major <= 4 &&
                 offcrypto_read_standard(&lock->standard, bytes_from(info, 12), size) &&
                 lock->standard.algorithm >= 0x660E && lock->standard.algorithm <= 0x6610 &&
                 lock->standard.verifier_hash.len == 32;
    if (!known)
        unsupported(node, "encryption of an unknown form");
    else if (offcrypto_find(node, try_standard, lock))
        hang_package(node, package, NULL, lock);
}
