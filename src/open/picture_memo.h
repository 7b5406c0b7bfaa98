/* SPDX-License-Identifier: Apache-2.0
 *
 * Pictures this process has read to the end and found whole: campaigns send the same logo, the same
 * code a thousand times, and newsletters the same icon ten times in a mail.
 *
 * What the codes on them say is remembered, mostly nothing, by a digest under a secret key and the
 * kind, for some thousand pictures; a newer one takes an older one's place.  What is told of a
 * picture is the same with and without.
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
/* Tell NODE what the codes on the picture say; false where it is not known. */
bool picture_memo_tell(const struct picture_key *key, struct node *node);
/* Remember what is told of NODE, which had no code before it was read. */
void picture_memo_keep(const struct picture_key *key, const struct node *node);
/* Forget them all: for measuring. */
void picture_memo_clear(void);

#endif
