/* SPDX-License-Identifier: Apache-2.0
 *
 * The message data model over one opened artifact tree.
 *
 * model_new() takes a tree whose root has been opened and answers the root object (type Message for
 * a mail; a file that is not a mail gets a Message whose only attachment is that file).  All fields
 * are lazy; their strings point into the tree's nodes where the text stands there as written, and
 * into the arena where it was derived (decoded, folded, concatenated).
 *
 * Settings are the installation's: own domains, trusted authserv-ids, lists. */
#ifndef NOROSHI_OBSERVE_MODEL_H
#define NOROSHI_OBSERVE_MODEL_H

#include "artifact/node.h"
#include "observe/schema.h"

struct settings {
    struct bytes *org_domain; /* own domains, lower case; none: every message is inbound */
    uint32_t org_domain_count;
    struct bytes *authserv_id; /* trusted, RFC 8601; none: the newest at the receiving side */
    uint32_t authserv_id_count;
    const struct lure_index *lures;   /* observe/lure.h; NULL: no classifier */
    const struct brand_index *brands; /* observe/brand.h; NULL: no brands are known */
    struct bytes dkim_keys; /* lines "selector._domainkey.domain: p=..."; absent: not verified */
};

struct lure_index;
struct lure_sighting;
struct brand_index;
struct mail_view;  /* observe/mailview.h */
struct model_host; /* observe/object.c */

struct model {
    struct arena *arena;
    struct tree *tree;
    struct node *node; /* the mail, or the file */
    struct object *root;
    const struct settings *settings;
    struct mail_view *view;  /* parts and header fields of the mail, found on first use */
    struct model_host *host; /* hosts taken apart so far */
    const struct lure_sighting *lures_seen; /* of the text asked for last (observe/lure.c) */
    const char *const *behaviour_strength; /* by enum behaviour: what the rules say; NULL: none */
    resolver resolve; /* for objects not made from a tree (observe/facts.h); NULL: the type's own */
};

struct model *model_new(struct tree *tree, struct node *node, const struct settings *settings);

#endif
