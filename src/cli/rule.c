/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/rule.h"

#include "cli/data.h"
#include "cli/verb.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *what;
    int (*run)(const struct rule_command *command);
} verbs[] = {
#define RULE_VERB(name, function, what) {#name, what, function},
#include "cli/rule.def"
#undef RULE_VERB
    {NULL, NULL, NULL},
};

static void print_help(FILE *out)
{
    fputs("usage: noroshi rule VERB [OPTION]... PATH...\n\n"
          "Works on rules written in the Message Query Language: files and folders of YAML.\n\n",
          out);
    for (int i = 0; verbs[i].name != NULL; i++)
        fprintf(out, "  %-10s %s\n", verbs[i].name, verbs[i].what);
    fputs("\n  --lists PATH    a list NAME.txt or a folder of lists, instead of the shipped ones\n"
          "  --strict        the public language only: no noroshi.* and no x-noroshi\n"
          "  --kleene        any() and all(): a null element makes the result null\n"
          "  --cache FILE    keep compiled automata in FILE\n"
          "  --naive         run rules as written, without the shared graph\n"
          "  --ham DIR       ordinary mail, for stats\n"
          "  --bad DIR       bad mail, for stats\n"
          "  --repeat N      how often bench runs over the mail\n"
          "  --all           tell also what did not match (explain, run)\n"
          "  --json          check, lint, coverage, stats: one JSON line for each problem or rule\n"
    "  -q, --quiet     only the last line\n\n"
          "  noroshi rule check rules/\n"
          "  noroshi rule explain --lists lists/ rules/ \"Rule name\" mail.eml\n",
          out);
}

static const struct option options[] = {
    {"lists", required_argument, NULL, 'l'},
    {"strict", no_argument, NULL, 's'},
    {"kleene", no_argument, NULL, 'k'},
    {"cache", required_argument, NULL, 'c'},
    {"naive", no_argument, NULL, 'n'},
    {"ham", required_argument, NULL, 'H'},
    {"bad", required_argument, NULL, 'B'},
    {"repeat", required_argument, NULL, 'r'},
    {"all", no_argument, NULL, 'a'},
    {"quiet", no_argument, NULL, 'q'},
    {"json", no_argument, NULL, 'j'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* -1: go on; else the exit status. */
static int read_option(struct rule_command *command, int letter)
{
    switch (letter) {
    case 'l':
        if (command->list_path_count < RULE_PATHS_MAX)
            command->list_path[command->list_path_count++] = optarg;
        return -1;
    case 's':
        command->strict = true;
        return -1;
    case 'k':
        command->kleene = true;
        return -1;
    case 'c':
        command->cache = optarg;
        return -1;
    case 'n':
        command->naive = true;
        return -1;
    case 'H':
        command->ham = optarg;
        return -1;
    case 'B':
        command->bad = optarg;
        return -1;
    case 'r': {
        int64_t number;
        if (!bytes_to_int(bytes_of_string(optarg), 1, 1000000, &number))
            return EXIT_USAGE;
        command->repeat = (uint32_t)number;
        return -1;
    }
    case 'a':
        command->all = true;
        return -1;
    case 'q':
        command->quiet = true;
        return -1;
    case 'j':
        command->json = true;
        return -1;
    case 'h':
        print_help(stdout);
        return fflush(stdout) == 0 ? EXIT_CLEAN : EXIT_ERROR;
    default:
        return EXIT_USAGE;
    }
}

int verb_rule(int argc, char **argv)
{
    struct rule_command command = {.repeat = 1};
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return read_option(&command, 'h');
    for (int i = 0; verbs[i].name != NULL; i++) {
        if (strcmp(argv[1], verbs[i].name) != 0)
            continue;
        optind = 1;
        for (int letter; (letter = getopt_long(argc - 1, argv + 1, "qh", options, NULL)) != -1;) {
            int status = read_option(&command, letter);
            if (status >= 0)
                return status;
        }
        command.path = (const char *const *)&argv[1 + optind];
        command.path_count = (uint32_t)(argc - 1 - optind);
        if (command.path_count == 0) {
            fprintf(stderr, "noroshi: error: no path given\n  hint: noroshi rule --help\n");
            return EXIT_USAGE;
        }
        return verbs[i].run(&command);
    }
    fprintf(stderr, "noroshi: error: no verb 'rule %s'\n  hint: noroshi rule --help\n", argv[1]);
    return EXIT_USAGE;
}

/* The text of line LINE of PATH, or absent. */
static bool print_line(const char *path, uint32_t line, uint32_t column)
{
    FILE *file = fopen(path, "rbe");
    char *text = NULL;
    size_t room = 0;
    ssize_t len = -1;
    for (uint32_t i = 0; file != NULL && i < line; i++)
        if ((len = getline(&text, &room, file)) < 0)
            break;
    if (len > 0 && text[len - 1] == '\n')
        len--;
    bool ok = len > 0 && column >= 1 && column <= (uint32_t)len + 1;
    if (ok) {
        size_t from = column > 60 ? column - 60 : 0;
        int shown = (int)((size_t)len - from > 110 ? 110 : (size_t)len - from);
        fprintf(stderr, "  %.*s\n  ", shown, text + from);
        for (size_t i = from; i + 1 < column;
             i++) /* a continuation byte has no column on a terminal */
            if (text[i] == '\t' || ((unsigned char)text[i] & 0xC0) != 0x80)
                fputc(text[i] == '\t' ? '\t' : ' ', stderr);
        fputs("^\n", stderr);
    }
    if (file != NULL)
        fclose(file);
    free(text);
    return ok;
}

void rule_problem_print(const struct error *err)
{
    struct error head = *err;
    head.hint[0] = 0;
    error_print(&head);
    if (err->line > 0 && err->column > 0 && err->file[0] != 0)
        print_line(err->file, err->line, err->column);
    if (err->hint[0] != 0)
        fprintf(stderr, "  hint: %s\n", err->hint);
}

struct rule_set *rule_command_load(const struct rule_command *command, const void *parent,
                                   uint32_t count)
{
    struct rule_options load = {.path = command->path,
                                .path_count = count,
                                .list_path = command->list_path,
                                .list_path_count = command->list_path_count,
                                .cache_path = command->cache,
                                .strict = command->strict,
                                .kleene_lambdas = command->kleene};
    struct error err = {0};
    const char *shipped[1] = {data_path(parent, "knowledge/lists", &err)};
    if (load.list_path_count == 0 && shipped[0] != NULL) {
        load.list_path = shipped;
        load.list_path_count = 1;
    }
    struct rule_set *set = rule_set_load(parent, &load, &err);
    if (set == NULL) {
        error_print(&err);
        return NULL;
    }
    for (uint32_t i = 0; i < rule_set_problem_count(set) && !command->quiet; i++)
        if (!rule_set_problem(set, i)->retired)
            rule_problem_print(&rule_set_problem(set, i)->err);
    return set;
}
