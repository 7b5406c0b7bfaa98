/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/byteset.h"

#include "base/utf8.h"

#define DEPTH_MAX 64
#define WEIGHT_MAX 130 /* of a set worth asking for: not most letters */
#define LONG_BYTES 1024 /* a longer text is taken to hold all of ASCII */
#define KELVIN_SIGN 0x212A
#define LONG_S 0x17F

/* Demands of a part of the pattern, the most telling first; none: it may match anything. */
struct demand {
    uint32_t count, weight[BYTESETS_MAX];
    struct byteset set[BYTESETS_MAX];
};

struct reader {
    struct bytes text;
    size_t at;
    bool fold, failed;
    uint32_t depth;
};

static void add_byte(struct byteset *set, uint32_t byte)
{
    set->bit[byte / 64] |= UINT64_C(1) << (byte % 64);
}

static uint8_t lead_byte(uint32_t code)
{
    return (uint8_t)(code < 0x80      ? code
                     : code < 0x800   ? 0xC0 | code >> 6
                     : code < 0x10000 ? 0xE0 | code >> 12
                                      : 0xF0 | code >> 18);
}

/* The characters FROM to TO, and with FOLD what is the same but for case. */
static void add_range(struct byteset *set, uint32_t from, uint32_t to, bool fold)
{
    for (uint32_t code = from; code <= to && code < 0x80; code++) {
        add_byte(set, code);
        if (!fold || !ascii_is_alpha((uint8_t)code))
            continue;
        add_byte(set, code ^ 0x20);
        if ((code | 0x20) == 'k')
            add_byte(set, lead_byte(KELVIN_SIGN));
        if ((code | 0x20) == 's')
            add_byte(set, lead_byte(LONG_S));
    }
    if (to < 0x80)
        return;
    uint32_t low = fold ? 0xC2 : lead_byte(from < 0x80 ? 0x80 : from);
    uint32_t high = fold ? 0xF4 : lead_byte(to);
    for (uint32_t byte = low; byte <= high && byte < 256; byte++)
        add_byte(set, byte);
    for (const char *c = "kKsS"; fold && *c != 0; c++)
        add_byte(set, (uint8_t)*c);
}

/* How much of common text the set is in: letters, digits and blanks weigh most. */
static uint32_t weight_of(const struct byteset *set)
{
    uint32_t weight = 0;
    for (uint32_t byte = 0; byte < 256; byte++) {
        if ((set->bit[byte / 64] >> (byte % 64) & 1) == 0)
            continue;
        uint8_t c = (uint8_t)byte;
        weight += ascii_is_alpha(c) ? (c >= 'a' ? 12 : 6) : ascii_is_digit(c) ? 6 : c == ' ' ? 40 : 1;
    }
    return weight;
}

/* SET among the demands, which are kept in the order of their weight. */
static void demand_add(struct demand *demand, const struct byteset *set)
{
    uint32_t weight = weight_of(set), at = 0;
    for (uint32_t i = 0; i < demand->count; i++) {
        at += demand->weight[i] <= weight;
        if (memcmp(&demand->set[i], set, sizeof *set) == 0)
            return;
    }
    if (at == BYTESETS_MAX)
        return;
    demand->count += demand->count < BYTESETS_MAX;
    for (uint32_t i = demand->count - 1; i > at; i--) {
        demand->set[i] = demand->set[i - 1];
        demand->weight[i] = demand->weight[i - 1];
    }
    demand->set[at] = *set;
    demand->weight[at] = weight;
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
        if (digit < 0 || code > 0x10FFFF)
            break;
        code = code * 16 + (uint32_t)digit;
    }
    r->failed = r->failed || digits == 0 || code > 0x10FFFF || (braces && !take(r, '}')) ||
                (!braces && digits < 2);
    return code;
}

enum escape { ESCAPE_CHARACTER, ESCAPE_SET, ESCAPE_EMPTY, ESCAPE_ANYTHING };

/* After a backslash: one character (*CODE), a known set (added), a place, or anything at all. */
static enum escape read_escape(struct reader *r, uint32_t *code, struct byteset *set)
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
        add_range(set, '0', '9', false);
        return ESCAPE_SET;
    case 's':
        add_range(set, '\t', '\n', false);
        add_range(set, '\f', '\r', false);
        add_byte(set, ' ');
        return ESCAPE_SET;
    case 'b':
    case 'B':
    case 'A':
    case 'z':
        return ESCAPE_EMPTY;
    case 'w':
    case 'D':
    case 'S':
    case 'W':
    case 'C':
        return ESCAPE_ANYTHING;
    default: /* punctuation stands for itself; \p, \Q, octal and what is new are not read */
        r->failed = r->failed || c == 0 || c >= 0x80 || ascii_is_alpha(c) || ascii_is_digit(c);
        *code = c;
        return ESCAPE_CHARACTER;
    }
}

/* One end of a range in a class, or a set in it; false where the class may hold anything. */
static bool class_part(struct reader *r, uint32_t *code, bool *single, struct byteset *set)
{
    *single = true;
    if (peek(r) == '[' && r->at + 1 < r->text.len && r->text.at[r->at + 1] == ':')
        return false;
    if (!take(r, '\\')) {
        *code = utf8_next(r->text, &r->at);
        return true;
    }
    enum escape escape = read_escape(r, code, set);
    *single = escape == ESCAPE_CHARACTER;
    return escape == ESCAPE_CHARACTER || escape == ESCAPE_SET;
}

/* Past the end of a class that may hold anything. */
static void class_skip(struct reader *r)
{
    while (more(r) && peek(r) != ']') {
        bool escaped = take(r, '\\'), posix = !escaped && take(r, '[');
        if (!posix) {
            r->at++;
            continue;
        }
        size_t end = peek(r) == ':' ? bytes_find(r->text, BYTES(":]"), r->at) : BYTES_NPOS;
        r->at = end == BYTES_NPOS ? r->at : end + 2;
    }
    r->failed = r->failed || !take(r, ']');
}

static void read_class(struct reader *r, struct demand *out)
{
    struct byteset set = {{0}};
    bool negated = take(r, '^'), known = !negated;
    for (bool first = true; known && more(r) && (first || peek(r) != ']'); first = false) {
        uint32_t from = 0, to = 0;
        bool single, single_to = true;
        size_t begin = r->at;
        known = class_part(r, &from, &single, &set);
        if (!known) {
            r->at = begin;
            break;
        }
        to = from;
        if (single && peek(r) == '-' && r->at + 1 < r->text.len && r->text.at[r->at + 1] != ']') {
            r->at++;
            known = class_part(r, &to, &single_to, &set) && single_to;
        }
        if (single)
            add_range(&set, from, to, r->fold);
    }
    if (negated)
        take(r, ']'); /* one that comes first is a member */
    if (!known) {
        class_skip(r);
        return;
    }
    r->failed = r->failed || !take(r, ']');
    demand_add(out, &set);
}

static void read_alternatives(struct reader *r, struct demand *out);

/* After "(": flags, a name, or just a group. */
static void read_group(struct reader *r, struct demand *out)
{
    bool outside = r->fold, on = true, flags = false;
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
                r->failed = r->failed || memchr("-imsU", c, 5) == NULL;
            }
        }
    }
    if (flags && take(r, ')'))
        return; /* to the end of the group around */
    if (flags)
        take(r, ':');
    read_alternatives(r, out);
    r->failed = r->failed || !take(r, ')');
    r->fold = outside;
}

static void read_atom(struct reader *r, struct demand *out)
{
    struct byteset set = {{0}};
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
    if (take(r, '^') || take(r, '$') || take(r, '.'))
        return;
    if (take(r, '\\'))
        escape = read_escape(r, &code, &set);
    else
        code = utf8_next(r->text, &r->at);
    if (escape == ESCAPE_CHARACTER)
        add_range(&set, code, code, r->fold);
    if (escape == ESCAPE_CHARACTER || escape == ESCAPE_SET)
        demand_add(out, &set);
}

/* {2}, {2,} or {2,5} after an atom; whether none at all will do.  Else the brace is a character. */
static bool read_count(struct reader *r, bool *none)
{
    size_t at = r->at + 1, begin = at;
    uint32_t least = 0;
    for (; at < r->text.len && ascii_is_digit(r->text.at[at]) && at - begin < 5; at++)
        least = least * 10 + (r->text.at[at] - '0');
    if (at == begin)
        return false;
    if (at < r->text.len && r->text.at[at] == ',')
        for (at++; at < r->text.len && ascii_is_digit(r->text.at[at]); at++)
            ;
    if (at >= r->text.len || r->text.at[at] != '}')
        return false;
    r->at = at + 1;
    *none = *none || least == 0;
    return true;
}

static void read_repeated(struct reader *r, struct demand *out)
{
    struct demand one = {0};
    bool none = false;
    read_atom(r, &one);
    while (more(r)) {
        if (take(r, '*') || take(r, '?'))
            none = true; /* a lazy mark after + or {..} only loses a demand */
        else if (!take(r, '+') && !(peek(r) == '{' && read_count(r, &none)))
            break;
    }
    for (uint32_t i = 0; i < one.count && !none; i++)
        demand_add(out, &one.set[i]);
}

static void read_alternatives(struct reader *r, struct demand *out)
{
    struct demand all = {0};
    bool first = true, every = true;
    if (++r->depth > DEPTH_MAX)
        r->failed = true;
    do {
        struct demand one = {0};
        while (more(r) && peek(r) != '|' && peek(r) != ')')
            read_repeated(r, &one);
        every = every && one.count > 0;
        if (first)
            all = one;
        else if (every) {
            for (int w = 0; w < 4; w++)
                all.set[0].bit[w] |= one.set[0].bit[w];
            all.count = 1;
        }
        first = false;
    } while (take(r, '|'));
    r->depth--;
    for (uint32_t i = 0; i < all.count && every; i++)
        demand_add(out, &all.set[i]);
}

uint32_t bytesets_of(struct bytes pattern, bool fold, struct byteset need[BYTESETS_MAX])
{
    struct reader reader = {.text = pattern, .fold = fold};
    struct demand demand = {0};
    read_alternatives(&reader, &demand);
    if (reader.failed || reader.at != pattern.len)
        return 0;
    uint32_t count = 0;
    while (count < demand.count && demand.weight[count] <= WEIGHT_MAX) {
        need[count] = demand.set[count];
        count++;
    }
    return count;
}

struct byteset byteset_of_text(struct bytes text)
{
    struct byteset set = {{0}};
    bool every = text.len > LONG_BYTES;
    for (size_t i = 0; i < text.len; i++) {
        if (every && (i = utf8_ascii_end(text, i)) == text.len)
            break;
        add_byte(&set, text.at[i]);
    }
    if (every)
        set.bit[0] = set.bit[1] = UINT64_MAX;
    return set;
}
