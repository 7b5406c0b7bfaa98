/* SPDX-License-Identifier: Apache-2.0
 *
 * Monero addresses by value: base58 in blocks, network byte and Keccak checksum.
 * Source: CryptoNote Standard 007 (keys and addresses), Monero's base58.cpp for the block sizes. */
#ifndef NOROSHI_SHELL_WALLET_H
#define NOROSHI_SHELL_WALLET_H

#include "base/bytes.h"

/* Whether TEXT (95 letters) is a Monero standard or subaddress with a right checksum. */
bool wallet_is_monero(struct bytes text);
/* The address of 65 bytes (network byte, two keys) with its checksum, 95 letters: for tests. */
void wallet_write(const uint8_t key[65], char out[96]);

#endif
