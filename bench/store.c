/* SPDX-License-Identifier: Apache-2.0
 *
 * What the store costs: store [COUNT [FILE]] writes COUNT (a million) invented artifacts and prints
 * insert rate, bytes each, and the time of an indexed hunt, an unindexed one, searches and counts.
 */
#include "base/civil.h"
#include "store/hunt.h"
#include "support/synthetic.h"

#include <stdlib.h>
#include <talloc.h>
#include <time.h>
#include <unistd.h>

static double cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool hit(void *own, const struct store_item *item, const struct rule_hit *rule)
{
    (void)item, (void)rule;
    ++*(uint64_t *)own;
    return true;
}

static bool item(void *own, const struct store_item *found)
{
    (void)found;
    ++*(uint64_t *)own;
    return true;
}

static bool cell(void *own, const struct store_cell *found)
{
    *(uint64_t *)own += found->count;
    return true;
}

static bool hunt(struct store *store, const char *expression, struct error *err)
{
    struct hunt_result result;
    struct store_filter filter = {.facts_only = true};
    uint64_t hits = 0;
    struct rule_set *set = hunt_rule(NULL, expression, err);
    double began = cpu_s();
    bool ok = set != NULL && hunt_run(store, set, &filter, hit, &hits, &result, err);
    double took = cpu_s() - began;
    if (ok)
        printf("hunt%-12s %8.1f ms  %9llu looked at, %8llu hits, %9.0f a second  %s\n",
               result.indexed ? " (indexed)" : "", took * 1e3, (unsigned long long)result.looked_at,
               (unsigned long long)hits, (double)result.looked_at / took, expression);
    talloc_free(set);
    return ok;
}

static bool search(struct store *store, const char *words, struct error *err)
{
    struct store_filter filter = {.words = bytes_of_string(words), .limit = 50};
    uint64_t hits = 0;
    double began = cpu_s();
    bool ok = store_each(store, &filter, item, &hits, err);
    if (ok)
        printf("search           %8.1f ms  %llu shown  %s\n", (cpu_s() - began) * 1e3,
               (unsigned long long)hits, words);
    return ok;
}

static bool fill(struct store *store, uint32_t total, struct error *err)
{
    struct arena *arena = arena_new(NULL);
    struct synthetic what = {.total = total, .from_day = civil_days(2021, 1, 1), .days = 90};
    double making = 0, began = cpu_s();
    bool ok = true;
    for (uint32_t n = 0; ok && n < total; n++) {
        arena_reset(arena);
        double before = cpu_s();
        struct verdict *v = synthetic_verdict(arena, &what, n);
        making += cpu_s() - before;
        ok = store_add(store, v, BYTES_NONE, err);
    }
    ok = ok && store_flush(store, err);
    double took = cpu_s() - began - making;
    struct store_stats stats;
    if (ok && store_stats(store, &stats, err))
        printf("insert           %8.1f s   %u artifacts, %.0f a second, %.0f bytes each\n", took,
               total, total / took, (double)stats.bytes / (double)stats.artifacts);
    talloc_free(arena);
    return ok;
}

int main(int argc, char **argv)
{
    struct error err = {0};
    uint32_t total = argc > 1 ? (uint32_t)atoi(argv[1]) : 1000000;
    const char *path = argc > 2 ? argv[2] : "bench-store.db";
    struct store *store = store_open(NULL, path, &err);
    struct store_stats stats = {0};
    uint64_t sum = 0;
    bool ok =
        store != NULL && store_stats(store, &stats, &err) &&
        (stats.artifacts >= total || fill(store, total, &err)) &&
        hunt(store,
             "any(body.links, .href_url.domain.root_domain == \"voice-portal.test\" and "
             ".href_url.path == \"/a/1\")",
             &err) &&
        hunt(store,
             "sender.email.domain.root_domain == \"mailer3.test\" and subject.is_reply and "
             "any(attachments, .file_type == \"xls\")",
             &err) &&
        hunt(store,
             "any(attachments, .sha256 == "
             "\"000000000000000000000000000000000000000000000000000000000000100f\") and "
             "subject.subject == \"x\"",
             &err) &&
        hunt(store, "strings.icontains(subject.subject, \"voicemail\")", &err) &&
        hunt(store,
             "any(body.links, .mismatched and strings.ends_with(.href_url.domain.domain, "
             "\"bank-secure.test\"))",
             &err) &&
        hunt(store, "sender.email.local_part == \"notice3\" and length(attachments) == 1", &err) &&
        search(store, "請求", &err) && search(store, "voicemail portal", &err) &&
        search(store, "シリアル値", &err) && search(store, "nothing-like-it", &err);
    double began = cpu_s();
    ok = ok && store_counts(store, DIMENSION_CATEGORY, 86400, 0, 0, cell, &sum, &err);
    if (ok)
        printf("counts by day    %8.1f ms  %llu in categories\n", (cpu_s() - began) * 1e3,
               (unsigned long long)sum);
    else
        error_print(&err);
    store_close(store, &err);
    if (ok && argc <= 2) {
        unlink(path);
    }
    return ok ? 0 : 1;
}
