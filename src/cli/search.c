/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/output.h"
#include "cli/store_option.h"
#include "cli/verb.h"

#include <stdio.h>
#include <talloc.h>

static const char help[] =
    "usage: noroshi search [OPTION]... TEXT...\n\n"
    "Finds stored artifacts by words in subject, sender, linked domains, file names and evidence.\n"
    "Every word must be there; Japanese is found from one character on.\n"
    "Exit status 1 where nothing is found.\n\n" HELP_STORE HELP_CHOICE HELP_JSON HELP_LANG
    "\nExample: noroshi search 請求 --since 2021-03-01\n";

struct search {
    const struct store_option *option;
    uint64_t found;
};

static bool show(void *own, const struct store_item *item)
{
    struct search *search = own;
    search->found++;
    store_option_print(search->option, item,
                       item->verdict->evidence_count > 0
                           ? item->verdict->evidence[0].sentence[search->option->language]
                           : BYTES_NONE);
    return output_ok();
}

static const struct store_verb verb = {"search", ACCEPTS_CHOICE " json lang", help};

int verb_search(int argc, char **argv)
{
    struct store_option option;
    struct error err = {0};
    int status = store_option_read(&option, argc, argv, &verb);
    if (status >= 0)
        return status;
    void *parent = talloc_new(NULL);
    char *words = talloc_strdup(parent, "");
    for (int i = 0; i < option.argument_count; i++)
        words = talloc_asprintf_append(words, " %s", option.argument[i]);
    if (option.argument_count == 0) {
        talloc_free(parent);
        error_set(&err, ERROR_USAGE, "no words to search for");
        return store_option_fail(&option, &err);
    }
    option.filter.words = bytes_of_string(words);
    if (option.filter.limit == 0)
        option.filter.limit = 50;
    struct search search = {&option, 0};
    struct store *store = store_open_read(parent, option.store, &err);
    bool ok = store != NULL && store_each(store, &option.filter, show, &search, &err);
    if (ok && search.found == 0)
        fputs("nothing found\n", stderr);
    status = !ok ? store_option_fail(&option, &err) : search.found > 0 ? EXIT_CLEAN : EXIT_FOUND;
    talloc_free(parent);
    return status;
}
