/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict/attribute.h"

#include <stdlib.h>

#define CANDIDATES_MAX 16u
#define SHOWN_MAX 4u
#define LISTED_MAX 12u

static struct attribution *candidate(struct attribution *all, uint32_t *count, struct arena *arena,
                                     struct bytes name)
{
    for (uint32_t i = 0; i < *count; i++)
        if (bytes_equal(all[i].name, name))
            return &all[i];
    if (*count == CANDIDATES_MAX)
        return NULL;
    struct attribution *added = &all[(*count)++];
    *added = (struct attribution){.name = name,
                                  .kind = BYTES("family"),
                                  .evidence_kind = arena_array_of(arena, LISTED_MAX, struct bytes),
                                  .for_it = arena_array_of(arena, LISTED_MAX, struct bytes),
                                  .against_it = arena_array_of(arena, LISTED_MAX, struct bytes)};
    return added;
}

static bool listed(const struct bytes *list, uint32_t count, struct bytes wanted)
{
    for (uint32_t i = 0; i < count; i++)
        if (bytes_equal(list[i], wanted))
            return true;
    return false;
}

static void support(struct attribution *a, const struct rule *rule)
{
    struct bytes kind = rule->x.kind.len > 0 ? rule->x.kind : BYTES("content");
    struct bytes reason = rule->x.say[0].len > 0 ? rule->x.say[0] : rule->name;
    if (!listed(a->evidence_kind, a->evidence_kind_count, kind) &&
        a->evidence_kind_count < LISTED_MAX)
        a->evidence_kind[a->evidence_kind_count++] = kind;
    if (a->for_count < LISTED_MAX)
        a->for_it[a->for_count++] = reason;
    a->score += rule->x.has_weight && rule->x.weight > 0 ? rule->x.weight : 1.0;
}

static void oppose(struct attribution *a, struct arena *arena, const struct family *family)
{
    for (uint32_t i = 0; i < family->expects_count && a->against_count < LISTED_MAX; i++)
        if (!listed(a->evidence_kind, a->evidence_kind_count, family->expects[i]))
            a->against_it[a->against_count++] = arena_printf(
                arena, "no %.*s evidence, which it usually shows", BYTES_FMT(family->expects[i]));
}

static int better(const void *a, const void *b)
{
    const struct attribution *left = a, *right = b;
    if (left->named != right->named)
        return left->named ? -1 : 1;
    if (left->score < right->score || left->score > right->score)
        return left->score > right->score ? -1 : 1;
    return bytes_compare(left->name, right->name);
}

void attribute_rules(struct verdict *v, struct arena *arena, const struct rule_result *result,
                     const struct families *families)
{
    uint32_t count = 0;
    struct attribution *all = arena_array_of(arena, CANDIDATES_MAX, struct attribution);
    for (uint32_t i = 0; i < result->hit_count; i++) {
        const struct rule *rule = result->hit[i].rule;
        for (uint32_t j = 0; j < rule->x.speaks_for_count; j++) {
            const struct family *family = families_find(families, rule->x.speaks_for[j]);
            struct bytes name = family != NULL ? family->name : rule->x.speaks_for[j];
            struct attribution *a = candidate(all, &count, arena, name);
            if (a != NULL)
                support(a, rule);
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct family *family = families_find(families, all[i].name);
        all[i].named = all[i].evidence_kind_count >= ATTRIBUTE_KINDS_TO_NAME;
        if (family == NULL)
            continue;
        all[i].kind = family->kind;
        if (family->needs > 0)
            all[i].named = all[i].evidence_kind_count >= family->needs;
        memcpy(all[i].follows, family->follows, sizeof all[i].follows);
        oppose(&all[i], arena, family);
    }
    if (count > 1)
        qsort(all, count, sizeof *all, better);
    v->attribution = all;
    v->attribution_count = count < SHOWN_MAX ? count : SHOWN_MAX;
}
