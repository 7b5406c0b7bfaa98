/* SPDX-License-Identifier: Apache-2.0 */
#include "artifact/node.h"

#include "base/text.h"

#include <assert.h>

#define STRINGS_MAX 4096
#define ANOMALIES_PER_NODE_MAX 256

const struct kind_row kind_rows[KIND_COUNT] = {
#define KIND(id, name, extension, type, what) [KIND_##id] = {name, extension, type, what},
#include "artifact/kind.def"
#undef KIND
};
const struct anomaly_row anomaly_rows[ANOMALY_COUNT] = {
#define ANOMALY(id, name, severity, blocks, what) [ANOMALY_##id] = {name, what, severity, blocks},
#include "artifact/anomaly.def"
#undef ANOMALY
};
const struct fact_row fact_rows[FACT_COUNT] = {
#define FACT(id, name, type, what) [FACT_##id] = {name, what, FACT_TYPE_##type},
#include "artifact/fact.def"
#undef FACT
};

static struct node *register_node(struct tree *tree, struct node *node)
{
    if (tree->count == tree->capacity) {
        uint32_t capacity = tree->capacity == 0 ? 16 : tree->capacity * 2;
        struct node **grown = arena_array_of(tree->arena, capacity, struct node *);
        if (tree->count > 0)
            memcpy(grown, tree->node, tree->count * sizeof *grown);
        tree->node = grown;
        tree->capacity = capacity;
    }
    node->tree = tree;
    node->id = tree->count;
    tree->node[tree->count++] = node;
    return node;
}

struct tree *tree_new(struct arena *arena, struct budget *budget, struct bytes content,
                      struct bytes name)
{
    struct tree *tree = arena_new_of(arena, struct tree);
    tree->arena = arena;
    tree->budget = budget;
    struct node *root = arena_new_of(arena, struct node);
    root->content = content;
    root->name = name;
    root->ordinal = 0;
    tree->root = register_node(tree, root);
    return tree;
}

struct node *node_add(struct node *parent, struct bytes content, struct bytes name)
{
    struct tree *tree = parent->tree;
    if (!budget_take(tree->budget, LIMIT_NODES, 1)) {
        node_limit(parent, LIMIT_NODES);
        return NULL;
    }
    if (parent->depth + 1 > tree->budget->most[LIMIT_DEPTH]) {
        tree->budget->passed |= 1u << LIMIT_DEPTH;
        node_limit(parent, LIMIT_DEPTH);
        return NULL;
    }
    struct node *node = arena_new_of(tree->arena, struct node);
    node->parent = parent;
    node->depth = parent->depth + 1;
    node->content = content;
    node->name = name;
    node->ordinal = parent->last_child == NULL ? 1 : parent->last_child->ordinal + 1;
    if (parent->last_child == NULL)
        parent->first_child = node;
    else
        parent->last_child->next = node;
    parent->last_child = node;
    return register_node(tree, node);
}

static void add_anomaly(struct node *node, struct anomaly anomaly)
{
    uint32_t count = 0;
    for (const struct anomaly *a = node->first_anomaly; a != NULL; a = a->next)
        if (++count >= ANOMALIES_PER_NODE_MAX)
            return;
    struct anomaly *kept = arena_new_of(node->tree->arena, struct anomaly);
    *kept = anomaly;
    if (node->last_anomaly == NULL)
        node->first_anomaly = kept;
    else
        node->last_anomaly->next = kept;
    node->last_anomaly = kept;
}

void node_anomaly(struct node *node, enum anomaly_code code, size_t offset, size_t len,
                  struct bytes detail)
{
    struct bytes span = bytes_sub(node->content, offset, len);
    offset = offset > node->content.len ? node->content.len : offset;
    add_anomaly(
        node, (struct anomaly){.code = code, .offset = offset, .len = span.len, .detail = detail});
}

void node_anomaly_raw(struct node *node, enum anomaly_code code, size_t offset, size_t len,
                      struct bytes detail)
{
    struct bytes span = bytes_sub(node->raw, offset, len);
    offset = offset > node->raw.len ? node->raw.len : offset;
    add_anomaly(
        node,
        (struct anomaly){
            .code = code, .offset = offset, .len = span.len, .in_raw = true, .detail = detail});
}

void node_limit(struct node *node, enum limit limit)
{
    struct bytes name = bytes_of_string(limit_rows[limit].name);
    for (const struct anomaly *a = node->first_anomaly; a != NULL; a = a->next)
        if (a->code == ANOMALY_LIMIT_EXCEEDED && bytes_equal(a->detail, name))
            return;
    node_anomaly(node, ANOMALY_LIMIT_EXCEEDED, 0, 0, name);
}

bool node_has_anomaly(const struct node *node, enum anomaly_code code)
{
    for (const struct anomaly *a = node->first_anomaly; a != NULL; a = a->next)
        if (a->code == code)
            return true;
    return false;
}

static struct fact *find_fact(const struct node *node, enum fact_code code)
{
    struct fact *fact = node->first_fact;
    while (fact != NULL && fact->code != code)
        fact = fact->next;
    return fact;
}

void node_fact(struct node *node, enum fact_code code, struct value value)
{
    assert(code < FACT_COUNT);
    struct fact *fact = find_fact(node, code);
    if (fact == NULL) {
        fact = arena_new_of(node->tree->arena, struct fact);
        fact->code = code;
        if (node->last_fact == NULL)
            node->first_fact = fact;
        else
            node->last_fact->next = fact;
        node->last_fact = fact;
    }
    fact->value = value;
}

void node_fact_string(struct node *node, enum fact_code code, struct bytes s)
{
    assert(fact_rows[code].type == FACT_TYPE_STRING);
    node_fact(node, code, value_string(s));
}

void node_fact_int(struct node *node, enum fact_code code, int64_t n)
{
    assert(fact_rows[code].type == FACT_TYPE_INT);
    node_fact(node, code, value_int(n));
}

void node_fact_bool(struct node *node, enum fact_code code, bool b)
{
    assert(fact_rows[code].type == FACT_TYPE_BOOL);
    node_fact(node, code, value_bool(b));
}

void node_fact_add(struct node *node, enum fact_code code, struct bytes s)
{
    assert(fact_rows[code].type == FACT_TYPE_STRINGS);
    struct fact *fact = find_fact(node, code);
    if (fact == NULL) {
        node_fact(node, code, value_array(array_new(node->tree->arena)));
        fact = node->last_fact;
    }
    struct array *array = fact->value.as.array;
    if (array->count >= STRINGS_MAX)
        return;
    for (uint32_t i = 0; i < array->count && i < 64; i++)
        if (bytes_equal(value_bytes(array->item[i]), s))
            return;
    array_add(node->tree->arena, array, value_string(s));
}

void node_fact_pair(struct node *node, enum fact_code code, struct bytes key, struct value v)
{
    assert(fact_rows[code].type == FACT_TYPE_MAP);
    struct fact *fact = find_fact(node, code);
    if (fact == NULL) {
        node_fact(node, code, value_map(map_new(node->tree->arena)));
        fact = node->last_fact;
    }
    if (fact->value.as.map->count < STRINGS_MAX)
        map_add(node->tree->arena, fact->value.as.map, key, v);
}

struct value node_get(const struct node *node, enum fact_code code)
{
    const struct fact *fact = find_fact(node, code);
    return fact == NULL ? (struct value){0} : fact->value;
}

struct bytes node_path(struct arena *arena, const struct node *node)
{
    struct text path;
    text_init(&path, arena, 0);
    const struct node *chain[256];
    uint32_t depth = 0;
    for (; node->parent != NULL && depth < 256; node = node->parent)
        chain[depth++] = node;
    text_add_byte(&path, '0');
    while (depth-- > 0) {
        text_add_byte(&path, '.');
        text_add_decimal(&path, chain[depth]->ordinal);
    }
    return text_bytes(&path);
}

struct node *tree_find(const struct tree *tree, struct bytes path)
{
    struct bytes step;
    struct node *node = tree->root;
    if (!bytes_next_field(&path, '.', &step) || !bytes_equal(step, BYTES("0")))
        return NULL;
    while (node != NULL && bytes_next_field(&path, '.', &step)) {
        int64_t ordinal;
        if (!bytes_to_int(step, 1, INT32_MAX, &ordinal))
            return NULL;
        node = node->first_child;
        while (node != NULL && node->ordinal != ordinal)
            node = node->next;
    }
    return node;
}

struct node *tree_owner(const struct tree *tree, struct bytes inner, size_t *offset_out)
{
    for (uint32_t i = tree->count; i-- > 0;)
        if (bytes_inside(tree->node[i]->content, inner, offset_out))
            return tree->node[i];
    return NULL;
}

struct node *node_walk(const struct node *root, const struct node *node)
{
    if (node->first_child != NULL)
        return node->first_child;
    for (; node != root; node = node->parent)
        if (node->next != NULL)
            return node->next;
    return NULL;
}
