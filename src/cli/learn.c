/* SPDX-License-Identifier: Apache-2.0
 * `noroshi learn` and `noroshi unlearn`: what the user's own mail teaches. */
#include "cli/option.h"
#include "cli/setup.h"
#include "cli/verb.h"
#include "input/input.h"
#include "learn/senders.h"
#include "learn/threads.h"
#include "serve/pool.h"

#include <stdio.h>
#include <talloc.h>
#include <unistd.h>

static const char learn_help[] =
    "usage: noroshi learn [OPTION]... [--ham PATH]... [--bad PATH]... [PATH]...\n"
    "\n"
    "Learns from your own mail.  A PATH is a mail, a folder, a Maildir, an mbox or a tar of mails; "
    "one without\n"
    "--ham or --bad fills the sender store and the index of conversations only.  No text is kept.\n"
    "\n"
    "  --ham PATH        ordinary mail; may be repeated\n"
    "  --bad PATH        threats; may be repeated\n"
    "  --learned FILE    the model (train: at least 20 mails of each side), for scan --learned\n"
    "  --senders FILE    who wrote to us and to whom we wrote, for scan --senders\n"
    "  --threads FILE    passages of conversations as hashes, for scan --threads\n"
    "  --merge FILE      add what another such file holds (model, senders or threads); may be "
    "repeated\n"
    "  --org-domain D    a domain of ours: mail from it counts as written by us; may be repeated\n"
    "  -j, --jobs N      workers\n"
    "\n"
    "The files are made where they are missing and added to where they are there.  The same mails "
    "in whatever\n"
    "order give the same files.  'noroshi unlearn' takes mails out again.\n"
    "\n"
    "exit status: 0 learned, 2 error, 64 usage\n"
    "\n"
    "examples\n"
    "  noroshi learn --ham ~/Maildir --bad ~/phish --learned our.model\n"
    "  noroshi learn --org-domain example.org --senders our.senders --threads our.threads "
    "~/Maildir\n"
    "  noroshi learn --learned our.model --merge branch-office.model\n";

static const char unlearn_help[] = "usage: noroshi unlearn [--learned FILE] [--senders FILE] "
                                   "[--threads FILE] [--org-domain D]... [--jobs N] PATH...\n"
                                   "\n"
                                   "Takes the mails at PATH out of what was learned; the files "
                                   "become as if they had never been seen.\n"
                                   "\n"
                                   "exit status: 0 done, 2 error, 64 usage\n"
                                   "\n"
                                   "examples\n"
                                   "  noroshi unlearn --learned our.model private.eml\n"
                                   "  noroshi unlearn --learned our.model --senders our.senders "
                                   "--threads our.threads ~/Maildir/.Private\n";

#define UNLEARN_ACCEPTS "learned senders threads org-domain jobs"
#define PATHS_MAX 64u

enum label { LABEL_NONE, LABEL_HAM, LABEL_BAD };

struct learn_option {
    const char *learned, *senders, *threads;
    const char *path[PATHS_MAX], *merge[PATHS_MAX];
    enum label label[PATHS_MAX];
    uint32_t path_count, merge_count;
    struct scan_option scan; /* own domains, workers */
    bool forget;
};

struct run {
    const struct learn_option *option;
    struct learned *learned;
    struct senders *senders;
    struct threads *threads;
    struct arena *arena;
    enum label label;
    uint64_t mails, others, known;
};

static bool usage_error(const char *verb, const char *what, const char *hint)
{
    fprintf(stderr, "noroshi %s: error: %s\n  hint: %s\n", verb, what, hint);
    return false;
}

static bool add_path(struct learn_option *o, const char *verb, const char *path, enum label label)
{
    if (o->path_count == PATHS_MAX)
        return usage_error(verb, "more than 64 paths", "put them into one folder");
    o->label[o->path_count] = label;
    o->path[o->path_count++] = path;
    return true;
}

enum {
    OPTION_HAM = 256,
    OPTION_BAD,
    OPTION_LEARNED,
    OPTION_SENDERS,
    OPTION_THREADS,
    OPTION_MERGE,
    OPTION_ORG
};

static bool set(struct learn_option *o, const char *verb, int code)
{
    int64_t jobs;
    switch (code) {
    case OPTION_HAM:
    case OPTION_BAD:
        return add_path(o, verb, optarg, code == OPTION_HAM ? LABEL_HAM : LABEL_BAD);
    case OPTION_LEARNED:
        o->learned = optarg;
        return true;
    case OPTION_SENDERS:
        o->senders = optarg;
        return true;
    case OPTION_THREADS:
        o->threads = optarg;
        return true;
    case OPTION_MERGE:
        if (o->merge_count == PATHS_MAX)
            return usage_error(verb, "more than 64 files to merge", "merge some of them first");
        o->merge[o->merge_count++] = optarg;
        return true;
    case OPTION_ORG:
        if (o->scan.org_domain_count == 32)
            return usage_error(verb, "more than 32 domains",
                               "a parent domain covers those below it");
        o->scan.org_domains[o->scan.org_domain_count++] = optarg;
        return true;
    case 'j':
        if (!bytes_to_int(bytes_of_string(optarg), 1, 64, &jobs))
            return usage_error(verb, "--jobs takes a whole number from 1 to 64", "leave it out");
        o->scan.workers = (uint32_t)jobs;
        return true;
    default:
        return false;
    }
}

static const struct option long_options[] = {
    {"ham", required_argument, NULL, OPTION_HAM},
    {"bad", required_argument, NULL, OPTION_BAD},
    {"learned", required_argument, NULL, OPTION_LEARNED},
    {"senders", required_argument, NULL, OPTION_SENDERS},
    {"threads", required_argument, NULL, OPTION_THREADS},
    {"merge", required_argument, NULL, OPTION_MERGE},
    {"org-domain", required_argument, NULL, OPTION_ORG},
    {"jobs", required_argument, NULL, 'j'},
    {NULL, 0, NULL, 0},
};

/* 1: go on, 0: help was printed, -1: wrong. */
static int read_options(struct learn_option *o, int argc, char **argv)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    o->scan.workers = processors < 1 ? 1 : processors > 64 ? 64 : (uint32_t)processors;
    struct option_reader reader = {.verb = argv[0],
                                   .help = o->forget ? unlearn_help : learn_help,
                                   .row = long_options,
                                   .accepted = o->forget ? UNLEARN_ACCEPTS : NULL,
                                   .letters = "j:"};
    int code;
    while ((code = option_next(&reader, argc, argv)) >= 0)
        if (!set(o, argv[0], code))
            return -1;
    if (code != OPTION_END)
        return code == OPTION_DONE ? 0 : -1;
    for (; optind < argc; optind++)
        if (!add_path(o, argv[0], argv[optind], LABEL_NONE))
            return -1;
    if (o->learned == NULL && o->senders == NULL && o->threads == NULL)
        return usage_error(argv[0], "no file to keep it in",
                           "--learned FILE, --senders FILE or --threads FILE") -
               1;
    if (o->path_count == 0 && (o->forget || o->merge_count == 0))
        return usage_error(argv[0], "no mail to work on", "name a mail, a folder or an mbox") - 1;
    return 1;
}

/* The first 64 bits of the mail's SHA-256. */
static uint64_t id_of(struct bytes sha256)
{
    uint64_t id = 0;
    for (size_t i = 0; i < 16 && i < sha256.len; i++)
        id = id << 4 | (uint64_t)(ascii_hex(sha256.at[i]) & 15);
    return id;
}

static void take(struct run *run, uint64_t id, const struct lesson *lesson)
{
    if (run->learned != NULL && run->label != LABEL_NONE)
        learned_add(run->learned, id, run->label == LABEL_BAD, lesson->feature,
                    lesson->feature_count);
    if (run->senders != NULL)
        senders_add(run->senders, lesson,
                    run->label == LABEL_BAD   ? SENDER_BAD
                    : run->label == LABEL_HAM ? SENDER_BENIGN
                                              : SENDER_UNLABELLED);
    if (run->threads != NULL && run->label != LABEL_BAD)
        threads_add(run->threads, id, lesson);
}

static void forget(struct run *run, uint64_t id, const struct lesson *lesson)
{
    bool known = run->learned != NULL && learned_remove(run->learned, id);
    if (run->threads != NULL)
        known = threads_remove(run->threads, id) || known;
    if (run->senders != NULL)
        senders_remove(run->senders, lesson);
    run->known += known;
}

static void on_result(void *context, const struct verdict *v)
{
    struct run *run = context;
    const struct lesson *lesson = v->lesson.at == NULL ? NULL : lesson_read(run->arena, v->lesson);
    if (lesson == NULL) {
        run->others++;
    } else {
        run->mails++;
        (run->option->forget ? forget : take)(run, id_of(v->sha256), lesson);
    }
    arena_reset(run->arena);
}

static bool read_path(struct run *run, struct pool *pool, const char *path, struct error *err)
{
    struct input_item item;
    enum input_status status;
    struct input *input = input_open(pool, path, err);
    bool ok = input != NULL;
    while (ok && (status = input_next(input, &item, err)) != INPUT_END) {
        if (status == INPUT_ERROR)
            error_print(err);
        else
            ok = pool_submit(pool, item.name, item.content, item.truncated, -1, err);
    }
    (void)run;
    return ok && pool_drain(pool, err);
}

static bool read_mails(struct run *run, struct error *err)
{
    const struct learn_option *o = run->option;
    struct scan_settings settings;
    void *parent = talloc_new(NULL);
    setup_learn(parent, &o->scan, &settings);
    struct pool *pool = pool_new(parent,
                                 &(struct pool_settings){.scan = &settings,
                                                         .workers = o->scan.workers,
                                                         .timeout_ms = 20000,
                                                         .memory_bytes = (size_t)256 * 1024 * 1024,
                                                         .result = on_result,
                                                         .context = run},
                                 err);
    bool ok = pool != NULL;
    for (uint32_t i = 0; ok && i < o->path_count; i++) {
        run->label = o->label[i];
        ok = read_path(run, pool, o->path[i], err);
    }
    talloc_free(parent);
    return ok;
}

/* An existing file is added to; a missing one begins empty, but there is nothing to forget in it. */
static bool open_files(struct run *run, const void *parent, struct error *err)
{
    const struct learn_option *o = run->option;
#define OPEN(noun, ...)                                                                            \
    if (o->noun != NULL)                                                                           \
        run->noun = o->forget || access(o->noun, F_OK) == 0                                        \
                        ? noun##_load(parent, o->noun, __VA_ARGS__)                                \
                        : noun##_new(parent);
    OPEN(learned, false, err)
    OPEN(senders, err)
    OPEN(threads, err)
#undef OPEN
    return (o->learned == NULL || run->learned != NULL) &&
           (o->senders == NULL || run->senders != NULL) &&
           (o->threads == NULL || run->threads != NULL);
}

/* FILE into the one of ours it is like. */
static bool merge(struct run *run, const void *parent, const char *file, struct error *err)
{
    struct error ignored;
    struct senders *senders = senders_load(parent, file, &ignored);
    struct threads *threads = senders != NULL ? NULL : threads_load(parent, file, &ignored);
    struct learned *learned =
        senders != NULL || threads != NULL ? NULL : learned_load(parent, file, false, err);
    if (senders != NULL && run->senders != NULL)
        senders_merge(run->senders, senders);
    else if (threads != NULL && run->threads != NULL)
        threads_merge(run->threads, threads);
    else if (learned != NULL && run->learned != NULL)
        learned_merge(run->learned, learned);
    else if (learned == NULL && senders == NULL && threads == NULL)
        return false;
    else
        return error_set(err, ERROR_USAGE, "nothing to merge %s into: it needs --%s FILE", file,
                         senders != NULL   ? "senders"
                         : threads != NULL ? "threads"
                                           : "learned");
    return true;
}

static bool save(struct run *run, struct error *err)
{
    const struct learn_option *o = run->option;
    if (run->learned != NULL && !learned_train(run->learned))
        fprintf(
            stderr,
            "noroshi learn: note: too few mails to train from yet (20 of each side are needed)\n");
    if (run->threads != NULL)
        threads_sort(run->threads);
    return (run->learned == NULL || learned_save(run->learned, o->learned, err)) &&
           (run->senders == NULL || senders_save(run->senders, o->senders, err)) &&
           (run->threads == NULL || threads_save(run->threads, o->threads, err));
}

static void report(const struct run *run)
{
    printf("%llu mails read, %llu other files passed over\n", (unsigned long long)run->mails,
           (unsigned long long)run->others);
    if (run->option->forget && (run->learned != NULL || run->threads != NULL))
        printf("%llu of them were known\n", (unsigned long long)run->known);
    if (run->learned != NULL) {
        uint32_t bad = 0;
        for (uint32_t i = 0; i < run->learned->count; i++)
            bad += run->learned->example[i].bad;
        printf("model: %u ordinary, %u bad\n", run->learned->count - bad, bad);
    }
    if (run->senders != NULL)
        printf("senders: %u addresses and domains, %llu contacts\n", run->senders->by_key->count,
               (unsigned long long)run->senders->events);
    if (run->threads != NULL)
        printf("threads: %u mails, %u passages\n", run->threads->mail_count,
               run->threads->mark_count);
}

static int learn(int argc, char **argv, bool forgetting)
{
    struct learn_option option = {.forget = forgetting};
    int go = read_options(&option, argc, argv);
    if (go <= 0)
        return go == 0 ? EXIT_CLEAN : EXIT_USAGE;
    struct error err = {0};
    void *parent = talloc_new(NULL);
    struct run run = {.option = &option, .arena = arena_new(parent)};
    bool ok = open_files(&run, parent, &err);
    for (uint32_t i = 0; ok && i < option.merge_count; i++)
        ok = merge(&run, parent, option.merge[i], &err);
    ok = ok && (option.path_count == 0 || read_mails(&run, &err)) && save(&run, &err);
    if (ok)
        report(&run);
    else
        error_print(&err);
    talloc_free(parent);
    return ok ? EXIT_CLEAN : EXIT_ERROR;
}

int verb_learn(int argc, char **argv)
{
    return learn(argc, argv, false);
}

int verb_unlearn(int argc, char **argv)
{
    return learn(argc, argv, true);
}
