/* SPDX-License-Identifier: Apache-2.0 */
#include "base/civil.h"
#include "cli/companion.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/resume.h"
#include "cli/scan_option.h"
#include "cli/setup.h"
#include "cli/siblings.h"
#include "cli/verb.h"
#include "input/input.h"
#include "report/sarif.h"
#include "report/terminal.h"
#include "serve/pool.h"
#include "store/store.h"
#include "verdict/campaign.h"

#include <signal.h>
#include <stdio.h>
#include <talloc.h>
#include <unistd.h>

#define CAMPAIGN_LEAST 2u
#define OUTPUT_BUFFER_BYTES ((size_t)256 * 1024)

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

/* One run of `noroshi scan`. */
struct run {
    struct scan_option option;
    struct arena *arena; /* for one report at a time */
    struct text out;
    struct store *store;
    struct campaigns *campaigns;
    struct progress progress;
    struct resume *resume;
    struct companions *companions;
    struct siblings *siblings;
    uint64_t count[4]; /* by verdict_class */
    uint64_t done, submitted, input_errors, input_bytes;
    bool stopped;             /* the output or the store takes no more */
    bool sarif_any;           /* a result was written */
    struct error store_error; /* why the store takes no more; ERROR_NONE: it does */
};

static void write_out(struct run *run)
{
    if (!run->stopped)
        fwrite(run->out.at, 1, run->out.len, stdout);
    run->stopped |= !output_ok();
    run->out.len = 0;
}

static void remember(struct run *run, struct verdict *v)
{
    if (run->campaigns != NULL && v->fingerprint.len == sizeof(struct fingerprint)) {
        struct fingerprint print;
        memcpy(&print, v->fingerprint.at, sizeof print);
        struct bytes name = campaigns_add(run->campaigns, run->arena, v, &print);
        if (v->class >= VERDICT_SUSPICIOUS && v->campaign.len == 0)
            v->campaign = name;
    }
    if (run->store != NULL && !run->stopped)
        run->stopped = !store_add(run->store, v, run->option.keep_raw ? v->raw : BYTES_NONE,
                                  &run->store_error);
}

/* RESULT goes out: counted, remembered, printed. */
static void emit(void *context, const struct verdict *result)
{
    struct run *run = context;
    struct verdict v = *result;
    run->count[v.class]++;
    remember(run, &v);
    bool silent = run->option.quiet_clean && v.class == VERDICT_CLEAN;
    if (run->option.format == SCAN_JSON)
        report_json(&run->out, run->arena, &v, &run->option.style);
    else if (run->option.format == SCAN_SARIF)
        run->sarif_any |=
            report_sarif(&run->out, run->arena, &v, &run->option.style, !run->sarif_any);
    else if (!silent)
        report_text(&run->out, run->arena, &v, &run->option.style);
    if (run->out.len > 0) {
        progress_clear(&run->progress);
        write_out(run);
    }
    arena_reset(run->arena);
}

static void on_result(void *context, const struct verdict *v)
{
    struct run *run = context;
    run->done++;
    siblings_add(run->siblings, v);
    if (!run->stopped)
        resume_done(run->resume);
}

/* What siblings let through, at once or at the end. */
static void on_settled(void *context, const struct verdict *v)
{
    struct run *run = context;
    companions_add(run->companions, v);
}

static bool submit(struct run *run, struct pool *pool, const struct input_item *item,
                   struct error *err)
{
    bool ok = pool_submit(pool, item->name, item->content, item->truncated, item->fd, err);
    run->submitted++;
    resume_submitted(run->resume, &item->after);
    progress_update(&run->progress, run->done, run->input_bytes + item->done_bytes);
    return ok;
}

/* Everything at PATH; false where the run cannot go on. */
static bool scan_path(struct run *run, struct pool *pool, const char *path, struct error *err)
{
    struct input_item item;
    enum input_status status;
    struct input *input = input_open(run->arena, path, err);
    if (input == NULL) {
        error_print(err);
        run->input_errors++;
        return true;
    }
    input = talloc_steal(pool, input);
    resume_begin(run->resume, path, input);
    uint64_t before = run->submitted, last_bytes = 0;
    const uint64_t told = run->input_errors;
    bool ok = true;
    while (ok && !interrupted && !run->stopped &&
           (status = input_next(input, &item, err)) != INPUT_END) {
        if (status == INPUT_ERROR) {
            progress_clear(&run->progress);
            error_print(err);
            run->input_errors++;
            continue;
        }
        last_bytes = item.done_bytes;
        ok = submit(run, pool, &item, err);
    }
    run->input_bytes += last_bytes;
    if (ok && !interrupted && run->submitted == before && run->input_errors == told &&
        !resume_skipped(run->resume)) {
        fprintf(stderr,
                "noroshi scan: error: nothing to scan in %s\n  hint: it holds no file, or every "
                "one is empty of mail\n",
                path);
        run->input_errors++;
    }
    talloc_free(input);
    return ok;
}

static void print_campaigns(struct run *run)
{
    uint32_t count;
    struct campaign *list = campaigns_list(run->campaigns, run->arena, CAMPAIGN_LEAST, &count);
    for (uint32_t i = 0; i < count; i++) {
        text_add_format(&run->out, "campaign %.*s: %u mails", BYTES_FMT(list[i].name),
                        list[i].count);
        if (list[i].first_us != INT64_MIN)
            text_add_format(&run->out, ", %.10s to %.10s",
                            (const char *)civil_iso(run->arena, list[i].first_us).at,
                            (const char *)civil_iso(run->arena, list[i].last_us).at);
        text_add_string(&run->out, ", \"");
        terminal_add(&run->out, list[i].subject, 60);
        text_add_string(&run->out, "\"\n");
    }
    write_out(run);
}

static void print_summary(const struct run *run, const struct pool *pool)
{
    bool wanted = run->option.format == SCAN_TEXT && run->done > 1;
    if (wanted && !run->stopped)
        printf("%llu scanned: %llu malicious, %llu suspicious, %llu unscannable, %llu clean\n",
               (unsigned long long)run->done, (unsigned long long)run->count[VERDICT_MALICIOUS],
               (unsigned long long)run->count[VERDICT_SUSPICIOUS],
               (unsigned long long)run->count[VERDICT_UNSCANNABLE],
               (unsigned long long)run->count[VERDICT_CLEAN]);
    if (pool_restart_count(pool) > 0)
        fprintf(stderr, "noroshi scan: %u workers had to be replaced\n", pool_restart_count(pool));
    if (interrupted)
        fprintf(stderr,
                "noroshi scan: interrupted: %llu artifacts were scanned and are reported above, "
                "the rest was not\n%s",
                (unsigned long long)run->done,
                run->option.resume != NULL ? "  hint: the same command goes on from here\n" : "");
}

static int status_of(const struct run *run)
{
    if (run->store_error.code != ERROR_NONE)
        error_print(&run->store_error);
    if (run->stopped || run->input_errors > 0 || interrupted)
        return EXIT_ERROR;
    for (int class = VERDICT_MALICIOUS;
         class >= VERDICT_SUSPICIOUS && class >= (int)run->option.fail_on; class --)
        if (run->count[class] > 0)
            return EXIT_FOUND;
    return run->count[VERDICT_UNSCANNABLE] > 0 ? EXIT_UNSCANNABLE : EXIT_CLEAN;
}

static bool scan_all(struct run *run, struct pool *pool, const struct pool_settings *settings,
                     struct error *err)
{
    bool ok = true;
    progress_begin(&run->progress, !run->option.no_progress, 0);
    for (int i = 0; run->progress.on && i < run->option.path_count; i++)
        run->progress.total_bytes += input_measure(run->option.path[i]);
    if (run->option.format == SCAN_SARIF)
        report_sarif_begin(&run->out);
    if (pool_sandbox_missing(pool)[0] != 0)
        fprintf(stderr, "noroshi scan: this kernel lacks %s; workers go on with the rest\n",
                pool_sandbox_missing(pool));
    for (int i = 0; ok && i < run->option.path_count && !interrupted && !run->stopped; i++)
        ok = scan_path(run, pool, run->option.path[i], err);
    ok = pool_drain(pool, err) && ok;
    ok = siblings_end(run->siblings, settings, ok && !interrupted && !run->stopped, err) && ok;
    companions_end(run->companions);
    progress_clear(&run->progress);
    if (run->option.format == SCAN_SARIF) {
        report_sarif_end(&run->out);
        write_out(run);
    }
    if (ok && run->option.want_campaigns && !run->stopped)
        print_campaigns(run);
    return ok;
}

static bool open_outputs(struct run *run, const void *parent, struct error *err)
{
    run->arena = arena_new(parent);
    text_init(&run->out, NULL, 0);
    run->companions = companions_new(parent, emit, run);
    run->siblings = siblings_new(parent, on_settled, run);
    static char buffer[OUTPUT_BUFFER_BYTES];
    if (!isatty(STDOUT_FILENO))
        setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    run->option.style.colour = run->option.format == SCAN_TEXT && terminal_has_colour(stdout);
    if (run->option.want_campaigns || run->option.store != NULL)
        run->campaigns = campaigns_new(parent);
    if (run->option.store != NULL) {
        run->store = store_open(parent, run->option.store[0] == 0 ? NULL : run->option.store, err);
        if (run->store == NULL)
            return false;
    }
    run->resume = resume_open(parent, run->option.resume, err);
    return run->option.resume == NULL || run->resume != NULL;
}

int verb_scan(int argc, char **argv)
{
    struct run run = {0};
    struct error err;
    enum scan_option_answer answer = scan_option_read(&run.option, argc, argv);
    if (answer != SCAN_OPTION_GO)
        return answer == SCAN_OPTION_DONE ? EXIT_CLEAN : EXIT_USAGE;
    void *parent = talloc_new(NULL);
    struct scan_settings settings;
    struct pool *pool = NULL;
    const struct pool_settings workers = {.scan = &settings,
                                          .workers = run.option.workers,
                                          .timeout_ms = run.option.timeout_ms,
                                          .memory_bytes = run.option.memory_bytes,
                                          .no_sandbox = run.option.no_sandbox,
                                          .result = on_result,
                                          .context = &run};
    if (setup_scan(parent, &run.option, &settings, &err) && open_outputs(&run, parent, &err))
        pool = pool_new(parent, &workers, &err);
    int status = EXIT_ERROR;
    if (pool == NULL) {
        error_print(&err);
    } else {
        sigaction(SIGINT, &(struct sigaction){.sa_handler = on_interrupt, .sa_flags = SA_RESETHAND},
                  NULL);
        bool ok = scan_all(&run, pool, &workers, &err);
        if (!ok)
            error_print(&err);
        print_summary(&run, pool);
        /* What the store did not take is not done either. */
        bool kept =
            (run.store == NULL || store_close(run.store, &err)) && resume_close(run.resume, &err);
        if (!kept)
            error_print(&err);
        status = ok && kept ? status_of(&run) : EXIT_ERROR;
    }
    text_finish(&run.out);
    talloc_free(parent);
    return status;
}
