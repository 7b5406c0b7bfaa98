/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/factor_part.h"

#include "base/text.h"
#include "base/utf8.h"
#include "rule/unicode.h"

#include <stdio.h>
#include <stdlib.h>
#include <talloc.h>

#define DEPTH_MAX 24
#define CHARACTERS_MAX 16 /* of a class over ASCII that are told apart */
#define BITS_MIN 4.0F     /* a factor less telling is not looked for */
#define LITERAL_MIN_BYTES 3
#define LAST_CODE 0x10FFFF

/* A class of characters: ASCII by name; few others by name, or ranges of them by their first bytes. */
struct characters {
    struct class_set ascii, lead;
    uint32_t code[CHARACTERS_MAX], count;
    bool any_other; /* any character over ASCII, or more than there is room for */
    bool other;     /* some, known by LEAD only */
};

struct reader {
    struct bytes text;
    size_t at;
    bool fold, failed;
    bool mixed;    /* caseless in part: RE2 of 2023 loses "A" of "[ac]|(?i)a" */
    bool caseless; /* some character may have been one that folds to an ASCII letter */
    uint32_t depth;
    struct classes *classes;
    struct ways *enough; /* of the outermost alternatives: ways each of which is a match */
};

static void add_byte(struct class_set *set, uint32_t byte)
{
    set->bit[byte / 64] |= UINT64_C(1) << (byte % 64);
}

static void add_bytes(struct class_set *set, uint32_t from, uint32_t to)
{
    for (uint32_t byte = from; byte <= to; byte++)
        add_byte(set, byte);
}

static uint8_t lead_byte(uint32_t code)
{
    return (uint8_t)(code < 0x80      ? code
                     : code < 0x800   ? 0xC0 | code >> 6
                     : code < 0x10000 ? 0xE0 | code >> 12
                                      : 0xF0 | code >> 18);
}

/* The characters FROM to TO, and caseless what is the same but for case. */
static void add_range(struct reader *r, struct characters *set, uint32_t from, uint32_t to)
{
    for (uint32_t code = from; code <= to && code < 0x80; code++) {
        add_byte(&set->ascii, code);
        if (r->fold && ascii_is_alpha((uint8_t)code))
            add_byte(&set->ascii, code ^ 0x20);
        r->caseless = r->caseless || (r->fold && strchr("kKsS", (int)code) != NULL && code != 0);
    }
    if (to < 0x80 || to < from)
        return;
    from = from < 0x80 ? 0x80 : from;
    bool few = to - from < CHARACTERS_MAX - set->count;
    for (uint32_t code = from; few && code <= to; code++) {
        few = !r->fold || unicode_is_caseless(code);
        if (few)
            set->code[set->count++] = code;
    }
    if (few)
        return;
    /* case may lead to any character, but to ASCII only from two (rule/factor.h) */
    set->other = true;
    if (r->fold) {
        r->caseless = true;
        set->any_other = true;
        for (const char *c = "kKsS"; *c != 0; c++)
            add_byte(&set->ascii, (uint8_t)*c);
    }
    add_bytes(&set->lead, lead_byte(from), lead_byte(to));
}

/* CODE, which is over ASCII, as bytes; returns how many. */
static uint8_t put_code(uint32_t code, uint8_t out[4])
{
    uint8_t len = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    out[0] = lead_byte(code);
    for (uint8_t i = 1; i < len; i++)
        out[i] = (uint8_t)(0x80 | (code >> (6 * (len - 1 - i)) & 0x3F));
    return len;
}

static void add_negated_ascii(struct characters *set, const struct class_set *less)
{
    set->ascii.bit[0] |= ~less->bit[0];
    set->ascii.bit[1] |= ~less->bit[1];
    set->any_other = true;
}

static bool more(const struct reader *r)
{
    return r->at < r->text.len && !r->failed;
}

static uint8_t peek(const struct reader *r)
{
    return r->at < r->text.len ? r->text.at[r->at] : 0;
}

static bool take(struct reader *r, uint8_t byte)
{
    if (r->at >= r->text.len || r->text.at[r->at] != byte)
        return false;
    r->at++;
    return true;
}

/* The hexadecimal digits of \x41 or \x{212A}. */
static uint32_t read_hex(struct reader *r)
{
    bool braces = take(r, '{');
    uint32_t code = 0, digits = 0;
    for (; more(r) && (braces || digits < 2); digits++, r->at++) {
        int digit = ascii_hex(peek(r));
        if (digit < 0 || code > LAST_CODE)
            break;
        code = code * 16 + (uint32_t)digit;
    }
    r->failed = r->failed || digits == 0 || code > LAST_CODE || (braces && !take(r, '}')) ||
                (!braces && digits < 2);
    return code;
}

/* \d, \s, \w and what is not in them. */
static void add_perl_class(struct characters *set, uint8_t name)
{
    struct class_set in = {{0}};
    uint8_t kind = name | 0x20;
    if (kind == 's') {
        add_bytes(&in, '\t', '\n');
        add_bytes(&in, '\f', '\r');
        add_byte(&in, ' ');
    } else {
        add_bytes(&in, '0', '9');
    }
    if (kind == 'w') {
        add_bytes(&in, 'A', 'Z');
        add_bytes(&in, 'a', 'z');
        add_byte(&in, '_');
    }
    if (kind != name) {
        add_negated_ascii(set, &in);
        return;
    }
    set->ascii.bit[0] |= in.bit[0];
    set->ascii.bit[1] |= in.bit[1];
}

/* Categories without ASCII. */
static bool is_wide_category(struct bytes name)
{
    static const char names[] = " M Mn Mc Me Cf Co Cs Lo Lt Lm Nl No Zl Zp ";
    char spaced[8];
    if (name.len > 2)
        return false;
    snprintf(spaced, sizeof spaced, " %.*s ", BYTES_FMT(name));
    return strstr(names, spaced) != NULL;
}

/* \p{Greek}: a script other than Latin and Common has no ASCII.  Categories have names of two letters. */
static void add_property(struct reader *r, struct characters *set, bool negated)
{
    struct bytes name = bytes_sub(r->text, r->at, 1);
    if (take(r, '{')) {
        size_t end = bytes_find_byte(r->text, '}', r->at);
        r->failed = r->failed || end == BYTES_NPOS;
        name = bytes_sub(r->text, r->at, end == BYTES_NPOS ? 0 : end - r->at);
        r->at = end == BYTES_NPOS ? r->at : end + 1;
    } else {
        r->at++;
    }
    set->any_other = true;
    bool script = name.len > 2 && name.at[0] != '^' && !bytes_equal(name, BYTES("Any")) &&
                  !bytes_equal(name, BYTES("Latin")) && !bytes_equal(name, BYTES("Common"));
    if (negated || !(script || is_wide_category(name)))
        add_negated_ascii(set, &(struct class_set){{0}});
}

enum escape { ESCAPE_CHARACTER, ESCAPE_SET, ESCAPE_PLACE };

/* After a backslash: one character (*CODE), a class (added), or a place. */
static enum escape read_escape(struct reader *r, uint32_t *code, struct characters *set)
{
    static const char plain[] = "a\af\fn\nr\rt\tv\v";
    uint8_t c = peek(r);
    r->at++;
    for (const char *p = plain; *p != 0; p += 2)
        if (c == (uint8_t)p[0]) {
            *code = (uint8_t)p[1];
            return ESCAPE_CHARACTER;
        }
    switch (c) {
    case 'x':
        *code = read_hex(r);
        return ESCAPE_CHARACTER;
    case 'd':
    case 's':
    case 'w':
    case 'D':
    case 'S':
    case 'W':
        add_perl_class(set, c);
        r->caseless = r->caseless || r->fold;
        return ESCAPE_SET;
    case 'p':
    case 'P':
        add_property(r, set, c == 'P');
        r->caseless = r->caseless || r->fold;
        return ESCAPE_SET;
    case 'b':
    case 'B':
    case 'A':
    case 'z':
        return ESCAPE_PLACE;
    default: /* punctuation stands for itself; \Q, \C, octal and what is new are not read */
        r->failed = r->failed || c == 0 || c >= 0x80 || ascii_is_alpha(c) || ascii_is_digit(c);
        *code = c;
        return ESCAPE_CHARACTER;
    }
}

static void class_ways(struct reader *r, const struct characters *set, struct part *out)
{
    struct ways ways = {0};
    struct class_set ascii = set->ascii, first = set->lead, last = {{0}};
    bool has_ascii = (ascii.bit[0] | ascii.bit[1]) != 0;
    if (!set->any_other && !set->other) {
        if (has_ascii) {
            ways.way[ways.count++] = (struct way){.len = 1};
            ways.way[0].class[0] = classes_at(r->classes, &ascii);
        }
        for (uint32_t i = 0; i < set->count; i++) {
            struct way *way = &ways.way[ways.count++];
            uint8_t bytes[4];
            *way = (struct way){.len = put_code(set->code[i], bytes)};
            for (uint32_t k = 0; k < way->len; k++) {
                struct class_set one = {{0}};
                add_byte(&one, bytes[k]);
                way->class[k] = classes_at(r->classes, &one);
            }
        }
    }
    if (ways.count > 0) {
        part_fixed(out, &ways);
        return;
    }
    if (set->any_other)
        add_bytes(&first, 0xC2, 0xF4);
    for (uint32_t i = 0; i < set->count; i++)
        add_byte(&first, lead_byte(set->code[i]));
    add_bytes(&last, 0x80, 0xBF);
    for (int w = 0; w < 2; w++) {
        first.bit[w] |= ascii.bit[w];
        last.bit[w] |= ascii.bit[w];
    }
    part_unknown(out, r->classes, &first, &last);
}

/* One end of a range in a class, or a class in it (*SINGLE false). */
static void class_part(struct reader *r, uint32_t *code, bool *single, struct characters *set)
{
    *single = true;
    if (!take(r, '\\')) {
        *code = utf8_next(r->text, &r->at);
        return;
    }
    enum escape escape = read_escape(r, code, set);
    r->failed = r->failed || escape == ESCAPE_PLACE;
    *single = escape == ESCAPE_CHARACTER;
}

/* [:alpha:] in a class: may hold any ASCII. */
static bool posix_class(struct reader *r, struct characters *set)
{
    if (peek(r) != '[' || r->at + 1 >= r->text.len || r->text.at[r->at + 1] != ':')
        return false;
    size_t end = bytes_find(r->text, BYTES(":]"), r->at);
    r->failed = r->failed || end == BYTES_NPOS;
    r->at = end == BYTES_NPOS ? r->at + 1 : end + 2;
    add_negated_ascii(set, &(struct class_set){{0}});
    return true;
}

static void read_class(struct reader *r, struct part *out)
{
    struct characters set = {0};
    bool negated = take(r, '^');
    for (bool first = true; more(r) && (first || peek(r) != ']'); first = false) {
        uint32_t from = 0, to;
        bool single, single_to = true;
        if (posix_class(r, &set))
            continue;
        class_part(r, &from, &single, &set);
        to = from;
        if (single && peek(r) == '-' && r->at + 1 < r->text.len && r->text.at[r->at + 1] != ']') {
            r->at++;
            class_part(r, &to, &single_to, &set);
            r->failed = r->failed || !single_to;
        }
        if (single)
            add_range(r, &set, from, to);
    }
    r->failed = r->failed || !take(r, ']');
    if (negated) {
        struct characters rest = {0};
        bool whole = (set.ascii.bit[0] & set.ascii.bit[1]) == UINT64_MAX;
        if (!whole && !set.any_other && !(set.other && r->fold))
            add_negated_ascii(&rest, &set.ascii);
        else
            add_negated_ascii(&rest, &(struct class_set){{0}});
        set = rest;
    }
    class_ways(r, &set, out);
}

static void read_alternatives(struct reader *r, struct part *out);

/* After "(": flags, a name, or just a group. */
static void read_group(struct reader *r, struct part *out)
{
    bool outside = r->fold, on = true, flags = false, begin = r->at == 1;
    if (take(r, '?')) {
        bool named = take(r, 'P');
        if (take(r, '<')) {
            while (more(r) && peek(r) != '>')
                r->at++;
            r->failed = r->failed || !take(r, '>');
        } else {
            flags = !named;
            r->failed = r->failed || named;
            for (; more(r) && peek(r) != ':' && peek(r) != ')'; r->at++) {
                uint8_t c = peek(r);
                on = c == '-' ? false : on;
                r->fold = c == 'i' ? on : r->fold;
                r->mixed = r->mixed || (c == 'i' && !begin);
                r->failed = r->failed || memchr("-imsU", c, 5) == NULL;
            }
        }
    }
    if (flags && take(r, ')')) { /* to the end of the group around */
        part_empty(out, false);
        return;
    }
    if (flags)
        take(r, ':');
    r->mixed = r->mixed || r->fold != outside;
    read_alternatives(r, out);
    r->failed = r->failed || !take(r, ')');
    r->fold = outside;
}

static void read_atom(struct reader *r, struct part *out)
{
    struct characters set = {0};
    uint32_t code = 0;
    enum escape escape = ESCAPE_CHARACTER;
    if (take(r, '(')) {
        read_group(r, out);
        return;
    }
    if (take(r, '[')) {
        read_class(r, out);
        return;
    }
    if (take(r, '^') || take(r, '$')) {
        part_empty(out, true);
        return;
    }
    if (take(r, '.')) {
        part_unknown(out, r->classes, NULL, NULL);
        return;
    }
    if (take(r, '\\'))
        escape = read_escape(r, &code, &set);
    else
        code = utf8_next(r->text, &r->at);
    if (escape == ESCAPE_CHARACTER)
        add_range(r, &set, code, code);
    if (escape == ESCAPE_PLACE)
        part_empty(out, true);
    else
        class_ways(r, &set, out);
}

static uint32_t read_number(struct reader *r, size_t *at)
{
    uint32_t number = 0;
    for (size_t begin = *at; *at < r->text.len && ascii_is_digit(r->text.at[*at]); ++*at)
        if (*at - begin < 5)
            number = number * 10 + (r->text.at[*at] - '0');
    return number;
}

/* {2}, {2,} or {2,5} after an atom.  Else the brace is a character. */
static bool read_count(struct reader *r, uint32_t *least, uint32_t *most)
{
    size_t at = r->at + 1, begin = at;
    *least = *most = read_number(r, &at);
    if (at == begin)
        return false;
    if (at < r->text.len && r->text.at[at] == ',') {
        begin = ++at;
        *most = read_number(r, &at);
        *most = at == begin ? UINT32_MAX : *most;
    }
    if (at >= r->text.len || r->text.at[at] != '}')
        return false;
    r->at = at + 1;
    return true;
}

static void read_repeated(struct reader *r, struct part *out)
{
    read_atom(r, out);
    while (more(r)) {
        uint32_t least = 1, most = UINT32_MAX;
        if (take(r, '*'))
            least = 0;
        else if (take(r, '?'))
            least = 0, most = 1;
        else if (!take(r, '+') && !(peek(r) == '{' && read_count(r, &least, &most)))
            break;
        part_repeat(r->classes, out, least, most);
        take(r, '?'); /* lazy: the same texts match */
    }
}

static void read_alternatives(struct reader *r, struct part *out)
{
    struct part *one = talloc_array(NULL, struct part, 2), *next = one + 1;
    bool first = true;
    if (one == NULL)
        abort();
    if (++r->depth > DEPTH_MAX)
        r->failed = true;
    do {
        part_empty(one, false);
        while (more(r) && peek(r) != '|' && peek(r) != ')') {
            read_repeated(r, next);
            part_then(r->classes, one, next);
        }
        if (r->depth == 1 && one->shape != SHAPE_NONE)
            ways_join(r->enough, &one->whole);
        if (first)
            *out = *one;
        else
            part_or(r->classes, out, one);
        first = false;
    } while (more(r) && take(r, '|'));
    r->depth--;
    talloc_free(one);
}

/* Whether A holds B (begins with it, where BEGIN), so that what holds A holds B. */
static bool way_holds(const struct way *a, const struct way *b, bool begin)
{
    for (uint32_t at = 0; at + b->len <= a->len && (at == 0 || !begin); at++)
        if (memcmp(a->class + at, b->class, b->len) == 0)
            return true;
    return false;
}

/* Leave out ways that hold another one that is as good; where matches BEGIN with them, that begin with it. */
static void drop_needless(struct ways *ways, bool begin)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < ways->count; i++) {
        bool needless = false;
        for (uint32_t k = 0; k < ways->count && !needless; k++) {
            const struct way *a = &ways->way[i], *b = &ways->way[k];
            bool same = a->len == b->len && a->conditional == b->conditional;
            needless = k != i && way_holds(a, b, begin) && (!b->conditional || a->conditional) &&
                       !(same && k > i);
        }
        if (!needless)
            ways->way[kept++] = ways->way[i];
    }
    ways->count = kept;
}

static void class_tables(struct byte_class *out, const struct class_set *set)
{
    *out = (struct byte_class){{0}, {0}};
    for (uint32_t byte = 0; byte < 256; byte++)
        if ((set->bit[byte / 64] >> (byte % 64) & 1) != 0)
            (byte < 0x80 ? out->low : out->high)[byte & 15] |= (uint8_t)(1U << (byte >> 4 & 7));
}

static void order_places(const struct classes *classes, struct factor_way *way)
{
    for (uint8_t i = 0; i < way->len; i++) {
        uint8_t at = i;
        for (; at > 0 && classes->bits[way->kind[way->order[at - 1]]] < classes->bits[way->kind[i]];
             at--)
            way->order[at] = way->order[at - 1];
        way->order[at] = i;
    }
}

/* WAYS as a factor in ARENA. */
static struct factor *make_factor(struct arena *arena, const struct classes *classes,
                                  const struct ways *ways, uint32_t times, bool begins, bool enough)
{
    struct factor *factor =
        arena_alloc(arena, sizeof *factor + classes->count * sizeof factor->kind[0]);
    factor->way_count = ways->count;
    factor->kind_count = classes->count;
    factor->times = ways->count == 1 ? times : 1;
    factor->begins = begins;
    for (uint32_t i = 0; i < ways->count; i++) {
        struct factor_way *way = &factor->way[i];
        way->len = ways->way[i].len;
        way->enough = enough && !ways->way[i].conditional;
        memcpy(way->kind, ways->way[i].class, way->len);
        order_places(classes, way);
    }
    for (uint32_t i = 0; i < classes->count; i++)
        class_tables(&factor->kind[i], &classes->set[i]);
    return factor;
}

/* The one byte of SET, lower case where it is a letter in both cases; -1: none.  A letter in one case is
 * none, for literals are caseless. */
static int only_byte(const struct class_set *set)
{
    int byte = -1, count = 0;
    for (int i = 255; i >= 0; i--)
        if ((set->bit[i / 64] >> (i % 64) & 1) != 0) {
            byte = byte < 0 ? i : byte;
            count++;
        }
    bool letter = byte >= 0 && byte < 0x80 && ascii_is_alpha((uint8_t)byte);
    if (!letter)
        return count == 1 ? byte : -1;
    bool both = (set->bit[1] >> ((byte ^ 0x20) % 64) & 1) != 0;
    return count == 2 && both ? byte : -1;
}

/* WAY as a literal in ARENA; absent where it is none. */
static struct bytes way_literal(struct arena *arena, const struct classes *classes,
                                const struct way *way)
{
    uint8_t text[FACTOR_BYTES_MAX];
    if (way->conditional || way->len < LITERAL_MIN_BYTES)
        return BYTES_NONE;
    for (uint32_t i = 0; i < way->len; i++) {
        int byte = only_byte(&classes->set[way->class[i]]);
        if (byte < 0)
            return BYTES_NONE;
        text[i] = (uint8_t)byte;
    }
    return arena_copy(arena, bytes_of(text, way->len));
}

/* Which of WAYS are literals; EXACT where all are, and the pattern (COMPLETE) is nothing but them. */
static void make_literals(struct arena *arena, const struct classes *classes, struct ways *ways,
                          bool complete, struct factors *out)
{
    drop_needless(ways, false);
    out->literal = arena_array_of(arena, ways->count + 1, struct bytes);
    for (uint32_t i = 0; i < ways->count; i++) {
        struct bytes literal = way_literal(arena, classes, &ways->way[i]);
        if (literal.at != NULL)
            out->literal[out->literal_count++] = literal;
    }
    out->exact = complete && out->literal_count == ways->count && ways->count > 0;
}

/* The factor of a PART that is the whole pattern. */
static void choose(struct arena *arena, const struct reader *reader, struct part *part,
                   struct factors *out)
{
    const struct classes *classes = reader->classes;
    struct ways *ways = &part->best;
    uint32_t times = part->times;
    bool begins = false, exact = false;
    if (part->shape != SHAPE_NONE) {
        begins = part->shape != SHAPE_LEFT && part->shape != SHAPE_INNER;
        drop_needless(&part->whole, begins);
        exact = !reader->mixed && part->whole.count <= FACTOR_WAYS_MAX;
    }
    if (exact) {
        ways = &part->whole;
        times = 1;
    } else {
        drop_needless(&part->best, false);
        drop_needless(&part->prefix, true);
        begins = part->prefix.count > 0 &&
                 ways_bits(classes, &part->prefix, 1) >= ways_bits(classes, ways, times);
        if (begins) {
            ways = &part->prefix;
            times = 1;
        }
    }
    if (!reader->mixed)
        make_literals(arena, classes, reader->enough, part->shape != SHAPE_NONE, out);
    bool every = exact;
    for (uint32_t i = 0; i < ways->count; i++)
        every = every && !ways->way[i].conditional && ways->way[i].len > 0;
    if (!exact)
        ways_merge(reader->classes, ways);
    if (ways->count <= FACTOR_WAYS_MAX && ways->count > 0 &&
        (every || ways_bits(classes, ways, times) >= BITS_MIN))
        out->factor = make_factor(arena, classes, ways, times, begins, exact);
}

struct factors factors_of(struct arena *arena, struct bytes pattern, bool fold)
{
    struct factors out = {0};
    struct reader reader = {.text = pattern, .fold = fold};
    struct part *part = talloc(NULL, struct part);
    reader.classes = talloc(part, struct classes);
    reader.enough = talloc(part, struct ways);
    if (part == NULL || reader.classes == NULL || reader.enough == NULL)
        abort();
    reader.enough->count = 0;
    reader.classes->count = 0;
    read_alternatives(&reader, part);
    if (!reader.failed && reader.at == pattern.len)
        choose(arena, &reader, part, &out);
    if (out.factor != NULL)
        out.factor->caseless = reader.caseless;
    talloc_free(part);
    return out;
}
