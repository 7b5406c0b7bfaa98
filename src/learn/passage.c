/* SPDX-License-Identifier: Apache-2.0 */
#include "learn/passage.h"

#include <stdlib.h>

#define BASE 0x100000001b3u

/* The letters of a text, folded, with the place of each. */
struct letters {
    uint8_t *at;
    uint32_t *place;
    uint32_t count;
};

static struct letters letters_of(struct arena *arena, struct bytes text)
{
    struct letters l = {arena_alloc_raw(arena, text.len + 1),
                        arena_array_of(arena, text.len + 1, uint32_t), 0};
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] >= 0x80 || ascii_is_alnum(text.at[i])) {
            l.at[l.count] = ascii_lower(text.at[i]);
            l.place[l.count++] = (uint32_t)i;
        }
    return l;
}

/* A rolling polynomial's low bits are poor: mixed before they are compared. */
static uint32_t mixed(uint64_t hash)
{
    hash ^= hash >> 31;
    hash *= 0x9E3779B97F4A7C15u;
    return (uint32_t)(hash >> 32);
}

static uint32_t *run_hashes(struct arena *arena, const struct letters *l, uint32_t count)
{
    uint32_t *hash = arena_array_of(arena, count, uint32_t);
    uint64_t rolling = 0, leading = 1;
    for (uint32_t i = 0; i < PASSAGE_RUN; i++) {
        rolling = rolling * BASE + l->at[i];
        leading = i == 0 ? 1 : leading * BASE;
    }
    for (uint32_t i = 0;; i++) {
        hash[i] = mixed(rolling);
        if (i + 1 == count)
            return hash;
        rolling = (rolling - l->at[i] * leading) * BASE + l->at[i + PASSAGE_RUN];
    }
}

struct passages passages_of(struct arena *arena, struct bytes text)
{
    struct passages out = {0};
    text = bytes_sub(text, 0, PASSAGE_TEXT_BYTES);
    struct letters l = letters_of(arena, text);
    if (l.count < PASSAGE_SURE)
        return out;
    uint32_t runs = l.count - PASSAGE_RUN + 1, least = 0;
    uint32_t *hash = run_hashes(arena, &l, runs);
    out.item = arena_array_of(arena, runs - PASSAGE_WINDOW + 1, struct passage);
    for (uint32_t start = 0; start + PASSAGE_WINDOW <= runs; start++) {
        uint32_t last = start + PASSAGE_WINDOW - 1, before = least;
        if (start == 0 || least < start) { /* the least one left the window: look at all of it */
            least = start;
            for (uint32_t i = start + 1; i <= last; i++)
                if (hash[i] <= hash[least])
                    least = i;
        } else if (hash[last] <= hash[least]) {
            least = last;
        }
        if (start > 0 && least == before)
            continue;
        uint32_t from = l.place[least], to = l.place[least + PASSAGE_RUN - 1] + 1;
        out.item[out.count++] = (struct passage){hash[least], from, to - from};
    }
    return out;
}

static int ascending(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

uint32_t passages_least(const struct passages *passages, uint32_t *out, uint32_t most)
{
    uint32_t *all = calloc(passages->count + 1, sizeof *all), kept = 0;
    if (all == NULL)
        abort();
    for (uint32_t i = 0; i < passages->count; i++)
        all[i] = passages->item[i].hash;
    qsort(all, passages->count, sizeof *all, ascending);
    for (uint32_t i = 0; i < passages->count && kept < most; i++)
        if (kept == 0 || out[kept - 1] != all[i])
            out[kept++] = all[i];
    free(all);
    return kept;
}
