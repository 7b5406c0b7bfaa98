/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/brand.h"

#include "base/table.h"
#include "base/utf8.h"

#include <assert.h>
#include <stdlib.h>
#include <talloc.h>

#define NAME_MAX_BYTES 128
#define FEW 16u /* mentions looked through one by one */
#define EACH_BYTE 0x0101010101010101u

/* A name, folded. */
struct name {
    uint64_t prefix; /* PREFIX_LEN bytes, the first one lowest */
    uint64_t more;   /* the next eight; 0 where it ends */
    uint32_t at;     /* in index->folded */
    uint32_t next;   /* 1 + the next with this place in index->head, or 0 */
    uint16_t len, brand;
    uint8_t prefix_len;
    bool whole_word; /* letters and digits may not touch it */
};

/* Folded prefixes of names as bits at their hash, small enough for the nearest cache: names themselves are
 * looked at only where one of these stands. */
#define PREFIX_BITS 17
#define FOUR_BITS 16
#define HEAD_BITS 12
#define PAIR_WORD 1   /* one that must begin a word, for it begins with ASCII */
#define PAIR_INSIDE 2 /* one that need not */
#define PAIR_SHORT 4  /* one whose prefix these two bytes are */
struct beginnings {
    uint64_t bit[(1u << PREFIX_BITS) / 64];
    uint64_t four[(1u << FOUR_BITS) / 64]; /* the first four bytes of prefixes that have as many */
    uint8_t pair[256][256]; /* PAIR_* of the names that begin with these two bytes, folded or not */
    uint8_t one[256];       /* PAIR_* of those that begin with this byte; 0 inside a character */
    uint8_t behind[256];    /* PAIR_* of the names that may begin behind this byte */
};

struct brand_index {
    const struct brand *brand;
    uint32_t brand_count;
    struct name *name;
    uint32_t name_count;
    uint8_t *folded;
    uint32_t folded_bytes;
    uint32_t head[1u << HEAD_BITS]; /* 1 + a name, by the hash of its prefix */
    struct table *domain;
    struct beginnings begins;
};

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
static uint32_t prefix_hash(uint64_t word, unsigned len)
{
    uint64_t key = (word << (64 - 8 * len)) + len;
    key = (key ^ key >> 31) * 0x9E3779B97F4A7C15u;
    return (uint32_t)(key >> (64 - PREFIX_BITS));
}

/* Where the bit of the first four bytes of WORD is. */
static uint32_t four_hash(uint64_t word)
{
    return (uint32_t)word * 0x9E3779B1u >> (32 - FOUR_BITS);
}

static bool has_four(const struct beginnings *begins, uint64_t word)
{
    uint32_t hash = four_hash(word);
    return begins->four[hash / 64] >> hash % 64 & 1;
}

static bool has_prefix(const struct beginnings *begins, uint64_t word, unsigned len)
{
    uint32_t hash = prefix_hash(word, len);
    return begins->bit[hash / 64] >> hash % 64 & 1;
}

/* The bytes of a prefix: the longest one that is looked for. */
static unsigned prefix_bytes(bool ascii, unsigned len)
{
    if (ascii)
        return len >= 8 ? 8 : len >= 4 ? 4 : 2;
    return len >= 6 ? 6 : 2;
}

static uint64_t first_bytes(uint64_t word, unsigned len)
{
    return len >= 8 ? word : word & ((1ull << 8 * len) - 1);
}

/* Let NAME be found by its prefix, the beginning of HEAD; false where the same name is known already. */
static bool link_name(struct brand_index *index, struct name *name, uint64_t head)
{
    struct beginnings *begins = &index->begins;
    bool ascii = (head & 0x80) == 0;
    name->prefix_len = (uint8_t)prefix_bytes(ascii, name->len);
    name->prefix = first_bytes(head, name->prefix_len);
    uint32_t hash = prefix_hash(head, name->prefix_len);
    uint32_t *first = &index->head[hash >> (PREFIX_BITS - HEAD_BITS)];
    for (uint32_t i = *first; i != 0; i = index->name[i - 1].next) {
        const struct name *other = &index->name[i - 1];
        if (other->len == name->len &&
            memcmp(index->folded + other->at, index->folded + name->at, name->len) == 0)
            return false;
    }
    name->next = *first;
    *first = index->name_count + 1;
    begins->bit[hash / 64] |= 1ull << hash % 64;
    for (unsigned i = name->prefix_len; i < name->len && i < name->prefix_len + 8u; i++)
        name->more |= (uint64_t)index->folded[name->at + i] << 8 * (i - name->prefix_len);
    uint8_t pair = ascii ? PAIR_WORD : PAIR_INSIDE;
    if (name->prefix_len < 4)
        pair |= PAIR_SHORT;
    else
        begins->four[four_hash(head) / 64] |= 1ull << four_hash(head) % 64;
    begins->pair[head & 0xFF][head >> 8 & 0xFF] |= pair;
    return true;
}

static void add_name(struct brand_index *index, struct bytes text, uint32_t number)
{
    struct name *name = &index->name[index->name_count];
    unsigned len = 0;
    uint64_t head = 0;
    if (text.len < 2 || text.len > NAME_MAX_BYTES)
        return;
    *name = (struct name){.at = index->folded_bytes,
                          .brand = (uint16_t)number,
                          .whole_word = text.at[0] < 0x80 && text.at[text.len - 1] < 0x80};
    for (size_t at = 0; at < text.len;) {
        uint8_t folded[4];
        unsigned count = fold_next(text, &at, folded);
        for (unsigned i = 0; i < count; i++, len++) {
            index->folded[name->at + len] = folded[i];
            head |= len < 8 ? (uint64_t)folded[i] << 8 * len : 0;
        }
    }
    name->len = (uint16_t)len;
    if (len < 2 || !link_name(index, name, head))
        return;
    index->name_count++;
    index->folded_bytes += len;
}

/* Two bytes as they stand in texts have what their folded ones have; where one is not ASCII it may fold to
 * any. */
static void spread_pairs(struct beginnings *begins)
{
    for (unsigned a = 0; a < 256; a++) {
        uint8_t any = 0;
        begins->behind[a] = PAIR_INSIDE | (ascii_is_alnum((uint8_t)a) ? 0 : PAIR_WORD);
        for (unsigned b = 0; b < 256; b++)
            any |= begins->pair[fold_ascii((uint8_t)a)][b];
        for (unsigned b = 0; b < 256; b++)
            begins->pair[a][b] = a >= 0x80 ? PAIR_WORD | PAIR_INSIDE | begins->pair[a][b]
                                 : b >= 0x80
                                     ? any
                                     : begins->pair[fold_ascii((uint8_t)a)][fold_ascii((uint8_t)b)];
        for (unsigned b = 0; b < 256 && (a & 0xC0) != 0x80; b++)
            begins->one[a] |= begins->pair[a][b];
    }
}

/* Room for all names, folded: none grows by that. */
static void make_room(struct brand_index *index)
{
    size_t names = 1, bytes = 1; /* of all as they are written */
    for (uint32_t i = 0; i < index->brand_count; i++) {
        const struct brand *brand = &index->brand[i];
        names += 1 + brand->alias_count;
        bytes += brand->name.len;
        for (uint32_t j = 0; j < brand->alias_count; j++)
            bytes += brand->alias[j].len;
    }
    assert(bytes < UINT32_MAX / 2);
    index->name = talloc_array(index, struct name, (unsigned)names);
    index->folded = talloc_array(index, uint8_t, (unsigned)bytes + NAME_MAX_BYTES);
    if (index->name == NULL || index->folded == NULL)
        abort();
}

/* Let names with one place in index->head lie side by side, for they are looked through in a row. */
static void line_up(struct brand_index *index)
{
    struct name *lined = talloc_array(index, struct name, index->name_count + 1);
    uint32_t count = 0;
    if (lined == NULL)
        abort();
    for (uint32_t slot = 0; slot < sizeof index->head / sizeof index->head[0]; slot++) {
        uint32_t next = index->head[slot];
        index->head[slot] = next == 0 ? 0 : count + 1;
        while (next != 0) {
            lined[count] = index->name[next - 1];
            next = lined[count++].next;
            lined[count - 1].next = next == 0 ? 0 : count + 1;
        }
    }
    assert(count == index->name_count);
    talloc_free(index->name);
    index->name = lined;
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
    make_room(index);
    for (uint32_t i = 0; i < count; i++) {
        add_name(index, brand[i].name, i);
        for (uint32_t j = 0; j < brand[i].alias_count; j++)
            add_name(index, brand[i].alias[j], i);
        for (uint32_t j = 0; j < brand[i].domain_count; j++)
            table_set(index->domain, brand[i].domain[j], (void *)(uintptr_t)(i + 1));
    }
    line_up(index);
    spread_pairs(&index->begins);
    return index;
}

static bool is_whole(struct bytes text, size_t from, size_t end)
{
    return (from == 0 || !ascii_is_alnum(text.at[from - 1])) &&
           (end >= text.len || !ascii_is_alnum(text.at[end]));
}

/* A text that is searched, and what was found. */
struct search {
    const struct brand_index *index;
    struct arena *arena;
    struct bytes text;
    struct brand_mention *list;
    uint32_t count;
    uint32_t *place; /* 1 + place of a brand in LIST; NULL while they are few, as in most texts */
};

/* A mention that ends earlier comes first, of those the longer one. */
static int earlier_first(const void *a, const void *b)
{
    const struct bytes x = ((const struct brand_mention *)a)->text,
                       y = ((const struct brand_mention *)b)->text;
    if (x.at + x.len != y.at + y.len)
        return x.at + x.len < y.at + y.len ? -1 : 1;
    return x.at < y.at ? -1 : x.at > y.at;
}

static struct brand_mention *mention_of(const struct search *search, uint32_t number)
{
    if (search->place != NULL)
        return search->place[number] == 0 ? NULL : &search->list[search->place[number] - 1];
    for (uint32_t i = 0; i < search->count; i++)
        if (search->list[i].brand == &search->index->brand[number])
            return &search->list[i];
    return NULL;
}

/* Room for FEW more mentions; from now on they are too many to be looked through. */
static void grow_list(struct search *search)
{
    const struct brand_index *index = search->index;
    struct brand_mention *grown =
        arena_array_of(search->arena, search->count + FEW, struct brand_mention);
    if (search->count > 0)
        memcpy(grown, search->list, search->count * sizeof *grown);
    search->list = grown;
    if (search->place != NULL || search->count == 0)
        return;
    search->place = arena_array_of(search->arena, index->brand_count, uint32_t);
    for (uint32_t i = 0; i < search->count; i++)
        search->place[grown[i].brand - index->brand] = i + 1;
}

static void add_mention(struct search *search, uint32_t brand, struct bytes text)
{
    struct brand_mention *known = mention_of(search, brand),
                         found = {
                             .brand = &search->index->brand[brand], .text = text, .count = 1};
    if (known != NULL) {
        found.count += known->count;
        *known = earlier_first(&found, known) < 0
                     ? found
                     : (struct brand_mention){known->brand, known->text, found.count};
        return;
    }
    if (search->count % FEW == 0)
        grow_list(search);
    search->list[search->count++] = found;
    if (search->place != NULL)
        search->place[brand] = search->count;
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

/* The first folded bytes of TEXT from AT on, 8 where there are so many; *LEN of them. */
static uint64_t fold_word(struct bytes text, size_t at, unsigned *len)
{
    uint64_t word = 0;
    for (*len = 0; at < text.len && *len < 8;) {
        uint8_t folded[4];
        unsigned count = fold_next(text, &at, folded);
        for (unsigned i = 0; i < count && *len < 8; i++, ++*len)
            word |= (uint64_t)folded[i] << 8 * *len;
    }
    return word;
}

/* Whether the LEN folded bytes at NAME stand at *AT of TEXT; *AT is behind them then. */
static bool stands_at(const uint8_t *name, unsigned len, struct bytes text, size_t *at)
{
    for (unsigned i = 0; i < len;) {
        uint8_t folded[4];
        if (*at >= text.len)
            return false;
        if (text.at[*at] < 0x80) {
            if (fold_ascii(text.at[(*at)++]) != name[i++])
                return false;
            continue;
        }
        unsigned count = fold_next(text, at, folded);
        if (count > len - i || memcmp(folded, name + i, count) != 0)
            return false;
        i += count;
    }
    return true;
}

/* The eight bytes at AT as they fold; false where there are not so many, or one of them folds oddly. */
static bool plain_word(struct bytes text, size_t at, uint64_t *word_out)
{
    uint64_t word;
    if (at > text.len || text.len - at < sizeof word)
        return false;
    memcpy(&word, text.at + at, sizeof word);
    *word_out = ascii_lower_word(word);
    return !folds_oddly(word);
}

/* The names with the prefix of LEN bytes of WORD that stand at AT; PLAIN: those bytes are not folded. */
static void names_with(struct search *search, size_t at, uint64_t word, unsigned len, bool plain)
{
    const struct brand_index *index = search->index;
    struct bytes text = search->text;
    uint64_t more;
    bool on = plain && at + len < text.len && (text.at[at + len] & 0xC0) != 0x80;
    bool more_known = on && plain_word(text, at + len, &more);
    unsigned known = on ? len : 0;
    word = first_bytes(word, len);
    for (uint32_t i = index->head[prefix_hash(word, len) >> (PREFIX_BITS - HEAD_BITS)]; i != 0;) {
        const struct name *name = &index->name[i - 1];
        size_t end = at + known;
        i = name->next;
        if (name->prefix != word || name->prefix_len != len ||
            (more_known && first_bytes(more, name->len - len) != name->more))
            continue;
        if (stands_at(index->folded + name->at + known, name->len - known, text, &end) &&
            (!name->whole_word || is_whole(text, at, end)))
            add_mention(search, name->brand, bytes_sub(text, at, end - at));
    }
}

/* The names that begin at AT; INSIDE a word only those that need not begin one. */
static void names_at(struct search *search, size_t at, bool inside)
{
    static const uint8_t lens[2][3] = {{6, 2, 0}, {8, 4, 2}};
    const struct beginnings *begins = &search->index->begins;
    struct bytes text = search->text;
    uint64_t word;
    unsigned len = sizeof word;
    bool plain = plain_word(text, at, &word);
    if (!plain) {
        uint8_t folded[4];
        size_t next = at;
        if (fold_next(text, &next, folded) == 0)
            return; /* the name begins behind it */
        word = fold_word(text, at, &len);
    }
    bool ascii = (word & 0x80) == 0;
    if (ascii && inside)
        return;
    if (!has_four(begins, word) && !(begins->pair[word & 0xFF][word >> 8 & 0xFF] & PAIR_SHORT))
        return; /* most places */
    for (int i = 0; i < 3 && lens[ascii][i] > 0; i++)
        if (lens[ascii][i] <= len && has_prefix(begins, word, lens[ascii][i]))
            names_with(search, at, word, lens[ascii][i], plain);
}

uint32_t brand_find(const struct brand_index *index, struct arena *arena, struct bytes text,
                    struct brand_mention **out)
{
    const struct beginnings *begins = &index->begins;
    struct search search = {.index = index, .arena = arena, .text = text};
    uint8_t asked = PAIR_WORD | PAIR_INSIDE;
    for (size_t at = 0; at + 1 < text.len; at++) {
        uint8_t c = text.at[at];
        if ((begins->one[c] & asked) != 0 && (begins->pair[c][text.at[at + 1]] & asked) != 0)
            names_at(&search, at, asked == PAIR_INSIDE);
        asked = begins->behind[c];
    }
    if (search.count > 1)
        qsort(search.list, search.count, sizeof *search.list, earlier_first);
    *out = search.list;
    return search.count;
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
