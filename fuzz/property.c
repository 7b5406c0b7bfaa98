/* SPDX-License-Identifier: Apache-2.0
 *
 * Property sets: the input is the \5SummaryInformation stream of a compound file made around it, so that the
 * fuzzer need not learn sectors and chains (fuzz/cfb.c does). */
#include "open.h"

#include <string.h>

enum { SECTOR = 512, CHAIN = 126 }; /* the allocation table and the directory take two of the 128 places */

static void put(uint8_t *at, uint32_t value, int count)
{
    for (int i = 0; i < count; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static void entry(uint8_t *at, const char *name, uint8_t type, uint32_t child, uint32_t start, uint32_t size)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < len; i++)
        at[2 * i] = (uint8_t)name[i];
    put(at + 64, (uint32_t)(2 * len + 2), 2);
    at[66] = type;
    at[67] = 1;
    put(at + 68, UINT32_MAX, 4);
    put(at + 72, UINT32_MAX, 4);
    put(at + 76, child, 4);
    put(at + 116, start, 4);
    put(at + 120, size, 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t file[SECTOR * (CHAIN + 3)];
    static const uint8_t magic[] = {0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1};
    if (size > SECTOR * CHAIN)
        return 0;
    memset(file, 0, sizeof file);
    memcpy(file, magic, sizeof magic);
    put(file + 24, 0x3E, 2);
    put(file + 26, 3, 2);      /* version: 512-byte sectors */
    put(file + 28, 0xFFFE, 2); /* little-endian */
    put(file + 30, 9, 2);
    put(file + 32, 6, 2);
    put(file + 44, 1, 4);   /* sectors of the allocation table */
    put(file + 48, 1, 4);   /* first of the directory */
    put(file + 56, 4096, 4); /* smaller streams would be in the mini stream */
    put(file + 60, 0xFFFFFFFE, 4);
    put(file + 68, 0xFFFFFFFE, 4);
    for (int i = 0; i < 109; i++)
        put(file + 76 + 4 * i, i == 0 ? 0 : UINT32_MAX, 4);
    uint32_t padded = size < 4096 ? 4096 : (uint32_t)size, last = 2 + (padded - 1) / SECTOR;
    for (uint32_t i = 0; i < 128; i++)
        put(file + SECTOR + 4 * i, i == 0 ? 0xFFFFFFFD : i == 1 || i == last ? 0xFFFFFFFE : i < last ? i + 1 : UINT32_MAX, 4);
    entry(file + 2 * SECTOR, "Root Entry", 5, 1, 0xFFFFFFFE, 0);
    entry(file + 2 * SECTOR + 128, "\5SummaryInformation", 2, UINT32_MAX, 2, padded);
    memcpy(file + 3 * SECTOR, data, size);
    return fuzz_open(file, SECTOR * (last + 2), KIND_UNKNOWN);
}
