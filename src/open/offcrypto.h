/* SPDX-License-Identifier: Apache-2.0
 *
 * Locked Office documents (MS-OFFCRYPTO): encrypted OOXML (agile and standard) and BIFF workbooks
 * (XOR, RC4,
 * RC4 CryptoAPI).
 *
 * Excel opens what was locked with "VelvetSweatshop" without asking, which is why macros hide
 * behind it; so that
 * is tried first, then the candidates collected for this artifact (tree->password), each try
 * counted in
 * LIMIT_PASSWORDS.  The password that opened it is a fact; where none did, the node has anomaly
 * ENCRYPTED. */
#ifndef NOROSHI_OPEN_OFFCRYPTO_H
#define NOROSHI_OPEN_OFFCRYPTO_H

#include "open/cfb.h"

/* STREAM of an XLS with its records decrypted; STREAM itself where nothing is locked; absent where
 * it stays
 * locked. */
struct bytes offcrypto_workbook(struct node *node, struct bytes stream);
/* The package of an encrypted OOXML file: hung below CFB's node as a child, which is then opened
 * like a ZIP. */
void offcrypto_package(struct cfb *cfb);

#endif
