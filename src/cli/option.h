/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads the options of one verb, and only those: getopt_long over the rows the verb accepts, with
 * errors that name the verb, the option and the one that may have been meant.
 *
 * Verbs of one family (rule, store) share one table of rows and each tell which names of it they
 * accept, so that an option that means nothing to a verb is refused, not ignored. */
#ifndef NOROSHI_CLI_OPTION_H
#define NOROSHI_CLI_OPTION_H

#include <getopt.h>
#include <stdbool.h>

#define OPTION_ROWS_MOST 48 /* of one family */

struct option_reader {
    const char *verb; /* as it is called: "hunt", "rule check" */
    const char *help; /* printed for -h and --help */
    const struct option
        *row; /* of the family, ended by an empty one; val: what option_next answers, >= 0 */
    const char *accepted; /* names of rows, blanks between; NULL: all */
    const char *letters;  /* short ones, as getopt has them: "vj:"; NULL: none */
    bool begun;           /* private */
};

enum {
    OPTION_END = -1,  /* what is left of ARGV from optind on is no option */
    OPTION_DONE = -2, /* help was printed */
    OPTION_WRONG = -3 /* told on stderr */
};

/* The next option's val, its value in optarg; or one of OPTION_*.  argv[0] is the verb. */
int option_next(struct option_reader *reader, int argc, char **argv);
/* Whether NAME is one of NAMES, blanks between. */
bool option_is_among(const char *names, const char *name);
/* "noroshi VERB: error: no KIND 'WORD'", then the name of NAMES (blanks between) that may be meant, or where
 * they are listed; answers EXIT_USAGE. */
int option_unknown(const char *verb, const char *kind, const char *word, const char *names);

#endif
