/* SPDX-License-Identifier: Apache-2.0
 *
 * A link of a list, as its writer left it, to host, registered label and path. */
#ifndef NOROSHI_GROUP_NORMALISE_H
#define NOROSHI_GROUP_NORMALISE_H

#include "group/feed.h"

/* Fill host, url, hash, registered and offsets of SITE from TEXT (a URL or a host name, perhaps defanged);
 * false where there is no usable host.  New text lives in the feed's arena. */
bool normalise_url(struct feed *feed, struct bytes text, struct feed_site *site);
/* TEXT with hxxp, [.], (.), {.}, [dot], [:], [/] undone; TEXT itself where there is nothing to undo. */
struct bytes normalise_refang(struct arena *arena, struct bytes text);
/* Minutes since the epoch of a date and time as lists write them (2020/01/06 08:10:00, ISO 8601, seconds
 * or milliseconds since the epoch); 0 where TEXT is none. */
uint32_t normalise_minute(struct bytes text);

#endif
