/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/wording.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#define STEM_POINTS_MAX 24
#define PREFIX_MIN 2 /* letters a stem is found by: as many as it has, to PREFIX_MAX */
#define PREFIX_MAX 4
#define KNOWN_BITS 16
#define HEAD_BITS 12
#define RANGE(c, from, to) ((c) - (from) <= (uint32_t)(to) - (from))

/* A stem as folded code points. */
struct stem {
    uint32_t hash; /* of its prefix */
    uint32_t next; /* 1 + the next stem with this place in wording->head, or 0 */
    uint16_t len, group;
    uint16_t longest; /* of this and the next ones, in letters */
    bool whole; /* nothing may follow in the word */
    uint32_t point[STEM_POINTS_MAX];
};

struct wording {
    struct stem *stem;
    uint32_t stem_count;
    uint64_t known[(1u << KNOWN_BITS) / 64]; /* prefixes of stems as bits at their hash: most words begin
                                                with none, and this fits the nearest cache */
    uint32_t head[1u << HEAD_BITS]; /* 1 + a stem, by the hash of its prefix */
    uint8_t ascii[128]; /* folded, of what may stand in a stem: else 0 */
};

/* Latin letters of U+00C0 to U+017F without their marks. */
static const char plain_latin[] = "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty"
                                  "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkk"
                                  "llllllllllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
/* Greek letters with an accent, U+0386 to U+0390 and U+03AA to U+03CE, see fold_greek(). */
static const uint16_t plain_greek[][2] = {
    {0x386, 0x3B1}, {0x388, 0x3B5}, {0x389, 0x3B7}, {0x38A, 0x3B9}, {0x38C, 0x3BF}, {0x38E, 0x3C5},
    {0x38F, 0x3C9}, {0x390, 0x3B9}, {0x3AA, 0x3B9}, {0x3AB, 0x3C5}, {0x3AC, 0x3B1}, {0x3AD, 0x3B5},
    {0x3AE, 0x3B7}, {0x3AF, 0x3B9}, {0x3B0, 0x3C5}, {0x3C2, 0x3C3}, {0x3CA, 0x3B9}, {0x3CB, 0x3C5},
    {0x3CC, 0x3BF}, {0x3CD, 0x3C5}, {0x3CE, 0x3C9}};

static uint32_t fold_greek(uint32_t c)
{
    for (size_t i = 0; i < sizeof plain_greek / sizeof plain_greek[0]; i++)
        if (plain_greek[i][0] == c)
            return plain_greek[i][1];
    return RANGE(c, 0x391, 0x3A9) ? c + 0x20 : c;
}

/* Vietnamese letters with two marks, U+1EA0 to U+1EF9. */
static uint32_t fold_vietnamese(uint32_t c)
{
    return c < 0x1EB8 ? 'a' : c < 0x1EC8 ? 'e' : c < 0x1ECC ? 'i' : c < 0x1EE4 ? 'o'
         : c < 0x1EF2 ? 'u' : 'y';
}

/* C without case and accent; 0 for a mark that stands by itself. */
static uint32_t fold_point(uint32_t c)
{
    if (c < 0x80)
        return ascii_lower((uint8_t)c);
    if (RANGE(c, 0xC0, 0x17F))
        return (uint8_t)plain_latin[c - 0xC0];
    if (RANGE(c, 0x300, 0x36F) || c == 0xAD || RANGE(c, 0x200B, 0x200D) || c == 0xFEFF)
        return 0;
    if (c == 0x2019)
        return '\'';
    if (RANGE(c, 0x218, 0x21B))
        return c < 0x21A ? 's' : 't';
    if (RANGE(c, 0x386, 0x3CE))
        return fold_greek(c);
    if (RANGE(c, 0x410, 0x42F))
        return c + 0x20;
    if (c == 0x401 || c == 0x451)
        return 0x435;
    if (RANGE(c, 0x1A0, 0x1B0))
        return c < 0x1A2 ? 'o' : c > 0x1AE ? 'u' : c;
    if (RANGE(c, 0x1EA0, 0x1EF9))
        return fold_vietnamese(c);
    return RANGE(c, 0xFF01, 0xFF5E) ? ascii_lower((uint8_t)(c - 0xFEE0)) : c;
}

static bool is_letter(uint32_t c)
{
    if (c < 0x80)
        return ascii_is_alnum((uint8_t)c);
    return !(c < 0xAA || RANGE(c, 0x2000, 0x2BFF) || RANGE(c, 0x3000, 0x3004) ||
             RANGE(c, 0x3008, 0x3020) || c == 0xFFFD);
}

/* Scripts in which a word may begin at any character. */
static bool is_unspaced(uint32_t c)
{
    return RANGE(c, 0xE00, 0xE7F) || RANGE(c, 0x2E80, 0x9FFF) || RANGE(c, 0xAC00, 0xD7A3);
}

static bool ends_sentence(uint32_t c, struct bytes text, size_t next)
{
    if (c == '\n' || c == 0x3002 || c == 0xFF01 || c == 0xFF1F)
        return true;
    return (c == '.' || c == '!' || c == '?') && (next >= text.len || text.at[next] == ' ');
}

/* The hash of a prefix from that of all but its last letter, POINT; of none it is 0. */
static uint32_t hash_on(uint32_t hash, uint32_t point)
{
    return (hash + point + 1) * 0x9E3779B1u;
}

static bool is_known(const struct wording *wording, uint32_t hash)
{
    uint32_t bit = hash >> (32 - KNOWN_BITS);
    return wording->known[bit / 64] >> bit % 64 & 1;
}

/* Up to MOST folded letters of TEXT from AT on; END[i] is where the i-th ends. */
static unsigned read_word(const struct wording *wording, struct bytes text, size_t at,
                          unsigned most, uint32_t *point, size_t *end)
{
    unsigned len = 0;
    while (at < text.len && len < most) {
        uint8_t plain = text.at[at] < 0x80 ? wording->ascii[text.at[at]] : 0;
        if (plain != 0) {
            point[len] = plain;
            end[len++] = ++at;
            continue;
        }
        uint32_t c = fold_point(utf8_next(text, &at));
        if (c != 0 && !is_letter(c) && !(c == ' ' || c == '-' || c == '\''))
            break;
        if (c != 0) {
            end[len] = at;
            point[len++] = c;
        }
    }
    return len;
}

static void add_stem(struct wording *wording, struct bytes text, uint32_t group)
{
    struct stem *stem = &wording->stem[wording->stem_count];
    size_t end[STEM_POINTS_MAX];
    stem->whole = text.at[text.len - 1] == '$';
    stem->len = (uint16_t)read_word(wording, text, 0, STEM_POINTS_MAX, stem->point, end);
    stem->group = (uint16_t)group;
    if (stem->len < 2)
        return;
    uint32_t hash = 0;
    for (unsigned i = 0; i < stem->len && i < PREFIX_MAX; i++)
        hash = hash_on(hash, stem->point[i]);
    stem->hash = hash;
    wording->known[hash >> (32 - KNOWN_BITS) >> 6] |= 1ull << (hash >> (32 - KNOWN_BITS)) % 64;
    uint32_t *head = &wording->head[hash >> (32 - HEAD_BITS)];
    stem->next = *head;
    stem->longest = stem->len;
    if (*head != 0 && wording->stem[*head - 1].longest > stem->longest)
        stem->longest = wording->stem[*head - 1].longest;
    *head = ++wording->stem_count;
}

struct wording *wording_new(const void *parent, const struct lexicon *lexicon)
{
    struct wording *wording = talloc_zero(parent, struct wording);
    uint32_t count = 0;
    if (wording == NULL)
        abort();
    for (uint32_t i = lexicon->phrase_group_count; i < lexicon->group_count; i++)
        count += lexicon->group[i].phrase_count;
    wording->stem = talloc_zero_array(wording, struct stem, count + 1);
    if (wording->stem == NULL)
        abort();
    for (uint8_t c = 1; c < 0x80; c++)
        wording->ascii[c] = is_letter(c) || c == ' ' || c == '-' ? ascii_lower(c) : 0;
    for (uint32_t i = lexicon->phrase_group_count; i < lexicon->group_count; i++)
        for (uint32_t j = 0; j < lexicon->group[i].phrase_count; j++)
            add_stem(wording, lexicon->group[i].phrase[j], i);
    return wording;
}

static bool begins_word(const struct stem *stem, const uint32_t *point, unsigned len)
{
    if (stem->len > len || memcmp(stem->point, point, stem->len * sizeof *point) != 0)
        return false;
    return !stem->whole || stem->len == len || !is_letter(point[stem->len]) ||
           is_unspaced(point[stem->len]);
}

/* The families a word at AT belongs to, behind the COUNT hits there are; the new count is returned. */
static uint32_t families_at(const struct wording *wording, struct bytes text, size_t at,
                            uint32_t sentence, struct wording_hit *hit, uint32_t count)
{
    uint32_t point[STEM_POINTS_MAX], hash[PREFIX_MAX], hashes = 0, so_far = 0;
    size_t end[STEM_POINTS_MAX];
    unsigned most = 0, len = read_word(wording, text, at, PREFIX_MAX, point, end);
    for (unsigned i = 0; i < len; i++) {
        so_far = hash_on(so_far, point[i]);
        if (i + 1 < PREFIX_MIN || !is_known(wording, so_far))
            continue;
        uint32_t first = wording->head[so_far >> (32 - HEAD_BITS)];
        hash[hashes++] = so_far;
        if (first != 0 && wording->stem[first - 1].longest > most)
            most = wording->stem[first - 1].longest;
    }
    if (hashes == 0)
        return count; /* most words */
    most = most < STEM_POINTS_MAX ? most + 1 : STEM_POINTS_MAX; /* one more tells whether a word ends */
    if (most > len)
        len += read_word(wording, text, end[len - 1], most - len, point + len, end + len);
    for (uint32_t i = 0; i < hashes; i++)
        for (uint32_t next = wording->head[hash[i] >> (32 - HEAD_BITS)];
             next != 0 && count < WORDING_HITS;) {
            const struct stem *stem = &wording->stem[next - 1];
            next = stem->next;
            if (stem->hash == hash[i] && begins_word(stem, point, len))
                hit[count++] = (struct wording_hit){
                    bytes_sub(text, at, end[stem->len - 1] - at), stem->group, sentence};
        }
    return count;
}

uint32_t wording_find(const struct wording *wording, struct arena *arena, struct bytes text,
                      struct wording_hit **out)
{
    struct wording_hit *hit = arena_alloc_raw(arena, WORDING_HITS * sizeof *hit);
    uint32_t count = 0, sentence = 0;
    bool inside = false;
    for (size_t at = 0; at < text.len && count < WORDING_HITS;) {
        size_t from = at;
        uint32_t c = utf8_next(text, &at);
        bool letter = is_letter(c);
        if (letter && (!inside || is_unspaced(c)))
            count = families_at(wording, text, from, sentence, hit, count);
        inside = letter;
        sentence += !letter && ends_sentence(c, text, at);
        while (letter && at < text.len && ascii_is_alnum(text.at[at]))
            at++;
    }
    *out = hit;
    return count;
}
