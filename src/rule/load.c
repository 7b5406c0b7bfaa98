/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "rule/cache.h"
#include "rule/guard.h"
#include "rule/snapshot.h"

#include <stdlib.h>
#include <talloc.h>

struct rule_problem *set_problem(struct rule_set *set, const struct error *err, struct bytes rule)
{
    if (set->problem_count == set->problem_capacity) {
        uint32_t capacity = set->problem_capacity == 0 ? 16 : set->problem_capacity * 2;
        struct rule_problem **grown = arena_array_of(set->arena, capacity, struct rule_problem *);
        if (set->problem_count > 0)
            memcpy(grown, set->problem, set->problem_count * sizeof(struct rule_problem *));
        set->problem = grown;
        set->problem_capacity = capacity;
    }
    struct rule_problem *problem = arena_new_of(set->arena, struct rule_problem);
    *problem = (struct rule_problem){.err = *err, .rule = rule};
    return set->problem[set->problem_count++] = problem;
}

/* Parse and type the rules of FILES. */
static void read_files(struct rule_set *set, struct rule_files *files)
{
    for (uint32_t i = 0; i < files->count; i++) {
        struct rule_file *file = &files->file[i];
        rule_file_read(set->arena, file);
        if (file->err == NULL)
            set_read(set, file->text, file->name);
        else
            set_problem(set, file->err, BYTES_NONE);
    }
}

/* Prepare the constants of EXPR and what is below it. */
static bool prepare(struct rule_set *set, struct cache *cache, struct expr *expr, const char *file,
                    uint32_t depth, struct error *err)
{
    if (!needles_prepare(set->arena, set->graph->patterns, cache, expr, file, err))
        return false;
    for (uint32_t i = 0; i < expr->count && depth < 4 * EXPR_DEPTH_MAX; i++)
        if (!prepare(set, cache, expr->child[i], file, depth + 1, err))
            return false;
    return true;
}

/* The names of lists in EXPR that nobody configured. */
static void add_lists(struct text *text, const struct expr *expr, uint32_t depth)
{
    if (expr->op == OP_LIST && !expr->list->configured) {
        struct bytes so_far = text_bytes(text), name = expr->list->name;
        size_t at = bytes_find(so_far, name, 0);
        size_t end = at == BYTES_NPOS ? 0 : at + name.len;
        if (at == BYTES_NPOS || (end < so_far.len && so_far.at[end] != ',')) {
            text_add_string(text, text->len > 0 ? ", list:" : "list:");
            text_add(text, name);
        }
    }
    for (uint32_t i = 0; i < expr->count && depth < 4 * EXPR_DEPTH_MAX; i++)
        add_lists(text, expr->child[i], depth + 1);
}

/* Refuse rules whose patterns do not compile; put the others into the graph. */
static void compile(struct rule_set *set, struct cache *cache)
{
    uint32_t kept = 0;
    struct error err = {0};
    set->graph = graph_new(set);
    for (uint32_t i = 0; i < set->rule_count; i++) {
        struct rule *rule = set->rule[i];
        if (!prepare(set, cache, rule->tree, (const char *)rule->file.at, 0, &err)) {
            set_problem(set, &err, rule->name);
            continue;
        }
        rule->number = kept;
        set->rule[kept++] = rule;
        struct text lists;
        text_init(&lists, set->arena, 0);
        text_reserve(&lists, 1);
        add_lists(&lists, rule->tree, 0);
        rule->lists = text_bytes(&lists);
        graph_add(set->graph, rule);
    }
    set->rule_count = kept;
    for (uint32_t i = 0; i < set->graph->node_count; i++)
        if (!needles_prepare(set->arena, set->graph->patterns, cache, set->graph->node[i], "",
                             &err))
            abort(); /* every pattern was good in its tree */
    graph_prune(set);
    prefilter_build(set->graph, cache);
    graph_finish(set->graph, set);
    set->graph->guards = guards_build(set);
}

/* An expression by itself as the rule it would be in a file. */
static void read_source(struct rule_set *set, const char *source)
{
    struct text rule;
    text_init(&rule, set->arena, 0);
    text_add_string(&rule, "name: expression\ntype: rule\nsource: |\n");
    struct bytes line, rest = bytes_of_string(source);
    while (bytes_next_line(&rest, &line)) {
        text_add_string(&rule, "  ");
        text_add(&rule, line);
        text_add_byte(&rule, '\n');
    }
    set_read(set, text_bytes(&rule), BYTES("(expression)"));
}

struct rule_set *rule_set_load(const void *parent, const struct rule_options *options,
                               struct error *err)
{
    return rule_set_read(parent, options, BYTES_NONE, "", err);
}

struct rule_set *rule_set_read(const void *parent, const struct rule_options *options,
                               struct bytes text, const char *file, struct error *err)
{
    struct rule_set *set = talloc_zero(parent, struct rule_set);
    if (set == NULL)
        abort();
    set->arena = arena_new(set);
    set->lists = lists_new(set);
    set->strict = options->strict;
    set->kleene_lambdas = options->kleene_lambdas;
    for (uint32_t i = 0; i < options->list_path_count; i++) {
        struct error problem = {0};
        if (!lists_load(set->lists, options->list_path[i], &problem))
            set_problem(set, &problem, BYTES_NONE);
    }
    struct rule_files files = {0};
    for (uint32_t i = 0; i < options->path_count; i++)
        if (!rule_files_find(set, set->arena, &files, options->path[i], err)) {
            talloc_free(set);
            return NULL;
        }
    struct cache *cache = cache_open(options->cache_path);
    uint8_t key[64];
    uint32_t first_problem = set->problem_count;
    bool kept = options->run_only && cache != NULL && options->source == NULL && text.at == NULL &&
                snapshot_key(set, &files, key);
    if (kept && snapshot_restore(set, cache, key))
        return set;
    read_files(set, &files);
    if (options->source != NULL)
        read_source(set, options->source);
    if (text.at != NULL)
        set_read(set, arena_copy(set->arena, text), arena_copy(set->arena, bytes_of_string(file)));
    compile(set, cache);
    void *image = talloc_new(NULL);
    if (kept)
        snapshot_keep(set, cache, key, first_problem, image);
    cache_close(cache, set->graph->patterns);
    talloc_free(image);
    return set;
}

bool rule_set_asks_pages(const struct rule_set *set)
{
    return set->graph->asks_pages;
}

uint32_t rule_set_count(const struct rule_set *set)
{
    return set->rule_count;
}

const struct rule *rule_set_rule(const struct rule_set *set, uint32_t number)
{
    return set->rule[number];
}

/* The file name of RULE without folders and extension. */
static struct bytes stem(const struct rule *rule)
{
    struct bytes name = rule->file;
    size_t slash = bytes_find_last_byte(name, '/');
    if (slash != BYTES_NPOS)
        name = bytes_from(name, slash + 1);
    size_t dot = bytes_find_last_byte(name, '.');
    return dot == BYTES_NPOS ? name : bytes_sub(name, 0, dot);
}

const struct rule *rule_set_find(const struct rule_set *set, struct bytes what)
{
    for (uint32_t i = 0; i < set->rule_count; i++) {
        const struct rule *rule = set->rule[i];
        if (bytes_equal(rule->name, what) || bytes_equal(rule->id, what) ||
            bytes_equal(stem(rule), what))
            return rule;
    }
    return NULL;
}

uint32_t rule_set_problem_count(const struct rule_set *set)
{
    return set->problem_count;
}

const struct rule_problem *rule_set_problem(const struct rule_set *set, uint32_t number)
{
    return set->problem[number];
}
