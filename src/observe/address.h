/* SPDX-License-Identifier: Apache-2.0
 *
 * Mailboxes out of address fields: From, To, Cc, Reply-To, Return-Path and quoted reply headers.
 *
 * RFC 5322, 3.4 read as mail clients read it: quoted strings, comments, groups, routes, missing quotes
 * and brackets, semicolons for commas, a display name that looks like an address.  Where a mailbox has
 * several <...>, the last one is the address and the rest belongs to the name.  An empty group
 * ("undisclosed-recipients:;") is one mailbox with the group's name and no address.
 *
 * Cost O(bytes); at most ADDRESS_MAX mailboxes are kept per field. */
#ifndef NOROSHI_OBSERVE_ADDRESS_H
#define NOROSHI_OBSERVE_ADDRESS_H

#include "base/arena.h"

#define ADDRESS_MAX 1024

struct address {
    struct bytes name;  /* display name, decoded; absent where there is none */
    struct bytes email; /* local@domain, the domain in lower case; absent where there is none */
    struct bytes local; /* without quotes */
    struct bytes domain;
};

struct address_reader {
    struct arena *arena;
    struct bytes value; /* unfolded */
    size_t at;
    bool in_group;
    uint32_t count;
};

struct address_reader address_begin(struct arena *arena, struct bytes field_value);
/* The next mailbox; false at the end. */
bool address_next(struct address_reader *reader, struct address *out);
/* The first mailbox of FIELD_VALUE; false where there is none. */
bool address_first(struct arena *arena, struct bytes field_value, struct address *out);
/* Split "local@domain" (no name, no brackets) into OUT; false where it is no address. */
bool address_split(struct arena *arena, struct bytes text, struct address *out);

#endif
