/* SPDX-License-Identifier: Apache-2.0
 *
 * The verbs of the command line: one row of verb.def and one file each.
 *
 * A verb reads its own options (getopt_long), prints `--help` with examples to stdout, errors through
 * error_print, and answers the exit status. */
#ifndef NOROSHI_CLI_VERB_H
#define NOROSHI_CLI_VERB_H

enum exit_status {
    EXIT_CLEAN = 0,
    EXIT_FOUND = 1, /* suspicious or malicious, or what --fail-on says */
    EXIT_ERROR = 2,
    EXIT_UNSCANNABLE = 3,
    EXIT_USAGE = 64,
};

#define VERB(name, what) int verb_##name(int argc, char **argv);
#include "cli/verb.def"
#undef VERB

#endif
