/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/data.h"
#include "cli/store_option.h"
#include "cli/verb.h"
#include "report/indicator.h"

#include <stdio.h>
#include <talloc.h>

static const char help[] = "usage: noroshi export [OPTION]... [DIMENSION=NAME]\n\n"
                           "Writes the indicators of a time, or of a campaign, family or category: "
                           "linked and sending domains and\n"
                           "hashes of attachments, with first and last date and a confidence.\n\n"
                           "  --month 2021-03       that month\n"
                           "  --format csv|stix|misp  (default: csv); stix is STIX 2.1\n"
                           "  --defang              domains as example[.]test, in CSV\n"
                           "  --output FILE         instead of standard output\n" HELP_STORE HELP_TIME
                           "\nExample: noroshi export --format stix campaign=icedid-request-zip "
                           "--output icedid.stix.json\n";

static const struct store_verb verb = {"export", "store since until month format defang output", help};

int verb_export(int argc, char **argv)
{
    struct store_option option;
    struct error err = {0};
    int status = store_option_read(&option, argc, argv, &verb);
    if (status >= 0)
        return status;
    struct arena *arena = arena_new(NULL);
    enum dimension dimension = DIMENSION_CLASS;
    struct bytes name = BYTES_NONE,
                 title = bytes_of_string(option.month != NULL ? option.month : "all");
    if (option.argument_count == 1) {
        struct bytes label = bytes_of_string(option.argument[0]);
        size_t equals = bytes_find_byte(label, '=', 0);
        dimension =
            equals == BYTES_NPOS ? DIMENSION_COUNT : dimension_named(bytes_sub(label, 0, equals));
        name = equals == BYTES_NPOS ? label : bytes_from(label, equals + 1);
        title = label;
    }
    const char *format = option.format == NULL ? "csv" : option.format;
    bool ok =
        option.argument_count <= 1 && dimension != DIMENSION_COUNT &&
        (strcmp(format, "csv") == 0 || strcmp(format, "stix") == 0 || strcmp(format, "misp") == 0);
    if (!ok) {
        error_set(&err, ERROR_USAGE,
                  "one label such as campaign=NAME, and --format csv, stix or misp");
        talloc_free(arena);
        return store_option_fail(&err);
    }
    struct store *store = store_open_read(arena, option.store, &err);
    struct indicator_params params = {.since_us = option.filter.since_us,
                                      .until_us = option.filter.until_us,
                                      .dimension = dimension,
                                      .name = name,
                                      .title =
                                          arena_printf(arena, "noroshi %.*s", BYTES_FMT(title)),
                                      .shared = data_shared(arena)};
    struct indicators *list =
        store == NULL ? NULL : indicator_load(arena, store, &params, &err);
    FILE *out = list == NULL || option.out == NULL ? stdout : fopen(option.out, "wb");
    ok = list != NULL &&
         (out != NULL || error_set_errno(&err, ERROR_OUTPUT, "cannot write %s", option.out));
    if (ok && list->count == 0)
        fprintf(stderr, "noroshi: warning: no indicator of %.*s in that time\n", BYTES_FMT(title));
    if (ok) {
        struct text text;
        text_init(&text, arena, 0);
        (strcmp(format, "csv") == 0    ? (option.defang ? indicator_csv_defanged : indicator_csv)
         : strcmp(format, "stix") == 0 ? indicator_stix
                                       : indicator_misp)(&text, list);
        ok = fwrite(text.at, 1, text.len, out) == text.len && fflush(out) == 0;
        ok = ok || error_set_errno(&err, ERROR_OUTPUT, "cannot write");
    }
    if (out != NULL && out != stdout)
        fclose(out);
    talloc_free(arena);
    return ok ? EXIT_CLEAN : store_option_fail(&err);
}
