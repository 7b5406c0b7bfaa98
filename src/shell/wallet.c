/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/wallet.h"

static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
static const uint8_t block_letters[9] = {0, 2, 3, 5, 6, 7, 9, 10, 11}; /* letters of n bytes */

static uint64_t rotate(uint64_t x, int n)
{
    return n == 0 ? x : x << n | x >> (64 - n);
}

/* Keccak-f[1600] (FIPS 202 without its padding bits, as CryptoNote uses it). */
static void keccak_f(uint64_t a[25])
{
    static const uint64_t rounds[24] = {
        0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000,
        0x000000000000808B, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
        0x000000000000008A, 0x0000000000000088, 0x0000000080008009, 0x000000008000000A,
        0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003,
        0x8000000000008002, 0x8000000000000080, 0x000000000000800A, 0x800000008000000A,
        0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};
    static const int turns[24] = {1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
                                  27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44};
    static const int places[24] = {10, 7,  11, 17, 18, 3, 5,  16, 8,  21, 24, 4,
                                   15, 23, 19, 13, 12, 2, 20, 14, 22, 9,  6,  1};
    for (int round = 0; round < 24; round++) {
        uint64_t c[5], t;
        for (int i = 0; i < 5; i++)
            c[i] = a[i] ^ a[i + 5] ^ a[i + 10] ^ a[i + 15] ^ a[i + 20];
        for (int i = 0; i < 25; i++)
            a[i] ^= c[(i + 4) % 5] ^ rotate(c[(i + 1) % 5], 1);
        t = a[1];
        for (int i = 0; i < 24; i++) {
            uint64_t kept = a[places[i]];
            a[places[i]] = rotate(t, turns[i]);
            t = kept;
        }
        for (int row = 0; row < 25; row += 5) {
            for (int i = 0; i < 5; i++)
                c[i] = a[row + i];
            for (int i = 0; i < 5; i++)
                a[row + i] = c[i] ^ (~c[(i + 1) % 5] & c[(i + 2) % 5]);
        }
        a[0] ^= rounds[round];
    }
}

/* The first four bytes of Keccak-256 over 65 bytes (one block of 136). */
static void checksum(const uint8_t key[65], uint8_t out[4])
{
    uint8_t block[136] = {0};
    uint64_t state[25] = {0};
    memcpy(block, key, 65);
    block[65] = 1, block[135] |= 0x80;
    for (int i = 0; i < 17; i++)
        for (int k = 7; k >= 0; k--)
            state[i] = state[i] << 8 | block[i * 8 + k];
    keccak_f(state);
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(state[0] >> 8 * i);
}

bool wallet_is_monero(struct bytes text)
{
    uint8_t raw[72];
    size_t len = 0;
    if (text.len != 95 || (text.at[0] != '4' && text.at[0] != '8'))
        return false;
    for (size_t at = 0; at < 95; at += 11) { /* eight blocks of 11 letters and one of 7 */
        size_t letters = 95 - at < 11 ? 95 - at : 11, bytes = letters == 11 ? 8 : 5;
        unsigned __int128 n = 0;
        for (size_t i = 0; i < letters; i++) {
            const char *found = strchr(alphabet, text.at[at + i]);
            if (found == NULL || text.at[at + i] == 0)
                return false;
            n = n * 58 + (unsigned)(found - alphabet);
        }
        if (n >> 8 * bytes != 0)
            return false;
        for (size_t i = bytes; i-- > 0;)
            raw[len++] = (uint8_t)(n >> 8 * i);
    }
    uint8_t sum[4];
    checksum(raw, sum);
    return len == 69 && (raw[0] == 18 || raw[0] == 42) && memcmp(raw + 65, sum, 4) == 0;
}

void wallet_write(const uint8_t key[65], char out[96])
{
    uint8_t raw[69];
    size_t at = 0;
    memcpy(raw, key, 65);
    checksum(key, raw + 65);
    for (size_t from = 0; from < 69; from += 8) {
        size_t bytes = 69 - from < 8 ? 69 - from : 8, letters = block_letters[bytes];
        uint64_t n = 0;
        for (size_t i = 0; i < bytes; i++)
            n = n << 8 | raw[from + i];
        for (size_t i = letters; i-- > 0; n /= 58)
            out[at + i] = alphabet[n % 58];
        at += letters;
    }
    out[at] = 0;
}
