/* SPDX-License-Identifier: Apache-2.0 */
#include "know/lexicon.h"

#include "base/file.h"
#include "base/table.h"
#include "base/yaml.h"

#include <stdlib.h>
#include <talloc.h>

#define FILE_BYTES_MAX ((size_t)8 * 1024 * 1024)

struct loader {
    struct lexicon *lexicon;
    const char *path;
    struct error *err;
    struct table *seen; /* phrases so far: the automaton finds a phrase for one group only */
};

static bool wrong(struct loader *l, const struct yaml *at, const char *what)
{
    return error_set_at(l->err, l->path, at->line, at->column, "%s", what);
}

static uint32_t group_named(const struct lexicon *lexicon, struct bytes id)
{
    for (uint32_t i = 0; i < lexicon->group_count; i++)
        if (bytes_equal(lexicon->group[i].id, id))
            return i;
    return LEXICON_GROUPS;
}

/* One group; STEMS: a family of words, whose stems may stand in other families too. */
static bool take_group(struct loader *l, const struct yaml *entry, bool stems)
{
    struct lexicon_group *group = &l->lexicon->group[l->lexicon->group_count];
    const struct yaml *phrases = yaml_get(entry, stems ? "stems" : "phrases");
    if (group_named(l->lexicon, yaml_get_text(entry, "id")) != LEXICON_GROUPS)
        return wrong(l, entry, "a group of this name stands in the lexicon already");
    l->lexicon->group_count++;
    group->id = yaml_get_text(entry, "id");
    group->entity = yaml_get_text(entry, "entity");
    group->topic = yaml_get_text(entry, "topic");
    if (group->id.len == 0 || phrases == NULL || phrases->kind != YAML_SEQUENCE)
        return wrong(l, entry, "a group needs an id and a list of phrases or stems");
    group->phrase_count = phrases->count;
    group->phrase = arena_array_of(l->lexicon->arena, phrases->count, struct bytes);
    for (uint32_t i = 0; i < phrases->count; i++) {
        group->phrase[i] = yaml_text(phrases->row[i].value);
        if (group->phrase[i].len < 2)
            return wrong(l, phrases->row[i].value, "a phrase needs at least two characters");
        if (stems)
            continue;
        void **owner = table_at(l->seen, group->phrase[i]);
        if (*owner != NULL)
            return wrong(l, phrases->row[i].value, "the phrase stands in the lexicon already");
        *owner = group;
    }
    return true;
}

/* The sayings of GROUP: pairs of families, two names joined by '+'. */
static bool take_sayings(struct loader *l, struct bytes group, const struct yaml *pairs)
{
    for (uint32_t i = 0; i < pairs->count; i++) {
        struct lexicon_saying *saying = &l->lexicon->saying[l->lexicon->saying_count++];
        struct bytes second = yaml_text(pairs->row[i].value), first;
        bytes_next_field(&second, '+', &first);
        saying->group = group_named(l->lexicon, group);
        saying->first = group_named(l->lexicon, bytes_trim(first));
        saying->second = group_named(l->lexicon, bytes_trim(second));
        uint32_t phrases = l->lexicon->phrase_group_count;
        if (saying->group >= phrases || saying->first < phrases || saying->second < phrases ||
            saying->first == LEXICON_GROUPS || saying->second == LEXICON_GROUPS)
            return wrong(l, pairs->row[i].value, "a saying of words or a group that are not there");
    }
    return true;
}

/* The weights under KEY of an intent: group names, or two joined by '+'. */
static bool take_terms(struct loader *l, struct lexicon_intent *intent, const struct yaml *map,
                       bool repeat)
{
    for (uint32_t i = 0; map != NULL && i < map->count; i++) {
        struct bytes second = map->row[i].key, first;
        bytes_next_field(&second, '+', &first);
        struct lexicon_term *term = &intent->term[intent->term_count++];
        term->first = group_named(l->lexicon, bytes_trim(first));
        term->second = second.len == 0 ? term->first : group_named(l->lexicon, bytes_trim(second));
        term->repeat = repeat;
        if (term->first == LEXICON_GROUPS || term->second == LEXICON_GROUPS)
            return wrong(l, map->row[i].value, "a weight for a group that is not there");
        if (!yaml_number(map->row[i].value, &term->weight))
            return wrong(l, map->row[i].value, "expected a number");
    }
    return true;
}

static bool take_intent(struct loader *l, const struct yaml *entry)
{
    struct lexicon_intent *intent = &l->lexicon->intent[l->lexicon->intent_count++];
    static const char *const kinds[] = {"groups", "pairs", "repeat"};
    uint32_t count = 0;
    intent->name = yaml_get_text(entry, "name");
    if (intent->name.len == 0 || !yaml_number(yaml_get(entry, "bias"), &intent->bias))
        return wrong(l, entry, "an intent needs a name and a bias");
    if (yaml_get(entry, "phone") != NULL && !yaml_number(yaml_get(entry, "phone"), &intent->phone))
        return wrong(l, entry, "phone takes a number");
    for (int i = 0; i < 3; i++)
        count += yaml_get(entry, kinds[i]) == NULL ? 0 : yaml_get(entry, kinds[i])->count;
    intent->term = arena_array_of(l->lexicon->arena, count, struct lexicon_term);
    for (int i = 0; i < 3; i++)
        if (!take_terms(l, intent, yaml_get(entry, kinds[i]), i == 2))
            return false;
    return true;
}

static bool take_all(struct loader *l, const struct yaml *root)
{
    struct lexicon *lexicon = l->lexicon;
    const struct yaml *groups = yaml_get(root, "groups"), *intents = yaml_get(root, "intents");
    const struct yaml *words = yaml_get(root, "words"), *sayings = yaml_get(root, "sayings");
    uint32_t families = words == NULL ? 0 : words->count, pairs = 0;
    if (groups == NULL || intents == NULL || groups->count + families > LEXICON_GROUPS)
        return error_set_at(l->err, l->path, 1, 1, "expected at most %u groups, and intents",
                            LEXICON_GROUPS);
    lexicon->group = arena_array_of(lexicon->arena, groups->count + families, struct lexicon_group);
    for (uint32_t i = 0; sayings != NULL && i < sayings->count; i++)
        pairs += sayings->row[i].value->count;
    lexicon->saying = arena_array_of(lexicon->arena, pairs, struct lexicon_saying);
    lexicon->intent = arena_array_of(lexicon->arena, intents->count, struct lexicon_intent);
    for (uint32_t i = 0; i < groups->count; i++)
        if (!take_group(l, groups->row[i].value, false))
            return false;
    lexicon->phrase_group_count = lexicon->group_count;
    for (uint32_t i = 0; i < families; i++)
        if (!take_group(l, words->row[i].value, true))
            return false;
    for (uint32_t i = 0; sayings != NULL && i < sayings->count; i++)
        if (!take_sayings(l, sayings->row[i].key, sayings->row[i].value))
            return false;
    for (uint32_t i = 0; i < intents->count; i++)
        if (!take_intent(l, intents->row[i].value))
            return false;
    return true;
}

struct lexicon *lexicon_load(const void *parent, const char *path, struct error *err)
{
    struct lexicon *lexicon = talloc_zero(parent, struct lexicon);
    if (lexicon == NULL)
        abort();
    lexicon->arena = arena_new(lexicon);
    struct loader loader = {lexicon, path, err, table_new(lexicon)};
    struct bytes text;
    bool taken = false;
    if (file_load(lexicon->arena, path, FILE_BYTES_MAX, &text, err)) {
        const struct yaml *root = yaml_parse(lexicon->arena, text, path, err);
        taken = root != NULL && take_all(&loader, root);
    }
    talloc_free(loader.seen);
    if (!taken)
        talloc_free(lexicon);
    return taken ? lexicon : NULL;
}
