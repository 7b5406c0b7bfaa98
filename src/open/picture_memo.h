/* SPDX-License-Identifier: Apache-2.0
 *
 * Pictures this process has read to the end, found whole and without a code: campaigns send the
 * same logo a thousand times, and newsletters the same icon ten times in a mail.
 *
 * Only that nothing was there is remembered, by a digest under a secret key and the kind, for some
 * thousand pictures; a newer one takes an older one's place.  What is told of a picture is the same
 * with and without.
 */
#ifndef NOROSHI_OPEN_PICTURE_MEMO_H
#define NOROSHI_OPEN_PICTURE_MEMO_H

#include "artifact/node.h"

struct picture_key {
    uint8_t digest[16];
    enum kind kind;
};

/* Of a picture of KIND in these bytes. */
struct picture_key picture_key_of(enum kind kind, struct bytes content);
bool picture_memo_has(const struct picture_key *key);
void picture_memo_add(const struct picture_key *key);
/* Forget them all: for measuring. */
void picture_memo_clear(void);

#endif
