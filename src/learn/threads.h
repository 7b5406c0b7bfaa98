/* SPDX-License-Identifier: Apache-2.0
 *
 * The index of conversations: passages of the user's own mail as hashes, with date and participants.
 *
 * Of each mail at most LESSON_PASSAGES_MAX winnowed hashes of its own words are kept (learn/passage.h), its
 * date and up to THREADS_PEOPLE_MAX addresses; no text.  A text that quotes THREADS_SURE of them quotes that
 * mail.  Versioned; a file that is foreign, cut or of another version is refused with a reason. */
#ifndef NOROSHI_LEARN_THREADS_H
#define NOROSHI_LEARN_THREADS_H

#include "base/error.h"
#include "base/table.h"
#include "learn/lesson.h"

#define THREADS_PEOPLE_MAX 6u
#define THREADS_SURE                                                                               \
    3u /* equal hashes that make a match; two where the mail has no more than four */

struct thread_mail {
    uint64_t id; /* from the mail's SHA-256 */
    int64_t at_s;
    uint32_t person[THREADS_PEOPLE_MAX]; /* numbers of addresses: sender, recipients */
    uint32_t person_count, mark_count;
};

struct thread_mark {
    uint32_t hash, mail;
};

struct threads {
    struct thread_mail *mail;
    struct thread_mark *mark; /* by hash, then mail, after threads_sort() */
    struct bytes *address;
    uint32_t mail_count, mail_capacity, mark_count, mark_capacity, address_count, address_capacity;
    struct table *by_id, *by_address;
};

struct thread_match {
    const struct thread_mail *mail;
    uint32_t passages; /* equal hashes */
    uint32_t hash;     /* one of them: the least */
};

struct threads *threads_new(const void *parent);
struct threads *threads_load(const void *parent, const char *path, struct error *err);
/* The index in BYTES into an empty THREADS; false where they are not one whole file. */
bool threads_decode(struct threads *threads, struct bytes bytes);
bool threads_save(struct threads *threads, const char *path, struct error *err);
/* Remember the mail ID; whether it was new and has passages, a date and a sender. */
bool threads_add(struct threads *threads, uint64_t id, const struct lesson *lesson);
/* Forget it; whether it was known. */
bool threads_remove(struct threads *threads, uint64_t id);
void threads_merge(struct threads *threads, const struct threads *other);
/* Put the marks in order; before threads_find(). */
void threads_sort(struct threads *threads);
/* The mail before AT_US that HASHes (any order, may repeat) quote most; the oldest of equals. */
bool threads_find(const struct threads *threads, const uint32_t *hash, uint32_t count,
                  int64_t at_us, struct thread_match *out);
struct bytes threads_address(const struct threads *threads, uint32_t number);

#endif
