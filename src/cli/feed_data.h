/* SPDX-License-Identifier: Apache-2.0
 *
 * What grouping takes from the shipped knowledge: brands, zones, tokens. */
#ifndef NOROSHI_CLI_FEED_DATA_H
#define NOROSHI_CLI_FEED_DATA_H

#include "group/groups.h"

/* An empty list of sites that knows the shipped brands and zones; NULL and ERR. */
struct feed *feed_data(const void *parent, struct error *err);
/* The shipped list of brand tokens; absent, with the reason printed, where it is nowhere. */
struct bytes feed_data_tokens(const void *parent);
/* The groups a state file recorded (PATH as 'noroshi group --state' wrote it); NULL and ERR. */
struct groups *feed_data_recorded(const void *parent, const char *path, struct error *err);

#endif
