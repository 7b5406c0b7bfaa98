/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "cli/data.h"
#include "cli/feed_data.h"
#include "cli/option.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/verb.h"
#include "group/crew.h"
#include "group/explain.h"
#include "group/read.h"
#include "input/walk.h"
#include "report/grouping.h"
#include "report/indicator.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <talloc.h>
#include <unistd.h>

#define SHOWN_DEFAULT 30u
#define PAIRS_MOST 10000u
#define GENUINE_MOST 64u
#define LONG_BYTES (16 * 1024 * 1024) /* of a list: read in more than a second */
#define LONG_SITES 200000u            /* grouped in more than that */

static const char help[] =
    "usage: noroshi group [OPTION]... FILE...\n"
    "       noroshi group explain A B [OPTION]... FILE...     why two hosts are, or are not, "
    "together\n"
    "       noroshi group explain GROUP [OPTION]... FILE...   what a group or a wave is made of\n\n"
    "Sorts phishing sites into groups of one method or infrastructure.  FILE: CSV or TSV (columns "
    "found by name or\n"
    "content), text with links, defanged or not, JSON lines, JSON, STIX, MISP; '-' is standard "
    "input.  "
    "As evidence about hosts:\n"
    "passive DNS (COF), RDAP, WHOIS text, certificate lists (crt.sh, certstream), saved pages "
    "(HTML, "
    "MHTML, HAR) and\nfolders of these.\n\n"
    "  --tsv waves|groups    host, tab, id for every site (a wave: days, a group: months)\n"
    "  --json, --stix, --misp  the groups as JSON, a STIX 2.1 bundle, a MISP event\n"
    "  --count dyndns=once|each  a dynamic-DNS zone counts as one domain, or each name below it "
    "(default: each)\n"
    "  --batches yes|no      sites reported in one minute belong together (default: yes; no for "
    "other feeds)\n"
    "  --state FILE          ids and sites of earlier runs; read where it is there, then written "
    "(also for 'noroshi site --groups')\n"
    "  --must-link FILE      pairs of hosts a line that belong together\n"
    "  --cannot-link FILE    pairs of hosts a line that do not\n"
    "  --without NAME        leave a kind of evidence out (may be given again); 'help' lists them\n"
    "  --genuine FILE        a brand's own page (HTML, MHTML, HAR), whose parts are no evidence "
    "(may be "
    "given again)\n"
    "  --store FILE          links of detected mails of a store as sites, by registered domain\n"
    "  --zones FILE          more dynamic-DNS zones, one a line\n"
    "  --top N               groups shown in text (default: 30)\n"
    "  -j, --jobs N          threads (default: as many as processors); the result is the same\n\n"
    "Examples: noroshi group --tsv groups feed.csv\n"
    "          noroshi group explain smbc-wz.com jibun-ta.com feed.csv\n";

enum format {
    FORMAT_TEXT,
    FORMAT_TSV_WAVES,
    FORMAT_TSV_GROUPS,
    FORMAT_JSON,
    FORMAT_STIX,
    FORMAT_MISP
};

struct options {
    enum format format;
    bool once;
    const char *state, *must, *cannot, *zones, *explain[2], *store, *genuine[GENUINE_MOST];
    uint32_t genuine_count;
    uint32_t off, top, jobs; /* jobs 0: processors */
};

static const struct option options[] = {
    {"tsv", required_argument, NULL, 't'},
    {"json", no_argument, NULL, 'J'},
    {"stix", no_argument, NULL, 'x'},
    {"misp", no_argument, NULL, 'm'},
    {"count", required_argument, NULL, 'c'},
    {"batches", required_argument, NULL, 'b'},
    {"state", required_argument, NULL, 's'},
    {"must-link", required_argument, NULL, 'M'},
    {"cannot-link", required_argument, NULL, 'C'},
    {"without", required_argument, NULL, 'w'},
    {"zones", required_argument, NULL, 'z'},
    {"genuine", required_argument, NULL, 'g'},
    {"store", required_argument, NULL, 'S'},
    {"top", required_argument, NULL, 'n'},
    {"jobs", required_argument, NULL, 'j'},
    {NULL, 0, NULL, 0},
};

static bool usage(const char *what, const char *value)
{
    fprintf(stderr, "noroshi group: error: %s '%s'\n  hint: 'noroshi group --help'\n", what, value);
    return false;
}

static bool take_evidence(struct options *o, const char *name)
{
    for (int id = 0; id < EVIDENCE_COUNT; id++)
        if (strcmp(evidence_rows[id].name, name) == 0) {
            o->off |= 1u << id;
            return true;
        }
    fprintf(
        stderr,
        "noroshi group: error: no evidence '%s'\n  hint: 'noroshi group --without help' lists it\n",
        name);
    return false;
}

static void print_evidence(void)
{
    for (int id = 0; id < EVIDENCE_COUNT; id++)
        printf("  %-20s %s\n", evidence_rows[id].name, evidence_rows[id].what);
}

static bool take_option(struct options *o, int option)
{
    int64_t number;
    switch (option) {
    case 't':
        o->format = strcmp(optarg, "waves") == 0 ? FORMAT_TSV_WAVES : FORMAT_TSV_GROUPS;
        return strcmp(optarg, "waves") == 0 || strcmp(optarg, "groups") == 0 ||
               usage("--tsv takes waves or groups, not", optarg);
    case 'J':
        o->format = FORMAT_JSON;
        return true;
    case 'x':
        o->format = FORMAT_STIX;
        return true;
    case 'm':
        o->format = FORMAT_MISP;
        return true;
    case 'c':
        o->once = strcmp(optarg, "dyndns=once") == 0;
        return o->once || strcmp(optarg, "dyndns=each") == 0 ||
               usage("--count takes dyndns=once or dyndns=each, not", optarg);
    case 'b':
        if (strcmp(optarg, "no") == 0)
            o->off |= 1u << EVIDENCE_BATCH;
        return strcmp(optarg, "no") == 0 || strcmp(optarg, "yes") == 0 ||
               usage("--batches takes yes or no, not", optarg);
    case 's':
        o->state = optarg;
        return true;
    case 'M':
        o->must = optarg;
        return true;
    case 'C':
        o->cannot = optarg;
        return true;
    case 'w':
        return take_evidence(o, optarg);
    case 'z':
        o->zones = optarg;
        return true;
    case 'S':
        o->store = optarg;
        return true;
    case 'g':
        if (o->genuine_count == GENUINE_MOST)
            return usage("too many genuine pages at", optarg);
        o->genuine[o->genuine_count++] = optarg;
        return true;
    case 'j':
        if (!bytes_to_int(bytes_of_string(optarg), 1, INT64_MAX, &number))
            return usage("--jobs takes a number from 1, not", optarg);
        o->jobs = number < CREW_MOST ? (uint32_t)number : CREW_MOST;
        return true;
    case 'n':
        if (!bytes_to_int(bytes_of_string(optarg), 1, UINT32_MAX, &number))
            return usage("--top takes a number from 1, not", optarg);
        o->top = (uint32_t)number;
        return true;
    default:
        return false;
    }
}

static bool read_pairs(void *context, const struct feed *feed, const char *path,
                       struct cluster_pair **out, uint32_t *count_out, struct error *err)
{
    struct bytes text, line;
    if (path == NULL)
        return true;
    if (!data_read(context, path, &text, err))
        return false;
    *out = talloc_array(context, struct cluster_pair, PAIRS_MOST);
    for (uint32_t number = 1; bytes_next_line(&text, &line); number++) {
        line = bytes_trim(line);
        if (line.len == 0 || line.at[0] == '#')
            continue;
        size_t end = 0;
        while (end < line.len && !ascii_is_space(line.at[end]) && line.at[end] != ',')
            end++;
        struct bytes left = bytes_sub(line, 0, end), right = bytes_trim(bytes_from(line, end + 1));
        struct cluster_pair pair = {feed_find(feed, left), feed_find(feed, right)};
        if (pair.a == UINT32_MAX || pair.b == UINT32_MAX)
            fprintf(stderr, "%s:%u: note: no such pair of sites in the list\n", path, number);
        else if (*count_out == PAIRS_MOST)
            return error_set_at(err, path, number, 1, "more than %u pairs", PAIRS_MOST);
        else
            (*out)[(*count_out)++] = pair;
    }
    return true;
}

/* A file, or all files below a folder. */
static bool read_path(void *context, struct feed *feed, const char *path, struct error *err)
{
    struct bytes content;
    struct stat status;
    const char *name;
    struct walk *walk = walk_open(context, path, err);
    if (walk == NULL)
        return false;
    for (int got; (got = walk_next(walk, &name, &status, err)) != 0;) {
        if (got < 0 || !data_read(context, name, &content, err))
            return false;
        read_list(feed, content, talloc_strdup(context, name));
    }
    return true;
}

/* Registered domains of links in detected mails. */
static bool read_store(void *context, struct feed *feed, const char *path, struct error *err)
{
    struct store *store = store_open_read(context, path, err);
    struct arena *arena = arena_new(context);
    struct indicators *found =
        store == NULL ? NULL : indicator_load(arena, store, &(struct indicator_params){0}, err);
    for (uint32_t i = 0; found != NULL && i < found->count; i++) {
        const struct indicator *one = found->row[i];
        if (one->kind == DIMENSION_DOMAIN && one->confidence >= INDICATOR_BLOCK)
            feed_add(feed, one->value, one->first_us > 0 ? (uint32_t)(one->first_us / 60000000) : 0,
                     BYTES_NONE, path, 0);
    }
    return found != NULL;
}

static bool is_large(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && st.st_size >= LONG_BYTES;
}

static bool read_files(void *context, struct feed *feed, const struct options *o, char **file,
                       int count, struct progress *progress, struct error *err)
{
    for (uint32_t i = 0; i < o->genuine_count; i++) {
        struct bytes content;
        if (!data_read(context, o->genuine[i], &content, err))
            return false;
        read_genuine(feed, content, o->genuine[i]);
    }
    if (o->store != NULL && !read_store(context, feed, o->store, err))
        return false;
    for (int i = 0; i < count; i++) {
        struct bytes content;
        bool in = strcmp(file[i], "-") == 0;
        progress_step(progress, is_large(file[i]), "1 of 4: reading lists");
        if (in ? !data_read(context, "/dev/stdin", &content, err)
               : !read_path(context, feed, file[i], err))
            return false;
        if (in)
            read_list(feed, content, "(standard input)");
    }
    progress_clear(progress);
    for (uint32_t i = 0; i < feed->dirt_count; i++)
        fprintf(stderr, "%s:%u: note: %s: %.*s\n", feed->dirt[i].file, feed->dirt[i].line,
                feed->dirt[i].why, feed->dirt[i].text.len > 200 ? 200 : (int)feed->dirt[i].text.len,
                (const char *)feed->dirt[i].text.at);
    return true;
}

static bool write_state(const struct groups *groups, const char *path, struct error *err)
{
    struct text out;
    text_init(&out, NULL, 0);
    groups_write_state(groups, &out);
    bool ok = file_save(path, text_bytes(&out), err);
    text_finish(&out);
    return ok;
}

static bool explain(const struct groups *groups, const struct options *o, struct text *out,
                    struct error *err)
{
    const struct feed *feed = groups->evidence->feed;
    struct bytes a = bytes_of_string(o->explain[0]), b = bytes_of_string(o->explain[1]);
    const struct group *group = b.at == NULL ? groups_find(groups, a) : NULL;
    uint32_t left = feed_find(feed, a), right = feed_find(feed, b);
    if (b.at == NULL && group == NULL && left != UINT32_MAX && groups->of[left] != 0)
        group = &groups->group[groups->of[left] - 1];
    if (group != NULL)
        explain_group(groups, group, out);
    else if (b.at == NULL)
        error_set(err, ERROR_INPUT, "no group, wave or grouped site '%s'", o->explain[0]);
    else if (left == UINT32_MAX || right == UINT32_MAX)
        error_set(err, ERROR_INPUT, "no site '%s' in the list",
                  o->explain[left == UINT32_MAX ? 0 : 1]);
    else
        explain_pair(groups, left, right, out);
    if (err->code != ERROR_NONE)
        error_hint(err, "'noroshi group --tsv groups FILE...' lists every site with its group");
    return err->code == ERROR_NONE;
}

static bool print(const struct groups *groups, const struct options *o, struct error *err)
{
    struct text out;
    bool ok = true;
    text_init(&out, NULL, 0);
    if (o->explain[0] != NULL)
        ok = explain(groups, o, &out, err);
    else if (o->format == FORMAT_TSV_WAVES || o->format == FORMAT_TSV_GROUPS)
        grouping_tsv(&out, groups, o->format == FORMAT_TSV_WAVES);
    else if (o->format == FORMAT_JSON)
        grouping_json(&out, groups);
    else if (o->format == FORMAT_STIX)
        grouping_stix(&out, groups);
    else if (o->format == FORMAT_MISP)
        grouping_misp(&out, groups);
    else
        grouping_text(&out, groups, o->top);
    ok = ok && output_write(NULL, text_bytes(&out), err);
    text_finish(&out);
    return ok;
}

static bool run(void *context, const struct options *o, char **file, int count, struct error *err)
{
    struct feed *feed = feed_data(context, err);
    if (feed == NULL)
        return false;
    if (o->jobs > 0)
        feed->workers = o->jobs;
    struct bytes text;
    if (o->zones != NULL) {
        if (!data_read(context, o->zones, &text, err))
            return false;
        feed_add_zones(feed, text, SITE_DYNAMIC);
    }
    struct group_state *state = NULL;
    if (o->state != NULL && access(o->state, F_OK) == 0 &&
        (!data_read(context, o->state, &text, err) ||
         (state = group_state_read(context, feed, text, o->state, err)) == NULL))
        return false;
    struct progress progress;
    progress_begin(&progress, true, 0);
    bool ok = read_files(context, feed, o, file, count, &progress, err);
    progress_clear(&progress);
    if (!ok)
        return false;
    bool is_long = feed->count >= LONG_SITES;
    progress_step(&progress, is_long, "2 of 4: learning how names are made");
    feed_seal(feed);
    struct templates *templates = template_learn(context, feed, feed_data_tokens(context));
    struct evidence_base evidence;
    evidence_init(&evidence, context, templates, o->off);
    struct cluster_params params = CLUSTER_DEFAULTS;
    struct cluster_pair *must = NULL, *cannot = NULL;
    if (!read_pairs(context, feed, o->must, &must, &params.must_count, err) ||
        !read_pairs(context, feed, o->cannot, &cannot, &params.cannot_count, err)) {
        progress_clear(&progress);
        return false;
    }
    params.must = must;
    params.cannot = cannot;
    progress_step(&progress, is_long, "3 of 4: weighing and joining");
    struct clusters *clusters = cluster_sites(context, &evidence, &params);
    progress_step(&progress, is_long, "4 of 4: naming groups");
    struct groups *groups = groups_name(context, &evidence, clusters, state, o->once);
    progress_clear(&progress);
    return print(groups, o, err) && (o->state == NULL || write_state(groups, o->state, err));
}

/* What says how sites are grouped; the other options say how groups are shown. */
#define ACCEPTS_GROUPING                                                                           \
    "count batches state must-link cannot-link without genuine store zones jobs"

/* -1: go on; else the exit status. */
static int read_options(struct options *o, int argc, char **argv, const char *verb,
                        const char *accepted)
{
    struct option_reader reader = {
        .verb = verb, .help = help, .row = options, .accepted = accepted, .letters = "j:"};
    int code;
    *o = (struct options){.top = SHOWN_DEFAULT};
    while ((code = option_next(&reader, argc, argv)) >= 0)
        if (code == 'w' && strcmp(optarg, "help") == 0) {
            print_evidence();
            return EXIT_CLEAN;
        } else if (!take_option(o, code)) {
            return EXIT_USAGE;
        }
    return code == OPTION_END ? -1 : code == OPTION_DONE ? EXIT_CLEAN : EXIT_USAGE;
}

int verb_group(int argc, char **argv)
{
    struct options o;
    int status = read_options(&o, argc, argv, "group", NULL);
    if (status < 0 && optind < argc && strcmp(argv[optind], "explain") == 0)
        status = read_options(&o, argc, argv, "group explain", ACCEPTS_GROUPING);
    if (status >= 0)
        return status;
    argv += optind;
    argc -= optind;
    if (argc > 0 && strcmp(argv[0], "explain") == 0) {
        /* Two hosts, or one group and files: a second word that is no file is a host. */
        FILE *file = argc > 2 ? fopen(argv[2], "re") : NULL;
        uint32_t words = argc > 2 && file == NULL && strcmp(argv[2], "-") != 0 ? 2 : 1;
        if (file != NULL)
            fclose(file);
        for (uint32_t i = 0; i < words && argc > 1; i++)
            o.explain[i] = argv[i + 1];
        argv += 1 + words;
        argc -= 1 + (int)words;
    }
    if (argc < 1 && o.state == NULL && o.store == NULL) {
        fputs("noroshi group: error: no list of sites to read\n  hint: name a file, or - for "
              "standard input\n",
              stderr);
        return EXIT_USAGE;
    }
    struct error err = {0};
    void *context = talloc_new(NULL);
    bool ok = run(context, &o, argv, argc < 0 ? 0 : argc, &err);
    if (!ok)
        error_print(&err);
    talloc_free(context);
    return ok ? EXIT_CLEAN : EXIT_ERROR;
}
