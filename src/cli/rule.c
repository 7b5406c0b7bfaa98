/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/rule.h"

#include "cli/data.h"
#include "cli/option.h"
#include "cli/problem.h"
#include "cli/verb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RULE_LOADS "lists strict kleene cache quiet" /* what loading rules to run them takes */

static const struct {
    const char *name, *accepts, *what;
    int (*run)(const struct rule_command *command);
} verbs[] = {
#define RULE_VERB(name, function, accepts, what) {#name, accepts, what, function},
#include "cli/rule.def"
#undef RULE_VERB
    {NULL, NULL, NULL, NULL},
};
#define RULE_VERB(name, function, accepts, what) " " #name
static const char verb_names[] =
#include "cli/rule.def"
    ;
#undef RULE_VERB

static const char help_head[] =
    "usage: noroshi rule VERB [OPTION]... PATH...\n\n"
    "Works on rules written in the Message Query Language: files and folders of YAML.\n\n";
static const char help_tail[] =
    "\n"
    "  --lists PATH    a list NAME.txt or a folder of lists, instead of the shipped ones\n"
    "  --strict        the public language only: no noroshi.* and no x-noroshi\n"
    "  --kleene        any() and all(): a null element makes the result null (not check)\n"
    "  --cache FILE    keep compiled automata in FILE (not check)\n"
    "  --naive         run, bench: rules as written, without the shared graph\n"
    "  --ham DIR       stats: ordinary mail\n"
    "  --bad DIR       stats: bad mail\n"
    "  --repeat N      bench: how often it runs over the mail\n"
    "  --all           test: tell also what held; bench: of the dearest rules\n"
    "  --check         format: write nothing\n"
    "  --json          check, lint, coverage, stats: one JSON line for each problem or rule\n"
    "  -q, --quiet     only the last line\n\n"
    "  noroshi rule check rules/\n"
    "  noroshi rule explain --lists lists/ rules/ \"Rule name\" mail.eml\n";

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
    {"check", no_argument, NULL, 'C'},
    {"quiet", no_argument, NULL, 'q'},
    {"json", no_argument, NULL, 'j'},
    {NULL, 0, NULL, 0},
};

static bool read_option(struct rule_command *command, const char *verb, int letter)
{
    switch (letter) {
    case 'l':
        if (command->list_path_count < RULE_PATHS_MAX)
            command->list_path[command->list_path_count++] = optarg;
        return true;
    case 's':
        command->strict = true;
        return true;
    case 'k':
        command->kleene = true;
        return true;
    case 'c':
        command->cache = optarg;
        return true;
    case 'n':
        command->naive = true;
        return true;
    case 'H':
        command->ham = optarg;
        return true;
    case 'B':
        command->bad = optarg;
        return true;
    case 'r': {
        int64_t number;
        if (!bytes_to_int(bytes_of_string(optarg), 1, 1000000, &number)) {
            fprintf(stderr, "noroshi %s: error: --repeat takes 1 to 1000000, not '%s'\n", verb, optarg);
            return false;
        }
        command->repeat = (uint32_t)number;
        return true;
    }
    case 'a':
        command->all = true;
        return true;
    case 'C':
        command->check = true;
        return true;
    case 'q':
        command->quiet = true;
        return true;
    case 'j':
        command->json = true;
        return true;
    default:
        return false;
    }
}

static const char *help(void)
{
    static char text[sizeof help_head + sizeof help_tail + 1024];
    int used = snprintf(text, sizeof text, "%s", help_head);
    for (int i = 0; verbs[i].name != NULL; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, "  %-10s %s\n", verbs[i].name,
                         verbs[i].what);
    snprintf(text + used, sizeof text - (size_t)used, "%s", help_tail);
    return text;
}

/* The verb of row ROW: its options, then its paths, then the work. */
static int run_verb(int row, int argc, char **argv)
{
    struct rule_command command = {.repeat = 1};
    char name[32];
    snprintf(name, sizeof name, "rule %s", verbs[row].name);
    struct option_reader reader = {
        .verb = name, .help = help(), .row = options, .accepted = verbs[row].accepts, .letters = "q"};
    int code;
    while ((code = option_next(&reader, argc, argv)) >= 0)
        if (!read_option(&command, name, code))
            return EXIT_USAGE;
    if (code != OPTION_END)
        return code == OPTION_DONE ? EXIT_CLEAN : EXIT_USAGE;
    command.path = (const char *const *)&argv[optind];
    command.path_count = (uint32_t)(argc - optind);
    if (command.path_count > 0)
        return verbs[row].run(&command);
    fprintf(stderr, "noroshi %s: error: no path given\n  hint: 'noroshi rule --help'\n", name);
    return EXIT_USAGE;
}

int verb_rule(int argc, char **argv)
{
    if (argc < 2) {
        fputs(help(), stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        fputs(help(), stdout);
        return fflush(stdout) == 0 ? EXIT_CLEAN : EXIT_ERROR;
    }
    for (int i = 0; verbs[i].name != NULL; i++)
        if (strcmp(argv[1], verbs[i].name) == 0)
            return run_verb(i, argc - 1, argv + 1);
    return option_unknown("rule", "verb", argv[1], verb_names);
}

struct rule_set *rule_command_load(const struct rule_command *command, const void *parent,
                                   uint32_t count)
{
    struct rule_options load = {.path = command->path,
                                .path_count = count,
                                .list_path = command->list_path,
                                .list_path_count = command->list_path_count,
                                .cache_path = command->cache,
                                .run_only = command->run_only,
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
    if (!command->quiet)
        problem_print_all(set);
    return set;
}
