/* SPDX-License-Identifier: Apache-2.0
 *
 * Outlook messages (MS-OXMSG): the property streams of a compound file, put together as an
 * Internet message.
 *
 * What Outlook keeps apart (transport headers, bodies, recipients, attachments, messages inside)
 * becomes one
 * RFC 5322 message below the node, as a view of kind MAIL, so that everything that reads mail
 * reads it.
 * Properties are found by their stream names (__substg1.0_IIIITTTT); text in old code pages is
 * converted.
 * Nesting of messages is bounded by LIMIT_DEPTH, size by LIMIT_BYTES_OUT.  Cost O(bytes). */
#ifndef NOROSHI_OPEN_MSG_H
#define NOROSHI_OPEN_MSG_H

#include "open/cfb.h"

void msg_open(struct cfb *cfb);

#endif
