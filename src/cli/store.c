/* SPDX-License-Identifier: Apache-2.0 */
#include "base/civil.h"
#include "cli/store_option.h"
#include "cli/verb.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <talloc.h>

static const char help[] =
    "usage: noroshi store stats|check|vacuum|prune|export FILE|import FILE [OPTION]...\n\n"
    "  stats          how much is remembered, from when, in how many bytes\n"
    "  check          pages, indexes, words: prints what is wrong, exit status 2\n"
    "  vacuum         make the file small and the indexes tidy\n"
    "  prune          forget: --age DAYS since first seen, --size BYTES of the file (K, M, G)\n"
    "  export FILE    copy into another store, what --since --until --verdict choose\n"
    "  import FILE    add what another store holds; what is known stays as it "
    "is\n\n" STORE_OPTION_HELP;

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

static bool copy_store(const char *from_path, const char *to_path,
                       const struct store_filter *filter, struct error *err)
{
    void *parent = talloc_new(NULL);
    struct copy copy = {.err = err, .arena = arena_new(parent)};
    copy.from = store_open_read(parent, from_path, err);
    copy.to = copy.from == NULL ? NULL : store_open(parent, to_path, err);
    bool ok = copy.to != NULL && store_each(copy.from, filter, copy_item, &copy, err) &&
              !copy.failed && store_close(copy.to, err);
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
    struct arena *arena = arena_new(NULL);
    const char *first = s.artifacts ? (const char *)civil_iso(arena, s.first_us).at : "",
               *last = s.artifacts ? (const char *)civil_iso(arena, s.last_us).at : "";
    double each = s.artifacts ? (double)s.bytes / (double)s.artifacts : 0;
    if (option->json)
        printf("{\"artifacts\":%" PRIu64 ",\"labels\":%" PRIu64 ",\"terms\":%" PRIu64
               ",\"bytes\":%" PRIu64 ",\"schema\":%u,\"first\":\"%s\",\"last\":\"%s\"}\n",
               s.artifacts, s.labels, s.terms, s.bytes, s.schema, first, last);
    else
        printf("artifacts %" PRIu64 " (%s to %s)\nlabels    %" PRIu64 " of %" PRIu64
               " terms\nbytes     %" PRIu64 " (%.0f each)\nschema    %u\n",
               s.artifacts, first, last, s.labels, s.terms, s.bytes, each, s.schema);
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
        return error_set(err, ERROR_USAGE, "prune by --age DAYS or --size BYTES");
    int64_t before =
        option->age_days < 0 ? 0 : store_now_us() - option->age_days * 86400 * 1000000;
    bool ok = store_prune(store, before, option->most_bytes, &forgotten, err);
    if (ok)
        printf("%" PRIu64 " artifacts forgotten\n", forgotten);
    return ok;
}

int verb_store(int argc, char **argv)
{
    struct store_option option;
    struct error err = {0};
    int status = store_option_read(&option, argc, argv, help);
    if (status >= 0)
        return status;
    const char *what = option.argument_count > 0 ? option.argument[0] : "";
    bool copies = strcmp(what, "export") == 0 || strcmp(what, "import") == 0;
    if (option.argument_count != (copies ? 2 : 1)) {
        error_set(&err, ERROR_USAGE, "one of: stats check vacuum prune export import");
        return store_option_fail(&err);
    }
    bool ok;
    if (copies) {
        const char *file = option.argument[1];
        ok = strcmp(what, "export") == 0 ? copy_store(option.store, file, &option.filter, &err)
                                         : copy_store(file, option.store, &option.filter, &err);
        return ok ? EXIT_CLEAN : store_option_fail(&err);
    }
    bool reads = strcmp(what, "stats") == 0;
    struct store *store = store_open_read(NULL, option.store, &err); /* care makes no new store */
    if (store != NULL && !reads) {
        talloc_free(store);
        store = store_open(NULL, option.store, &err);
    }
    if (store == NULL)
        return store_option_fail(&err);
    ok = reads                         ? stats(store, &option, &err)
         : strcmp(what, "check") == 0  ? check(store, &err)
         : strcmp(what, "vacuum") == 0 ? store_vacuum(store, &err)
         : strcmp(what, "prune") == 0  ? prune(store, &option, &err)
                                       : error_set(&err, ERROR_USAGE, "no 'store %s'", what);
    talloc_free(store);
    return ok ? EXIT_CLEAN : store_option_fail(&err);
}
