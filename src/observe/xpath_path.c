/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/xpath_path.h"

#include <stdlib.h>
#include <talloc.h>

#define STEPS_MAX 12
#define TESTS_MAX 12

enum step_kind { STEP_ELEMENT, STEP_ATTRIBUTE, STEP_TEXT, STEP_COMMENT };
enum test_kind { TEST_THERE, TEST_EQUAL, TEST_CONTAINS };

struct test {
    enum test_kind kind;
    struct bytes attribute, value;
};

struct step {
    enum step_kind kind;
    bool deep;         /* after "//" */
    struct bytes name; /* absent: any */
    struct test test[TESTS_MAX];
    uint32_t test_count;
};

struct xpath_path {
    struct step step[STEPS_MAX];
    uint32_t count;
};

static bool take(struct bytes *rest, const char *what)
{
    struct bytes token = bytes_of_string(what);
    if (!bytes_starts(*rest, token))
        return false;
    *rest = bytes_from(*rest, token.len);
    return true;
}

static void skip_blanks(struct bytes *rest)
{
    while (rest->len > 0 && ascii_is_space(rest->at[0]))
        *rest = bytes_from(*rest, 1);
}

/* A name without prefix; false where something stands that may be more than that. */
static bool take_name(struct bytes *rest, struct bytes *out)
{
    size_t end = 0;
    while (end < rest->len && (ascii_is_alnum(rest->at[end]) || rest->at[end] == '_' ||
                               (end > 0 && rest->at[end] == '-')))
        end++;
    *out = bytes_sub(*rest, 0, end);
    *rest = bytes_from(*rest, end);
    bool more = rest->len > 0 && (rest->at[0] == ':' || rest->at[0] == '.' || rest->at[0] == '(' ||
                                  rest->at[0] >= 0x80);
    return end > 0 && !ascii_is_digit(out->at[0]) && !more;
}

static bool take_string(struct bytes *rest, struct bytes *out)
{
    skip_blanks(rest);
    if (rest->len == 0 || (rest->at[0] != '"' && rest->at[0] != '\''))
        return false;
    size_t end = bytes_find_byte(*rest, rest->at[0], 1);
    if (end == BYTES_NPOS)
        return false;
    *out = bytes_sub(*rest, 1, end - 1);
    *rest = bytes_from(*rest, end + 1);
    return true;
}

static bool take_test(struct bytes *rest, struct test *out)
{
    skip_blanks(rest);
    bool contains = take(rest, "contains(");
    skip_blanks(rest);
    if (!take(rest, "@") || !take_name(rest, &out->attribute))
        return false;
    skip_blanks(rest);
    out->kind = contains ? TEST_CONTAINS : TEST_THERE;
    if (contains) {
        if (!take(rest, ",") || !take_string(rest, &out->value))
            return false;
        skip_blanks(rest);
        return take(rest, ")");
    }
    if (!take(rest, "="))
        return true;
    out->kind = TEST_EQUAL;
    return take_string(rest, &out->value);
}

static bool take_tests(struct bytes *rest, struct step *step)
{
    while (take(rest, "[")) {
        do {
            if (step->test_count == TESTS_MAX || !take_test(rest, &step->test[step->test_count++]))
                return false;
            skip_blanks(rest);
        } while (take(rest, "and "));
        if (!take(rest, "]"))
            return false;
    }
    return true;
}

static bool take_step(struct bytes *rest, struct step *step)
{
    if (!take(rest, "/"))
        return false;
    step->deep = take(rest, "/");
    if (take(rest, "text()"))
        step->kind = STEP_TEXT;
    else if (take(rest, "comment()"))
        step->kind = STEP_COMMENT;
    else if (take(rest, "@"))
        step->kind = STEP_ATTRIBUTE;
    if (step->kind == STEP_TEXT || step->kind == STEP_COMMENT)
        return rest->len == 0;
    if (!take(rest, "*") && !take_name(rest, &step->name))
        return false;
    return step->kind == STEP_ATTRIBUTE ? rest->len == 0 : take_tests(rest, step);
}

struct xpath_path *xpath_path_new(const void *parent, struct bytes expression)
{
    struct xpath_path *path = talloc_zero(parent, struct xpath_path);
    if (path == NULL)
        abort();
    struct bytes rest = {talloc_memdup(path, expression.at, expression.len), expression.len};
    bool plain = rest.len > 0;
    while (plain && rest.len > 0)
        plain = path->count < STEPS_MAX && take_step(&rest, &path->step[path->count++]);
    if (plain)
        return path;
    talloc_free(path);
    return NULL;
}

bool xpath_path_is_marked_up(const struct xpath_path *path)
{
    enum step_kind last = path->step[path->count - 1].kind;
    return last == STEP_ELEMENT || last == STEP_ATTRIBUTE;
}

/* The library takes texts for C strings. */
static struct bytes until_nul(struct bytes text)
{
    size_t end = bytes_find_byte(text, 0, 0);
    return end == BYTES_NPOS ? text : bytes_sub(text, 0, end);
}

static bool passes(const struct html_tree *tree, const struct html_node *node,
                   const struct test *test)
{
    for (uint32_t i = 0; i < node->attribute_count; i++) {
        const struct html_tree_attribute *row = &tree->attribute[node->attribute_at + i];
        if (!bytes_equal(row->name, test->attribute))
            continue;
        struct bytes value = until_nul(row->value);
        if (test->kind == TEST_CONTAINS)
            return bytes_find(value, test->value, 0) != BYTES_NPOS;
        if (test->kind == TEST_THERE || bytes_equal(value, test->value))
            return true;
    }
    return false;
}

static bool selects(const struct html_tree *tree, const struct html_node *node,
                    const struct step *step)
{
    static const enum html_node_type types[] = {[STEP_ELEMENT] = HTML_NODE_ELEMENT,
                                                [STEP_TEXT] = HTML_NODE_TEXT,
                                                [STEP_COMMENT] = HTML_NODE_COMMENT};
    if (node->type != types[step->kind] ||
        (step->name.at != NULL && !bytes_equal(node->text, step->name)))
        return false;
    for (uint32_t i = 0; i < step->test_count; i++)
        if (!passes(tree, node, &step->test[i]))
            return false;
    return true;
}

/* Whether every node comes right after the one before it or after an ancestor's subtree. */
static bool in_order(struct html_tree *tree)
{
    if (tree->order == HTML_ORDER_UNKNOWN) {
        tree->order = HTML_ORDER_DOCUMENT;
        for (uint32_t i = 2; i < tree->count && tree->order == HTML_ORDER_DOCUMENT; i++) {
            uint32_t above = i - 1;
            while (above != 0 && above != tree->node[i].parent)
                above = tree->node[above].parent;
            if (above != tree->node[i].parent)
                tree->order = HTML_ORDER_OTHER;
        }
    }
    return tree->order == HTML_ORDER_DOCUMENT;
}

#define IN 1u    /* selected by the step before */
#define BELOW 2u /* an ancestor is */

/* Marks of the nodes STEP selects, in place; which nodes are BELOW one goes along. */
static void walk_step(const struct html_tree *tree, const struct step *step, uint8_t *mark,
                      uint8_t *next)
{
    next[0] = 0;
    for (uint32_t i = 1; i < tree->count; i++) {
        const struct html_node *node = &tree->node[i];
        uint8_t above = mark[node->parent];
        if ((above & (IN | BELOW)) != 0)
            mark[i] |= BELOW;
        bool reached = step->deep ? (above & (IN | BELOW)) != 0 : (above & IN) != 0;
        next[i] = reached && selects(tree, node, step) ? IN : 0;
    }
}

static void collect_attributes(const struct html_tree *tree, const struct step *step, uint8_t *mark,
                               uint32_t *number, uint32_t *count)
{
    for (uint32_t i = 1; i < tree->count; i++) {
        const struct html_node *node = &tree->node[i];
        if ((mark[node->parent] & (IN | BELOW)) != 0)
            mark[i] |= BELOW;
        if (node->type != HTML_NODE_ELEMENT || (mark[i] & (step->deep ? IN | BELOW : IN)) == 0)
            continue;
        for (uint32_t k = 0; k < node->attribute_count; k++)
            if (step->name.at == NULL ||
                bytes_equal(tree->attribute[node->attribute_at + k].name, step->name))
                number[(*count)++] = node->attribute_at + k;
    }
}

bool xpath_path_run(const struct xpath_path *path, struct html_tree *tree, struct arena *arena,
                    uint32_t **number_out, uint32_t *count_out, bool *attributes_out)
{
    if (!in_order(tree))
        return false;
    uint8_t *mark = arena_alloc(arena, tree->count), *next = arena_alloc(arena, tree->count);
    memset(mark, 0, tree->count);
    mark[0] = IN;
    *count_out = 0;
    *attributes_out = false;
    for (uint32_t i = 0; i < path->count; i++) {
        const struct step *step = &path->step[i];
        if (step->kind == STEP_ATTRIBUTE) {
            *attributes_out = true;
            *number_out = arena_array_of(arena, tree->attribute_count, uint32_t);
            collect_attributes(tree, step, mark, *number_out, count_out);
            return true;
        }
        walk_step(tree, step, mark, next);
        uint8_t *swap = mark;
        mark = next;
        next = swap;
    }
    *number_out = arena_array_of(arena, tree->count, uint32_t);
    for (uint32_t i = 1; i < tree->count; i++)
        if ((mark[i] & IN) != 0)
            (*number_out)[(*count_out)++] = i;
    return true;
}
