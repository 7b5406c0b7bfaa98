/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/rule_mail.h"

#include "cli/data.h"
#include "input/input.h"
#include "know/lexicon.h"
#include "observe/brand_load.h"
#include "observe/lure.h"
#include "open/opener.h"

#include <talloc.h>
#include <time.h>

double rule_cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Brands and lexicon as `scan` has them; without them the classifier is a capability that is missing. */
static const struct settings *settings_shipped(void)
{
    static struct settings settings;
    static void *kept;
    struct error err = {0};
    if (kept != NULL)
        return &settings;
    kept = talloc_new(NULL);
    char *brands = data_path(kept, "knowledge/brands.yml", &err);
    char *lexicon = data_path(kept, "knowledge/lexicon.yml", &err);
    settings.brands = brands == NULL ? NULL : brand_load(kept, brands, &err);
    const struct lexicon *words = lexicon == NULL ? NULL : lexicon_load(kept, lexicon, &err);
    settings.lures = words == NULL ? NULL : lure_index_new(kept, words);
    return &settings;
}

bool rule_mail_walk(const char *path, const struct rule_set *rules,
                    bool (*each)(void *self, const struct rule_mail *mail), void *self)
{
    struct error err = {0};
    struct input *input = input_open(NULL, path, &err);
    if (input == NULL) {
        error_print(&err);
        return false;
    }
    struct arena *arena = arena_new(input);
    const struct settings *settings = settings_shipped();
    struct input_item item;
    bool ok = true;
    for (enum input_status status; (status = input_next(input, &item, &err)) != INPUT_END;) {
        if (status == INPUT_ERROR) {
            error_print(&err);
            ok = false;
            continue;
        }
        struct budget budget;
        budget_init(&budget);
        struct tree *tree = tree_new(arena, &budget, item.content, item.name);
        tree->page_trees = rule_set_asks_pages(rules);
        open_tree(tree->root);
        struct rule_mail mail = {.arena = arena,
                                 .name = item.name,
                                 .bytes = item.content.len,
                                 .model = model_new(tree, tree->root, settings)};
        bool more = each(self, &mail);
        arena_reset(arena);
        if (!more)
            break;
    }
    talloc_free(input);
    return ok;
}
