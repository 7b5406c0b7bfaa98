/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside the mail opener: from fields and an encoded body to nodes, in every reading. */
#ifndef NOROSHI_OPEN_MIME_PART_H
#define NOROSHI_OPEN_MIME_PART_H

#include "open/mime.h"

struct mime_entity {
    const struct header *header;
    struct bytes body;         /* as transported, slice of the parent's content */
    struct bytes default_type; /* where there is no Content-Type (RFC 2046, 5.1.5) */
    enum mime_role role;
    bool is_alternative;
};

/* Hang ENTITY below PARENT: the main reading, then what other clients read.  The main reading's node,
 * or NULL over a limit. */
struct node *mime_add(struct node *parent, const struct mime_entity *entity);
/* The reading in which the header ends at HEADER's other_body: only the fields before it count. */
void mime_add_other_body(struct node *parent, const struct mime_entity *entity);
/* Draw one further reading from the budget; false, and an anomaly on NODE, where they are spent. */
bool mime_may_reread(struct node *node);

#endif
