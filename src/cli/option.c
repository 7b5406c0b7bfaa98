/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/option.h"

#include "base/suggest.h"
#include "cli/verb.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define HELP 0x10000 /* beyond any row's val */

int option_unknown(const char *verb, const char *kind, const char *word, const char *names)
{
    struct suggestion near;
    struct bytes rest = bytes_of_string(names), name;
    suggestion_init(&near, bytes_of_string(word));
    while (rest.len > 0 && bytes_next_field(&rest, ' ', &name))
        if (name.len > 0)
            suggestion_offer(&near, name);
    const char *space = verb[0] == 0 ? "" : " ", *dashes = strcmp(kind, "option") == 0 ? "--" : "";
    fprintf(stderr, "noroshi%s%s: error: no %s '%s%s'\n", space, verb, kind, dashes, word);
    if (near.best.at != NULL)
        fprintf(stderr, "  hint: did you mean '%s%.*s'?\n", dashes, BYTES_FMT(near.best));
    else
        fprintf(stderr, "  hint: 'noroshi%s%s --help' tells them\n", space, verb);
    return EXIT_USAGE;
}

bool option_is_among(const char *names, const char *name)
{
    struct bytes rest = bytes_of_string(names), word;
    while (rest.len > 0 && bytes_next_field(&rest, ' ', &word))
        if (bytes_equal(word, bytes_of_string(name)))
            return true;
    return false;
}

/* The rows of READER's verb and --help, ended by an empty one. */
static void choose(const struct option_reader *reader, struct option *out)
{
    int count = 0;
    for (const struct option *row = reader->row; row->name != NULL; row++)
        if (reader->accepted == NULL || option_is_among(reader->accepted, row->name)) {
            assert(count < OPTION_ROWS_MOST && row->val >= 0 && row->val < HELP);
            out[count++] = *row;
        }
    out[count++] = (struct option){"help", no_argument, NULL, HELP};
    out[count] = (struct option){NULL, 0, NULL, 0};
}

/* WORD is what was written, "--jsn=x"; ROWS are what could have been. */
static int refuse_long(const struct option_reader *reader, const struct option *rows,
                       const char *word)
{
    char names[1024] = "", name[64];
    size_t used = 0, len = strcspn(word + 2, "=");
    snprintf(name, sizeof name, "%.*s", (int)len, word + 2);
    for (const struct option *row = rows; row->name != NULL && used < sizeof names; row++) {
        if (strcmp(row->name, name) == 0) {
            fprintf(stderr, "noroshi %s: error: option '--%s' takes no value\n", reader->verb,
                    name);
            return OPTION_WRONG;
        }
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used > 0 ? " " : "",
                                 row->name);
    }
    option_unknown(reader->verb, "option", name, names);
    return OPTION_WRONG;
}

int option_next(struct option_reader *reader, int argc, char **argv)
{
    struct option rows[OPTION_ROWS_MOST + 2];
    char letters[64];
    choose(reader, rows);
    snprintf(letters, sizeof letters, ":h%s", reader->letters == NULL ? "" : reader->letters);
    opterr = 0;
    if (!reader->begun)
        optind = 0; /* glibc: begin anew */
    reader->begun = true;
    optopt = 0;
    int index = -1, code = getopt_long(argc, argv, letters, rows, &index);
    /* What is written is the whole name: half of one would be another option once there are more. */
    if (code >= 0 && code != '?' && code != ':' && index >= 0) {
        const char *word = argv[optind - 1 - (optarg != NULL && optarg == argv[optind - 1])];
        if (strcspn(word + 2, "=") != strlen(rows[index].name))
            return refuse_long(reader, rows, word);
    }
    if (code == HELP || code == 'h') {
        fputs(reader->help, stdout);
        return OPTION_DONE;
    }
    if (code == -1)
        return OPTION_END;
    if (code != '?' && code != ':')
        return code;
    const char *word = argv[optind - 1];
    bool is_long = strncmp(word, "--", 2) == 0 && word[2] != 0;
    if (code == ':' && is_long)
        fprintf(stderr, "noroshi %s: error: option '%s' needs a value\n", reader->verb, word);
    else if (code == ':')
        fprintf(stderr, "noroshi %s: error: option '-%c' needs a value\n", reader->verb, optopt);
    else if (optopt == 0 || (is_long && strchr(word, '=') != NULL))
        return refuse_long(reader, rows, word);
    else
        fprintf(stderr, "noroshi %s: error: no option '-%c'\n", reader->verb, optopt);
    fprintf(stderr, "  hint: 'noroshi %s --help' tells them\n", reader->verb);
    return OPTION_WRONG;
}
