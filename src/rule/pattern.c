/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/regex.h"

#include "base/table.h"
#include "rule/factor.h"
#include "rule/image.h"

#include <stdlib.h>
#include <talloc.h>

struct patterns {
    struct table *table[2]; /* exact, caseless */
    struct pattern **row;
    uint32_t count;
};

static int patterns_destroy(struct patterns *patterns)
{
    for (uint32_t i = 0; i < patterns->count; i++)
        regex_free(patterns->row[i]->regex);
    return 0;
}

struct patterns *patterns_new(const void *parent)
{
    struct patterns *patterns = talloc_zero(parent, struct patterns);
    if (patterns == NULL)
        abort();
    talloc_set_destructor(patterns, patterns_destroy);
    patterns->table[0] = table_new(patterns);
    patterns->table[1] = table_new(patterns);
    return patterns;
}

struct pattern *patterns_at(struct patterns *patterns, struct bytes text, bool fold)
{
    void **slot = table_at(patterns->table[fold], text);
    if (*slot != NULL)
        return *slot;
    struct pattern *pattern = talloc_zero(patterns, struct pattern);
    if (pattern == NULL)
        abort();
    pattern->text = text;
    pattern->fold = fold;
    *slot = pattern;
    if ((patterns->count & (patterns->count - 1)) == 0) {
        uint32_t room = patterns->count == 0 ? 1 : patterns->count * 2;
        patterns->row = talloc_realloc(patterns, patterns->row, struct pattern *, room);
        if (patterns->row == NULL)
            abort();
    }
    patterns->row[patterns->count++] = pattern;
    return pattern;
}

void patterns_adopt(struct patterns *patterns, struct pattern **row, uint32_t count)
{
    patterns->row = row;
    patterns->count = count;
}

uint32_t patterns_count(const struct patterns *patterns)
{
    return patterns->count;
}

struct pattern *patterns_row(const struct patterns *patterns, uint32_t number)
{
    return patterns->row[number];
}

const struct regex *pattern_regex(struct pattern *pattern, char *message, size_t size)
{
    char scratch[256];
    if (pattern->regex == NULL && !pattern->tried) {
        pattern->tried = true;
        pattern->regex =
            regex_new(pattern->text, pattern->fold, message == NULL ? scratch : message,
                      message == NULL ? sizeof scratch : size);
        pattern->known_good = pattern->regex != NULL;
    }
    return pattern->regex;
}

void pattern_factors(struct pattern *pattern, struct arena *arena)
{
    if (pattern->has_factors)
        return;
    struct factors factors = factors_of(arena, pattern->text, pattern->fold);
    pattern->factor = factors.factor;
    pattern->enough = factors.literal;
    pattern->enough_count = factors.literal_count;
    pattern->exact = factors.exact;
    pattern->has_factors = true;
}

struct collect {
    struct pattern *pattern;
    struct arena *arena;
    uint32_t room;
    int set;
};

static void collect_bytes(struct collect *collect, struct bytes literal)
{
    struct pattern *pattern = collect->pattern;
    if (pattern->literal_count == collect->room) {
        uint32_t room = collect->room == 0 ? 8 : collect->room * 2;
        struct bytes *grown = arena_array_of(collect->arena, room, struct bytes);
        if (collect->room > 0)
            memcpy(grown, pattern->literal, pattern->literal_count * sizeof *grown);
        pattern->literal = grown;
        collect->room = room;
    }
    pattern->literal[pattern->literal_count++] = literal;
}

static void collect_one(void *self, int set, const char *literal, size_t len)
{
    struct collect *collect = self;
    if (set != collect->set)
        collect_bytes(collect, BYTES_NONE);
    collect->set = set;
    collect_bytes(collect, arena_copy(collect->arena, bytes_of(literal, len)));
}

void pattern_literals(struct pattern *pattern, struct arena *arena)
{
    if (pattern->has_literals)
        return;
    struct collect collect = {.pattern = pattern, .arena = arena};
    if (regex_literals(pattern->text, pattern->fold, collect_one, &collect) > 0)
        collect_bytes(&collect, BYTES_NONE);
    pattern->has_literals = true;
}

void pattern_pack(struct image *image, struct pattern **slot)
{
    if (!image_take(image, slot, sizeof **slot))
        return;
    struct pattern *pattern = *slot;
    pattern->regex = NULL;
    pattern->tried = false;
    image_text(image, &pattern->text);
    if (pattern->factor != NULL)
        image_take(image, &pattern->factor, factor_size(pattern->factor));
    pattern->enough = NULL; /* the gates have them */
    if (pattern->literal_count == 0)
        pattern->literal = NULL;
    image_texts(image, &pattern->literal, pattern->literal_count);
}
