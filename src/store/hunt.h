/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules on remembered mail: the language of the rules, evaluated on the stored facts by the same
 * engine.
 *
 * Where a hunt asks for a registered domain or a hash by equality (`any(body.links,
 * .href_url.domain.root_domain == "x")`, `sender.email.domain.root_domain == "x"`,
 * `any(attachments, .sha256 == "x")`), alone or joined by `and`, the label index answers first and
 * only those artifacts are read; the expression is still evaluated in full on each.  A record that does
 * not hold a text some field must equal is not unpacked at all.  What needs the body's text and could
 * still hold is undecided, and counted. */
#ifndef NOROSHI_STORE_HUNT_H
#define NOROSHI_STORE_HUNT_H

#include "rule/rule.h"
#include "store/store.h"

struct hunt_result {
    uint64_t looked_at, matched, undecided;
    bool indexed;
    enum dimension dimension; /* of the index used */
    struct bytes name;
};

/* A set of one rule, EXPRESSION; under PARENT.  NULL and ERR with the place in it. */
struct rule_set *hunt_rule(const void *parent, const char *expression, struct error *err);
/* VISIT what matches under FILTER, with its hit; false ends the hunt. */
bool hunt_run(struct store *store, const struct rule_set *set, const struct store_filter *filter,
              bool (*visit)(void *own, const struct store_item *item, const struct rule_hit *hit),
              void *own, struct hunt_result *result, struct error *err);

/* One artifact whose verdict would be another under the rules of SET. */
struct rescan_change {
    const struct store_item *item;
    const struct verdict *after;
    struct bytes because; /* names of rules that are new or gone, joined by "; " */
};
/* Evaluate SET on everything under FILTER.  Evidence of rules that SET does not have, or cannot
 * decide without the body, stays as it was stored. */
bool rescan_run(struct store *store, const struct rule_set *set, const struct store_filter *filter,
                bool (*visit)(void *own, const struct rescan_change *change), void *own,
                struct hunt_result *result, struct error *err);

#endif
