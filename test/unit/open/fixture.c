/* SPDX-License-Identifier: Apache-2.0
 *
 * Opens every fixture of a folder and checks what its .expect file says; the forms of its lines are told in
 * test/fixture/office/make.py.  Usage: fixture FOLDER [NAME] */
#include "base/arena.h"
#include "open/opener.h"
#include "tap.h"

#include <dirent.h>
#include <talloc.h>

static bool value_has(struct value v, struct bytes wanted)
{
    char number[64];
    switch (v.tag) {
    case VALUE_STRING: return bytes_find(value_bytes(v), wanted, 0) != BYTES_NPOS;
    case VALUE_BOOL: return bytes_equal(wanted, v.as.boolean ? BYTES("true") : BYTES("false"));
    case VALUE_INT:
        snprintf(number, sizeof number, "%" PRId64, v.as.integer);
        return bytes_equal(wanted, bytes_of_string(number));
    case VALUE_ARRAY:
        for (uint32_t i = 0; i < v.as.array->count; i++)
            if (value_has(v.as.array->item[i], wanted))
                return true;
        return false;
    default: return false;
    }
}

static bool any_fact(struct tree *tree, struct bytes name, struct bytes wanted)
{
    for (uint32_t i = 0; i < tree->count; i++)
        for (const struct fact *f = tree->node[i]->first_fact; f != NULL; f = f->next)
            if (bytes_equal(bytes_of_string(fact_rows[f->code].name), name) &&
                (wanted.at == NULL || value_has(f->value, wanted)))
                return true;
    return false;
}

static bool any_anomaly(struct tree *tree, struct bytes name, bool blocking)
{
    for (uint32_t i = 0; i < tree->count; i++)
        for (const struct anomaly *a = tree->node[i]->first_anomaly; a != NULL; a = a->next)
            if ((name.at == NULL || bytes_equal(bytes_of_string(anomaly_rows[a->code].name), name)) &&
                (!blocking || anomaly_rows[a->code].blocks))
                return true;
    return false;
}

static bool any_child(struct tree *tree, struct bytes kind, struct bytes wanted)
{
    for (uint32_t i = 1; i < tree->count; i++)
        if (bytes_equal(bytes_of_string(kind_rows[tree->node[i]->kind].name), kind) &&
            bytes_find(tree->node[i]->content, wanted, 0) != BYTES_NPOS)
            return true;
    return false;
}

static void show_strings(const struct value *v)
{
    for (uint32_t i = 0; i < v->as.array->count && i < 12; i++)
        tap_show("  item", value_bytes(v->as.array->item[i]));
}

static void show(struct tree *tree)
{
    for (uint32_t i = 0; i < tree->count; i++) {
        const struct node *node = tree->node[i];
        printf("# node %u %s %.*s (%zu bytes)\n", i, kind_rows[node->kind].name, BYTES_FMT(node->name),
               node->content.len);
        if (node->is_view)
            tap_show("  view", node->content);
        for (const struct anomaly *a = node->first_anomaly; a != NULL; a = a->next)
            printf("#   anomaly %s: %.*s\n", anomaly_rows[a->code].name, BYTES_FMT(a->detail));
        for (const struct fact *f = node->first_fact; f != NULL; f = f->next) {
            printf("#   fact %s\n", fact_rows[f->code].name);
            if (f->value.tag == VALUE_ARRAY)
                show_strings(&f->value);
            else if (f->value.tag == VALUE_STRING)
                tap_show("  value", value_bytes(f->value));
            else
                printf("#     = %" PRId64 "\n", f->value.tag == VALUE_BOOL ? f->value.as.boolean : f->value.as.integer);
        }
    }
}

static bool check(struct tree *tree, struct bytes line)
{
    struct bytes rest = line, word, name = BYTES_NONE;
    bytes_next_field(&rest, ' ', &word);
    if (bytes_equal(word, BYTES("kind")))
        return bytes_equal(bytes_of_string(kind_rows[tree->root->kind].name), rest);
    if (bytes_equal(word, BYTES("blocked")))
        return any_anomaly(tree, BYTES_NONE, true);
    if (bytes_equal(word, BYTES("open")))
        return !any_anomaly(tree, BYTES_NONE, true);
    if (bytes_equal(word, BYTES("anomaly")))
        return any_anomaly(tree, rest, false);
    if (bytes_equal(word, BYTES("noanomaly")))
        return !any_anomaly(tree, rest, false);
    if (bytes_equal(word, BYTES("nofact")))
        return !any_fact(tree, rest, BYTES_NONE);
    bytes_next_field(&rest, ' ', &name);
    if (bytes_equal(word, BYTES("fact")))
        return any_fact(tree, name, rest);
    if (bytes_equal(word, BYTES("child")))
        return any_child(tree, name, rest);
    return false;
}

static void run(const char *folder, const char *file)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    struct bytes content = tap_read(path);
    snprintf(path, sizeof path, "%s/%s.expect", folder, file);
    struct bytes expected = tap_read(path), line, rest = expected;
    void *parent = talloc_new(NULL);
    struct budget budget;
    budget_init(&budget);
    struct tree *tree = tree_new(arena_new(parent), &budget, content, bytes_of_string(file));
    open_tree(tree->root);
    bool good = true;
    while (bytes_next_line(&rest, &line))
        if (line.len > 0)
            good = tap_ok(check(tree, line), "%s: %.*s", file, BYTES_FMT(line)) && good;
    if (!good || getenv("NOROSHI_SHOW") != NULL)
        show(tree);
    talloc_free(parent);
    free((void *)(uintptr_t)content.at);
    free((void *)(uintptr_t)expected.at);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

int main(int argc, char **argv)
{
    struct dirent **entry;
    int count = argc < 2 ? -1 : scandir(argv[1], &entry, NULL, by_name);
    if (count < 0) {
        printf("Bail out! no folder of fixtures\n");
        return 1;
    }
    for (int i = 0; i < count; i++) {
        char *ending = strstr(entry[i]->d_name, ".expect");
        if (ending != NULL && ending[7] == 0) {
            *ending = 0;
            if (argc < 3 || strcmp(argv[2], entry[i]->d_name) == 0)
                run(argv[1], entry[i]->d_name);
        }
        free(entry[i]);
    }
    free(entry);
    return tap_end();
}
