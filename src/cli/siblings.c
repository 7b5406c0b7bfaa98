/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/siblings.h"

#include "base/table.h"
#include "base/text.h"
#include "verdict/record.h"
#include "verdict/sibling.h"

#include <stdlib.h>
#include <talloc.h>

#define CONVERSATIONS_MAX 200000u /* with words, in one run */
#define WORDS_MAX 64u             /* of one conversation */

/* What one conversation offers, and from which mails. */
struct offered {
    struct offered *next;
    struct bytes word, path;
};
struct offer {
    struct offered *first, **end;
    uint32_t count;
};

struct waiting {
    struct waiting *next;
    struct bytes record; /* its verdict, with its bytes */
    struct sibling_note note;
};

struct siblings {
    pool_result emit;
    void *context;
    struct arena *arena;
    struct table *offer; /* by conversation */
    uint32_t offer_count;
    struct waiting *first, **end;
    size_t bytes;
};

struct siblings *siblings_new(const void *parent, pool_result emit, void *context)
{
    struct siblings *s = talloc_zero(parent, struct siblings);
    if (s == NULL)
        abort();
    s->emit = emit, s->context = context;
    s->arena = arena_new(s);
    s->offer = table_new(s);
    s->end = &s->first;
    return s;
}

static struct bytes key_of(const uint64_t *key)
{
    return bytes_of(key, sizeof *key);
}

static void offer_words(struct siblings *s, const struct sibling_note *note, struct bytes path)
{
    for (uint32_t k = 0; k < note->key_count; k++) {
        struct offer *offer = table_get(s->offer, key_of(&note->key[k]));
        if (offer == NULL && s->offer_count++ < CONVERSATIONS_MAX) {
            offer = arena_new_of(s->arena, struct offer);
            offer->end = &offer->first;
            table_set(s->offer, arena_copy(s->arena, key_of(&note->key[k])), offer);
        }
        for (uint32_t i = 0; offer != NULL && i < note->word_count && offer->count < WORDS_MAX;
             i++) {
            struct offered *one = arena_new_of(s->arena, struct offered);
            *one = (struct offered){NULL, arena_copy(s->arena, note->word[i]),
                                    arena_copy(s->arena, path)};
            *offer->end = one, offer->end = &one->next;
            offer->count++;
        }
    }
}

void siblings_add(struct siblings *s, const struct verdict *result)
{
    struct sibling_note note;
    struct verdict v = *result;
    bool has = v.sibling.len > 0 && sibling_read(v.sibling, &note);
    if (has && note.word_count > 0)
        offer_words(s, &note, v.path);
    if (!has || !note.locked || v.locked_raw.len == 0 ||
        s->bytes + v.locked_raw.len > SIBLINGS_BYTES_MAX) {
        v.locked_raw = BYTES_NONE;
        s->emit(s->context, &v);
        return;
    }
    struct waiting *w = talloc_zero(s, struct waiting);
    if (w == NULL)
        abort();
    struct text record;
    text_init(&record, NULL, 0);
    record_write(&record, &v);
    w->record = bytes_of(talloc_memdup(w, record.at, record.len), record.len);
    text_finish(&record);
    w->note = note;
    w->note.word_count = 0; /* slices of what is gone now */
    *s->end = w, s->end = &w->next;
    s->bytes += w->record.len;
}

/* What other mails of W's conversations offer to the mail at PATH; absent: nothing. */
static struct scan_keys *keys_for(struct siblings *s, const struct waiting *w, struct bytes path)
{
    struct scan_keys *keys = NULL;
    for (uint32_t k = 0; k < w->note.key_count; k++) {
        const struct offer *offer = table_get(s->offer, key_of(&w->note.key[k]));
        for (const struct offered *one = offer == NULL ? NULL : offer->first; one != NULL;
             one = one->next) {
            if (bytes_equal(one->path, path))
                continue;
            if (keys == NULL) {
                keys = arena_new_of(s->arena, struct scan_keys);
                keys->word = arena_array_of(s->arena, SIBLING_KEYS_MAX * WORDS_MAX, struct bytes);
                keys->phrase = arena_array_of(s->arena, SIBLING_KEYS_MAX * WORDS_MAX, struct bytes);
            }
            keys->word[keys->count] = one->word;
            keys->phrase[keys->count++] = arena_printf(
                s->arena, "another mail of the conversation: %.*s", BYTES_FMT(one->path));
        }
    }
    return keys;
}

static void emit_again(void *context, const struct verdict *result)
{
    struct siblings *s = context;
    struct verdict v = *result;
    v.locked_raw = BYTES_NONE;
    s->emit(s->context, &v);
}

/* Those whose conversation offers something, again; the others as they are. */
static bool scan_again(struct siblings *s, const struct pool_settings *like, struct table *keys,
                       struct error *err)
{
    struct scan_settings scan = *like->scan;
    struct pool_settings settings = *like;
    scan.sibling_keys = keys, scan.want_siblings = false;
    settings.scan = &scan, settings.result = emit_again, settings.context = s;
    struct pool *pool = pool_new(s, &settings, err);
    bool ok = pool != NULL;
    for (struct waiting *w = s->first; ok && w != NULL; w = w->next) {
        struct arena *arena = arena_new(NULL);
        const struct verdict *v = record_read(arena, w->record);
        ok = pool_submit(pool, v->path, v->locked_raw, false, -1, err);
        talloc_free(arena);
    }
    ok = ok && pool_drain(pool, err);
    talloc_free(pool);
    return ok;
}

bool siblings_end(struct siblings *s, const struct pool_settings *settings, bool again,
                  struct error *err)
{
    struct arena *arena = arena_new(NULL);
    struct table *keys = table_new(s);
    struct waiting **kept = &s->first;
    for (struct waiting *w = s->first, *next; w != NULL; w = next) {
        const struct verdict *v = record_read(arena, w->record);
        struct scan_keys *mine = v == NULL || !again ? NULL : keys_for(s, w, v->path);
        next = w->next;
        if (mine != NULL) {
            table_set(keys, arena_copy(s->arena, v->path), mine);
            *kept = w, kept = &w->next;
        } else if (v != NULL) {
            emit_again(s, v);
        }
        arena_reset(arena);
    }
    *kept = NULL;
    talloc_free(arena);
    return s->first == NULL || scan_again(s, settings, keys, err);
}
