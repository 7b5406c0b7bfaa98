/* SPDX-License-Identifier: Apache-2.0
 *
 * Scripts in one folder, judged together: results wait until their folder is known.
 *
 * Attackers' scripts come in sets: beside the one that steals lie small ones that only set memory pages,
 * kill rivals or wipe logs, and alone each of those could be an administrator's.  The worker says of a
 * script that did something of the catalogue, but too little, what it would be beside a malicious one
 * (verdict.beside).  Such results are held back here until the walk leaves the folder; where its scripts are
 * a set that does harm (script_set_is_hostile()) they go out as suspicious, else as they are.
 *
 * Everything else passes at once, in order; what was held follows its folder.  Deterministic, since
 * results come in the order of submission.  At most COMPANIONS_BYTES_MAX wait: past that they go out
 * as they are. */
#ifndef NOROSHI_CLI_COMPANION_H
#define NOROSHI_CLI_COMPANION_H

#include "base/arena.h"
#include "verdict/verdict.h"

struct companions;

/* Results go to EMIT. */
struct companions *companions_new(const void *parent,
                                  void (*emit)(void *context, const struct verdict *v),
                                  void *context);
/* The next result, in the order of the walk. */
void companions_add(struct companions *companions, const struct verdict *v);
/* No more results: whatever waits goes out. */
void companions_end(struct companions *companions);

#endif
