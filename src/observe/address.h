/* SPDX-License-Identifier: Apache-2.0
 *
 * Mailboxes as the data model has them, over open/mailbox.h.
 *
 * A mailbox without a name has none (not an empty one), the domain of an address is in lower case,
 * and an empty group ("undisclosed-recipients:;") is one mailbox with the group's name and no
 * address, because rules look for it. */
#ifndef NOROSHI_OBSERVE_ADDRESS_H
#define NOROSHI_OBSERVE_ADDRESS_H

#include "base/arena.h"

struct address {
    struct bytes name;  /* display name, decoded; absent where there is none */
    struct bytes email; /* local@domain, the domain in lower case; absent where there is none */
    struct bytes local; /* without quotes */
    struct bytes domain;
};

/* All mailboxes of a field's raw value into *OUT; returns their number. */
uint32_t address_list(struct arena *arena, struct bytes value, struct address **out);
/* Split "local@domain" (no name, no brackets) into OUT; false where it is no address. */
bool address_split(struct arena *arena, struct bytes text, struct address *out);

#endif
