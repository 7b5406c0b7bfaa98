/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict/judge.h"

#include "base/utf8.h"

#define SNIPPET_BYTES 160u
#define UNDECIDED_MAX 64u

/* Weight of a rule that names none, by its severity: public rules are written to be shown to an analyst,
 * not to block, so that even a critical one needs company to be malicious. */
static double weight_of(const struct rule *rule)
{
    static const struct {
        const char *severity;
        double weight;
    } weights[] = {{"critical", 6.0}, {"high", 4.5}, {"medium", 3.0}, {"low", 1.5}};
    if (rule->x.has_weight)
        return rule->x.weight;
    for (size_t i = 0; i < sizeof weights / sizeof weights[0]; i++)
        if (bytes_equal(rule->severity, bytes_of_string(weights[i].severity)))
            return weights[i].weight;
    return 1.0;
}

void judge_add(struct verdict *v, struct arena *arena, const struct evidence *e)
{
    if ((v->evidence_count & (v->evidence_count - 1)) == 0) { /* grow at powers of two */
        uint32_t capacity = v->evidence_count == 0 ? 1 : v->evidence_count * 2;
        struct evidence *grown = arena_array_of(arena, capacity, struct evidence);
        if (v->evidence_count > 0)
            memcpy(grown, v->evidence, v->evidence_count * sizeof *grown);
        v->evidence = grown;
    }
    v->evidence[v->evidence_count++] = *e;
}

/* The leaf that is shown: the first with a place of its own, else the first with a text. */
static const struct rule_leaf *leaf_to_show(const struct rule_hit *hit)
{
    const struct rule_leaf *best = NULL;
    for (uint32_t i = 0; i < hit->leaf_count; i++) {
        const struct rule_leaf *leaf = &hit->leaf[i];
        if (leaf->value.len == 0)
            continue;
        if (leaf->match.len > 0 && leaf->path.len > 0)
            return leaf;
        if (best == NULL || (best->match.len == 0 && leaf->match.len > 0))
            best = leaf;
    }
    return best;
}

static void place(struct evidence *e, const struct model *model, const struct rule_leaf *leaf)
{
    struct bytes shown = leaf->match.len > 0 ? leaf->match : leaf->value;
    shown = utf8_cut(shown, SNIPPET_BYTES);
    size_t offset;
    const struct node *node = tree_owner(model->tree, shown, &offset);
    if (node != NULL) {
        e->path = node_path(model->arena, node);
        e->offset = offset;
    } else if (leaf->path.len > 0 && bytes_inside(leaf->value, shown, &offset)) {
        e->field = leaf->path;
        e->offset = offset;
    } else {
        return; /* computed by a function: the condition says what, there is no place */
    }
    e->len = shown.len;
    e->snippet = shown;
}

static struct bytes sentence(struct arena *arena, const struct rule *rule, int language)
{
    if (rule->x.say[language].len > 0)
        return rule->x.say[language];
    return language == 0 || rule->x.say[0].len == 0 ? arena_copy(arena, rule->name)
                                                    : rule->x.say[0];
}

static void add_hit(struct verdict *v, struct model *model, const struct rule_hit *hit)
{
    const struct rule *rule = hit->rule;
    const struct rule_leaf *leaf = leaf_to_show(hit);
    struct evidence e = {
        .rule = rule->name,
        .kind = rule->x.kind.len > 0 ? rule->x.kind : BYTES("feed"),
        .sentence = {sentence(model->arena, rule, 0), sentence(model->arena, rule, 1)},
        .technique = rule->x.technique,
        .technique_count = rule->x.technique_count,
        .weight = weight_of(rule),
    };
    if (leaf != NULL)
        place(&e, model, leaf);
    judge_add(v, model->arena, &e);
}

/* The category most weight speaks for; rules of a public feed bring their attack type. */
static void choose_category(struct verdict *v, const struct rule_result *result)
{
    double best = 0;
    for (uint32_t i = 0; i < result->hit_count; i++) {
        const struct rule *rule = result->hit[i].rule;
        struct bytes category = rule->x.category.len > 0      ? rule->x.category
                                : rule->attack_type_count > 0 ? rule->attack_type[0]
                                                              : BYTES_NONE;
        double sum = 0;
        for (uint32_t j = 0; j < result->hit_count && category.len > 0; j++) {
            const struct rule *other = result->hit[j].rule;
            if (bytes_equal_fold(other->x.category, category) ||
                (other->attack_type_count > 0 && bytes_equal_fold(other->attack_type[0], category)))
                sum += weight_of(other);
        }
        if (sum > best)
            best = sum, v->category = category;
    }
}

void judge_rules(struct verdict *v, struct model *model, const struct rule_result *result)
{
    for (uint32_t i = 0; i < result->hit_count; i++)
        if (result->hit[i].rule->type == RULE_TYPE_rule)
            add_hit(v, model, &result->hit[i]);
    choose_category(v, result);
    uint32_t count =
        result->undecided_count < UNDECIDED_MAX ? result->undecided_count : UNDECIDED_MAX;
    v->coverage.undecided = arena_array_of(model->arena, count, struct bytes);
    v->coverage.undecided_count = count;
    for (uint32_t i = 0; i < count; i++)
        v->coverage.undecided[i] = arena_printf(model->arena, "%.*s: needs %.*s",
                                                BYTES_FMT(result->undecided[i].rule->name),
                                                BYTES_FMT(result->undecided[i].text));
}
