/* SPDX-License-Identifier: Apache-2.0 */
#include "open/picture_memo.h"

#include "artifact/digest.h"

#define SLOTS 2048u

/* The only state of the openers that outlives a scan: 40 KB, one thread per process. */
static struct picture_key slots[SLOTS];

static struct picture_key *slot_of(const struct picture_key *key)
{
    return &slots[bytes_u16le(bytes_of(key->digest, 2), 0) % SLOTS];
}

struct picture_key picture_key_of(enum kind kind, struct bytes content)
{
    struct picture_key key = {.kind = kind};
    digest_private(content, key.digest);
    return key;
}

bool picture_memo_has(const struct picture_key *key)
{
    const struct picture_key *slot = slot_of(key);
    return slot->kind == key->kind && memcmp(slot->digest, key->digest, sizeof key->digest) == 0;
}

void picture_memo_add(const struct picture_key *key)
{
    *slot_of(key) = *key;
}

void picture_memo_clear(void)
{
    memset(slots, 0, sizeof slots);
}
