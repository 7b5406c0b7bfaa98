/* SPDX-License-Identifier: Apache-2.0 */
#include "base/civil.h"
#include "cli/option.h"
#include "cli/store_option.h"
#include "cli/verb.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <talloc.h>

static const char help[] =
    "usage: noroshi store stats|check|vacuum|prune|export FILE|import FILE [OPTION]...\n\n"
    "  stats          how much is remembered, from when, in how many bytes\n"
    "  check          pages, indexes, words: prints what is wrong, exit status 2\n"
    "  vacuum         make the file small and the indexes tidy\n"
    "  prune          forget: --age DAYS since first seen, --size BYTES of the file (K, M, G)\n"
    "  export FILE    copy into another store, what --since --until --verdict --limit choose\n"
    "  import FILE    add what another store holds, chosen alike; what is known stays as it "
    "is\n\n" HELP_STORE HELP_CHOICE "  --json            stats as one JSON object\n";

struct copy {
    struct store *from, *to;
    struct arena *arena;
    struct error *err;
    uint64_t count;
    bool failed;
};

static bool copy_item(void *own, const struct store_item *item)
{
    struct copy *copy = own;
    struct bytes raw = BYTES_NONE;
    arena_reset(copy->arena);
    copy->failed = !store_raw(copy->from, copy->arena, item->verdict->sha256, &raw, copy->err) ||
                   !store_add_seen(copy->to, item->verdict, item->seen_us, raw, copy->err);
    copy->count += !copy->failed;
    return !copy->failed;
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat left, right;
    return stat(a, &left) == 0 && stat(b, &right) == 0 && left.st_dev == right.st_dev &&
           left.st_ino == right.st_ino;
}

/* What FILTER chooses of the store at FROM_PATH into that at TO_PATH; NULL: the default one. */
static bool copy_store(const char *from_path, const char *to_path,
                       const struct store_filter *filter, struct error *err)
{
    void *parent = talloc_new(NULL);
    struct copy copy = {.err = err, .arena = arena_new(parent)};
    if (from_path == NULL)
        from_path = store_default_path(parent, err);
    if (to_path == NULL)
        to_path = store_default_path(parent, err);
    bool ok = from_path != NULL && to_path != NULL &&
              (!is_same_file(from_path, to_path) ||
               error_set(err, ERROR_USAGE, "%s would be copied into itself", from_path));
    copy.from = ok ? store_open_read(parent, from_path, err) : NULL;
    copy.to = copy.from == NULL ? NULL : store_open(parent, to_path, err);
    ok = copy.to != NULL && store_each(copy.from, filter, copy_item, &copy, err) && !copy.failed &&
         store_close(copy.to, err);
    if (ok)
        printf("%" PRIu64 " artifacts\n", copy.count);
    talloc_free(parent);
    return ok;
}

static bool stats(struct store *store, const struct store_option *option, struct error *err)
{
    struct store_stats s;
    if (!store_stats(store, &s, err))
        return false;
    uint64_t undated = 0;
    if (!store_undated(store, 0, 0, &undated, err))
        return false;
    struct arena *arena = arena_new(NULL);
    const char *first = s.artifacts ? (const char *)civil_iso(arena, s.first_us).at : "",
               *last = s.artifacts ? (const char *)civil_iso(arena, s.last_us).at : "";
    double each = s.artifacts ? (double)s.bytes / (double)s.artifacts : 0;
    if (option->json)
        printf("{\"artifacts\":%" PRIu64 ",\"labels\":%" PRIu64 ",\"terms\":%" PRIu64
               ",\"bytes\":%" PRIu64 ",\"schema\":%u,\"undated\":%" PRIu64
               ",\"first\":\"%s\",\"last\":\"%s\"}\n",
               s.artifacts, s.labels, s.terms, s.bytes, s.schema, undated, first, last);
    else
        printf("artifacts %" PRIu64 " (%s to %s)\nlabels    %" PRIu64 " of %" PRIu64
               " terms\nbytes     %" PRIu64 " (%.0f each)\nschema    %u\nundated   %" PRIu64
               " (mails counted on no day)\n",
               s.artifacts, first, last, s.labels, s.terms, s.bytes, each, s.schema, undated);
    talloc_free(arena);
    return true;
}

static bool check(struct store *store, struct error *err)
{
    struct text findings;
    text_init(&findings, NULL, 0);
    bool ok = store_check(store, &findings, err);
    if (ok && findings.len > 0) {
        fwrite(findings.at, 1, findings.len, stdout);
        ok = error_set(err, ERROR_INPUT, "the store is damaged");
        error_hint(err, "'noroshi store export NEW' saves what can be read");
    } else if (ok) {
        puts("ok");
    }
    text_finish(&findings);
    return ok;
}

static bool prune(struct store *store, const struct store_option *option, struct error *err)
{
    uint64_t forgotten = 0;
    if (option->age_days < 0 && option->most_bytes == 0)
        return error_set(err, ERROR_USAGE,
                         "nothing says what to forget: --age DAYS or --size BYTES");
    int64_t before = option->age_days < 0 ? 0 : store_now_us() - option->age_days * 86400 * 1000000;
    bool ok = store_prune(store, before, option->most_bytes, &forgotten, err);
    if (ok)
        printf("%" PRIu64 " artifacts forgotten\n", forgotten);
    return ok;
}

static const struct {
    struct store_verb verb;
    int file_count;
} verbs[] = {
    {{"store stats", "store json", help}, 0},    {{"store check", "store", help}, 0},
    {{"store vacuum", "store", help}, 0},        {{"store prune", "store age size", help}, 0},
    {{"store export", ACCEPTS_CHOICE, help}, 1}, {{"store import", ACCEPTS_CHOICE, help}, 1},
};
#define VERBS (sizeof verbs / sizeof *verbs)
enum { STATS, CHECK, VACUUM, PRUNE, EXPORT, IMPORT };

/* The row of the verb ARGV names, with its options; -1: go on, else the exit status. */
static int read_options(struct store_option *option, int argc, char **argv, size_t *row_out)
{
    struct error err = {0};
    const char *word = argc > 1 ? argv[1] : "";
    size_t row = 0;
    if (argc < 2 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        fputs(help, argc < 2 ? stderr : stdout);
        return argc < 2 ? EXIT_USAGE : EXIT_CLEAN;
    }
    while (row < VERBS && strcmp(verbs[row].verb.name + strlen("store "), word) != 0)
        row++;
    if (row == VERBS)
        return option_unknown("store", "verb", word, "stats check vacuum prune export import");
    *row_out = row;
    int status = store_option_read(option, argc - 1, argv + 1, &verbs[row].verb);
    if (status >= 0 || option->argument_count == verbs[row].file_count)
        return status;
    error_set(&err, ERROR_USAGE,
              verbs[row].file_count == 1 ? "'%s' takes one file" : "'%s' takes no file",
              verbs[row].verb.name);
    return store_option_fail(option, &err);
}

int verb_store(int argc, char **argv)
{
    struct store_option option;
    struct error err = {0};
    size_t row = 0;
    int status = read_options(&option, argc, argv, &row);
    if (status >= 0)
        return status;
    bool ok;
    if (row == EXPORT || row == IMPORT) {
        const char *file = option.argument[0];
        ok = row == EXPORT ? copy_store(option.store, file, &option.filter, &err)
                           : copy_store(file, option.store, &option.filter, &err);
        return ok ? EXIT_CLEAN : store_option_fail(&option, &err);
    }
    struct store *store = store_open_read(NULL, option.store, &err); /* care makes no new store */
    if (store != NULL && row != STATS) {
        talloc_free(store);
        store = store_open(NULL, option.store, &err);
    }
    if (store == NULL)
        return store_option_fail(&option, &err);
    ok = row == STATS    ? stats(store, &option, &err)
         : row == CHECK  ? check(store, &err)
         : row == VACUUM ? store_vacuum(store, &err)
                         : prune(store, &option, &err);
    talloc_free(store);
    return ok ? EXIT_CLEAN : store_option_fail(&option, &err);
}
