/* SPDX-License-Identifier: Apache-2.0
 *
 * Domains below which anybody can have a name, learned from the list: hosting companies, senders of mail.
 *
 * An operation puts a few names below its own domain within days, and imitates what it imitates.  A
 * registered domain whose names imitate SERVICE_BRANDS and more, listed on SERVICE_DAYS and more over
 * SERVICE_SPAN days and more, is a service that no list of zones had: its customers are registrants of
 * their own, as below a free host.
 *
 * cost: one pass and a sort of the sites that share a domain with four others. */
#ifndef NOROSHI_GROUP_SERVICE_H
#define NOROSHI_GROUP_SERVICE_H

#include "group/feed.h"

#define SERVICE_BRANDS 3u
#define SERVICE_DAYS 5u
#define SERVICE_SPAN 120u

/* Make registrants of the customers of services in FEED, whose sites are sealed; answers how many sites. */
uint32_t service_split(struct feed *feed);

#endif
