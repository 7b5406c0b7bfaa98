/* SPDX-License-Identifier: Apache-2.0
 *
 * The sender store: who wrote to us and to whom we wrote, by address and by domain, with dates.
 *
 * Every contact is one event (second, direction, label); the same event twice is one, so that learning
 * a mailbox again, or merging two stores, changes nothing.  A look-up counts only what is earlier than the
 * message that asks: neither itself nor anything later.  About 6 bytes per contact in the file, 16 in memory.
 * Versioned; a file that is foreign, cut or of another version is refused with a reason. */
#ifndef NOROSHI_LEARN_SENDERS_H
#define NOROSHI_LEARN_SENDERS_H

#include "base/error.h"
#include "base/table.h"
#include "learn/lesson.h"

enum sender_label { SENDER_UNLABELLED, SENDER_BENIGN, SENDER_BAD };

struct sender_event {
    int64_t at_s; /* since epoch */
    bool outbound, auth_failed;
    uint8_t label; /* enum sender_label */
};

struct sender {
    struct sender_event *event; /* by time; inbound before outbound */
    uint32_t count, capacity;
};

struct senders {
    struct table *by_key; /* "@domain" or "local@domain" to struct sender */
    uint64_t events;
};

/* What is known of one key before a moment. */
struct sender_summary {
    uint32_t benign, bad, inbound, outbound, auth_failed;
    int64_t first_s, last_s, last_inbound_s, last_outbound_s; /* INT64_MIN: never */
    int64_t now_s; /* the moment; of a mail without a date: when the last contact was */
};

struct senders *senders_new(const void *parent);
struct senders *senders_load(const void *parent, const char *path, struct error *err);
/* The store in BYTES; false where they are not one whole file. */
bool senders_decode(struct senders *senders, struct bytes bytes);
bool senders_save(const struct senders *senders, const char *path, struct error *err);
/* Note the contacts of one mail; a mail without a date, or without addresses, has none. */
void senders_add(struct senders *senders, const struct lesson *lesson, enum sender_label label);
/* Forget them; what another mail of the same second to the same address left goes with them. */
void senders_remove(struct senders *senders, const struct lesson *lesson);
void senders_merge(struct senders *senders, const struct senders *other);
/* What is known of KEY (an address, or "@domain") before AT_US; false where nothing is. */
bool senders_find(const struct senders *senders, struct bytes key, int64_t at_us,
                  struct sender_summary *out);

#endif
