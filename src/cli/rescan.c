/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/data.h"
#include "cli/output.h"
#include "cli/problem.h"
#include "cli/store_option.h"
#include "cli/verb.h"
#include "store/hunt.h"

#include <inttypes.h>
#include <stdio.h>
#include <talloc.h>

static const char help[] =
    "usage: noroshi rescan [OPTION]... [--rules PATH]...\n\n"
    "Tells which stored verdicts would change under these rules (default: the shipped ones).  "
    "Nothing is\n"
    "changed.  Rules that need the text of a message keep the evidence they gave when it was "
    "scanned.\n"
    "Exit status 1 where some verdict would change.\n\n"
    "  --rules PATH      file or folder of rules; may be given more than once\n" HELP_STORE
        HELP_CHOICE HELP_JSON;

static bool show(void *own, const struct rescan_change *change)
{
    const struct store_option *option = own;
    struct arena *arena = arena_new(NULL);
    struct bytes why =
        arena_printf(arena, "%s -> %s: %.*s", verdict_names[change->item->verdict->class],
                     verdict_names[change->after->class], BYTES_FMT(change->because));
    store_option_print(option, change->item, why);
    talloc_free(arena);
    return output_ok();
}

static const struct store_verb verb = {"rescan", ACCEPTS_CHOICE " json rules", help};

int verb_rescan(int argc, char **argv)
{
    struct store_option option;
    struct error err = {0};
    struct hunt_result result = {0};
    int status = store_option_read(&option, argc, argv, &verb);
    if (status >= 0)
        return status;
    if (option.argument_count > 0) {
        error_set(&err, ERROR_USAGE, "nothing but options is taken, not '%s'", option.argument[0]);
        error_hint(&err, "rules are given with --rules PATH");
        return store_option_fail(&option, &err);
    }
    void *parent = talloc_new(NULL);
    const char *lists[1] = {data_path(parent, "knowledge/lists", &err)};
    if (option.rule_count == 0) {
        option.rules[0] = data_path(parent, "rules", &err);
        option.rule_count = option.rules[0] != NULL;
    }
    struct rule_options rules = {.path = option.rules,
                                 .path_count = option.rule_count,
                                 .list_path = lists,
                                 .list_path_count = lists[0] != NULL};
    struct rule_set *set = option.rule_count == 0 ? NULL : rule_set_load(parent, &rules, &err);
    if (set != NULL)
        problem_print_all(set);
    struct store *store = set == NULL ? NULL : store_open_read(parent, option.store, &err);
    bool ok = store != NULL && rescan_run(store, set, &option.filter, show, &option, &result, &err);
    status = !ok ? store_option_fail(&option, &err) : result.matched > 0 ? EXIT_FOUND : EXIT_CLEAN;
    if (ok)
        fprintf(stderr,
                "%" PRIu64 " of %" PRIu64 " verdicts would change; %" PRIu64
                " artifacts have rules that need their text\n",
                result.matched, result.looked_at, result.undecided);
    talloc_free(parent);
    return status;
}
