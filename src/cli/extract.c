/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/extract_write.h"
#include "cli/option.h"
#include "cli/setup.h"
#include "cli/verb.h"
#include "input/input.h"
#include "report/terminal.h"
#include "serve/pool.h"
#include "verdict/part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <talloc.h>
#include <unistd.h>

static const char help[] =
    "usage: noroshi extract [OPTION]... FILE [PATH]\n"
    "\n"
    "Writes what stands at PATH inside FILE (\"0.2.1\", as 'noroshi scan --tree' shows it), "
    "decoded "
    "and, where a\n"
    "password was found, unlocked.  Without PATH it draws the tree.  Files are made new, mode "
    "0600; "
    "none is\n"
    "written over.  FILE is read by a sandboxed worker; its bytes may be hostile: do not open them "
    "here.\n"
    "\n"
    "  -o, --output FILE     instead of \"PATH-name\" in the current folder; - for standard "
    "output\n"
    "      --all DIR         everything inside, each as \"PATH-name\" in DIR (made if it is not "
    "there)\n"
    "      --attached        with --all: leave out derived text (decoded layers, text of pages)\n"
    "      --item NAME       of a mailbox or tar: the mail that 'noroshi scan' calls NAME\n"
    "      --passwords FILE  more candidates for locked content, one a line\n"
    "      --force           with -o -: even where standard output is a terminal\n"
    "      --timeout SEC     wall time for reading FILE (default 20)\n"
    "      --memory MB       memory of the worker (default 1024)\n"
    "\n"
    "exit status: 0 written, 2 error, 3 locked, cut or over a limit: not or not wholly written, "
    "64 usage\n"
    "\n"
    "examples\n"
    "  noroshi extract invoice.eml\n"
    "  noroshi extract invoice.eml 0.2.1 -o macro.bin\n"
    "  noroshi extract --all parts invoice.eml\n"
    "  noroshi extract invoice.eml 0.2 -o - | sha256sum\n";

/* One run of `noroshi extract`. */
struct extract {
    struct scan_option scan; /* passwords, time, memory, sandbox */
    const char *file, *path, *output, *folder, *item;
    bool force, attached_only;
    struct arena *arena;
    struct text tree;
    uint32_t written, missing, failed;
    bool found;
    struct bytes reason; /* why there may be nothing: the worker died */
};

enum {
    OPTION_ALL = 256,
    OPTION_ATTACHED,
    OPTION_ITEM,
    OPTION_PASSWORDS,
    OPTION_FORCE,
    OPTION_TIMEOUT,
    OPTION_MEMORY,
    OPTION_NO_SANDBOX
};

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    {"all", required_argument, NULL, OPTION_ALL},
    {"attached", no_argument, NULL, OPTION_ATTACHED},
    {"item", required_argument, NULL, OPTION_ITEM},
    {"passwords", required_argument, NULL, OPTION_PASSWORDS},
    {"force", no_argument, NULL, OPTION_FORCE},
    {"timeout", required_argument, NULL, OPTION_TIMEOUT},
    {"memory", required_argument, NULL, OPTION_MEMORY},
    {"no-sandbox", no_argument, NULL, OPTION_NO_SANDBOX},
    {NULL, 0, NULL, 0},
};

static bool complain(const char *what, const char *hint)
{
    fprintf(stderr, "noroshi extract: error: %s\n  hint: %s\n", what, hint);
    return false;
}

static bool set(struct extract *run, int code, const char *value)
{
    int64_t n = 0;
    switch (code) {
    case 'o':
        return (run->output = value) != NULL;
    case OPTION_ALL:
        return (run->folder = value) != NULL;
    case OPTION_ATTACHED:
        return run->attached_only = true;
    case OPTION_ITEM:
        return (run->item = value) != NULL;
    case OPTION_PASSWORDS:
        return (run->scan.passwords = value) != NULL;
    case OPTION_FORCE:
        return run->force = true;
    case OPTION_NO_SANDBOX:
        return run->scan.no_sandbox = true;
    case OPTION_TIMEOUT:
        if (!bytes_to_int(bytes_of_string(value), 1, 3600, &n))
            return complain("--timeout takes seconds from 1 to 3600", "the default is 20");
        run->scan.timeout_ms = (uint32_t)n * 1000;
        return true;
    case OPTION_MEMORY:
        if (!bytes_to_int(bytes_of_string(value), 32, 65536, &n))
            return complain("--memory takes megabytes from 32 to 65536", "the default is 1024");
        run->scan.memory_bytes = (size_t)n * 1024 * 1024;
        return true;
    default:
        return false;
    }
}

/* Whether what was asked for can be meant. */
static bool is_sensible(struct extract *run, int count)
{
    if (count < 1)
        return complain("nothing to read", "name a file, and a path such as 0.2.1");
    if (count > 2)
        return complain("one file and one path at a time", "--all DIR writes everything");
    if (run->folder != NULL && (run->path != NULL || run->output != NULL))
        return complain("--all takes no path and no -o", "leave them out");
    if (run->output != NULL && run->path == NULL)
        return complain("-o needs a path", "'noroshi extract FILE' draws the tree with all paths");
    if (run->output != NULL && strcmp(run->output, "-") == 0 && !run->force &&
        isatty(STDOUT_FILENO))
        return complain("standard output is a terminal, and these bytes may be hostile",
                        "send it to a file or a program, or give --force");
    return true;
}

/* 0: go on; else the exit status. */
static int read_options(struct extract *run, int argc, char **argv)
{
    run->scan =
        (struct scan_option){.timeout_ms = 20000, .memory_bytes = (size_t)1024 * 1024 * 1024};
    struct option_reader reader = {
        .verb = "extract", .help = help, .row = long_options, .letters = "o:"};
    int code;
    while ((code = option_next(&reader, argc, argv)) >= 0)
        if (!set(run, code, optarg))
            return EXIT_USAGE;
    if (code != OPTION_END)
        return code == OPTION_DONE ? -1 : EXIT_USAGE;
    int count = argc - optind;
    run->file = count > 0 ? argv[optind] : NULL;
    run->path = count > 1 ? argv[optind + 1] : NULL;
    return is_sensible(run, count) ? 0 : EXIT_USAGE;
}

/* ---- what the worker handed out ---- */

static void report(struct extract *run, const struct part *part, const char *name)
{
    struct text line;
    text_init(&line, run->arena, 0);
    text_add_format(&line, "%.*s  %zu bytes  ", BYTES_FMT(part->path), part->content.len);
    terminal_add(&line, bytes_of_string(name), 0);
    if (part->missing.len > 0)
        text_add_format(&line, "  (%.*s: not all of it)", BYTES_FMT(part->missing));
    text_add_byte(&line, '\n');
    fwrite(line.at, 1, line.len, stdout);
}

static void take(struct extract *run, const struct part *part, int folder)
{
    struct error err = {0};
    run->found = true;
    if (run->attached_only && part->is_view)
        return;
    run->missing += part->missing.len > 0;
    if (part->missing.len > 0 && part->content.len == 0) {
        fprintf(stderr, "noroshi extract: %.*s: %.*s: nothing to write\n", BYTES_FMT(part->path),
                BYTES_FMT(part->missing));
        return;
    }
    bool to_output = run->output != NULL && strcmp(run->output, "-") == 0;
    const char *name = run->output != NULL ? run->output : extract_name(run->arena, part);
    bool ok = to_output ? extract_output(part->content, &err)
                        : extract_file(folder, name, part->content, &err);
    if (!ok) {
        error_print(&err);
        run->failed++;
        return;
    }
    run->written++;
    if (!to_output)
        report(run, part, name);
    else if (part->missing.len > 0)
        fprintf(stderr, "noroshi extract: %.*s: not all of it: %.*s\n", BYTES_FMT(part->path),
                BYTES_FMT(part->missing));
}

static void draw(struct extract *run, struct bytes drawing)
{
    struct bytes line;
    while (bytes_next_line(&drawing, &line)) {
        terminal_add(&run->tree, line, 0);
        text_add_byte(&run->tree, '\n');
    }
    if (run->tree.len > 0)
        fwrite(run->tree.at, 1, run->tree.len, stdout);
}

static int open_folder(struct extract *run, struct error *err)
{
    if (mkdir(run->folder, 0700) != 0 && errno != EEXIST) {
        error_set_errno(err, ERROR_OUTPUT, "cannot make the folder %s", run->folder);
        return -1;
    }
    int folder = open(run->folder, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
    if (folder < 0)
        error_set_errno(err, ERROR_OUTPUT, "cannot open the folder %s", run->folder);
    return folder;
}

static void on_result(void *context, const struct verdict *v)
{
    struct extract *run = context;
    struct error err = {0};
    if (bytes_starts(v->reason, BYTES("worker.")))
        run->reason = arena_copy(run->arena, v->reason);
    draw(run, v->drawing);
    int folder = run->folder == NULL ? AT_FDCWD : open_folder(run, &err);
    if (run->folder != NULL && folder < 0) {
        error_print(&err);
        run->failed++;
        return;
    }
    for (uint32_t i = 0; i < v->part_count; i++)
        take(run, &v->part[i], folder);
    run->missing += v->part_left;
    if (v->part_left > 0)
        fprintf(stderr, "noroshi extract: %u nodes are too large to be handed out at once\n",
                v->part_left);
    if (run->folder != NULL)
        close(folder);
}

/* ---- the way there ---- */

/* Hand the one artifact that is meant to POOL; false and ERR where there is none, or several. */
static bool submit(struct extract *run, struct pool *pool, struct error *err)
{
    struct input *input = input_open(run->arena, run->file, err);
    struct input_item item;
    uint32_t taken = 0;
    if (input == NULL)
        return false;
    for (enum input_status status; (status = input_next(input, &item, err)) != INPUT_END;) {
        if (status == INPUT_ERROR)
            return false;
        if (run->item != NULL && !bytes_equal(item.name, bytes_of_string(run->item)))
            continue;
        if (++taken > 1) {
            error_set(err, ERROR_USAGE, "%s holds several artifacts", run->file);
            error_hint(err, "choose one with --item, such as --item '%.*s'", BYTES_FMT(item.name));
            return false;
        }
        if (!pool_submit(pool, item.name, item.content, item.truncated, -1, err))
            return false;
    }
    if (taken == 0 && run->item != NULL)
        return error_set(err, ERROR_INPUT, "%s holds no %s", run->file, run->item);
    return taken == 1 || error_set(err, ERROR_INPUT, "nothing to read in %s", run->file);
}

static int status_of(const struct extract *run)
{
    if (run->reason.len > 0) {
        fprintf(stderr, "noroshi extract: error: the worker did not live to read it (%.*s)\n",
                BYTES_FMT(run->reason));
        return EXIT_UNSCANNABLE;
    }
    if (run->path != NULL && !run->found) {
        fprintf(stderr,
                "noroshi extract: error: there is no %s in %s\n"
                "  hint: 'noroshi extract FILE' draws the tree with all paths\n",
                run->path, run->file);
        return EXIT_ERROR;
    }
    if (run->failed > 0)
        return EXIT_ERROR;
    return run->missing > 0 ? EXIT_UNSCANNABLE : EXIT_CLEAN;
}

int verb_extract(int argc, char **argv)
{
    struct extract run = {0};
    struct error err = {0};
    int status = read_options(&run, argc, argv);
    if (status != 0)
        return status < 0 ? EXIT_CLEAN : status;
    void *parent = talloc_new(NULL);
    struct scan_settings settings;
    struct pool *pool = NULL;
    run.arena = arena_new(parent);
    text_init(&run.tree, run.arena, 0);
    if (setup_extract(parent, &run.scan, &settings, &err)) {
        settings.extract = run.folder != NULL ? BYTES(PART_ALL) : bytes_of_string(run.path);
        settings.want_drawing = settings.extract.len == 0;
        pool = pool_new(parent,
                        &(struct pool_settings){.scan = &settings,
                                                .workers = 1,
                                                .timeout_ms = run.scan.timeout_ms,
                                                .memory_bytes = run.scan.memory_bytes,
                                                .no_sandbox = run.scan.no_sandbox,
                                                .result = on_result,
                                                .context = &run},
                        &err);
    }
    bool ok = pool != NULL && submit(&run, pool, &err) && pool_drain(pool, &err);
    if (!ok)
        error_print(&err);
    status = ok ? status_of(&run) : EXIT_ERROR;
    talloc_free(parent);
    return status;
}
