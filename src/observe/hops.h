/* SPDX-License-Identifier: Apache-2.0
 *
 * headers.hops and what a hop holds: its fields, its Received, what the server there checked.
 *
 * Index 0 is the sender's side, fields are listed bottom-up and `position` counts from the bottom
 * of the header.  Authentication results and Received-SPF appear only in hops the receiving side
 * wrote (observe/mailview.h, trust_covers): below, anybody can write them; their text is in
 * `fields`. */
#ifndef NOROSHI_OBSERVE_HOPS_H
#define NOROSHI_OBSERVE_HOPS_H

#include "observe/dkim.h"
#include "observe/mailview.h"
#include "observe/object.h"

struct value hops_of_mail(struct model *model);
/* AuthResults of header field NUMBER. */
struct value model_auth_results(struct model *model, uint32_t number);
/* SPF of a Received-SPF field. */
struct value model_received_spf(struct model *model, uint32_t number);
/* SPF and DMARC objects of a result in an Authentication-Results field. */
struct value model_spf(struct model *model, const struct auth_method *method);
struct value model_dmarc(struct model *model, const struct auth_method *method);
/* Signature of a DKIM-Signature or ARC-Message-Signature field. */
struct value model_signature(struct model *model, uint32_t number);
/* B in lower case. */
struct bytes model_lower(struct model *model, struct bytes b);

#endif
