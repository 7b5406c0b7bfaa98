/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/factor_part.h"

#include "base/text.h"

#include <math.h>

#define EDGE_WAYS_MAX 8 /* of a prefix, a suffix and the best */
#define TIMES_BITS 2.0F /* what each further time counts */
#define TIMES_COUNTED 8
#define WAYS_MERGED_FROM 2
#define MERGED_BITS_MIN 10.0F

/* How often a byte is met in a thousand of mail text and mark-up, roughly. */
static float frequency(uint32_t byte)
{
    static const char letters[] = "etaoinsrhldcumpfgwybvkxjqz";
    if (byte == ' ')
        return 140;
    if (byte >= 0x80)
        return byte >= 0xC0 ? (byte == 0xE2 || byte == 0xE3 ? 4 : 1) : 2;
    if (ascii_is_alpha((uint8_t)byte)) {
        float rank = (float)(strchr(letters, (int)(byte | 0x20)) - letters);
        return (byte & 0x20) != 0 ? 70 / (1 + rank / 4) : 3;
    }
    if (ascii_is_digit((uint8_t)byte))
        return 8;
    return strchr(".,/-=\"<>:;\n", (int)byte) != NULL ? 12 : 2;
}

uint8_t classes_at(struct classes *classes, const struct class_set *set)
{
    uint32_t number = 0;
    while (number < classes->count && memcmp(&classes->set[number], set, sizeof *set) != 0)
        number++;
    if (number < classes->count)
        return (uint8_t)number;
    if (number + 1 >= CLASSES_MAX) {
        number = CLASSES_MAX - 1;
        memset(&classes->set[number], 0xFF, sizeof *set);
        classes->count = CLASSES_MAX;
        classes->bits[number] = 0;
        return (uint8_t)number;
    }
    float sum = 0, all = 0;
    for (uint32_t byte = 0; byte < 256; byte++) {
        all += frequency(byte);
        sum += (set->bit[byte / 64] >> (byte % 64) & 1) != 0 ? frequency(byte) : 0;
    }
    classes->set[number] = *set;
    classes->bits[number] = sum < 1 ? log2f(all) : log2f(all / sum);
    classes->count++;
    return (uint8_t)number;
}

static float way_bits(const struct classes *classes, const struct way *way)
{
    float bits = 0;
    for (uint32_t i = 0; i < way->len; i++)
        bits += classes->bits[way->class[i]];
    return bits;
}

float ways_bits(const struct classes *classes, const struct ways *ways, uint32_t times)
{
    float least = 0;
    for (uint32_t i = 0; i < ways->count; i++) {
        float bits = way_bits(classes, &ways->way[i]);
        least = i == 0 || bits < least ? bits : least;
    }
    uint32_t more = times > TIMES_COUNTED ? TIMES_COUNTED : times;
    if (ways->count == 0 || least <= 0)
        return 0;
    return least - log2f((float)ways->count) + TIMES_BITS * (float)(more > 0 ? more - 1 : 0);
}

static void ways_copy(struct ways *to, const struct ways *from)
{
    to->count = from->count;
    memcpy(to->way, from->way, from->count * sizeof *to->way);
}

static bool way_same(const struct way *a, const struct way *b)
{
    return a->len == b->len && a->conditional == b->conditional &&
           memcmp(a->class, b->class, a->len) == 0;
}

/* WAY among WAYS; false where there are too many. */
static bool ways_add(struct ways *ways, const struct way *way, uint32_t most)
{
    for (uint32_t i = 0; i < ways->count; i++)
        if (way_same(&ways->way[i], way))
            return true;
    if (ways->count == most)
        return false;
    ways->way[ways->count++] = *way;
    return true;
}

/* ONE or OTHER; nothing where there are more than MOST. */
static void ways_or(struct ways *one, const struct ways *other, uint32_t most)
{
    bool fits = one->count > 0 && other->count > 0;
    for (uint32_t i = 0; fits && i < other->count; i++)
        fits = ways_add(one, &other->way[i], most);
    if (!fits)
        one->count = 0;
}

void ways_join(struct ways *one, const struct ways *other)
{
    for (uint32_t i = 0; i < other->count; i++)
        if (!ways_add(one, &other->way[i], WAYS_READ_MAX))
            return;
}

static struct way way_merged(struct classes *classes, const struct way *a, const struct way *b)
{
    struct way merged = {.len = a->len, .conditional = true};
    for (uint32_t i = 0; i < a->len; i++) {
        struct class_set set = classes->set[a->class[i]];
        for (int w = 0; w < 4; w++)
            set.bit[w] |= classes->set[b->class[i]].bit[w];
        merged.class[i] = classes_at(classes, &set);
    }
    return merged;
}

void ways_merge(struct classes *classes, struct ways *ways)
{
    struct ways fewer;
    if (ways->count <= WAYS_MERGED_FROM)
        return;
    fewer.count = 0;
    for (uint32_t i = 0; i < ways->count; i++) {
        uint32_t at = 0;
        while (at < fewer.count && fewer.way[at].len != ways->way[i].len)
            at++;
        fewer.way[at] = at == fewer.count ? ways->way[i]
                                          : way_merged(classes, &fewer.way[at], &ways->way[i]);
        fewer.count += at == fewer.count;
    }
    if (ways_bits(classes, &fewer, 1) >= MERGED_BITS_MIN)
        ways_copy(ways, &fewer);
}

/* Every way of A, then every one of B, of which as much is kept as there is room for, from the end where
 * FROM_END; false where there are more than MOST or (WHOLE) something was cut. */
static bool ways_then(struct ways *out, const struct ways *a, const struct ways *b, uint32_t most,
                      bool whole, bool from_end)
{
    out->count = 0;
    for (uint32_t i = 0; i < a->count; i++)
        for (uint32_t k = 0; k < b->count; k++) {
            const struct way *x = &a->way[i], *y = &b->way[k];
            uint8_t joined[2 * FACTOR_BYTES_MAX];
            memcpy(joined, x->class, x->len);
            memcpy(joined + x->len, y->class, y->len);
            size_t all = (size_t)x->len + y->len,
                   len = all < FACTOR_BYTES_MAX ? all : FACTOR_BYTES_MAX;
            struct way way = {.len = (uint8_t)len,
                              .conditional = x->conditional || y->conditional};
            memcpy(way.class, joined + (from_end ? all - len : 0), len);
            if ((whole && len < all) || !ways_add(out, &way, most)) {
                out->count = 0;
                return false;
            }
        }
    return out->count > 0;
}

/* The more telling of BEST and OTHER (TIMES) stays in PART. */
static void take_better(const struct classes *classes, struct part *part, const struct ways *other,
                        uint32_t times)
{
    if (other->count > EDGE_WAYS_MAX ||
        ways_bits(classes, other, times) <= ways_bits(classes, &part->best, part->times))
        return;
    ways_copy(&part->best, other);
    part->times = times;
}

void part_empty(struct part *part, bool conditional)
{
    struct ways ways;
    ways.count = 1;
    ways.way[0] = (struct way){.conditional = conditional};
    part_fixed(part, &ways);
}

static void one_class(struct ways *ways, struct classes *classes, const struct class_set *set)
{
    ways->count = set != NULL;
    if (set != NULL) {
        ways->way[0] = (struct way){.len = 1};
        ways->way[0].class[0] = classes_at(classes, set);
    }
}

void part_unknown(struct part *part, struct classes *classes, const struct class_set *first,
                  const struct class_set *last)
{
    part->shape = SHAPE_NONE;
    part->whole.count = part->best.count = 0;
    part->times = 1;
    one_class(&part->prefix, classes, first);
    one_class(&part->suffix, classes, last);
    take_better(classes, part, &part->prefix, 1);
    take_better(classes, part, &part->suffix, 1);
}

void part_fixed(struct part *part, const struct ways *ways)
{
    part->shape = SHAPE_FIXED;
    part->times = 1;
    ways_copy(&part->whole, ways);
    part->prefix.count = part->suffix.count = part->best.count = 0;
    if (ways->count > EDGE_WAYS_MAX)
        return;
    ways_copy(&part->prefix, ways);
    ways_copy(&part->suffix, ways);
    ways_copy(&part->best, ways);
}

/* What becomes of the shapes of two parts, one after the other. */
static enum shape shape_then(enum shape a, enum shape b)
{
    bool ends = a == SHAPE_FIXED || a == SHAPE_LEFT || a == SHAPE_LOOSE,
         begins = b == SHAPE_FIXED || b == SHAPE_RIGHT || b == SHAPE_LOOSE;
    if (!ends || !begins)
        return SHAPE_NONE;
    if (a == SHAPE_FIXED)
        return b == SHAPE_FIXED ? b : SHAPE_RIGHT;
    return b == SHAPE_FIXED ? SHAPE_LEFT : SHAPE_INNER;
}

/* Whether PART's prefix and suffix are all of it. */
static bool is_edge(const struct part *part)
{
    return part->shape == SHAPE_FIXED && part->whole.count <= EDGE_WAYS_MAX;
}

void part_then(const struct classes *classes, struct part *one, const struct part *other)
{
    struct ways joined;
    enum shape shape = shape_then(one->shape, other->shape);
    if (one->suffix.count > 0 && other->prefix.count > 0 &&
        ways_then(&joined, &one->suffix, &other->prefix, EDGE_WAYS_MAX, false, false))
        take_better(classes, one, &joined, 1);
    take_better(classes, one, &other->best, other->times);
    if (is_edge(one) && other->prefix.count > 0 &&
        ways_then(&joined, &one->prefix, &other->prefix, EDGE_WAYS_MAX, false, false))
        ways_copy(&one->prefix, &joined);
    if (is_edge(other) && one->suffix.count > 0 &&
        ways_then(&joined, &one->suffix, &other->suffix, EDGE_WAYS_MAX, false, true))
        ways_copy(&one->suffix, &joined);
    else
        ways_copy(&one->suffix, &other->suffix);
    one->shape = SHAPE_NONE;
    if (shape != SHAPE_NONE &&
        ways_then(&joined, &one->whole, &other->whole, WAYS_READ_MAX, true, false)) {
        ways_copy(&one->whole, &joined);
        one->shape = shape;
    }
}

static enum shape shape_or(enum shape a, enum shape b)
{
    static const uint8_t is_right = 1, is_left = 2;
    static const uint8_t is[] = {[SHAPE_FIXED] = 7, [SHAPE_RIGHT] = 1, [SHAPE_LEFT] = 2,
                                 [SHAPE_LOOSE] = 3, [SHAPE_INNER] = 0, [SHAPE_NONE] = 0};
    if (a == SHAPE_NONE || b == SHAPE_NONE)
        return SHAPE_NONE;
    uint8_t both = is[a] & is[b];
    return both == 7                      ? SHAPE_FIXED
           : both == (is_right | is_left) ? SHAPE_LOOSE
           : both == is_right             ? SHAPE_RIGHT
           : both == is_left              ? SHAPE_LEFT
                                          : SHAPE_INNER;
}

void part_or(const struct classes *classes, struct part *one, const struct part *other)
{
    (void)classes;
    one->shape = shape_or(one->shape, other->shape);
    ways_or(&one->whole, &other->whole, WAYS_READ_MAX);
    if (one->whole.count == 0)
        one->shape = SHAPE_NONE;
    ways_or(&one->prefix, &other->prefix, EDGE_WAYS_MAX);
    ways_or(&one->suffix, &other->suffix, EDGE_WAYS_MAX);
    ways_or(&one->best, &other->best, EDGE_WAYS_MAX);
    one->times = one->times < other->times ? one->times : other->times;
}

/* Nothing or one of PART's ways; where it may come more often, or is not known, just nothing for certain. */
static void part_optional(struct part *part, uint32_t most)
{
    struct ways with;
    bool fixed = part->shape == SHAPE_FIXED && most == 1 && part->whole.count < EDGE_WAYS_MAX;
    ways_copy(&with, &part->whole);
    part_empty(part, false);
    if (fixed && ways_add(&with, &part->whole.way[0], EDGE_WAYS_MAX))
        part_fixed(part, &with);
    else
        part->shape = SHAPE_LOOSE;
}

/* PART's ways LEAST times in a row, as often as there is room. */
static bool part_row(struct part *part, uint32_t least)
{
    struct ways row, joined;
    bool whole = true;
    ways_copy(&row, &part->whole);
    for (uint32_t i = 1; i < least && whole; i++) {
        whole = ways_then(&joined, &row, &part->whole, WAYS_READ_MAX, true, false);
        if (!whole && !ways_then(&joined, &row, &part->whole, EDGE_WAYS_MAX, false, false))
            return false;
        ways_copy(&row, &joined);
    }
    if (row.count == 0)
        return false;
    part_fixed(part, &row);
    if (!whole) {
        part->shape = SHAPE_NONE;
        part->suffix.count = 0; /* it was cut */
    }
    return true;
}

void part_repeat(const struct classes *classes, struct part *part, uint32_t least, uint32_t most)
{
    struct ways joined;
    if (least == 0) {
        part_optional(part, most);
        return;
    }
    if (least == 1 && most == 1)
        return;
    if (part->shape == SHAPE_FIXED && part_row(part, least)) {
        if (least != most && part->shape == SHAPE_FIXED)
            part->shape = SHAPE_LOOSE;
        return;
    }
    if (part->shape != SHAPE_LOOSE || least > 1)
        part->shape = SHAPE_NONE;
    bool rowed = least > 1 && part->suffix.count > 0 && part->prefix.count > 0 &&
                 ways_then(&joined, &part->suffix, &part->prefix, EDGE_WAYS_MAX, false, false);
    part->times *= least;
    if (rowed)
        take_better(classes, part, &joined, least - 1);
}
