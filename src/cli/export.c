/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/data.h"
#include "cli/output.h"
#include "cli/store_option.h"
#include "cli/verb.h"
#include "report/indicator.h"

#include <stdio.h>
#include <talloc.h>

static const char help[] =
    "usage: noroshi export [OPTION]... [DIMENSION=NAME]\n\n"
    "Writes the indicators of a time, or of a campaign, family or category: "
    "linked and sending domains and\n"
    "hashes of attachments, with first and last date and a confidence.\n\n"
    "  --month 2021-03       that month\n"
    "  --format csv|stix|misp  (default: csv); stix is STIX 2.1\n"
    "  --defang              domains as example[.]test, in CSV\n"
    "  --output FILE         instead of standard output\n" HELP_STORE HELP_TIME
    "\nExample: noroshi export --format stix campaign=icedid-request-zip "
    "--output icedid.stix.json\n";

static const struct {
    const char *name;
    void (*write)(struct text *out, const struct indicators *list);
} formats[] = {{"csv", indicator_csv}, {"stix", indicator_stix}, {"misp", indicator_misp}};
#define FORMATS (sizeof formats / sizeof *formats)

static const struct store_verb verb = {"export", "store since until month format defang output",
                                       help};

/* "campaign=NAME" into PARAMS, and its words as they are into TITLE_OUT. */
static bool read_label(const struct store_option *option, struct indicator_params *params,
                       struct bytes *title_out, struct error *err)
{
    *title_out = bytes_of_string(option->month != NULL ? option->month : "all");
    if (option->argument_count == 0)
        return true;
    struct bytes label = bytes_of_string(option->argument[0]);
    size_t equals = bytes_find_byte(label, '=', 0);
    *title_out = label;
    params->dimension =
        equals == BYTES_NPOS ? DIMENSION_COUNT : dimension_named(bytes_sub(label, 0, equals));
    if (option->argument_count > 1 || params->dimension == DIMENSION_COUNT)
        return error_set(err, ERROR_USAGE,
                         "one label such as campaign=NAME or family=NAME is taken, not '%s'",
                         option->argument[option->argument_count - 1]);
    params->name = bytes_from(label, equals + 1);
    return true;
}

/* The row of the format that is asked for; FORMATS: none. */
static size_t read_format(const struct store_option *option, struct error *err)
{
    size_t row = 0;
    while (option->format != NULL && row < FORMATS &&
           strcmp(formats[row].name, option->format) != 0)
        row++;
    if (row == FORMATS)
        error_set(err, ERROR_USAGE, "--format takes csv, stix or misp, not '%s'", option->format);
    else if (option->defang && row != 0)
        error_set(err, ERROR_USAGE, "--defang is for CSV: programs read the other formats");
    return option->defang && row != 0 ? FORMATS : row;
}

static bool export(const struct store_option *option, struct arena *arena, struct error *err)
{
    struct indicator_params params = {.since_us = option->filter.since_us,
                                      .until_us = option->filter.until_us,
                                      .dimension = DIMENSION_CLASS};
    struct bytes title;
    size_t format = read_format(option, err);
    if (format == FORMATS || !read_label(option, &params, &title, err))
        return false;
    params.title = arena_printf(arena, "noroshi %.*s", BYTES_FMT(title));
    struct store *store = store_open_read(arena, option->store, err);
    if (store == NULL)
        return false;
    params.shared = data_shared(arena);
    struct indicators *list = indicator_load(arena, store, &params, err);
    if (list == NULL)
        return false;
    if (list->count == 0)
        fprintf(stderr, "noroshi: warning: no indicator of %.*s in that time\n", BYTES_FMT(title));
    struct text out;
    text_init(&out, arena, 0);
    (option->defang ? indicator_csv_defanged : formats[format].write)(&out, list);
    return output_write(option->out, text_bytes(&out), err);
}

int verb_export(int argc, char **argv)
{
    struct store_option option;
    struct error err = {0};
    int status = store_option_read(&option, argc, argv, &verb);
    if (status >= 0)
        return status;
    struct arena *arena = arena_new(NULL);
    status = export(&option, arena, &err) ? EXIT_CLEAN : store_option_fail(&option, &err);
    talloc_free(arena);
    return status;
}
