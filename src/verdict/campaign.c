/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict/campaign.h"

#include "base/table.h"
#include "base/text.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <talloc.h>

#define BANDS 8u
#define ROWS (FINGERPRINT_HASHES / BANDS)
#define NAME_BYTES 40u /* of words in a name */
#define DIGITS 4u      /* of the hash in a name */

struct member {
    struct fingerprint print;
    uint32_t parent; /* union-find */
    int64_t date_us;
    struct bytes subject, sha256, category;
};

/* The newest members under one key. */
struct bucket {
    uint32_t member[CAMPAIGN_FAN_OUT], next;
};

struct campaigns {
    struct arena *arena;
    struct table *bucket;
    struct member *member;
    uint32_t count, capacity;
};

struct campaigns *campaigns_new(const void *parent)
{
    struct campaigns *c = talloc_zero(parent, struct campaigns);
    if (c == NULL)
        abort();
    c->arena = arena_new(c);
    c->bucket = table_new(c);
    return c;
}

static uint32_t root_of(struct campaigns *c, uint32_t i)
{
    while (c->member[i].parent != i) {
        c->member[i].parent = c->member[c->member[i].parent].parent;
        i = c->member[i].parent;
    }
    return i;
}

/* Whether A is the earlier of two members: undated ones last. */
static bool earlier(const struct member *a, const struct member *b)
{
    int64_t left = a->date_us == INT64_MIN ? INT64_MAX : a->date_us;
    int64_t right = b->date_us == INT64_MIN ? INT64_MAX : b->date_us;
    return left != right ? left < right : bytes_compare(a->sha256, b->sha256) < 0;
}

static void join(struct campaigns *c, uint32_t a, uint32_t b)
{
    a = root_of(c, a), b = root_of(c, b);
    if (a == b)
        return;
    if (earlier(&c->member[b], &c->member[a]))
        c->member[a].parent = b;
    else
        c->member[b].parent = a;
}

/* Compare the newest member with those under KEY, and put it there. */
static void meet(struct campaigns *c, const uint32_t *key, size_t words)
{
    struct bytes name = bytes_of(key, words * sizeof *key);
    struct bucket *bucket = table_get(c->bucket, name);
    if (bucket == NULL) {
        bucket = arena_new_of(c->arena, struct bucket);
        for (uint32_t i = 0; i < CAMPAIGN_FAN_OUT; i++)
            bucket->member[i] = UINT32_MAX;
        table_set(c->bucket, arena_copy(c->arena, name), bucket);
    }
    uint32_t self = c->count - 1;
    for (uint32_t i = 0; i < CAMPAIGN_FAN_OUT; i++) {
        uint32_t other = bucket->member[i];
        if (other != UINT32_MAX && other != self && root_of(c, other) != root_of(c, self) &&
            fingerprint_same_wave(&c->member[self].print, &c->member[other].print))
            join(c, self, other);
    }
    bucket->member[bucket->next++ % CAMPAIGN_FAN_OUT] = self;
}

/* "your-free-trial-9f31": the first letters-only words of the subject and four digits of the hash. */
static struct bytes name_of(struct arena *arena, const struct member *first)
{
    struct text name;
    text_init(&name, arena, 0);
    size_t at = 0, words = 0, run = 0;
    while (at < first->subject.len && words < 3 && name.len < NAME_BYTES) {
        size_t from = at;
        uint32_t code = utf8_next(first->subject, &at);
        bool letter = code < 0x80
                          ? ascii_is_alpha((uint8_t)code)
                          : code >= 0xC0 && code != 0x3000 && !(code >= 0x2000 && code < 0x3040);
        if (letter) {
            if (run++ == 0 && name.len > 0)
                text_add_byte(&name, '-');
            if (code < 0x80)
                text_add_byte(&name, ascii_lower((uint8_t)code));
            else
                text_add(&name, bytes_sub(first->subject, from, at - from));
        } else if (run > 0) {
            words++, run = 0;
        }
    }
    text_add_format(&name, "%s%.*s", name.len > 0 ? "-" : "wave-",
                    BYTES_FMT(bytes_sub(first->sha256, 0, DIGITS)));
    return text_bytes(&name);
}

bool campaign_words(struct arena *arena, struct bytes name, struct bytes *words_out)
{
    static const char *const marks[] = {"re-", "fw-", "fwd-", "aw-", "wg-"};
    size_t dash = name.len < DIGITS + 1 ? 0 : name.len - DIGITS - 1;
    if (dash == 0 || name.at[dash] != '-')
        return false;
    for (size_t i = dash + 1; i < name.len; i++)
        if (!ascii_is_digit(name.at[i]) && !(name.at[i] >= 'a' && name.at[i] <= 'f'))
            return false;
    struct bytes words = bytes_sub(name, 0, dash);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (bytes_starts(words, bytes_of_string(marks[i]))) {
            words = bytes_from(words, strlen(marks[i]));
            break;
        }
    struct text out;
    text_init(&out, arena, 0);
    if (!bytes_equal(words, BYTES("wave")))
        for (size_t i = 0; i < words.len; i++)
            text_add_byte(&out, words.at[i] == '-' ? ' ' : words.at[i]);
    if (words.len >= NAME_BYTES)
        text_add_string(&out, "…"); /* cut there */
    *words_out = text_bytes(&out);
    return true;
}

struct bytes campaigns_add(struct campaigns *c, struct arena *arena, const struct verdict *v,
                           const struct fingerprint *f)
{
    if (c->count == c->capacity) {
        c->capacity = c->capacity == 0 ? 256 : c->capacity * 2;
        c->member = talloc_realloc(c, c->member, struct member, c->capacity);
        if (c->member == NULL)
            abort();
    }
    uint32_t self = c->count++;
    c->member[self] = (struct member){.print = *f,
                                      .parent = self,
                                      .date_us = v->date_us,
                                      .subject = arena_copy(c->arena, v->subject),
                                      .sha256 = arena_copy(c->arena, v->sha256),
                                      .category = arena_copy(c->arena, v->category)};
    for (uint32_t band = 0; band < BANDS && f->shingles >= 8; band++) {
        uint32_t key[ROWS + 1] = {band + 1};
        memcpy(key + 1, f->text + (size_t)band * ROWS, ROWS * sizeof *key);
        meet(c, key, ROWS + 1);
    }
    for (uint32_t i = 0; i < FINGERPRINT_SHAPES; i++) {
        if (f->link[i] != 0)
            meet(c, (uint32_t[]){100, f->link[i], f->structure}, 3);
        if (f->attachment[i] != 0)
            meet(c, (uint32_t[]){101, f->attachment[i], f->structure}, 3);
    }
    if (f->subject != 0)
        meet(c, (uint32_t[]){102, f->subject, f->structure}, 3);
    return name_of(arena, &c->member[root_of(c, self)]);
}

static int larger(const void *a, const void *b)
{
    const struct campaign *left = a, *right = b;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    return bytes_compare(left->name, right->name);
}

struct campaign *campaigns_list(struct campaigns *c, struct arena *arena, uint32_t least,
                                uint32_t *count_out)
{
    struct campaign *all = arena_array_of(arena, c->count, struct campaign);
    for (uint32_t i = 0; i < c->count; i++) {
        struct campaign *group = &all[root_of(c, i)];
        int64_t date = c->member[i].date_us;
        if (group->count++ == 0)
            group->first_us = group->last_us = INT64_MIN;
        if (date != INT64_MIN) {
            group->first_us =
                group->first_us == INT64_MIN || date < group->first_us ? date : group->first_us;
            group->last_us = date > group->last_us ? date : group->last_us;
        }
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        if (all[i].count < least || all[i].count == 0)
            continue;
        struct campaign group = all[i];
        group.name = name_of(arena, &c->member[i]);
        group.subject = c->member[i].subject;
        group.category = c->member[i].category;
        all[kept++] = group;
    }
    qsort(all, kept, sizeof *all, larger);
    *count_out = kept;
    return all;
}
