/* SPDX-License-Identifier: Apache-2.0 */
#include "open/picture_memo.h"

#include "artifact/digest.h"
#include "open/picture.h"

#include <stdlib.h>

#define SLOTS 2048u
#define SAID_BYTES_MAX ((size_t)4096) /* of all codes on a picture: more is read again */

struct slot {
    struct picture_key key;
    uint8_t *said; /* what each code says after its length in 32 bits; NULL: no code */
    uint32_t said_bytes;
};

/* The only state of the openers that outlives a scan: 64 KB and the codes, one thread a process. */
static struct slot slots[SLOTS];

static struct slot *slot_of(const struct picture_key *key)
{
    return &slots[bytes_u16le(bytes_of(key->digest, 2), 0) % SLOTS];
}

struct picture_key picture_key_of(enum kind kind, struct bytes content)
{
    struct picture_key key = {.kind = kind};
    digest_private(content, key.digest);
    return key;
}

bool picture_memo_tell(const struct picture_key *key, struct node *node)
{
    const struct slot *slot = slot_of(key);
    if (slot->key.kind != key->kind ||
        memcmp(slot->key.digest, key->digest, sizeof key->digest) != 0)
        return false;
    for (uint32_t at = 0, len; at < slot->said_bytes; at += len) {
        memcpy(&len, slot->said + at, sizeof len);
        at += (uint32_t)sizeof len;
        qr_tell(node, bytes_of(slot->said + at, len));
    }
    return true;
}

void picture_memo_keep(const struct picture_key *key, const struct node *node)
{
    uint8_t said[SAID_BYTES_MAX];
    uint32_t used = 0, len;
    struct value items = node_get(node, FACT_QR_ITEMS);
    for (uint32_t i = 0; items.tag == VALUE_MAP && i < items.as.map->count; i++) {
        struct bytes data = items.as.map->row[i].key;
        if (data.len + sizeof len > sizeof said - used)
            return;
        len = (uint32_t)data.len;
        memcpy(said + used, &len, sizeof len);
        memcpy(said + used + sizeof len, data.at, data.len);
        used += (uint32_t)sizeof len + len;
    }
    struct slot *slot = slot_of(key);
    free(slot->said);
    *slot = (struct slot){.key = *key, .said_bytes = used};
    if (used == 0)
        return;
    slot->said = malloc(used);
    if (slot->said == NULL)
        abort();
    memcpy(slot->said, said, used);
}

void picture_memo_clear(void)
{
    for (size_t i = 0; i < SLOTS; i++)
        free(slots[i].said);
    memset(slots, 0, sizeof slots);
}
