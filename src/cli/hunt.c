/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/output.h"
#include "cli/store_option.h"
#include "cli/verb.h"
#include "store/hunt.h"

#include <inttypes.h>
#include <stdio.h>
#include <talloc.h>

static const char help[] =
    "usage: noroshi hunt [OPTION]... EXPRESSION\n\n"
    "Asks the language of the rules about stored facts: which old mail "
    "matches?  Exit status 0 where\n"
    "something does, 1 where nothing does.\n\n" HELP_STORE HELP_CHOICE HELP_JSON
    "\nExample: noroshi hunt 'any(body.links, .href_url.domain.root_domain "
    "== \"example.com\")' --since 2021-03-01\n";

struct show {
    const struct store_option *option;
    uint64_t left;
};

static bool show_hit(void *own, const struct store_item *item, const struct rule_hit *hit)
{
    struct show *show = own;
    store_option_print(show->option, item,
                       hit->leaf_count > 0 ? hit->leaf[0].condition : BYTES_NONE);
    return output_ok() && (show->left == 0 || --show->left > 0);
}

static const struct store_verb verb = {"hunt", ACCEPTS_CHOICE " json", help};

int verb_hunt(int argc, char **argv)
{
    struct store_option option;
    struct error err = {0};
    struct hunt_result result = {0};
    int status = store_option_read(&option, argc, argv, &verb);
    if (status >= 0)
        return status;
    if (option.argument_count != 1) {
        error_set(&err, ERROR_USAGE, "one expression is needed, in quotes");
        return store_option_fail(&option, &err);
    }
    void *parent = talloc_new(NULL);
    struct show show = {&option, option.filter.limit};
    option.filter.limit = 0; /* of hits, not of what is looked at */
    struct rule_set *set = hunt_rule(parent, option.argument[0], &err);
    struct store *store = set == NULL ? NULL : store_open_read(parent, option.store, &err);
    bool ok = store != NULL && hunt_run(store, set, &option.filter, show_hit, &show, &result, &err);
    status = !ok ? store_option_fail(&option, &err) : result.matched > 0 ? EXIT_CLEAN : EXIT_FOUND;
    if (ok && !option.json)
        fprintf(stderr,
                "%" PRIu64 " of %" PRIu64 " looked at%s; %" PRIu64
                " cannot be told without their text\n",
                result.matched, result.looked_at, result.indexed ? " (by index)" : "",
                result.undecided);
    talloc_free(parent);
    return status;
}
