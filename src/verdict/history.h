/* SPDX-License-Identifier: Apache-2.0
 *
 * What the user's own mail says of a new one: known senders, and conversations quoted by strangers.
 *
 * history_source() answers profile.* from the sender store.  judge_threads() looks the quoted passages of a
 * mail up in the index of conversations: where a sender who took no part in it, from a domain that took no
 * part in it, quotes a mail sent between others, that is evidence with the date, the two addresses and the
 * passage that matched.  Says nothing of senders the store knows as benign or written to, and less of
 * mailing lists, where strangers quote each other every day. */
#ifndef NOROSHI_VERDICT_HISTORY_H
#define NOROSHI_VERDICT_HISTORY_H

#include "learn/senders.h"
#include "learn/threads.h"
#include "rule/profile.h"
#include "verdict/verdict.h"

/* A source over SENDERS, under PARENT. */
struct profile_source *history_source(const void *parent, const struct senders *senders);
/* SENDERS may be NULL. */
void judge_threads(struct verdict *v, struct model *model, const struct threads *threads,
                   const struct senders *senders);

#endif
