/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/senders.h"

#include "base/file.h"
#include "base/flat.h"
#include "learn/keep.h"

#include <stdlib.h>
#include <talloc.h>

#define MAGIC "noroshi senders 1\n"
#define KEY_BYTES_MAX 400u

struct senders *senders_new(const void *parent)
{
    struct senders *senders = talloc_zero(parent, struct senders);
    if (senders == NULL)
        abort();
    senders->by_key = table_new(senders);
    return senders;
}

static struct sender *sender_at(struct senders *senders, struct bytes key)
{
    struct sender *sender = table_get(senders->by_key, key);
    if (sender != NULL)
        return sender;
    sender = talloc_zero(senders->by_key, struct sender);
    uint8_t *copy = sender == NULL ? NULL : talloc_memdup(sender, key.at, key.len);
    if (copy == NULL)
        abort();
    table_set(senders->by_key, bytes_of(copy, key.len), sender);
    return sender;
}

/* Where the event at AT_S in that direction is, or belongs. */
static uint32_t place_of(const struct sender *sender, int64_t at_s, bool outbound)
{
    uint32_t low = 0, high = sender->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct sender_event *e = &sender->event[middle];
        if (e->at_s < at_s || (e->at_s == at_s && e->outbound < outbound))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const struct sender *sender, uint32_t at, int64_t at_s, bool outbound)
{
    return at < sender->count && sender->event[at].at_s == at_s &&
           sender->event[at].outbound == outbound;
}

/* Note EVENT; a label replaces what was there unless KEEP or it says nothing. */
static void put_event(struct senders *senders, struct bytes key, struct sender_event event,
                      bool keep)
{
    struct sender *sender = sender_at(senders, key);
    uint32_t at = place_of(sender, event.at_s, event.outbound);
    if (is_at(sender, at, event.at_s, event.outbound)) {
        struct sender_event *known = &sender->event[at];
        if (known->label == SENDER_UNLABELLED || (!keep && event.label != SENDER_UNLABELLED))
            known->label = event.label;
        known->auth_failed = known->auth_failed || event.auth_failed;
        return;
    }
    if (sender->count == sender->capacity) {
        sender->capacity = sender->capacity == 0 ? 2 : sender->capacity * 2;
        sender->event =
            talloc_realloc(sender, sender->event, struct sender_event, sender->capacity);
        if (sender->event == NULL)
            abort();
    }
    memmove(&sender->event[at + 1], &sender->event[at], (sender->count - at) * sizeof event);
    sender->event[at] = event;
    sender->count++;
    senders->events++;
}

static void drop_event(struct senders *senders, struct bytes key, struct sender_event event)
{
    struct sender *sender = table_get(senders->by_key, key);
    uint32_t at = sender == NULL ? 0 : place_of(sender, event.at_s, event.outbound);
    if (sender == NULL || !is_at(sender, at, event.at_s, event.outbound))
        return;
    sender->count--;
    senders->events--;
    memmove(&sender->event[at], &sender->event[at + 1], (sender->count - at) * sizeof event);
}

/* Do FORGET or note for the keys of a mail: of an inbound one its sender, of an outbound one its
 * recipients. */
static void each_key(struct senders *senders, const struct lesson *lesson, enum sender_label label,
                     bool forget)
{
    if (lesson->at_us == INT64_MIN)
        return;
    struct sender_event event = {.at_s = lesson->at_us / 1000000,
                                 .outbound = lesson->outbound,
                                 .auth_failed = lesson->auth_failed && !lesson->outbound,
                                 .label = (uint8_t)(lesson->outbound ? SENDER_UNLABELLED : label)};
    uint32_t from = lesson->outbound ? 1 : 0, to = lesson->outbound ? lesson->person_count : 1;
    for (uint32_t i = from; i < to && i < lesson->person_count; i++) {
        const struct lesson_person *person = &lesson->person[i];
        uint8_t key[KEY_BYTES_MAX];
        if (person->email.len == 0 || person->domain.len + 1 > sizeof key)
            continue;
        key[0] = '@';
        memcpy(key + 1, person->domain.at, person->domain.len);
        struct bytes domain = bytes_of(key, person->domain.len + 1);
        if (forget) {
            drop_event(senders, person->email, event);
            drop_event(senders, domain, event);
        } else {
            put_event(senders, person->email, event, false);
            put_event(senders, domain, event, false);
        }
    }
}

void senders_add(struct senders *senders, const struct lesson *lesson, enum sender_label label)
{
    each_key(senders, lesson, label, false);
}

void senders_remove(struct senders *senders, const struct lesson *lesson)
{
    each_key(senders, lesson, SENDER_UNLABELLED, true);
}

void senders_merge(struct senders *senders, const struct senders *other)
{
    for (uint32_t i = 0; i < other->by_key->count; i++) {
        const struct sender *sender = other->by_key->row[i].value;
        for (uint32_t j = 0; j < sender->count; j++)
            put_event(senders, other->by_key->row[i].key, sender->event[j], true);
    }
}

bool senders_find(const struct senders *senders, struct bytes key, int64_t at_us,
                  struct sender_summary *out)
{
    const struct sender *sender = table_get(senders->by_key, key);
    int64_t now_s = at_us == INT64_MAX || at_us == INT64_MIN ? INT64_MAX : at_us / 1000000;
    *out = (struct sender_summary){.first_s = INT64_MIN,
                                   .last_s = INT64_MIN,
                                   .last_inbound_s = INT64_MIN,
                                   .last_outbound_s = INT64_MIN,
                                   .now_s = now_s};
    if (sender == NULL || sender->count == 0 || sender->event[0].at_s >= now_s)
        return false;
    out->first_s = sender->event[0].at_s;
    for (uint32_t i = 0; i < sender->count && sender->event[i].at_s < now_s; i++) {
        const struct sender_event *e = &sender->event[i];
        out->last_s = e->at_s;
        *(e->outbound ? &out->last_outbound_s : &out->last_inbound_s) = e->at_s;
        *(e->outbound ? &out->outbound : &out->inbound) += 1;
        out->auth_failed += e->auth_failed;
        out->benign += e->label == SENDER_BENIGN;
        out->bad += e->label == SENDER_BAD;
    }
    if (now_s == INT64_MAX)
        out->now_s = out->last_s;
    return true;
}

static int by_name(const void *a, const void *b)
{
    const struct table_row *left = *(const struct table_row *const *)a,
                           *right = *(const struct table_row *const *)b;
    return bytes_compare(left->key, right->key);
}

static void put_sender(struct text *out, const struct table_row *row)
{
    const struct sender *sender = row->value;
    int64_t previous = 0;
    flat_add_bytes(out, row->key);
    flat_add_uint(out, sender->count);
    for (uint32_t i = 0; i < sender->count; i++) {
        const struct sender_event *e = &sender->event[i];
        flat_add_int(out, e->at_s - previous);
        text_add_byte(out, (uint8_t)(e->outbound | e->auth_failed << 1 | e->label << 2));
        previous = e->at_s;
    }
}

bool senders_save(const struct senders *senders, const char *path, struct error *err)
{
    uint32_t count = 0;
    const struct table_row **row = calloc(senders->by_key->count + 1, sizeof *row);
    if (row == NULL)
        abort();
    for (uint32_t i = 0; i < senders->by_key->count; i++)
        if (((const struct sender *)senders->by_key->row[i].value)->count > 0)
            row[count++] = &senders->by_key->row[i];
    qsort(row, count, sizeof *row, by_name);
    struct text out;
    text_init(&out, NULL, 0);
    text_add(&out, BYTES(MAGIC));
    flat_add_uint(&out, count);
    for (uint32_t i = 0; i < count; i++)
        put_sender(&out, row[i]);
    free(row);
    bool ok = file_save(path, text_bytes(&out), err);
    text_finish(&out);
    return ok;
}

static bool take_sender(struct senders *senders, struct flat *in)
{
    struct bytes key = flat_bytes(in);
    uint32_t count = flat_count(in);
    int64_t at_s = 0;
    if (key.len == 0 || key.len > KEY_BYTES_MAX)
        return false;
    for (uint32_t i = 0; i < count && !in->broken; i++) {
        if (__builtin_add_overflow(at_s, flat_int(in), &at_s))
            return false;
        uint64_t flags = flat_uint(in);
        if (flags > 11 || in->broken)
            return false;
        put_event(senders, key,
                  (struct sender_event){at_s, flags & 1, flags >> 1 & 1, (uint8_t)(flags >> 2)},
                  true);
    }
    return !in->broken;
}

bool senders_decode(struct senders *senders, struct bytes bytes)
{
    if (!bytes_starts(bytes, BYTES(MAGIC)))
        return false;
    struct flat in = {.rest = bytes_from(bytes, sizeof MAGIC - 1)};
    uint32_t count = flat_count(&in);
    for (uint32_t i = 0; i < count; i++)
        if (!take_sender(senders, &in))
            return false;
    return !in.broken && in.rest.len == 0;
}

struct senders *senders_load(const void *parent, const char *path, struct error *err)
{
    struct senders *senders = senders_new(parent);
    struct bytes all;
    if (keep_read(senders, path, &all, err)) {
        if (senders_decode(senders, all))
            return senders;
        error_set(err, ERROR_INPUT, "%s is not a whole sender store of 'noroshi learn', version 1",
                  path);
        error_hint(err, "make it anew: noroshi learn --senders FILE MAILBOX");
    }
    talloc_free(senders);
    return NULL;
}
