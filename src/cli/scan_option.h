/* SPDX-License-Identifier: Apache-2.0
 *
 * The options of `noroshi scan`: one structure, read once. */
#ifndef NOROSHI_CLI_SCAN_OPTION_H
#define NOROSHI_CLI_SCAN_OPTION_H

#include "base/error.h"
#include "report/report.h"

enum scan_format { SCAN_TEXT, SCAN_JSON, SCAN_SARIF };

struct scan_option {
    enum scan_format format;
    struct report_style style;
    enum verdict_class fail_on; /* this class and worse end with EXIT_FOUND */
    uint32_t workers, timeout_ms;
    size_t memory_bytes;
    bool no_progress, no_sandbox, want_model, want_tree, want_campaigns, quiet_clean, keep_raw;
    const char *store;  /* NULL: none; "": the default place */
    const char *resume; /* file that remembers what was done; NULL: none */
    const char *yara, *passwords;
    const char *cache;     /* of compiled rules; "none": none; NULL: the default place */
    const char *rules[16]; /* folders or files; none: the shipped ones */
    uint32_t rule_count;
    const char *org_domains[32], *authserv_ids[32];
    uint32_t org_domain_count, authserv_id_count;
    const char *dkim_keys;
    const char *model_file;                /* what `noroshi learn` wrote */
    const char *senders, *threads, *allow; /* NULL: none */
    char **path;                           /* what to scan */
    int path_count;
};

enum scan_option_answer { SCAN_OPTION_GO, SCAN_OPTION_DONE, SCAN_OPTION_WRONG };

/* Read ARGV (argv[0] is the verb).  DONE where --help was printed, WRONG where an error was. */
enum scan_option_answer scan_option_read(struct scan_option *option, int argc, char **argv);

#endif
