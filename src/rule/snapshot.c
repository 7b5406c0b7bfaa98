/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/snapshot.h"

#include "artifact/digest.h"
#include "base/text.h"
#include "rule/guard.h"
#include "rule/image.h"
#include "rule/page_need.h"

#include <assert.h>
#include <stdlib.h>
#include <talloc.h>

/* What an image begins with. */
struct root {
    struct rule **rule;
    struct rule_problem **problem;
    struct expr **node;
    struct gate **gate;
    struct guards *guards;
    struct pattern **pattern;
    uint32_t rule_count, problem_count, node_count, gate_count, pattern_count, memo_count;
};

/* Whoever gives these another field packs it here, if it is a pointer. */
static_assert(sizeof(struct rule) == 288 && sizeof(struct expr) == 160 && sizeof(struct gate) == 248,
              "a field that is not packed");

static void add_digest(struct text *text, struct bytes part)
{
    uint8_t sum[64];
    digest(DIGEST_SHA256, part, sum);
    text_add(text, bytes_of(sum, 32));
}

static void add_number(struct text *text, uint64_t number)
{
    text_add(text, bytes_of(&number, sizeof number));
}

/* FILE as it was found, without reading it. */
static void add_found(struct text *text, const struct rule_file *file)
{
    const struct stat *st = &file->found;
    add_number(text, st->st_dev);
    add_number(text, st->st_ino);
    add_number(text, (uint64_t)st->st_size);
    add_number(text, (uint64_t)st->st_mtim.tv_sec);
    add_number(text, (uint64_t)st->st_mtim.tv_nsec);
    add_number(text, (uint64_t)st->st_ctim.tv_sec);
    add_number(text, (uint64_t)st->st_ctim.tv_nsec);
}

bool snapshot_key(const struct rule_set *set, struct rule_files *files, uint8_t key[64])
{
    struct text text;
    text_init(&text, NULL, 0);
    bool ok = cache_program(&text);
    text_add_format(&text, " %d %d %u %u", set->strict, set->kleene_lambdas, files->count,
                    lists_count(set->lists));
    for (uint32_t i = 0; i < files->count; i++) {
        struct rule_file *file = &files->file[i];
        bool rests = rule_file_rests(files, file);
        add_number(&text, file->name.len);
        text_add(&text, file->name);
        text_add_byte(&text, rests);
        if (rests) {
            add_found(&text, file);
        } else {
            rule_file_read(set->arena, file);
            add_digest(&text, file->text);
        }
        ok = ok && file->err == NULL;
    }
    for (uint32_t i = 0; i < lists_count(set->lists); i++) {
        const struct list *list = lists_row(set->lists, i);
        add_digest(&text, list->name);
        add_digest(&text, list->text);
    }
    digest(DIGEST_SHA256, text_bytes(&text), key);
    text_finish(&text);
    return ok;
}

static void pack_expr(struct image *image, void *slot);

/* The gate at SLOT is in the image; what it is made of. */
static void pack_gate(struct image *image, struct gate **slot)
{
    struct gate *gate = *slot;
    gate->number = NULL;
    gate->set = NULL;
    gate->seen = NULL;
    gate->rows = NULL;
    gate->first = NULL;
    image_texts(image, &gate->literal, gate->literal_count);
    if (gate->whole)
        image_take(image, &gate->slot, (gate->slot_mask + 1) * sizeof *gate->slot);
    pack_expr(image, &gate->text);
    pack_expr(image, &gate->item[0]);
    pack_expr(image, &gate->item[1]);
}

/* One as written is only told, never run. */
static void strip(struct expr *expr)
{
    expr->needles = NULL;
    expr->gate = NULL;
    expr->need = NULL;
    expr->page = NULL;
}

/* SLOT is a pointer to an expression, constant or not. */
static void pack_expr(struct image *image, void *slot)
{
    struct expr *expr;
    if (!image_take(image, slot, sizeof *expr))
        return;
    memcpy(&expr, slot, sizeof expr);
    if (!expr->shared)
        strip(expr);
    if (expr->count == 0)
        expr->child = NULL;
    if (image_take(image, &expr->child, expr->count * sizeof *expr->child))
        for (uint32_t i = 0; i < expr->count; i++)
            pack_expr(image, &expr->child[i]);
    image_value(image, &expr->constant);
    image_list(image, &expr->list);
    image_text(image, &expr->text);
    needles_pack(image, &expr->needles);
    image_take(image, &expr->gate, sizeof *expr->gate);
    struct expr **page = page_need_pack(image, &expr->need);
    if (page != NULL)
        pack_expr(image, page);
    pack_expr(image, &expr->page);
    pack_expr(image, &expr->written);
}

static void pack_rule(struct image *image, struct rule **slot)
{
    if (!image_take(image, slot, sizeof **slot))
        return;
    struct rule *rule = *slot;
    struct rule_extension *x = &rule->x;
    struct bytes *const text[] = {&rule->name, &rule->id,     &rule->severity, &rule->description,
                                  &rule->file, &rule->lists,  &x->kind,        &x->category,
                                  &x->say[0],  &x->say[1],  &x->decides};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++)
        image_text(image, text[i]);
    struct {
        struct bytes **at;
        uint32_t count;
    } const many[] = {{&rule->tag, rule->tag_count},
                      {&rule->attack_type, rule->attack_type_count},
                      {&x->technique, x->technique_count},
                      {&x->speaks_for, x->speaks_for_count}};
    for (size_t i = 0; i < sizeof many / sizeof *many; i++) {
        if (many[i].count == 0)
            *many[i].at = NULL;
        image_texts(image, many[i].at, many[i].count);
    }
    rule->tree = NULL;
    pack_expr(image, &rule->graph);
}

static void pack_problem(struct image *image, struct rule_problem **slot)
{
    if (image_take(image, slot, sizeof **slot))
        image_text(image, &(*slot)->rule);
}

/* Gates side by side, because a run writes to them; then rules, so that what a rule is made of lies
 * together. */
static void pack_root(struct image *image, struct root *root)
{
    image_take(image, &root->gate, root->gate_count * sizeof *root->gate);
    for (uint32_t i = 0; i < root->gate_count; i++)
        image_take(image, &root->gate[i], sizeof **root->gate);
    image_take(image, &root->rule, root->rule_count * sizeof *root->rule);
    for (uint32_t i = 0; i < root->rule_count; i++)
        pack_rule(image, &root->rule[i]);
    image_take(image, &root->problem, root->problem_count * sizeof *root->problem);
    for (uint32_t i = 0; i < root->problem_count; i++)
        pack_problem(image, &root->problem[i]);
    image_take(image, &root->node, root->node_count * sizeof *root->node);
    for (uint32_t i = 0; i < root->node_count; i++)
        pack_expr(image, &root->node[i]);
    for (uint32_t i = 0; i < root->gate_count; i++)
        pack_gate(image, &root->gate[i]);
    image_take(image, &root->pattern, root->pattern_count * sizeof *root->pattern);
    for (uint32_t i = 0; i < root->pattern_count; i++)
        pattern_pack(image, &root->pattern[i]);
    guards_pack(image, &root->guards, pack_expr);
}

void snapshot_keep(const struct rule_set *set, struct cache *cache, const uint8_t key[64],
                   uint32_t first_problem, const void *parent)
{
    const struct graph *graph = set->graph;
    struct root root = {.rule_count = set->rule_count,
                        .problem_count = set->problem_count - first_problem,
                        .node_count = graph->node_count,
                        .gate_count = graph->gate_count,
                        .pattern_count = patterns_count(graph->patterns),
                        .memo_count = graph->memo_count,
                        .guards = graph->guards};
    struct image *image = image_new(parent);
    root.rule = root.rule_count == 0 ? NULL : set->rule;
    root.problem = root.problem_count == 0 ? NULL : set->problem + first_problem;
    root.node = root.node_count == 0 ? NULL : graph->node;
    root.gate = root.gate_count == 0 ? NULL : graph->gate;
    root.pattern = talloc_array(image, struct pattern *, root.pattern_count + 1);
    if (root.pattern == NULL)
        abort();
    for (uint32_t i = 0; i < root.pattern_count; i++)
        root.pattern[i] = patterns_row(graph->patterns, i);
    pack_root(image, image_root(image, &root, sizeof root));
    struct bytes kept_as = bytes_of(key, SNAPSHOT_KEY_BYTES);
    cache_keep_image(cache, kept_as, image_bytes(image, cache_image_address(kept_as)));
}

bool snapshot_restore(struct rule_set *set, struct cache *cache, const uint8_t key[64])
{
    struct graph *graph = graph_new(set);
    struct bytes kept = cache_image(cache, bytes_of(key, SNAPSHOT_KEY_BYTES));
    const struct root *root =
        kept.at == NULL ? NULL : image_open(kept, set->lists, sizeof(struct root));
    if (root == NULL) {
        talloc_free(graph);
        return false;
    }
    cache_hold(cache, graph->patterns);
    set->graph = graph;
    set->rule = root->rule;
    set->rule_count = set->rule_capacity = root->rule_count;
    for (uint32_t i = 0; i < root->problem_count; i++)
        set_problem(set, &root->problem[i]->err, root->problem[i]->rule)->retired =
            root->problem[i]->retired;
    graph->node = root->node;
    graph->node_count = root->node_count;
    graph->gate = root->gate;
    graph->gate_count = root->gate_count;
    graph->memo_count = root->memo_count;
    graph->guards = root->guards;
    for (uint32_t i = 0; i < graph->gate_count; i++)
        gate_finish(graph, graph->gate[i], cache);
    graph_finish(graph, set);
    patterns_adopt(graph->patterns, root->pattern, root->pattern_count);
    return true;
}
