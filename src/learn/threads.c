/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/threads.h"

#include "base/file.h"
#include "base/flat.h"
#include "learn/keep.h"

#include <stdlib.h>
#include <talloc.h>

#define MAGIC "noroshi threads 1\n"
#define SAME_HASH_MAX                                                                              \
    32u /* mails one hash is looked up in: a passage in more is nobody's conversation */
#define QUERY_MAX 4096u

struct threads *threads_new(const void *parent)
{
    struct threads *threads = talloc_zero(parent, struct threads);
    if (threads == NULL)
        abort();
    threads->by_id = table_new(threads);
    threads->by_address = table_new(threads);
    return threads;
}

/* Room for one more row of an array. */
static void *grown(void *parent, void *array, size_t size, uint32_t count, uint32_t *capacity)
{
    if (count < *capacity)
        return array;
    *capacity = *capacity == 0 ? 64 : *capacity * 2;
    array = talloc_realloc_size(parent, array, size * *capacity);
    if (array == NULL)
        abort();
    return array;
}

static uint32_t address_number(struct threads *t, struct bytes address)
{
    uintptr_t known = (uintptr_t)table_get(t->by_address, address);
    if (known != 0)
        return (uint32_t)(known - 1);
    uint8_t *copy = talloc_memdup(t->by_address, address.at, address.len);
    t->address = grown(t, t->address, sizeof *t->address, t->address_count, &t->address_capacity);
    if (copy == NULL)
        abort();
    t->address[t->address_count] = bytes_of(copy, address.len);
    table_set(t->by_address, t->address[t->address_count],
              (void *)((uintptr_t)t->address_count + 1));
    return t->address_count++;
}

static struct thread_mail *push_mail(struct threads *t, uint64_t id)
{
    struct bytes key = bytes_of(&id, sizeof id);
    if (table_get(t->by_id, key) != NULL)
        return NULL;
    key.at = talloc_memdup(t->by_id, &id, sizeof id);
    void **place = table_at(t->by_id, key);
    t->mail = grown(t, t->mail, sizeof *t->mail, t->mail_count, &t->mail_capacity);
    struct thread_mail *mail = &t->mail[t->mail_count++];
    *mail = (struct thread_mail){.id = id};
    *place = (void *)(uintptr_t)t->mail_count;
    return mail;
}

static void push_mark(struct threads *t, uint32_t hash, uint32_t mail)
{
    t->mark = grown(t, t->mark, sizeof *t->mark, t->mark_count, &t->mark_capacity);
    t->mark[t->mark_count++] = (struct thread_mark){hash, mail};
    t->mail[mail].mark_count++;
}

bool threads_add(struct threads *t, uint64_t id, const struct lesson *lesson)
{
    if (lesson->passage_count < 2 || lesson->at_us == INT64_MIN || lesson->person_count == 0 ||
        lesson->person[0].email.len == 0)
        return false;
    struct thread_mail *mail = push_mail(t, id);
    if (mail == NULL)
        return false;
    mail->at_s = lesson->at_us / 1000000;
    for (uint32_t i = 0; i < lesson->person_count && mail->person_count < THREADS_PEOPLE_MAX; i++)
        if (lesson->person[i].email.len > 0)
            mail->person[mail->person_count++] = address_number(t, lesson->person[i].email);
    for (uint32_t i = 0; i < lesson->passage_count; i++)
        push_mark(t, lesson->passage[i], t->mail_count - 1);
    return true;
}

bool threads_remove(struct threads *t, uint64_t id)
{
    void **place = table_get(t->by_id, bytes_of(&id, sizeof id)) == NULL
                       ? NULL
                       : table_at(t->by_id, bytes_of(&id, sizeof id));
    if (place == NULL)
        return false;
    uint32_t gone = (uint32_t)((uintptr_t)*place - 1), last = --t->mail_count, kept = 0;
    *place = NULL;
    for (uint32_t i = 0; i < t->mark_count; i++) {
        struct thread_mark mark = t->mark[i];
        if (mark.mail == gone)
            continue;
        if (mark.mail == last)
            mark.mail = gone;
        t->mark[kept++] = mark;
    }
    t->mark_count = kept;
    if (gone != last) {
        t->mail[gone] = t->mail[last];
        *table_at(t->by_id, bytes_of(&t->mail[gone].id, sizeof id)) = (void *)((uintptr_t)gone + 1);
    }
    threads_sort(t);
    return true;
}

void threads_merge(struct threads *t, const struct threads *other)
{
    uint32_t *number =
        calloc(other->mail_count + 1, sizeof *number); /* theirs -> 1 + ours, 0: known */
    if (number == NULL)
        abort();
    for (uint32_t i = 0; i < other->mail_count; i++) {
        const struct thread_mail *theirs = &other->mail[i];
        struct thread_mail *ours = push_mail(t, theirs->id);
        if (ours == NULL)
            continue;
        number[i] = t->mail_count;
        ours->at_s = theirs->at_s;
        for (; ours->person_count < theirs->person_count; ours->person_count++)
            ours->person[ours->person_count] =
                address_number(t, other->address[theirs->person[ours->person_count]]);
    }
    for (uint32_t i = 0; i < other->mark_count; i++)
        if (number[other->mark[i].mail] != 0)
            push_mark(t, other->mark[i].hash, number[other->mark[i].mail] - 1);
    free(number);
    threads_sort(t);
}

static int by_hash(const void *a, const void *b)
{
    const struct thread_mark *left = a, *right = b;
    if (left->hash != right->hash)
        return left->hash > right->hash ? 1 : -1;
    return (left->mail > right->mail) - (left->mail < right->mail);
}

void threads_sort(struct threads *t)
{
    if (t->mark_count > 1)
        qsort(t->mark, t->mark_count, sizeof *t->mark, by_hash);
}

static int by_mail(const void *a, const void *b)
{
    const struct thread_mark *left = a, *right = b;
    if (left->mail != right->mail)
        return left->mail > right->mail ? 1 : -1;
    return (left->hash > right->hash) - (left->hash < right->hash);
}

static uint32_t first_mark(const struct threads *t, uint32_t hash)
{
    uint32_t low = 0, high = t->mark_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (t->mark[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The best of FOUND, which is sorted by mail and distinct. */
static bool best_of(const struct threads *t, const struct thread_mark *found, uint32_t count,
                    struct thread_match *out)
{
    *out = (struct thread_match){0};
    for (uint32_t i = 0, end; i < count; i = end) {
        const struct thread_mail *mail = &t->mail[found[i].mail];
        uint32_t same = 0;
        for (end = i; end < count && found[end].mail == found[i].mail; end++)
            same += end == i || found[end].hash != found[end - 1].hash;
        bool enough = same >= THREADS_SURE || (same >= 2 && mail->mark_count <= 4);
        if (enough &&
            (same > out->passages || (same == out->passages && mail->at_s < out->mail->at_s)))
            *out = (struct thread_match){mail, same, found[i].hash};
    }
    return out->mail != NULL;
}

bool threads_find(const struct threads *t, const uint32_t *hash, uint32_t count, int64_t at_us,
                  struct thread_match *out)
{
    uint32_t found_count = 0, capacity = 0;
    struct thread_mark *found = NULL;
    int64_t now_s = at_us == INT64_MIN ? INT64_MAX : at_us / 1000000;
    for (uint32_t i = 0; i < count && i < QUERY_MAX; i++)
        for (uint32_t j = first_mark(t, hash[i]), n = 0;
             j < t->mark_count && t->mark[j].hash == hash[i] && n < SAME_HASH_MAX; j++, n++) {
            if (t->mail[t->mark[j].mail].at_s >= now_s)
                continue;
            found = grown(NULL, found, sizeof *found, found_count, &capacity);
            found[found_count++] = t->mark[j];
        }
    if (found_count > 1)
        qsort(found, found_count, sizeof *found, by_mail);
    bool ok = best_of(t, found, found_count, out);
    talloc_free(found);
    return ok;
}

struct bytes threads_address(const struct threads *t, uint32_t number)
{
    return number < t->address_count ? t->address[number] : BYTES_NONE;
}

static int by_id(const void *a, const void *b)
{
    const struct thread_mail *left = *(const struct thread_mail *const *)a;
    const struct thread_mail *right = *(const struct thread_mail *const *)b;
    return (left->id > right->id) - (left->id < right->id);
}

/* The same mails in order of their ids, addresses numbered as they come: what was learned in whatever order
 * gives the same file. */
static struct threads *tidied(const struct threads *t)
{
    struct threads *tidy = threads_new(NULL);
    const struct thread_mail **order = calloc(t->mail_count + 1, sizeof *order);
    uint32_t *number = calloc(t->mail_count + 1, sizeof *number);
    if (order == NULL || number == NULL)
        abort();
    for (uint32_t i = 0; i < t->mail_count; i++)
        order[i] = &t->mail[i];
    qsort(order, t->mail_count, sizeof *order, by_id);
    for (uint32_t i = 0; i < t->mail_count; i++) {
        struct thread_mail *mail = push_mail(tidy, order[i]->id);
        number[order[i] - t->mail] = i;
        mail->at_s = order[i]->at_s;
        for (; mail->person_count < order[i]->person_count; mail->person_count++)
            mail->person[mail->person_count] =
                address_number(tidy, t->address[order[i]->person[mail->person_count]]);
    }
    for (uint32_t i = 0; i < t->mark_count; i++)
        push_mark(tidy, t->mark[i].hash, number[t->mark[i].mail]);
    threads_sort(tidy);
    free(order);
    free(number);
    return tidy;
}

static void put_all(struct text *out, const struct threads *t)
{
    uint64_t id = 0;
    flat_add_uint(out, t->address_count);
    for (uint32_t i = 0; i < t->address_count; i++)
        flat_add_bytes(out, t->address[i]);
    flat_add_uint(out, t->mail_count);
    for (uint32_t i = 0; i < t->mail_count; i++) {
        const struct thread_mail *mail = &t->mail[i];
        flat_add_uint(out, mail->id - id);
        id = mail->id;
        flat_add_int(out, mail->at_s);
        flat_add_uint(out, mail->person_count);
        for (uint32_t j = 0; j < mail->person_count; j++)
            flat_add_uint(out, mail->person[j]);
    }
    flat_add_uint(out, t->mark_count);
    for (uint32_t i = 0, previous = 0; i < t->mark_count; previous = t->mark[i++].hash) {
        flat_add_uint(out, t->mark[i].hash - previous);
        flat_add_uint(out, t->mark[i].mail);
    }
}

bool threads_save(struct threads *threads, const char *path, struct error *err)
{
    struct threads *tidy = tidied(threads);
    struct text out;
    text_init(&out, NULL, 0);
    text_add(&out, BYTES(MAGIC));
    put_all(&out, tidy);
    bool ok = file_save(path, text_bytes(&out), err);
    text_finish(&out);
    talloc_free(tidy);
    return ok;
}

static bool take_mail(struct threads *t, struct flat *in, uint64_t *id)
{
    *id += flat_uint(in);
    struct thread_mail *mail = in->broken ? NULL : push_mail(t, *id);
    if (mail == NULL)
        return false;
    mail->at_s = flat_int(in);
    uint32_t people = flat_count(in);
    if (people > THREADS_PEOPLE_MAX)
        return false;
    for (; mail->person_count < people; mail->person_count++) {
        uint64_t number = flat_uint(in);
        if (number >= t->address_count)
            return false;
        mail->person[mail->person_count] = (uint32_t)number;
    }
    return !in->broken;
}

static bool take_marks(struct threads *t, struct flat *in)
{
    uint64_t hash = 0;
    uint32_t count = flat_count(in);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t gap = flat_uint(in), mail = flat_uint(in);
        if (in->broken || gap > UINT32_MAX - hash || mail >= t->mail_count)
            return false;
        hash += gap;
        push_mark(t, (uint32_t)hash, (uint32_t)mail);
    }
    threads_sort(t);
    return !in->broken && in->rest.len == 0;
}

bool threads_decode(struct threads *t, struct bytes bytes)
{
    uint64_t id = 0;
    if (!bytes_starts(bytes, BYTES(MAGIC)))
        return false;
    struct flat in = {.rest = bytes_from(bytes, sizeof MAGIC - 1)};
    uint32_t addresses = flat_count(&in);
    for (uint32_t i = 0; i < addresses; i++) {
        struct bytes address = flat_bytes(&in);
        if (address.len == 0 || address_number(t, address) != i)
            return false;
    }
    uint32_t mails = flat_count(&in);
    for (uint32_t i = 0; i < mails; i++)
        if (!take_mail(t, &in, &id))
            return false;
    return take_marks(t, &in);
}

struct threads *threads_load(const void *parent, const char *path, struct error *err)
{
    struct threads *threads = threads_new(parent);
    struct bytes all;
    if (keep_read(threads, path, &all, err)) {
        if (threads_decode(threads, all))
            return threads;
        error_set(err, ERROR_INPUT, "%s is not a whole index of 'noroshi learn', version 1", path);
        error_hint(err, "make it anew: noroshi learn --threads FILE MAILBOX");
    }
    talloc_free(threads);
    return NULL;
}
