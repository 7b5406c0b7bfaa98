/* SPDX-License-Identifier: Apache-2.0 */
#include "open/zip.h"

#include "artifact/checksum.h"
#include "artifact/cipher.h"
#include "open/opener.h"

#define CRYPT_HEADER 12
#define AES_CODE_BYTES 10
#define AES_ITERATIONS 1000

struct zip_keys {
    uint32_t k0, k1, k2;
};

static uint32_t crc_step(uint32_t crc, uint8_t byte)
{
    static uint32_t table[256];
    if (table[1] == 0)
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t c = i;
            for (int k = 0; k < 8; k++)
                c = (c & 1) != 0 ? c >> 1 ^ 0xEDB88320u : c >> 1;
            table[i] = c;
        }
    return table[(crc ^ byte) & 0xFF] ^ crc >> 8;
}

static void keys_update(struct zip_keys *keys, uint8_t plain)
{
    keys->k0 = crc_step(keys->k0, plain);
    keys->k1 = (keys->k1 + (keys->k0 & 0xFF)) * 134775813u + 1;
    keys->k2 = crc_step(keys->k2, (uint8_t)(keys->k1 >> 24));
}

static void keys_decrypt(struct zip_keys *keys, struct bytes in, uint8_t *out)
{
    for (size_t i = 0; i < in.len; i++) {
        uint32_t t = (keys->k2 | 2) & 0xFFFF;
        out[i] = (uint8_t)(in.at[i] ^ (t * (t ^ 1)) >> 8);
        keys_update(keys, out[i]);
    }
}

/* Undo the compression; absent, or with an anomaly, where that fails.  QUIET: a wrong key is likely. */
static struct bytes unpack(struct node *node, const struct zip_member *member, struct bytes packed,
                           bool quiet, enum decompress_status *status_out)
{
    struct decompress what = {.in = packed};
    *status_out = DECOMPRESS_MALFORMED;
    switch (member->real_method) {
    case 0:
        what.codec = CODEC_STORE;
        break;
    case 8:
        what.codec = CODEC_DEFLATE;
        break;
    case 9:
        what.codec = CODEC_DEFLATE64;
        break;
    case 12:
        what.codec = CODEC_BZIP2;
        break;
    case 14:
        what.codec = CODEC_LZMA1;
        what.properties = bytes_sub(packed, 4, bytes_u16le(packed, 2));
        what.in = bytes_from(packed, 4 + what.properties.len);
        what.at_most = member->size_unknown || member->size > SIZE_MAX ? 0 : (size_t)member->size;
        break;
    case 93:
        what.codec = CODEC_ZSTD;
        break;
    case 95:
        what.codec = CODEC_XZ;
        break;
    default:
        if (!quiet)
            node_anomaly(
                node, ANOMALY_UNSUPPORTED, member->header_at, 30,
                arena_printf(node->tree->arena, "compression method %u", member->real_method));
        return BYTES_NONE;
    }
    if (what.codec == CODEC_STORE && packed.at >= node->content.at &&
        packed.at < node->content.at + node->content.len) {
        *status_out = DECOMPRESS_OK;
        return packed; /* in place */
    }
    struct decompressed done = decompress(node, what);
    *status_out = done.status;
    return done.out;
}

/* Whether OUT is what the member's checksum and size promise. */
static bool is_right(const struct zip_member *member, struct bytes out)
{
    bool crc_counts = member->aes_strength == 0 || member->aes_version != 2;
    return (!crc_counts || checksum_crc32(0, out) == member->crc) &&
           (member->size_unknown || out.len == member->size);
}

static bool try_zipcrypto(struct node *node, const struct zip_member *member, struct bytes word,
                          uint8_t *scratch, struct bytes *out)
{
    struct zip_keys keys = {0x12345678, 0x23456789, 0x34567890};
    for (size_t i = 0; i < word.len; i++)
        keys_update(&keys, word.at[i]);
    uint8_t header[CRYPT_HEADER];
    keys_decrypt(&keys, bytes_sub(member->data, 0, CRYPT_HEADER), header);
    uint8_t check =
        (uint8_t)((member->flags & ZIP_DESCRIPTOR) != 0 ? member->time >> 8 : member->crc >> 24);
    if (header[CRYPT_HEADER - 1] != check &&
        header[CRYPT_HEADER - 1] != (uint8_t)(member->crc >> 24))
        return false;
    struct bytes body = bytes_from(member->data, CRYPT_HEADER);
    keys_decrypt(&keys, body, scratch);
    enum decompress_status status;
    *out = unpack(node, member, bytes_of(scratch, body.len), true, &status);
    if (out->at == NULL)
        return false;
    if (is_right(member, *out))
        return true;
    /* The key fits but a limit cut the content short: that is for the caller to tell. */
    if (status == DECOMPRESS_BYTES || status == DECOMPRESS_RATIO || status == DECOMPRESS_TIME) {
        decompress_note(node, status, member->header_at, 30);
        return true;
    }
    return false;
}

static bool try_aes(struct node *node, const struct zip_member *member, struct bytes word,
                    uint8_t *scratch, struct bytes *out)
{
    size_t key_len = 8 + 8u * member->aes_strength, salt_len = key_len / 2;
    struct bytes salt = bytes_sub(member->data, 0, salt_len),
                 verifier = bytes_sub(member->data, salt_len, 2);
    struct bytes body =
        bytes_sub(member->data, salt_len + 2, member->data.len - salt_len - 2 - AES_CODE_BYTES);
    uint8_t derived[66], mac[64];
    cipher_pbkdf2(DIGEST_SHA1, word, salt, AES_ITERATIONS, derived, 2 * key_len + 2);
    if (!bytes_equal(verifier, bytes_of(derived + 2 * key_len, 2)))
        return false;
    cipher_hmac(DIGEST_SHA1, bytes_of(derived + key_len, key_len), body, mac);
    if (!bytes_equal(bytes_of(mac, AES_CODE_BYTES),
                     bytes_from(member->data, member->data.len - AES_CODE_BYTES)))
        return false;
    cipher_aes_ctr_le(bytes_of(derived, key_len), 1, body, scratch);
    enum decompress_status status;
    *out = unpack(node, member, bytes_of(scratch, body.len), false, &status);
    if (out->at == NULL)
        return true;
    decompress_note(node, status, member->header_at, 30);
    return true;
}

static struct bytes read_locked(struct node *node, const struct zip_member *member)
{
    struct arena *arena = node->tree->arena;
    struct bytes out = BYTES_NONE;
    bool aes = member->method == 99;
    size_t least = aes ? 6u + 4u * member->aes_strength + AES_CODE_BYTES : CRYPT_HEADER;
    if ((member->flags & (ZIP_STRONG | ZIP_MASKED)) != 0 || (aes && member->aes_strength == 0)) {
        node_anomaly(node, ANOMALY_ENCRYPTED, member->header_at, 30, BYTES("strong encryption"));
        return BYTES_NONE;
    }
    if (member->data.len < least) {
        node_anomaly(node, ANOMALY_TRUNCATED, member->header_at, 30, BYTES("encryption header"));
        return BYTES_NONE;
    }
    if (!open_take_bytes(node, member->data.len))
        return BYTES_NONE;
    uint8_t *scratch = arena_alloc(arena, member->data.len);
    struct password_walk walk;
    password_begin(&walk, node);
    while (password_next(&walk))
        if (aes ? try_aes(node, member, walk.word, scratch, &out)
                : try_zipcrypto(node, member, walk.word, scratch, &out)) {
            password_found(&walk);
            return out;
        }
    password_failed(&walk);
    node_anomaly(node, ANOMALY_ENCRYPTED, member->header_at, 30, BYTES_NONE);
    return BYTES_NONE;
}

struct bytes zip_read(struct node *node, const struct zip_member *member)
{
    if ((member->flags & ZIP_ENCRYPTED) != 0)
        return read_locked(node, member);
    enum decompress_status status;
    struct bytes out = unpack(node, member, member->data, false, &status);
    if (out.at == NULL)
        return out;
    decompress_note(node, status, member->header_at, 30);
    if (status == DECOMPRESS_OK && !is_right(member, out)) {
        bool size = !member->size_unknown && out.len != member->size;
        node_anomaly(node, size ? ANOMALY_HEADER_MISMATCH : ANOMALY_BAD_CHECKSUM, member->header_at,
                     30, size ? BYTES("size") : BYTES_NONE);
    }
    return out;
}
