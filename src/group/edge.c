/* SPDX-License-Identifier: Apache-2.0 */
#include "group/edge.h"

#include "group/bulk.h"

#include <assert.h>

#define ROOM_FIRST 65536u
#define PIECES 65536u
#define RADIX_BITS 11u
#define PASSES 8u
#define SHORT_PIECE 48u

void edges_add(struct edges *edges, const void *parent, struct edge edge)
{
    if (edges->count == edges->room) {
        edges->room = edges->room == 0 ? ROOM_FIRST : edges->room + edges->room / 2;
        edges->at = bulk_grow(parent, edges->at, edges->room, sizeof *edges->at);
    }
    edges->at[edges->count++] = edge;
}

/* Bits that rise where the score falls. */
static uint32_t score_bits(const struct edge *edge)
{
    uint32_t bits;
    memcpy(&bits, &edge->score, sizeof bits);
    return ~(bits >> 31 != 0 ? ~bits : bits | 1u << 31);
}

static bool is_before(const struct edge *left, const struct edge *right)
{
    uint32_t x = score_bits(left), y = score_bits(right);
    return x != y ? x < y : left->a != right->a ? left->a < right->a : left->b < right->b;
}

/* Digit PASS of what is still to be sorted in a piece: b, a, the lower half of the score. */
static uint32_t digit(const struct edge *edge, uint32_t pass)
{
    uint32_t value = pass < 3   ? edge->b
                     : pass < 6 ? edge->a
                                : score_bits(edge) & 0xFFFFu;
    return value >> pass % 3 * RADIX_BITS & ((1u << RADIX_BITS) - 1);
}

static void sort_short(struct edge *at, uint64_t count)
{
    for (uint64_t i = 1; i < count; i++) {
        struct edge edge = at[i];
        uint64_t k = i;
        for (; k > 0 && is_before(&edge, &at[k - 1]); k--)
            at[k] = at[k - 1];
        at[k] = edge;
    }
}

static void sort_piece(struct edge *piece, struct edge *spare, uint64_t count)
{
    struct edge *at = piece, *other = spare;
    if (count <= SHORT_PIECE) {
        sort_short(piece, count);
        return;
    }
    for (uint32_t pass = 0; pass < PASSES; pass++) {
        uint64_t bucket[1u << RADIX_BITS] = {0}, from = 0;
        for (uint64_t i = 0; i < count; i++)
            bucket[digit(&at[i], pass)]++;
        if (bucket[digit(&at[0], pass)] == count)
            continue;
        for (uint32_t b = 0; b < 1u << RADIX_BITS; b++) {
            uint64_t n = bucket[b];
            bucket[b] = from;
            from += n;
        }
        for (uint64_t i = 0; i < count; i++)
            other[bucket[digit(&at[i], pass)]++] = at[i];
        struct edge *swap = at;
        at = other;
        other = swap;
    }
    if (at != piece)
        memcpy(piece, at, count * sizeof *at);
}

/* Bring every edge into the piece of the upper half of its score, where it stands; FROM[p] is where piece p
 * begins, one more at the end. */
static void sort_to_pieces(struct edges *edges, uint64_t *from, uint64_t *next)
{
    for (uint64_t i = 0; i < edges->count; i++)
        from[(score_bits(&edges->at[i]) >> 16) + 1]++;
    for (uint32_t p = 0; p < PIECES; p++) {
        from[p + 1] += from[p];
        next[p] = from[p];
    }
    for (uint32_t p = 0; p < PIECES; p++)
        while (next[p] < from[p + 1]) {
            struct edge edge = edges->at[next[p]];
            for (uint32_t to; (to = score_bits(&edge) >> 16) != p;) {
                struct edge *place = &edges->at[next[to]++], out = *place;
                *place = edge;
                edge = out;
            }
            edges->at[next[p]++] = edge;
        }
}

void edges_sort(struct edges *edges)
{
    uint64_t *from = bulk_array(NULL, PIECES + 1, sizeof *from), largest = 0, kept = 0;
    uint64_t *next = bulk_array(NULL, PIECES + 1, sizeof *next);
    sort_to_pieces(edges, from, next);
    bulk_free(next);
    for (uint32_t p = 0; p < PIECES; p++)
        if (from[p + 1] - from[p] > largest)
            largest = from[p + 1] - from[p];
    struct edge *spare = bulk_array(NULL, largest + 1, sizeof *spare);
    for (uint32_t p = 0; p < PIECES; p++)
        if (from[p + 1] > from[p])
            sort_piece(edges->at + from[p], spare, from[p + 1] - from[p]);
    bulk_free(spare);
    bulk_free(from);
    for (uint64_t i = 0; i < edges->count; i++)
        if (kept == 0 || is_before(&edges->at[kept - 1], &edges->at[i]))
            edges->at[kept++] = edges->at[i];
    edges->count = kept;
}

struct edges edges_merge(const void *parent, struct edges *list, uint32_t count)
{
    struct edges out = {0};
    uint64_t used[64] = {0};
    assert(count <= 64);
    for (uint32_t i = 0; i < count; i++)
        out.room += list[i].count;
    out.at = bulk_array(parent, out.room + 1, sizeof *out.at);
    for (;;) {
        const struct edge *first = NULL;
        uint32_t from = 0;
        for (uint32_t i = 0; i < count; i++)
            if (used[i] < list[i].count &&
                (first == NULL || is_before(&list[i].at[used[i]], first))) {
                first = &list[i].at[used[i]];
                from = i;
            }
        if (first == NULL)
            break;
        used[from]++;
        if (out.count == 0 || is_before(&out.at[out.count - 1], first))
            out.at[out.count++] = *first;
    }
    for (uint32_t i = 0; i < count; i++)
        bulk_free(list[i].at);
    return out;
}
