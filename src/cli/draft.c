/* SPDX-License-Identifier: Apache-2.0 */
#include "base/civil.h"
#include "cli/data.h"
#include "cli/output.h"
#include "cli/store_option.h"
#include "cli/verb.h"
#include "report/site/site.h"

#include <stdio.h>
#include <talloc.h>

static const char help[] =
    "usage: noroshi draft --month 2021-03 [OPTION]...\n\n"
    "Writes the draft of the month's post in Markdown: numbers, what rose, campaigns with evidence "
    "and\n"
    "defanged indicators, techniques, advice.  Edit it and put it into the posts folder.\n\n"
    "  --month MONTH     which month\n"
    "  --lang en|ja      in which language\n"
    "  --store FILE      the store\n"
    "  --output FILE     instead of standard output\n";

static const struct store_verb verb = {"draft", "store month lang output", help};

int verb_draft(int argc, char **argv)
{
    struct store_option option;
    struct error err = {0};
    int status = store_option_read(&option, argc, argv, &verb);
    if (status >= 0)
        return status;
    if (option.argument_count > 0)
        error_set(&err, ERROR_USAGE, "nothing but options is taken, not '%s'", option.argument[0]);
    else if (option.month == NULL)
        error_set(&err, ERROR_USAGE, "no month is given: --month 2021-03");
    if (err.code != ERROR_NONE)
        return store_option_fail(&option, &err);
    struct text out;
    text_init(&out, NULL, 0);
    struct store *store = store_open_read(NULL, option.store, &err);
    struct site_params params = {.title = {"", ""},
                                 .shared = store == NULL ? NULL : data_shared(store),
                                 .families = store == NULL ? NULL : data_families(store)};
    bool ok = store != NULL &&
              site_draft(store, &params, option.filter.since_us, option.language, &out, &err);
    ok = ok && output_write(option.out, text_bytes(&out), &err);
    text_finish(&out);
    talloc_free(store);
    return ok ? EXIT_CLEAN : store_option_fail(&option, &err);
}
