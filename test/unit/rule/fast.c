/* SPDX-License-Identifier: Apache-2.0
 * Sharing, order, memory, gates and guards never change a result: every rule over every message, as
 * written and through the graph.  NOROSHI_CORPUS: mail folders and rules (mqlvis/); else skipped. */
#include "open/opener.h"
#include "rule/rule.h"
#include "tap.h"

#include <dirent.h>
#include <talloc.h>



static bool same_result(const struct rule_result *a, const struct rule_result *b, struct bytes *first)
{
    for (uint32_t i = 0; i < a->hit_count || i < b->hit_count; i++)
        if (i >= a->hit_count || i >= b->hit_count || a->hit[i].rule != b->hit[i].rule) {
            *first = (i < a->hit_count ? a : b)->hit[i].rule->name;
            return false;
        }
    for (uint32_t i = 0; i < a->undecided_count || i < b->undecided_count; i++)
        if (i >= a->undecided_count || i >= b->undecided_count ||
            a->undecided[i].rule != b->undecided[i].rule ||
            a->undecided[i].needs != b->undecided[i].needs) {
            *first = (i < a->undecided_count ? a : b)->undecided[i].rule->name;
            return false;
        }
    return true;
}

static bool one_message(const struct rule_set *set, struct arena *arena, const char *path)
{
    static const struct settings settings;
    struct bytes content = tap_read(path), first = BYTES_NONE;
    struct budget budget;
    budget_init(&budget);
    struct tree *tree = tree_new(arena, &budget, content, bytes_of_string(path));
    open_tree(tree->root);
    struct rule_result naive, fast;
    struct rule_run_options as_written = {.naive = true, .no_evidence = true}, graph = {.no_evidence = true};
    rule_set_run(set, model_new(tree, tree->root, &settings), arena, &as_written, &naive);
    rule_set_run(set, model_new(tree, tree->root, &settings), arena, &graph, &fast);
    bool same = same_result(&naive, &fast, &first);
    if (!same)
        tap_ok(false, "%s: %.*s differs", path, BYTES_FMT(first));
    union {
        const uint8_t *from;
        void *to;
    } at = {.from = content.at};
    arena_reset(arena);
    free(at.to);
    return same;
}

int main(void)
{
    const char *corpus = getenv("NOROSHI_CORPUS"), *wanted = getenv("NOROSHI_MESSAGES");
    static const char *const folders[] = {"phish", "ham_modern", "scam_modern", "sa_spam",
                                          "sa_easy_ham", "sa_hard_ham", "ham_bounces", "torture"};
    if (corpus == NULL) {
        puts("1..0 # SKIP NOROSHI_CORPUS is not set");
        return 0;
    }
    int most = wanted == NULL ? 240 : atoi(wanted), seen = 0, same = 0;
    char *rules = talloc_asprintf(NULL, "%s/mqlvis", corpus), *lists = talloc_asprintf(rules, "%s/lists", rules);
    const char *paths[] = {rules}, *list_paths[] = {lists};
    struct rule_options options = {.path = paths, .path_count = 1, .list_path = list_paths, .list_path_count = 1};
    struct error err;
    struct rule_set *set = rule_set_load(rules, &options, &err);
    struct arena *arena = arena_new(rules);
    if (set == NULL)
        return 1;
    for (size_t f = 0; f < sizeof folders / sizeof *folders; f++) {
        char *folder = talloc_asprintf(rules, "%s/%s", corpus, folders[f]);
        struct dirent **entry;
        int count = scandir(folder, &entry, NULL, alphasort), step = count * 6 / most + 1;
        for (int i = 0; i < count; i += step) {
            char *path = talloc_asprintf(folder, "%s/%s", folder, entry[i]->d_name);
            if (entry[i]->d_name[0] != '.') {
                seen++;
                same += one_message(set, arena, path);
            }
            talloc_free(path);
        }
    }
    tap_ok(same == seen && seen > 0, "%d messages give the same as written and fast", seen);
    talloc_free(rules);
    return tap_end();
}
