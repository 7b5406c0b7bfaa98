/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/option.h"
#include "cli/output.h"
#include "cli/verb.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *what;
    int (*run)(int argc, char **argv);
} verbs[] = {
#define VERB(name, what) {#name, what, verb_##name},
#include "cli/verb.def"
#undef VERB
    {NULL, NULL, NULL},
};

/* The verbs' names, a blank before each. */
#define VERB(name, what) " " #name
static const char verb_names[] =
#include "cli/verb.def"
    ;
#undef VERB

static void print_help(FILE *out)
{
    fputs("usage: noroshi VERB [OPTION]... [PATH]...\n\n"
          "Reads mail and cloud artifacts, says what is dangerous and why.\n\n",
          out);
    for (int i = 0; verbs[i].name != NULL; i++)
        fprintf(out, "  %-10s %s\n", verbs[i].name, verbs[i].what);
    fputs("\n'noroshi VERB --help' tells the options; noroshi(1) is the manual.\n", out);
}

static int run(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return EXIT_CLEAN;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("noroshi 0.1.0");
        return EXIT_CLEAN;
    }
    for (int i = 0; verbs[i].name != NULL; i++)
        if (strcmp(argv[1], verbs[i].name) == 0)
            return verbs[i].run(argc - 1, argv + 1);
    return option_unknown("", "verb", argv[1], verb_names);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    return output_end(run(argc, argv));
}
