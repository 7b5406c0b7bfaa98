/* SPDX-License-Identifier: Apache-2.0 */
#include "group/template.h"

#include "group/bulk.h"
#include "group/crew.h"
#include "group/scheme.h"

#include <talloc.h>

#define LITERAL_LEAST 7
#define LITERAL_TIMES 12.0
#define AFFIX_SHORTEST 3u
#define AFFIX_LONGEST 13u
#define HEX_SHORTEST 16u
#define SEGMENTS_MOST 8u
#define SITES_A_PART 16384u
#define AHEAD 8u /* sites whose counters are asked for before they are read */

const char *const scheme_names[4] = {"none", "brand-letters", "mutated brand", "kit path"};

enum part { PART_PIECE = 13, PART_SUB, PART_PATH };

static uint64_t part_hash(enum part part, struct bytes b)
{
    return tally_mix(bytes_hash(b), (uint64_t)part);
}

/* Hashes of the beginnings (TAIL: the ends, read backwards) of PIECE that are not all of it, by length;
 * answers the longest. */
static size_t affix_hashes(struct bytes piece, bool tail, uint64_t out[AFFIX_LONGEST + 1])
{
    uint64_t hash = tail ? 0x84222325cbf29ce4u : 0xcbf29ce484222325u;
    size_t most = piece.len <= 1 ? 0 : piece.len - 1;
    most = most < AFFIX_LONGEST ? most : AFFIX_LONGEST;
    for (size_t n = 1; n <= most; n++) {
        hash = (hash ^ piece.at[tail ? piece.len - n : n - 1]) * 0x100000001b3u;
        out[n] = hash;
    }
    return most;
}

/* What counting and looking up have in common: WITH is called for the hash of each piece of a site that may
 * be a literal; of affixes those from AFFIX_SHORTEST to LONGEST bytes. */
struct visit {
    void (*with)(struct visit *visit, uint64_t hash);
    size_t longest;
    const struct tally *tally;
    struct tally_writer *writer;
};

static void visit_affixes(struct visit *visit, struct bytes piece)
{
    uint64_t head[AFFIX_LONGEST + 1], tail[AFFIX_LONGEST + 1];
    size_t most = affix_hashes(piece, false, head);
    affix_hashes(piece, true, tail);
    most = most < visit->longest ? most : visit->longest;
    for (size_t n = AFFIX_SHORTEST; n <= most; n++) {
        visit->with(visit, head[n]);
        visit->with(visit, tail[n]);
    }
    visit->with(visit, part_hash(PART_PIECE, piece));
}

static void visit_site(struct visit *visit, const struct feed_site *site)
{
    struct bytes label = feed_site_label(site), field;
    while ((site->flags & SITE_IP) == 0 && bytes_next_field(&label, '-', &field))
        visit_affixes(visit, field);
    struct bytes sub = feed_site_sub(site);
    while (sub.len > 0 && bytes_next_field(&sub, '.', &field))
        visit->with(visit, part_hash(PART_SUB, field));
    struct bytes path = feed_site_path(site);
    for (uint32_t n = 0; n < SEGMENTS_MOST && bytes_next_field(&path, '/', &field); n++)
        if (field.len > 0)
            visit->with(visit, part_hash(PART_PATH, field));
}

static void visit_put(struct visit *visit, uint64_t hash)
{
    tally_put(visit->writer, hash);
}

static void visit_expect(struct visit *visit, uint64_t hash)
{
    tally_expect(visit->tally, hash);
}

/* Sites whose registered domain no site before them has: one bit each. */
static uint8_t *first_of_domain(const void *parent, const struct feed *feed)
{
    uint64_t slots = 1024;
    while (slots < (uint64_t)feed->count * 2)
        slots *= 2;
    uint64_t *slot = bulk_array(NULL, slots, sizeof *slot);
    uint8_t *first = bulk_array(parent, feed->count + 1u, 1);
    for (uint32_t i = 0; i < feed->count; i++) {
        if (i + AHEAD < feed->count)
            __builtin_prefetch(
                &slot[tally_mix(feed->site[i + AHEAD].registered | 1, 2) & (slots - 1)], 1, 1);
        uint64_t key = feed->site[i].registered | 1, at = tally_mix(key, 2) & (slots - 1);
        while (slot[at] != 0 && slot[at] != key)
            at = (at + 1) & (slots - 1);
        first[i] = slot[at] == 0 && (feed->site[i].flags & SITE_IP) == 0;
        slot[at] = key;
    }
    bulk_free(slot);
    return first;
}

static bool is_more_than_chance(const struct templates *t, uint64_t hash, struct bytes piece)
{
    uint32_t seen = tally_get(&t->piece, hash);
    double noise = 4 * tally_noise(&t->piece);
    if (seen < LITERAL_LEAST + noise)
        return false;
    double expected = (double)t->domains;
    for (size_t i = 0; i < piece.len && expected > 1e-6; i++)
        expected *= t->letter[piece.at[i]];
    return seen >= LITERAL_TIMES * expected + noise;
}

static bool is_literal(const struct templates *t, enum part part, struct bytes piece)
{
    return is_more_than_chance(t, part_hash(part, piece), piece);
}

/* Bytes of the longest beginning (TAIL: end) of PIECE that is a literal; 0: none.  What contains a piece is
 * never more frequent, so the search ends at the first that is too rare. */
static size_t affix_literal(const struct templates *t, struct bytes piece, bool tail)
{
    uint64_t hash[AFFIX_LONGEST + 1];
    size_t most = affix_hashes(piece, tail, hash), n = AFFIX_SHORTEST;
    double least = LITERAL_LEAST + 4 * tally_noise(&t->piece);
    while (n <= most && tally_get(&t->piece, hash[n]) >= least)
        n++;
    for (n--; n >= AFFIX_SHORTEST; n--)
        if (is_more_than_chance(t, hash[n],
                                tail ? bytes_from(piece, piece.len - n) : bytes_sub(piece, 0, n)))
            return n;
    return 0;
}

static void add_class(struct text *out, struct bytes b, bool regex)
{
    if (b.len == 0)
        return;
    bool letters = true, digits = true, hex = true, other = false;
    for (size_t i = 0; i < b.len; i++) {
        letters &= ascii_is_alpha(b.at[i]);
        digits &= ascii_is_digit(b.at[i]);
        hex &= ascii_hex(b.at[i]) >= 0;
        other |= !ascii_is_alnum(b.at[i]);
    }
    char c = digits ? 'd' : letters ? 'a' : hex && b.len >= HEX_SHORTEST ? 'h' : 'x';
    if (!regex) {
        uint8_t name[] = {'<', (uint8_t)c, (uint8_t)('0' + b.len / 10), (uint8_t)('0' + b.len % 10),
                          '>'};
        if (b.len < 10)
            memmove(name + 2, name + 3, 2);
        if (b.len < 100)
            text_add(out, bytes_of(name, b.len < 10 ? 4 : 5));
        else
            text_add_format(out, "<%c%zu>", c, b.len);
    } else {
        text_add_format(out, "%s{%zu}",
                        c == 'd'   ? "[0-9]"
                        : c == 'a' ? "[a-z]"
                        : c == 'h' ? "[0-9a-f]"
                        : other    ? "[^/]"
                                   : "[a-z0-9]",
                        b.len);
    }
}

static void add_literal(struct text *out, struct bytes b, bool regex)
{
    for (size_t i = 0; i < b.len; i++) {
        if (regex && !ascii_is_alnum(b.at[i]) && b.at[i] != '-' && b.at[i] != '_' && b.at[i] != '/')
            text_add_byte(out, '\\');
        text_add_byte(out, b.at[i]);
    }
}

/* One piece between hyphens; answers the bytes kept as literal. */
static size_t add_piece(const struct templates *t, struct bytes piece, struct text *out, bool regex)
{
    if (piece.len >= 2 && !ascii_is_digit(piece.at[0]) && is_literal(t, PART_PIECE, piece)) {
        add_literal(out, piece, regex);
        return piece.len;
    }
    size_t head = affix_literal(t, piece, false), tail = affix_literal(t, piece, true);
    if (head > 0 && head >= tail) {
        add_literal(out, bytes_sub(piece, 0, head), regex);
        add_class(out, bytes_from(piece, head), regex);
        return head;
    }
    if (tail > 0) {
        add_class(out, bytes_sub(piece, 0, piece.len - tail), regex);
        add_literal(out, bytes_from(piece, piece.len - tail), regex);
        return tail;
    }
    add_class(out, piece, regex);
    return 0;
}

static size_t add_label(const struct templates *t, struct bytes label, struct text *out, bool regex)
{
    struct bytes field;
    size_t literal = 0;
    for (bool first = true; bytes_next_field(&label, '-', &field); first = false) {
        if (!first)
            text_add_byte(out, '-');
        literal += add_piece(t, field, out, regex);
    }
    return literal;
}

static size_t add_fields(const struct templates *t, struct bytes b, uint8_t separator,
                         enum part part, struct text *out)
{
    struct bytes field;
    size_t literal = 0;
    for (uint32_t n = 0; n < SEGMENTS_MOST && bytes_next_field(&b, separator, &field); n++) {
        if (n > 0)
            text_add_byte(out, separator);
        if (field.len > 0 && is_literal(t, part, field)) {
            text_add(out, field);
            literal += field.len;
        } else {
            add_class(out, field, false);
        }
    }
    return literal;
}

static uint8_t clamp(size_t n)
{
    return (uint8_t)(n < 255 ? n : 255);
}

/* The number of a sector; a new one is noted. */
static uint8_t sector_of(struct templates *t, struct bytes name)
{
    for (uint32_t i = 1; i <= t->sector_count; i++)
        if (bytes_equal(t->sector[i], name))
            return (uint8_t)i;
    if (name.len == 0 || t->sector_count == 254)
        return 0;
    t->sector[++t->sector_count] = name;
    return (uint8_t)t->sector_count;
}

static void describe(struct templates *t, uint32_t index, uint8_t sector, struct text *scratch)
{
    const struct feed_site *site = &t->feed->site[index];
    struct traits *traits = &t->traits[index];
    traits->suffix = (uint32_t)bytes_hash(feed_site_suffix(site));
    scratch->len = 0;
    if ((site->flags & SITE_IP) == 0) {
        traits->label_literal = clamp(add_label(t, feed_site_label(site), scratch, false));
        traits->label = (uint32_t)bytes_hash(text_bytes(scratch)) | 1u;
    }
    scratch->len = 0;
    if (site->sub_len > 0 && !bytes_equal(feed_site_sub(site), BYTES("www"))) {
        traits->sub_literal = clamp(add_fields(t, feed_site_sub(site), '.', PART_SUB, scratch));
        traits->sub = (uint32_t)bytes_hash(text_bytes(scratch)) | 1u;
    }
    scratch->len = 0;
    if ((site->flags & SITE_ROOT) == 0) {
        traits->path_literal = clamp(add_fields(t, feed_site_path(site), '/', PART_PATH, scratch));
        traits->path = (uint32_t)bytes_hash(text_bytes(scratch)) | 1u;
    }
    traits->sector = sector;
    if (traits->sector != 0 && (site->flags & (SITE_IP | SITE_FREE | SITE_DYNAMIC)) == 0)
        traits->scheme =
            (uint8_t)scheme_of(t->token, t->token_count, traits->sector, site, &traits->token);
}

static void read_tokens(struct templates *t, struct bytes list)
{
    uint32_t room = 0;
    for (struct bytes line; bytes_next_line(&list, &line);) {
        line = bytes_trim(bytes_sub(line, 0, bytes_find_byte(line, '#', 0)));
        size_t space = bytes_find_byte(line, ' ', 0);
        if (space == BYTES_NPOS)
            continue;
        if (t->token_count == room)
            t->token = talloc_realloc(t, t->token, struct template_token,
                                      room = room == 0 ? 64 : room * 2);
        t->token[t->token_count++] =
            (struct template_token){arena_copy(t->arena, bytes_trim(bytes_from(line, space))),
                                    sector_of(t, arena_copy(t->arena, bytes_sub(line, 0, space)))};
    }
}

/* What the parts of learning share: counts of bytes for each worker, sectors by brand. */
struct lesson {
    struct templates *t;
    const uint8_t *first;
    uint8_t *sector;
    uint64_t (*bytes)[256];
    uint64_t *domains;
    struct text *scratch;
};

static uint32_t part_end(const struct templates *t, uint32_t part)
{
    uint64_t end = ((uint64_t)part + 1) * SITES_A_PART;
    return end < t->feed->count ? (uint32_t)end : t->feed->count;
}

static void count_part(void *of, uint32_t part, uint32_t worker)
{
    struct lesson *lesson = of;
    struct tally_writer writer;
    struct visit visit = {.with = visit_put, .longest = AFFIX_LONGEST, .writer = &writer};
    tally_begin(&writer, &lesson->t->piece);
    for (uint32_t i = part * SITES_A_PART; i < part_end(lesson->t, part); i++) {
        feed_expect(lesson->t->feed, i);
        if (!lesson->first[i])
            continue;
        struct bytes label = feed_site_label(&lesson->t->feed->site[i]);
        for (size_t k = 0; k < label.len; k++)
            lesson->bytes[worker][label.at[k]]++;
        lesson->domains[worker]++;
        visit_site(&visit, &lesson->t->feed->site[i]);
    }
    tally_end(&writer);
}

static void describe_part(void *of, uint32_t part, uint32_t worker)
{
    struct lesson *lesson = of;
    const struct feed *feed = lesson->t->feed;
    struct visit visit = {
        .with = visit_expect, .longest = AFFIX_SHORTEST + 2, .tally = &lesson->t->piece};
    uint32_t from = part * SITES_A_PART, end = part_end(lesson->t, part);
    for (uint32_t i = from; i < end + AHEAD; i++) {
        if (i >= from + AHEAD)
            describe(lesson->t, i - AHEAD, lesson->sector[feed->site[i - AHEAD].brand],
                     &lesson->scratch[worker]);
        if (i >= end)
            continue;
        feed_expect(feed, i);
        visit_site(&visit, &feed->site[i]);
    }
}

/* How often each byte stands in labels of registered domains, over all workers. */
static void sum_up(const struct lesson *lesson)
{
    struct templates *t = lesson->t;
    double sum = 1e-9;
    for (uint32_t worker = 0; worker < t->feed->workers; worker++) {
        t->domains += lesson->domains[worker];
        for (int c = 0; c < 256; c++) {
            t->letter[c] += (double)lesson->bytes[worker][c];
            sum += (double)lesson->bytes[worker][c];
        }
    }
    for (int c = 0; c < 256; c++)
        t->letter[c] /= sum;
}

struct templates *template_learn(const void *parent, const struct feed *feed, struct bytes tokens)
{
    struct templates *t = talloc_zero(parent, struct templates);
    void *scratch = talloc_new(NULL);
    uint32_t parts = (feed->count + SITES_A_PART - 1) / SITES_A_PART;
    t->arena = arena_new(t);
    t->feed = feed;
    read_tokens(t, tokens);
    tally_init(&t->piece, t, (uint64_t)feed->count * 16);
    struct lesson lesson = {.t = t,
                            .first = first_of_domain(scratch, feed),
                            .sector = talloc_zero_array(scratch, uint8_t, feed->brand_count),
                            .bytes = bulk_array(scratch, feed->workers, sizeof *lesson.bytes),
                            .domains = talloc_zero_array(scratch, uint64_t, feed->workers),
                            .scratch = talloc_zero_array(scratch, struct text, feed->workers)};
    for (uint32_t brand = 0; brand < feed->brand_count; brand++)
        lesson.sector[brand] = sector_of(t, feed->brand[brand].sector);
    crew_run(feed->workers, parts, count_part, &lesson);
    sum_up(&lesson);
    t->traits = bulk_array(t, feed->count + 1u, sizeof *t->traits);
    for (uint32_t worker = 0; worker < feed->workers; worker++)
        text_init(&lesson.scratch[worker], NULL, 0);
    crew_run(feed->workers, parts, describe_part, &lesson);
    for (uint32_t worker = 0; worker < feed->workers; worker++)
        text_finish(&lesson.scratch[worker]);
    talloc_free(scratch);
    return t;
}

void template_label(const struct templates *t, uint32_t index, struct text *out, bool regex)
{
    add_label(t, feed_site_label(&t->feed->site[index]), out, regex);
}

void template_text(const struct templates *t, uint32_t index, struct text *out)
{
    const struct feed_site *site = &t->feed->site[index];
    if ((site->flags & SITE_IP) != 0) {
        text_add_string(out, "<address>");
    } else {
        if (site->sub_len > 0) {
            add_fields(t, feed_site_sub(site), '.', PART_SUB, out);
            text_add_byte(out, '.');
        }
        add_label(t, feed_site_label(site), out, false);
        text_add_byte(out, '.');
        text_add(out, feed_site_suffix(site));
    }
    if ((site->flags & SITE_ROOT) == 0)
        add_fields(t, feed_site_path(site), '/', PART_PATH, out);
}
