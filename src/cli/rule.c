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

static const struct rule_verb {
    const char *name;
    int (*run)(const struct rule_command *command);
    uint32_t least; /* of WORDS */
    const char *words, *accepts, *what;
} verbs[] = {
#define RULE_VERB(name, function, least, words, accepts, what)                                     \
    {#name, function, least, words, accepts, what},
#include "cli/rule.def"
#undef RULE_VERB
    {NULL, NULL, 0, NULL, NULL, NULL},
};
#define RULE_VERB(name, function, least, words, accepts, what) " " #name
static const char verb_names[] =
#include "cli/rule.def"
    ;
#undef RULE_VERB

static const struct option options[] = {
#define RULE_OPTION(letter, name, value, what)                                                     \
    {name, sizeof(value) > 1 ? required_argument : no_argument, NULL, letter},
#include "cli/rule_option.def"
#undef RULE_OPTION
    {NULL, 0, NULL, 0},
};
static const struct {
    const char *value, *what;
} option_help[] = {
#define RULE_OPTION(letter, name, value, what) {value, what},
#include "cli/rule_option.def"
#undef RULE_OPTION
};

static const char help_head[] =
    "usage: noroshi rule VERB [OPTION]... WORD...\n\n"
    "Works on rules written in the Message Query Language: files and folders of YAML.\n\n";
static const char help_tail[] =
    "\nRULES and MAIL are files or folders, TESTS a file of lines 'RULE <tab> hit|miss|undecided "
    "<tab> FILE'.\n\n"
    "exit status: 0 done, 1 something was found (a note of lint, a match of run and explain, a "
    "file "
    "to lay\n"
    "out), 2 error, refused rule or failed test, 64 usage\n";
static const char help_examples[] =
    "\nexamples\n"
    "  noroshi rule check rules/\n"
    "  noroshi rule explain --lists lists/ rules/ \"Rule name\" mail.eml\n";

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
            fprintf(stderr, "noroshi %s: error: --repeat takes 1 to 1000000, not '%s'\n", verb,
                    optarg);
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

/* Lines of the options VERB takes; NULL: of all. */
static void add_options(struct text *out, const struct rule_verb *verb)
{
    for (int i = 0; options[i].name != NULL; i++) {
        if (verb != NULL && !option_is_among(verb->accepts, options[i].name))
            continue;
        char left[32];
        snprintf(left, sizeof left, "%s--%s %s", options[i].val == 'q' ? "-q, " : "",
                 options[i].name, option_help[i].value);
        text_add_format(out, "  %-13s %s\n", left, option_help[i].what);
    }
}

/* The --help of VERB, or of all where it is NULL; TEXT is the caller's to finish. */
static const char *help(struct text *text, const struct rule_verb *verb)
{
    text_init(text, NULL, 0);
    if (verb != NULL) {
        text_add_format(text, "usage: noroshi rule %s [OPTION]... %s\n\n%s\n\n", verb->name,
                        verb->words, verb->what);
    } else {
        text_add_string(text, help_head);
        for (const struct rule_verb *v = verbs; v->name != NULL; v++)
            text_add_format(text, "  %-9s %-30s %s\n", v->name, v->words, v->what);
        text_add_byte(text, '\n');
    }
    add_options(text, verb);
    text_add_string(text, help_tail);
    if (verb == NULL)
        text_add_string(text, help_examples);
    return text_string(text);
}

/* VERB with its options, then its words, then the work. */
static int run_verb(const struct rule_verb *verb, int argc, char **argv)
{
    struct rule_command command = {.repeat = 1};
    struct text text;
    char name[32];
    snprintf(name, sizeof name, "rule %s", verb->name);
    struct option_reader reader = {.verb = name,
                                   .help = help(&text, verb),
                                   .row = options,
                                   .accepted = verb->accepts,
                                   .letters = "q"};
    int code;
    bool ok = true;
    while (ok && (code = option_next(&reader, argc, argv)) >= 0)
        ok = read_option(&command, name, code);
    text_finish(&text);
    if (!ok || code != OPTION_END)
        return ok && code == OPTION_DONE ? EXIT_CLEAN : EXIT_USAGE;
    command.path = (const char *const *)&argv[optind];
    command.path_count = (uint32_t)(argc - optind);
    if (command.path_count >= verb->least)
        return verb->run(&command);
    fprintf(stderr, "noroshi %s: error: it takes %s\n  hint: 'noroshi %s --help' tells more\n",
            name, verb->words, name);
    return EXIT_USAGE;
}

static void print_help(FILE *out)
{
    struct text text;
    fputs(help(&text, NULL), out);
    text_finish(&text);
}

int verb_rule(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return EXIT_CLEAN;
    }
    for (const struct rule_verb *verb = verbs; verb->name != NULL; verb++)
        if (strcmp(argv[1], verb->name) == 0)
            return run_verb(verb, argc - 1, argv + 1);
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
