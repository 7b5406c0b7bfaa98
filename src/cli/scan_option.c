/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/scan_option.h"

#include "cli/option.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char help[] =
    "usage: noroshi scan [OPTION]... PATH...\n"
    "\n"
    "Says of each artifact what is dangerous, why, and who is behind it.  PATH is a mail, any "
    "other file, a\n"
    "folder, a Maildir, an mbox, a tar of mails (gz, xz, zst too), a container image, or - for "
    "standard input.\n"
    "\n"
    "output\n"
    "  -v, --verbose         all evidence, anomalies and undecided rules\n"
    "      --json            one JSON line per artifact (doc/noroshi.schema.json)\n"
    "      --sarif           one SARIF 2.1.0 log for scripts and images\n"
    "      --lang en|ja      language of sentences (default: from LANG)\n"
    "      --model           add the message data model as JSON\n"
    "      --tree            draw the tree of parts with their anomalies\n"
    "      --campaigns       group near-duplicates into campaigns and print them\n"
    "      --defang          hxxp and [.] instead of live addresses\n"
    "      --redact          hide the local parts of mail addresses\n"
    "      --bad-only        leave clean artifacts out (text)\n"
    "\n"
    "what to look for\n"
    "      --rules PATH      rules instead of the shipped ones; may be repeated\n"
    "      --cache FILE      where compiled rules are kept (default: below "
    "$XDG_CACHE_HOME/noroshi; none)\n"
    "      --yara PATH       YARA rules for attachments and files\n"
    "      --passwords FILE  more candidates for locked archives, one a line\n"
    "      --org-domain D    a domain of ours; may be repeated\n"
    "      --authserv-id ID  a trusted writer of Authentication-Results; may be repeated\n"
    "      --dkim-keys FILE  lines 'selector._domainkey.domain: v=DKIM1; p=...'\n"
    "      --learned FILE    what 'noroshi learn' wrote (model of our mail)\n"
    "      --senders FILE    who wrote to us before ('noroshi learn --senders')\n"
    "      --threads FILE    conversations of ours ('noroshi learn --threads')\n"
    "      --allow FILE      what was released, until when and why ('noroshi allow')\n"
    "\n"
    "how\n"
    "  -j, --jobs N          workers (default: one per processor)\n"
    "      --store[=FILE]    remember the results (default place: "
    "$XDG_DATA_HOME/noroshi/store.db)\n"
    "      --keep-raw        remember the artifacts themselves too\n"
    "      --resume FILE     remember in FILE what was done and go on from there\n"
    "      --fail-on CLASS   lowest class that ends with status 1: suspicious (default), "
    "malicious, never\n"
    "      --timeout SEC     wall time per artifact (default 20)\n"
    "      --memory MB       memory per worker (default 256)\n"
    "      --no-progress     no progress line\n"
    "\n"
    "exit status: 0 clean, 1 suspicious or malicious, 2 error, 3 something could not be looked at, "
    "64 usage\n"
    "\n"
    "examples\n"
    "  noroshi scan suspicious.eml\n"
    "  noroshi scan --json abuse.mbox | jq -r 'select(.verdict == \"malicious\") | .subject'\n"
    "  noroshi scan -j 4 --store -- ~/Maildir\n"
    "  docker save app | noroshi scan -\n";

enum {
    OPTION_JSON = 256,
    OPTION_SARIF,
    OPTION_LANG,
    OPTION_MODEL,
    OPTION_TREE,
    OPTION_CAMPAIGNS,
    OPTION_DEFANG,
    OPTION_REDACT,
    OPTION_BAD_ONLY,
    OPTION_RULES,
    OPTION_CACHE,
    OPTION_YARA,
    OPTION_PASSWORDS,
    OPTION_ORG_DOMAIN,
    OPTION_AUTHSERV_ID,
    OPTION_DKIM_KEYS,
    OPTION_LEARNED,
    OPTION_SENDERS,
    OPTION_THREADS,
    OPTION_ALLOW,
    OPTION_STORE,
    OPTION_KEEP_RAW,
    OPTION_RESUME,
    OPTION_FAIL_ON,
    OPTION_TIMEOUT,
    OPTION_MEMORY,
    OPTION_NO_PROGRESS,
    OPTION_NO_SANDBOX,
};

static const struct option long_options[] = {
    {"verbose", no_argument, NULL, 'v'},
    {"json", no_argument, NULL, OPTION_JSON},
    {"sarif", no_argument, NULL, OPTION_SARIF},
    {"lang", required_argument, NULL, OPTION_LANG},
    {"model", no_argument, NULL, OPTION_MODEL},
    {"tree", no_argument, NULL, OPTION_TREE},
    {"campaigns", no_argument, NULL, OPTION_CAMPAIGNS},
    {"defang", no_argument, NULL, OPTION_DEFANG},
    {"redact", no_argument, NULL, OPTION_REDACT},
    {"bad-only", no_argument, NULL, OPTION_BAD_ONLY},
    {"rules", required_argument, NULL, OPTION_RULES},
    {"cache", required_argument, NULL, OPTION_CACHE},
    {"yara", required_argument, NULL, OPTION_YARA},
    {"passwords", required_argument, NULL, OPTION_PASSWORDS},
    {"org-domain", required_argument, NULL, OPTION_ORG_DOMAIN},
    {"authserv-id", required_argument, NULL, OPTION_AUTHSERV_ID},
    {"dkim-keys", required_argument, NULL, OPTION_DKIM_KEYS},
    {"learned", required_argument, NULL, OPTION_LEARNED},
    {"senders", required_argument, NULL, OPTION_SENDERS},
    {"threads", required_argument, NULL, OPTION_THREADS},
    {"allow", required_argument, NULL, OPTION_ALLOW},
    {"jobs", required_argument, NULL, 'j'},
    {"store", optional_argument, NULL, OPTION_STORE},
    {"keep-raw", no_argument, NULL, OPTION_KEEP_RAW},
    {"resume", required_argument, NULL, OPTION_RESUME},
    {"fail-on", required_argument, NULL, OPTION_FAIL_ON},
    {"timeout", required_argument, NULL, OPTION_TIMEOUT},
    {"memory", required_argument, NULL, OPTION_MEMORY},
    {"no-progress", no_argument, NULL, OPTION_NO_PROGRESS},
    {"no-sandbox", no_argument, NULL, OPTION_NO_SANDBOX},
    {NULL, 0, NULL, 0},
};

static bool number(const char *text, int64_t min, int64_t max, const char *what, int64_t *out)
{
    if (bytes_to_int(bytes_of_string(text), min, max, out))
        return true;
    fprintf(stderr, "noroshi scan: error: %s takes a whole number from %lld to %lld, not '%s'\n",
            what, (long long)min, (long long)max, text);
    return false;
}

static bool add(const char **list, uint32_t *count, uint32_t most, const char *what,
                const char *value)
{
    if (*count == most) {
        fprintf(stderr, "noroshi scan: error: %s may be given %u times at most\n", what, most);
        return false;
    }
    list[(*count)++] = value;
    return true;
}

static bool set_language(struct scan_option *option, const char *value)
{
    if (strcmp(value, "en") != 0 && strcmp(value, "ja") != 0) {
        fprintf(stderr, "noroshi scan: error: --lang takes en or ja, not '%s'\n", value);
        return false;
    }
    option->style.language = value[0] == 'j' ? LANGUAGE_JA : LANGUAGE_EN;
    return true;
}

static bool set_fail_on(struct scan_option *option, const char *value)
{
    static const struct {
        const char *name;
        int class;
    } classes[] = {
        {"suspicious", VERDICT_SUSPICIOUS}, {"malicious", VERDICT_MALICIOUS}, {"never", 99}};
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
        if (strcmp(value, classes[i].name) == 0) {
            option->fail_on = (enum verdict_class)classes[i].class;
            return true;
        }
    fprintf(stderr,
            "noroshi scan: error: --fail-on takes suspicious, malicious or never, not '%s'\n",
            value);
    return false;
}

/* Where an option's value is kept, in struct scan_option. */
struct place {
    int code;
    size_t at;
};
/* ... as it is written */
static const struct place texts[] = {
    {OPTION_CACHE, offsetof(struct scan_option, cache)},
    {OPTION_YARA, offsetof(struct scan_option, yara)},
    {OPTION_PASSWORDS, offsetof(struct scan_option, passwords)},
    {OPTION_DKIM_KEYS, offsetof(struct scan_option, dkim_keys)},
    {OPTION_LEARNED, offsetof(struct scan_option, model_file)},
    {OPTION_SENDERS, offsetof(struct scan_option, senders)},
    {OPTION_THREADS, offsetof(struct scan_option, threads)},
    {OPTION_ALLOW, offsetof(struct scan_option, allow)},
    {OPTION_RESUME, offsetof(struct scan_option, resume)},
};
/* ... as true, where it is given */
static const struct place flags[] = {
    {'v', offsetof(struct scan_option, style.verbose)},
    {OPTION_DEFANG, offsetof(struct scan_option, style.defang)},
    {OPTION_REDACT, offsetof(struct scan_option, style.redact)},
    {OPTION_MODEL, offsetof(struct scan_option, want_model)},
    {OPTION_TREE, offsetof(struct scan_option, want_tree)},
    {OPTION_CAMPAIGNS, offsetof(struct scan_option, want_campaigns)},
    {OPTION_BAD_ONLY, offsetof(struct scan_option, quiet_clean)},
    {OPTION_KEEP_RAW, offsetof(struct scan_option, keep_raw)},
    {OPTION_NO_PROGRESS, offsetof(struct scan_option, no_progress)},
    {OPTION_NO_SANDBOX, offsetof(struct scan_option, no_sandbox)},
};

/* Where OPTION keeps what CODE says; NULL: not among the COUNT ROWS. */
static void *find(struct scan_option *option, const struct place *rows, size_t count, int code)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].code == code)
            return (char *)option + rows[i].at;
    return NULL;
}

static bool set(struct scan_option *o, int code, const char *value)
{
    int64_t n = 0;
    const char **text = find(o, texts, sizeof texts / sizeof *texts, code);
    bool *flag = find(o, flags, sizeof flags / sizeof *flags, code);
    if (text != NULL)
        *text = value;
    if (flag != NULL)
        *flag = true;
    if (text != NULL || flag != NULL)
        return true;
    switch (code) {
    case OPTION_JSON:
        o->format = SCAN_JSON;
        return true;
    case OPTION_SARIF:
        o->format = SCAN_SARIF;
        return true;
    case OPTION_LANG:
        return set_language(o, value);
    case OPTION_FAIL_ON:
        return set_fail_on(o, value);
    case OPTION_RULES:
        return add(o->rules, &o->rule_count, 16, "--rules", value);
    case OPTION_ORG_DOMAIN:
        return add(o->org_domains, &o->org_domain_count, 32, "--org-domain", value);
    case OPTION_AUTHSERV_ID:
        return add(o->authserv_ids, &o->authserv_id_count, 32, "--authserv-id", value);
    case OPTION_STORE:
        o->store = value == NULL ? "" : value;
        return true;
    case OPTION_TIMEOUT:
        if (!number(value, 1, 3600, "--timeout", &n))
            return false;
        o->timeout_ms = (uint32_t)n * 1000;
        return true;
    case OPTION_MEMORY:
        if (!number(value, 32, 65536, "--memory", &n))
            return false;
        o->memory_bytes = (size_t)n * 1024 * 1024;
        return true;
    default:
        if (!number(value, 1, 64, "--jobs", &n))
            return false;
        o->workers = (uint32_t)n;
        return true;
    }
}

enum scan_option_answer scan_option_read(struct scan_option *option, int argc, char **argv)
{
    const char *language = getenv("LC_ALL");
    if (language == NULL || language[0] == 0)
        language = getenv("LANG");
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    *option = (struct scan_option){
        .style.language =
            language != NULL && strncmp(language, "ja", 2) == 0 ? LANGUAGE_JA : LANGUAGE_EN,
        .fail_on = VERDICT_SUSPICIOUS,
        .workers = processors < 1    ? 1
                   : processors > 64 ? 64
                                     : (uint32_t)processors,
        .timeout_ms = 20000,
        .memory_bytes = (size_t)256 * 1024 * 1024,
    };
    struct option_reader reader = {
        .verb = "scan", .help = help, .row = long_options, .letters = "vj:"};
    int code;
    while ((code = option_next(&reader, argc, argv)) >= 0)
        if (!set(option, code, optarg)) {
            fputs("  hint: 'noroshi scan --help' tells the options\n", stderr);
            return SCAN_OPTION_WRONG;
        }
    if (code != OPTION_END)
        return code == OPTION_DONE ? SCAN_OPTION_DONE : SCAN_OPTION_WRONG;
    option->path = argv + optind;
    option->path_count = argc - optind;
    if (option->path_count > 0)
        return SCAN_OPTION_GO;
    fputs("noroshi scan: error: nothing to scan\n  hint: name a file or folder, or - for standard "
          "input\n",
          stderr);
    return SCAN_OPTION_WRONG;
}
