/* SPDX-License-Identifier: Apache-2.0
 *
 * Objects of the data model out of strings: domains, addresses, URLs, mailboxes, subjects.
 *
 * Used by the mail's own resolvers and by rule functions (strings.parse_url and its kin).  Every
 * function answers NULL where the text is no such thing.  Hosts are remembered per model, because a
 * mail's links share few. */
#ifndef NOROSHI_OBSERVE_OBJECT_H
#define NOROSHI_OBSERVE_OBJECT_H

#include "observe/address.h"
#include "observe/domain.h"
#include "observe/model.h"
#include "observe/rewrite.h"
#include "observe/url.h"

/* A URL as the model has it: what it leads to, and what it was wrapped in. */
struct model_url {
    struct url url;
    struct rewrite rewrite;
    bool is_rewritten;
};

/* HOST taken apart; the same structure each time for the same bytes of one model; NULL: no name. */
const struct domain *model_domain_of(struct model *model, struct bytes host);

struct value model_domain(struct model *model, struct bytes host);
struct value model_ip(struct model *model, struct bytes text);
struct value model_ip_of(struct model *model, const struct ip *ip);
/* TEXT parsed and unwrapped; NULL (the pointer) where it is no URL. */
const struct model_url *model_url_read(struct model *model, struct bytes text);
struct value model_url_of(struct model *model, const struct model_url *url);
struct value model_url(struct model *model, struct bytes text);
/* "user@host" alone. */
struct value model_email(struct model *model, struct bytes text);
struct value model_mailbox(struct model *model, enum type type, const struct address *address);
/* All mailboxes of a field's value; an empty array where it is absent. */
struct value model_mailboxes(struct model *model, struct bytes value);
struct value model_subject(struct model *model, struct bytes text);
/* An array of strings out of COUNT slices. */
struct value model_strings(struct model *model, const struct bytes *strings, uint32_t count);
/* "2024-02-07T13:57:50Z", "+0900" */
struct value model_time(struct model *model, int64_t at_us);
struct value model_zone(struct model *model, int32_t minutes);

#endif
