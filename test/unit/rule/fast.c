/* SPDX-License-Identifier: Apache-2.0
 * Sharing, order, memory, gates and guards never change a result: every rule over every message, as
 * written and through the graph: our own rules over samples/, and with NOROSHI_CORPUS set the public
 * feed there (mqlvis/) over its mail folders, NOROSHI_MESSAGES of them. */
#include "open/opener.h"
#include "rule/rule.h"
#include "tap.h"

#include <dirent.h>
#include <talloc.h>



/* What RESULT says of RULE: 0 nothing, 1 matched, else 2 with what it needs. */
static uint64_t said(const struct rule_result *result, const struct rule *rule)
{
    for (uint32_t i = 0; i < result->hit_count; i++)
        if (result->hit[i].rule == rule)
            return 1;
    for (uint32_t i = 0; i < result->undecided_count; i++)
        if (result->undecided[i].rule == rule)
            return 2 | (uint64_t)result->undecided[i].needs << 2;
    return 0;
}

/* As written the budget is larger: what only a spent budget left undecided is no difference. */
static bool same_result(const struct rule_set *set, const struct rule_result *a,
                        const struct rule_result *b, struct bytes *first)
{
    const uint64_t budget = UINT64_C(1) << CAPABILITY_BUDGET << 2;
    for (uint32_t i = 0; i < rule_set_count(set); i++) {
        const struct rule *rule = rule_set_rule(set, i);
        uint64_t x = said(a, rule), y = said(b, rule);
        if (x != y && !(x & budget) && !(y & budget)) {
            *first = rule->name;
            return false;
        }
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
    bool same = same_result(set, &naive, &fast, &first);
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

/* A step of STEP messages through FOLDER and what is below it. */
static void one_folder(const struct rule_set *set, struct arena *arena, const char *folder, int most,
                       int *seen, int *same)
{
    struct dirent **entry;
    int count = scandir(folder, &entry, NULL, alphasort), step = count / most + 1;
    for (int i = 0; i < count; i++) {
        char *path = talloc_asprintf(NULL, "%s/%s", folder, entry[i]->d_name);
        bool hidden = entry[i]->d_name[0] == '.';
        if (!hidden && entry[i]->d_type == DT_DIR) {
            one_folder(set, arena, path, most, seen, same);
        } else if (!hidden && i % step == 0) {
            ++*seen;
            *same += one_message(set, arena, path);
        }
        talloc_free(path);
        free(entry[i]);
    }
    if (count >= 0)
        free(entry);
}

/* The rules in RULES with the lists in LISTS over mail in the COUNT FOLDERS, at most MOST of each. */
static void compare(const char *rules, const char *lists, const char *const *folders, size_t count,
                    int most)
{
    struct rule_options options = {
        .path = &rules, .path_count = 1, .list_path = &lists, .list_path_count = 1};
    struct error err = {0};
    struct rule_set *set = rule_set_load(NULL, &options, &err);
    if (!tap_ok(set != NULL && rule_set_count(set) > 0, "%s: rules are read", rules))
        return;
    struct arena *arena = arena_new(NULL);
    int seen = 0, same = 0;
    for (size_t i = 0; i < count; i++)
        one_folder(set, arena, folders[i], most, &seen, &same);
    tap_ok(same == seen && seen > 0, "%d messages give the same as written and fast", seen);
    talloc_free(arena);
    talloc_free(set);
}

int main(void)
{
    const char *corpus = getenv("NOROSHI_CORPUS"), *wanted = getenv("NOROSHI_MESSAGES");
    static const char *const names[] = {"phish",       "ham_modern",  "scam_modern", "sa_spam",
                                        "sa_easy_ham", "sa_hard_ham", "ham_bounces", "torture"};
    static const char *const samples[] = {"samples"};
    const char *folders[sizeof names / sizeof *names];
    compare("rules", "knowledge/lists", samples, 1, 1000);
    if (corpus == NULL)
        return tap_end();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        folders[i] = talloc_asprintf(NULL, "%s/%s", corpus, names[i]);
    compare(talloc_asprintf(NULL, "%s/mqlvis", corpus), talloc_asprintf(NULL, "%s/mqlvis/lists", corpus),
            folders, sizeof names / sizeof *names, (wanted == NULL ? 240 : atoi(wanted)) / 8 + 1);
    return tap_end();
}
