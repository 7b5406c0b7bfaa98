/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/rule_mail.h"

#include "input/input.h"
#include "open/opener.h"

#include <talloc.h>
#include <time.h>

double rule_cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

bool rule_mail_walk(const char *path, bool (*each)(void *self, const struct rule_mail *mail), void *self)
{
    struct error err = {0};
    struct input *input = input_open(NULL, path, &err);
    if (input == NULL) {
        error_print(&err);
        return false;
    }
    struct arena *arena = arena_new(input);
    static const struct settings settings;
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
        open_tree(tree->root);
        struct rule_mail mail = {.arena = arena, .name = item.name, .bytes = item.content.len,
                                 .model = model_new(tree, tree->root, &settings)};
        bool more = each(self, &mail);
        arena_reset(arena);
        if (!more)
            break;
    }
    talloc_free(input);
    return ok;
}
