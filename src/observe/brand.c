/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/brand.h"

#include "base/table.h"
#include "base/utf8.h"

#include <assert.h>
#include <stdlib.h>
#include <talloc.h>

#define NAME_MAX_BYTES 128
#define STATES_MAX 1000000
#define ROWS_MAX 128 /* of 1 KB */
#define ROW_EDGES_MIN 5
#define EACH_BYTE 0x0101010101010101u

/* A state of the automaton, half a cache line; edges are a list per state, in byte order of making. */
struct state {
    uint64_t leads_on; /* bit BYTE & 63: some such byte has an edge */
    uint32_t
        first_edge; /* once all are laid: the first of EDGES of them, or where the only one leads */
    uint32_t fail;
    uint32_t output; /* the nearest state on the fail chain where a name ends, or 0 */
    uint16_t brand;  /* 1 + number of the brand whose name ends here, or 0 */
    uint16_t row;    /* 1 + number of its row of edges by byte, or 0 */
    uint16_t len;    /* folded bytes of that name */
    uint16_t edges;
    uint8_t only; /* the byte of the only edge */
    bool has_only, whole_word;
    bool is_first; /* after one byte */
};
_Static_assert(sizeof(struct state) == 32, "two to a cache line");
struct edge {
    uint32_t next, to;
    uint8_t byte;
};
/* The same once all are made: those of a state side by side. */
struct laid_edge {
    uint32_t to;
    uint8_t byte;
};

/* Folded prefixes of names as bits at their hash, small enough for the nearest cache: the automaton
 * itself is far away, and where no name begins it need not be asked. */
#define PREFIX_BITS 17
#define PAIR_WHOLE 1  /* one that must stand as a whole word */
#define PAIR_INSIDE 2 /* one that need not */
struct beginnings {
    uint64_t bit[(1u << PREFIX_BITS) / 64];
    uint8_t pair[256][256]; /* PAIR_* of the names that begin with these two bytes, folded or not */
    uint8_t behind[256];    /* PAIR_* of the names that may begin behind this byte */
    bool first[128];        /* ASCII that begins names which need not stand as whole words */
    bool all;               /* a name is too short to be told by its prefix */
};

struct brand_index {
    const struct brand *brand;
    uint32_t brand_count;
    struct state *state;
    uint32_t state_count, state_room;
    struct edge *edge;
    uint32_t edge_count, edge_room;
    struct laid_edge *laid; /* NULL while names are added */
    uint32_t root[256];
    uint32_t (*row)[256]; /* of the states with most edges, which most texts pass through */
    uint32_t row_count;
    struct table *domain;
    struct beginnings begins;
};

static void *grow(struct brand_index *index, void *list, uint32_t count, uint32_t *room,
                  size_t size)
{
    if (count < *room)
        return list;
    *room = *room == 0 ? 256 : *room * 2;
    list = talloc_realloc_size(index, list, *room * size);
    if (list == NULL)
        abort();
    return list;
}

static uint32_t find_edge(const struct brand_index *index, uint32_t state, uint8_t byte)
{
    if (state == 0)
        return index->root[byte];
    const struct state *s = &index->state[state];
    if (!(s->leads_on >> (byte & 63) & 1))
        return 0;
    if (s->has_only)
        return s->only == byte ? s->first_edge : 0;
    if (s->row != 0)
        return index->row[s->row - 1][byte];
    if (index->laid != NULL) {
        const struct laid_edge *edge = &index->laid[s->first_edge];
        for (uint32_t i = 0; i < s->edges; i++)
            if (edge[i].byte == byte)
                return edge[i].to;
        return 0;
    }
    for (uint32_t e = s->first_edge; e != 0; e = index->edge[e].next)
        if (index->edge[e].byte == byte)
            return index->edge[e].to;
    return 0;
}

static uint32_t add_state(struct brand_index *index, uint32_t from, uint8_t byte)
{
    index->state =
        grow(index, index->state, index->state_count, &index->state_room, sizeof *index->state);
    index->edge =
        grow(index, index->edge, index->edge_count, &index->edge_room, sizeof *index->edge);
    uint32_t to = index->state_count++, e = index->edge_count++;
    index->state[to] = (struct state){0};
    index->edge[e] = (struct edge){
        .next = from == 0 ? 0 : index->state[from].first_edge, .to = to, .byte = byte};
    if (from == 0)
        index->root[byte] = to;
    else
        index->state[from].first_edge = e;
    index->state[from].edges++;
    index->state[from].leads_on |= 1ull << (byte & 63);
    return to;
}

static uint8_t fold_ascii(uint8_t c)
{
    return c == '\n' || c == '\t' || c == '\r' ? ' ' : ascii_lower(c);
}

/* The next character of TEXT folded: 1 to 4 bytes into OUT, 0 for one that is skipped. */
static unsigned fold_next(struct bytes text, size_t *at, uint8_t out[static 4])
{
    uint8_t c = text.at[*at];
    if (c < 0x80) {
        (*at)++;
        out[0] = fold_ascii(c);
        return 1;
    }
    size_t from = *at;
    uint32_t code = utf8_next(text, at);
    if ((code >= 0x200B && code <= 0x200F) || code == 0xAD || code == 0x2060 || code == 0xFEFF)
        return 0;
    if (code >= 0xFF01 && code <= 0xFF5E) {
        out[0] = ascii_lower((uint8_t)(code - 0xFEE0));
        return 1;
    }
    if (code == 0xA0 || code == 0x3000) {
        out[0] = ' ';
        return 1;
    }
    unsigned len = (unsigned)(*at - from);
    memcpy(out, text.at + from, len);
    return len;
}

/* Where the bit of a prefix of LEN bytes is, the first one lowest in WORD. */
static uint32_t prefix_hash(uint64_t word, unsigned len, bool whole_word)
{
    uint64_t key = (word << (64 - 8 * len)) + len * 2u + whole_word;
    key = (key ^ key >> 31) * 0x9E3779B97F4A7C15u;
    return (uint32_t)(key >> (64 - PREFIX_BITS));
}

static bool has_prefix(const struct beginnings *begins, uint64_t word, unsigned len,
                       bool whole_word)
{
    uint32_t hash = prefix_hash(word, len, whole_word);
    return begins->bit[hash / 64] >> hash % 64 & 1;
}

/* A name of LEN folded bytes, HEAD the first of them: the longest prefix that is looked for. */
static void add_beginning(struct beginnings *begins, uint64_t head, unsigned len, bool whole_word)
{
    bool ascii = (head & 0x80) == 0;
    unsigned used = ascii ? len >= 8 ? 8 : len >= 4 ? 4 : 2 : len >= 6 ? 6 : 2;
    uint32_t hash = prefix_hash(head, used, whole_word);
    begins->bit[hash / 64] |= 1ull << hash % 64;
    begins->all = begins->all || len < 2;
    if (ascii && !whole_word)
        begins->first[head & 0x7F] = true;
    begins->pair[head & 0xFF][head >> 8 & 0xFF] |= whole_word ? PAIR_WHOLE : PAIR_INSIDE;
}

static void add_name(struct brand_index *index, struct bytes name, uint32_t number)
{
    uint32_t state = 0;
    uint16_t len = 0;
    uint64_t head = 0;
    if (name.len < 2 || name.len > NAME_MAX_BYTES || index->state_count + name.len > STATES_MAX)
        return;
    uint8_t first = name.at[0], last = name.at[name.len - 1];
    for (size_t at = 0; at < name.len;) {
        uint8_t folded[4];
        unsigned count = fold_next(name, &at, folded);
        for (unsigned i = 0; i < count; i++, len++) {
            uint32_t next = find_edge(index, state, folded[i]);
            head |= len < 8 ? (uint64_t)folded[i] << 8 * len : 0;
            state = next != 0 ? next : add_state(index, state, folded[i]);
        }
    }
    if (index->state[state].brand == 0) {
        index->state[state].brand = (uint16_t)(number + 1);
        index->state[state].len = len;
        index->state[state].whole_word = first < 0x80 && last < 0x80;
        add_beginning(&index->begins, head, len, index->state[state].whole_word);
    }
}

/* Two bytes as they stand in texts have what their folded ones have; where one is not ASCII it may fold to
 * any. */
static void spread_pairs(struct beginnings *begins)
{
    for (unsigned a = 0; a < 256; a++) {
        uint8_t any = 0;
        begins->behind[a] = PAIR_INSIDE | (ascii_is_alnum((uint8_t)a) ? 0 : PAIR_WHOLE);
        for (unsigned b = 0; b < 256; b++)
            any |= begins->pair[fold_ascii((uint8_t)a)][b];
        for (unsigned b = 0; b < 256; b++)
            begins->pair[a][b] = a >= 0x80 ? PAIR_WHOLE | PAIR_INSIDE
                                 : b >= 0x80
                                     ? any
                                     : begins->pair[fold_ascii((uint8_t)a)][fold_ascii((uint8_t)b)];
    }
}

/* Lay the edges of states that have many into rows. */
static void lay_rows(struct brand_index *index)
{
    index->row = talloc_zero_size(index, ROWS_MAX * sizeof *index->row);
    if (index->row == NULL)
        abort();
    for (uint32_t i = 1; i < index->state_count && index->row_count < ROWS_MAX; i++) {
        struct state *state = &index->state[i];
        if (state->edges < ROW_EDGES_MIN)
            continue;
        for (uint32_t e = state->first_edge; e != 0; e = index->edge[e].next)
            index->row[index->row_count][index->edge[e].byte] = index->edge[e].to;
        state->row = (uint16_t)++index->row_count;
    }
}

/* Fail links, breadth first (a queue of states; each is made once). */
static void link_states(struct brand_index *index)
{
    uint32_t *queue = talloc_array(index, uint32_t, index->state_count), head = 0, tail = 0;
    if (queue == NULL)
        abort();
    for (int byte = 0; byte < 256; byte++)
        if (index->root[byte] != 0) {
            index->state[index->root[byte]].is_first = true;
            queue[tail++] = index->root[byte];
        }
    while (head < tail) {
        uint32_t from = queue[head++];
        for (uint32_t e = index->state[from].first_edge; e != 0; e = index->edge[e].next) {
            uint32_t to = index->edge[e].to, fail = index->state[from].fail;
            uint8_t byte = index->edge[e].byte;
            while (fail != 0 && find_edge(index, fail, byte) == 0)
                fail = index->state[fail].fail;
            fail = find_edge(index, fail, byte);
            index->state[to].fail = fail;
            index->state[to].output =
                index->state[fail].brand != 0 ? fail : index->state[fail].output;
            queue[tail++] = to;
        }
    }
    talloc_free(queue);
}

/* Edges as a text meets them: the only one in its state, where most are, the others side by side. */
static void lay_edges(struct brand_index *index)
{
    uint32_t used = 0;
    index->laid = talloc_array(index, struct laid_edge, index->edge_count);
    if (index->laid == NULL)
        abort();
    for (uint32_t i = 1; i < index->state_count; i++) {
        struct state *state = &index->state[i];
        uint32_t first = used;
        for (uint32_t e = state->first_edge; e != 0; e = index->edge[e].next)
            index->laid[used++] = (struct laid_edge){index->edge[e].to, index->edge[e].byte};
        state->has_only = state->edges == 1;
        state->only = state->has_only ? index->laid[first].byte : 0;
        state->first_edge = state->has_only ? index->laid[first].to : first;
    }
    talloc_free(index->edge);
    index->edge = NULL;
}

struct brand_index *brand_index_new(const void *parent, const struct brand *brand, uint32_t count)
{
    struct brand_index *index = talloc_zero(parent, struct brand_index);
    if (index == NULL)
        abort();
    assert(count < UINT16_MAX);
    index->brand = brand;
    index->brand_count = count;
    index->domain = table_new(index);
    index->state = grow(index, NULL, 0, &index->state_room, sizeof *index->state);
    index->edge = grow(index, NULL, 0, &index->edge_room, sizeof *index->edge);
    index->state[0] = (struct state){0};
    index->edge[0] = (struct edge){0};
    index->state_count = index->edge_count = 1;
    for (uint32_t i = 0; i < count; i++) {
        add_name(index, brand[i].name, i);
        for (uint32_t j = 0; j < brand[i].alias_count; j++)
            add_name(index, brand[i].alias[j], i);
        for (uint32_t j = 0; j < brand[i].domain_count; j++)
            table_set(index->domain, brand[i].domain[j], (void *)(uintptr_t)(i + 1));
    }
    lay_rows(index);
    spread_pairs(&index->begins);
    link_states(index);
    lay_edges(index);
    return index;
}

/* Where the name of LEN folded bytes that ends before END begins in TEXT. */
static size_t name_start(struct bytes text, size_t end, unsigned len)
{
    size_t at = end;
    while (at > 0 && len > 0) {
        size_t from = at - 1;
        while (from > 0 && end - from < 1024 && (text.at[from] & 0xC0) == 0x80)
            from--;
        uint8_t folded[4];
        size_t next = from;
        unsigned count = fold_next(text, &next, folded);
        len -= count < len ? count : len;
        at = from;
    }
    return at;
}

static bool is_whole(struct bytes text, size_t from, size_t end)
{
    return (from == 0 || !ascii_is_alnum(text.at[from - 1])) &&
           (end >= text.len || !ascii_is_alnum(text.at[end]));
}

static void add_mention(const struct brand_index *index, struct arena *arena, uint32_t brand,
                        struct bytes text, uint32_t *place, struct brand_mention **list,
                        uint32_t *count)
{
    if (place[brand] != 0) {
        (*list)[place[brand] - 1].count++;
        return;
    }
    if (*count % 16 == 0) {
        struct brand_mention *grown = arena_array_of(arena, *count + 16, struct brand_mention);
        if (*count > 0)
            memcpy(grown, *list, *count * sizeof *grown);
        *list = grown;
    }
    (*list)[*count] =
        (struct brand_mention){.brand = &index->brand[brand], .text = text, .count = 1};
    place[brand] = ++*count;
}

static uint64_t zero_bytes(uint64_t x)
{
    return (x - EACH_BYTE * 0x01) & ~x & EACH_BYTE * 0x80;
}

/* Whether some of these eight bytes may fold to others than ascii_lower_word() says: white space, and
 * characters of the blocks fold_next() changes or skips. */
static bool folds_oddly(uint64_t word)
{
    if (((word | (word - EACH_BYTE * 0x20)) & EACH_BYTE * 0x80) == 0)
        return false; /* all printable ASCII */
    uint64_t wide = zero_bytes(word ^ EACH_BYTE * 0xE3) & zero_bytes(word >> 8 ^ EACH_BYTE * 0x80);
    uint64_t control = (word - EACH_BYTE * 0x20) & ~word & EACH_BYTE * 0x80;
    return (zero_bytes(word ^ EACH_BYTE * 0xC2) | zero_bytes(word ^ EACH_BYTE * 0xE2) |
            zero_bytes(word ^ EACH_BYTE * 0xEF) | wide | control) != 0 ||
           word >> 56 == 0xE3; /* what follows is not seen */
}

/* Whether a name that counts may begin at AT; INSIDE a word only some do. */
static bool may_begin(const struct beginnings *begins, struct bytes text, size_t at, bool inside)
{
    uint64_t word;
    uint8_t c = text.at[at];
    if (text.len - at < sizeof word)
        return true;
    if (c < 0x80 && inside && !begins->first[ascii_lower(c)])
        return false;
    memcpy(&word, text.at + at, sizeof word);
    if (folds_oddly(word))
        return true;
    word = ascii_lower_word(word);
    if (c >= 0x80)
        return has_prefix(begins, word, 6, false) || has_prefix(begins, word, 2, false);
    if (!inside && (has_prefix(begins, word, 8, true) || has_prefix(begins, word, 4, true) ||
                    has_prefix(begins, word, 2, true)))
        return true;
    return begins->first[ascii_lower(c)] &&
           (has_prefix(begins, word, 8, false) || has_prefix(begins, word, 4, false) ||
            has_prefix(begins, word, 2, false));
}

/* The first place from AT on where one may begin: never inside a character. */
static size_t skip_to_name(const struct brand_index *index, struct bytes text, size_t at)
{
    const struct beginnings *begins = &index->begins;
    uint8_t asked = at > 0 ? begins->behind[text.at[at - 1]] : PAIR_WHOLE | PAIR_INSIDE;
    for (; at + 1 < text.len && !begins->all; at++) {
        uint8_t c = text.at[at];
        if ((begins->pair[c][text.at[at + 1]] & asked) != 0 && (c & 0xC0) != 0x80 &&
            may_begin(begins, text, at, asked == PAIR_INSIDE))
            return at;
        asked = begins->behind[c];
    }
    return begins->all ? at : text.len; /* none is one byte long */
}

uint32_t brand_find(const struct brand_index *index, struct arena *arena, struct bytes text,
                    struct brand_mention **out)
{
    uint32_t state = 0, count = 0;
    struct brand_mention *list = NULL;
    uint32_t *place = NULL; /* most texts name nobody */
    for (size_t at = 0; at < text.len;) {
        uint8_t folded[4];
        unsigned bytes = 1;
        if (state == 0 || (index->state[state].is_first && text.at[at - 1] < 0x80)) {
            size_t from = state == 0 ? at : at - 1, to = skip_to_name(index, text, from);
            state = to == from ? state : 0;
            at = to == from ? at : to;
            if (at == text.len)
                break;
        }
        if (text.at[at] < 0x80)
            folded[0] = fold_ascii(text.at[at++]);
        else
            bytes = fold_next(text, &at, folded);
        for (unsigned i = 0; i < bytes; i++) {
            uint32_t next;
            while ((next = find_edge(index, state, folded[i])) == 0 && state != 0)
                state = index->state[state].fail;
            state = next;
        }
        if (bytes == 0)
            continue;
        uint32_t hit = index->state[state].brand != 0 ? state : index->state[state].output;
        if (hit != 0 && place == NULL)
            place = arena_array_of(arena, index->brand_count, uint32_t);
        for (; hit != 0; hit = index->state[hit].output) {
            const struct state *s = &index->state[hit];
            size_t from = name_start(text, at, s->len);
            if (!s->whole_word || is_whole(text, from, at))
                add_mention(index, arena, s->brand - 1, bytes_sub(text, from, at - from), place,
                            &list, &count);
        }
    }
    *out = list;
    return count;
}

const struct brand *brand_of_domain(const struct brand_index *index, struct bytes domain)
{
    uint8_t folded[256];
    if (domain.len == 0 || domain.len > sizeof folded)
        return NULL;
    for (size_t i = 0; i < domain.len; i++)
        folded[i] = ascii_lower(domain.at[i]);
    for (size_t at = 0; at < domain.len;) {
        void *number = table_get(index->domain, bytes_of(folded + at, domain.len - at));
        if (number != NULL)
            return &index->brand[(uintptr_t)number - 1];
        size_t dot = bytes_find_byte(domain, '.', at);
        at = dot == BYTES_NPOS ? domain.len : dot + 1;
    }
    return NULL;
}
