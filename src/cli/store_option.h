/* SPDX-License-Identifier: Apache-2.0
 *
 * The options that verbs over the store share. */
#ifndef NOROSHI_CLI_STORE_OPTION_H
#define NOROSHI_CLI_STORE_OPTION_H

#include "report/tr.h"
#include "store/store.h"

#define STORE_RULES_MOST 8u

struct store_option {
    const char *verb;  /* as it is called */
    const char *store; /* NULL: the default */
    struct store_filter filter;
    bool json, defang;
    enum language language;
    const char *rules[STORE_RULES_MOST];
    uint32_t rule_count;
    const char *by, *unit, *svg, *format, *month, *out, *figures;
    uint64_t most_bytes;
    int64_t age_days; /* -1: not said */
    double false_alarms;
    int64_t year;
    double mailboxes;
    char **argument; /* what is no option */
    int argument_count;
};

/* Lines of --help, for the verbs that accept the option. */
#define HELP_STORE "  --store FILE      the store (default: $XDG_DATA_HOME/noroshi/store.db)\n"
#define HELP_TIME                                                                                  \
    "  --since DATE      from 2021-03-01 on, by the date of the mail, UTC\n"                       \
    "  --until DATE      before that date\n"
#define HELP_CHOICE                                                                                \
    HELP_TIME "  --verdict LIST    only these: malicious,suspicious,unscannable,clean\n"           \
              "  --limit N         at most so many\n"
#define HELP_JSON "  --json            one JSON object a line\n"
#define HELP_LANG "  --lang en|ja      language of sentences (default: en)\n"
#define ACCEPTS_CHOICE "store since until verdict limit" /* what HELP_STORE and HELP_CHOICE tell */

/* A verb over the store: as it is called, the names of the options it accepts, its --help. */
struct store_verb {
    const char *name, *accepts, *help;
};

/* Read ARGV; -1: go on, else the exit status (help was printed, or an error). */
int store_option_read(struct store_option *option, int argc, char **argv,
                      const struct store_verb *verb);
/* One artifact as a line: date, verdict, subject, sender, hash; or as JSON. */
void store_option_print(const struct store_option *option, const struct store_item *item,
                        struct bytes why);
/* "2021-03" as [since, until). */
bool store_option_month(const char *text, int64_t *since_out, int64_t *until_out,
                        struct error *err);
/* Tell ERR; where the words given to the verb are to blame, with a hint.  Answers the exit status. */
int store_option_fail(const struct store_option *option, const struct error *err);

#endif
