/* SPDX-License-Identifier: Apache-2.0
 *
 * Locked mails and the words of their conversations, over one run of `noroshi scan`.
 *
 * A mail in which something stayed locked, and that a conversation could open (verdict/sibling.h),
 * waits here with its bytes until every mail has been seen.  Those for which another mail offered
 * words are then scanned once more, with these words first; the others go out as they are.  So the
 * order of the mails and the number of workers make no difference; what waited goes out last, in
 * order.  At most SIBLINGS_BYTES_MAX wait: past that, mails go out as they are. */
#ifndef NOROSHI_CLI_SIBLINGS_H
#define NOROSHI_CLI_SIBLINGS_H

#include "serve/pool.h"

#define SIBLINGS_BYTES_MAX ((size_t)64 * 1024 * 1024)

struct siblings;

/* Results go to EMIT. */
struct siblings *siblings_new(const void *parent, pool_result emit, void *context);
/* The next result. */
void siblings_add(struct siblings *siblings, const struct verdict *v);
/* All mails were seen: what waits is scanned again by a pool like SETTINGS's, where AGAIN and it can
 * help, and goes out. */
bool siblings_end(struct siblings *siblings, const struct pool_settings *settings, bool again,
                  struct error *err);

#endif
