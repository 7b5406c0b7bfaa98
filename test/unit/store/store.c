/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include "store/bigram.h"
#include "tap.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <talloc.h>
#include <unistd.h>

#define KILLS 10u
#define FIRST_WORD_MS 60000

static char folder[64];

static char *store_path(void *parent, const char *name)
{
    return talloc_asprintf(parent, "%s/%s", folder, name);
}

static struct bytes sha_of(struct arena *arena, uint32_t n)
{
    return arena_printf(arena, "%064x", n);
}

/* A verdict that says something in every list. */
static struct verdict *sample(struct arena *arena, uint32_t n)
{
    static struct bytes technique[] = {{(const uint8_t *)"T1566.001", 9}};
    struct verdict *v = arena_new_of(arena, struct verdict);
    v->class = n % 4 == 0 ? VERDICT_CLEAN : VERDICT_MALICIOUS;
    v->sha256 = sha_of(arena, n);
    v->kind = BYTES("eml");
    v->date_us = (int64_t)1615766400000000 + (int64_t)n * 3600 * 1000000;
    v->subject = n % 2 ? BYTES("\xE8\xAB\x8B\xE6\xB1\x82\xE6\x9B\xB8\xE3\x81\xAE\xE4\xBB\xB6")
                       : arena_printf(arena, "Invoice %u overdue", n);
    v->sender = BYTES("billing@shop.example.test");
    v->category = v->class == VERDICT_CLEAN ? BYTES_NONE : BYTES("malware delivery");
    v->evidence_count = 1;
    v->evidence = arena_new_of(arena, struct evidence);
    *v->evidence = (struct evidence){
        .rule = BYTES("locked zip"),
        .kind = BYTES("attachment"),
        .sentence = {BYTES("The zip is locked and its password stands in the text."),
                     BYTES("\xE6\x9C\xAC\xE6\x96\x87\xE3\x81\xAB\xE8\xA7\xA3\xE5\x87\x8D")},
        .path = BYTES("0.2"),
        .offset = 7,
        .len = 9,
        .snippet = BYTES("password: 1234"),
        .technique = technique,
        .technique_count = 1,
        .weight = 2.5};
    v->attribution_count = 1;
    v->attribution = arena_new_of(arena, struct attribution);
    *v->attribution = (struct attribution){.name = BYTES("IcedID"),
                                           .kind = BYTES("family"),
                                           .named = true,
                                           .score = 3,
                                           .follows = {BYTES("Egregor")}};
    v->coverage.nodes = 3;
    return v;
}

struct seen {
    uint32_t count;
    bool same;
};

static bool count_item(void *own, const struct store_item *item)
{
    struct seen *seen = own;
    const struct verdict *v = item->verdict;
    seen->count++;
    seen->same = v->evidence_count == 1 && v->attribution_count == 1 && v->coverage.nodes == 3 &&
                 bytes_equal(v->evidence->rule, BYTES("locked zip")) && v->evidence->offset == 7 &&
                 v->evidence->technique_count == 1 &&
                 bytes_equal(v->evidence->technique[0], BYTES("T1566.001")) &&
                 bytes_equal(v->evidence->snippet, BYTES("password: 1234")) &&
                 v->evidence->weight > 2.4 && bytes_equal(v->attribution->name, BYTES("IcedID")) &&
                 v->attribution->named &&
                 bytes_equal(v->attribution->follows[0], BYTES("Egregor")) && v->sha256.len == 64;
    return true;
}

static uint32_t found(struct store *store, struct store_filter filter)
{
    struct seen seen = {0};
    struct error err;
    return store_each(store, &filter, count_item, &seen, &err) ? seen.count : UINT32_MAX;
}

static bool sum_cell(void *own, const struct store_cell *cell)
{
    *(uint64_t *)own += cell->count;
    return true;
}

static void test_round_trip(void *parent, struct arena *arena)
{
    struct error err;
    struct store *store = store_open(parent, store_path(parent, "a.db"), &err);
    tap_ok(store != NULL, "a store is made");
    for (uint32_t i = 0; i < 100; i++)
        store_add(store, sample(arena, i), i == 3 ? BYTES("raw bytes") : BYTES_NONE, &err);
    tap_ok(store_add(store, sample(arena, 5), BYTES_NONE, &err), "adding again is no error");
    struct store_stats stats;
    store_stats(store, &stats, &err);
    tap_int((int64_t)stats.artifacts, 100, "and adds nothing");
    struct seen seen = {0};
    struct bytes one = sha_of(arena, 9);
    store_each(store, &(struct store_filter){.sha256 = one}, count_item, &seen, &err);
    tap_ok(seen.count == 1 && seen.same, "one comes back whole, by its hash");
    tap_int(found(store, (struct store_filter){.classes = 1u << VERDICT_CLEAN}), 25, "by class");
    tap_int(found(store, (struct store_filter){.since_us = 1615766400000000 +
                                                           (int64_t)90 * 3600 * 1000000}),
            10, "by date");
    tap_int(
        found(store, (struct store_filter){.dimension = DIMENSION_FAMILY, .name = BYTES("IcedID")}),
        75, "by label, threats only");
    tap_int(found(store, (struct store_filter){.words = BYTES("\xE8\xAB\x8B\xE6\xB1\x82")}), 50,
            "by a word of two Japanese characters");
    tap_int(found(store, (struct store_filter){.words = BYTES("\xE4\xBB\xB6")}), 50,
            "by one character, the last");
    tap_int(found(store, (struct store_filter){.words = BYTES("\xE6\xB1\x82\xE8\xAB\x8B")}), 0,
            "not by the same two turned round");
    tap_int(found(store, (struct store_filter){.words = BYTES("\xE8\xA7\xA3\xE5\x87\x8D")}), 100,
            "by a word of the evidence");
    tap_int(found(store, (struct store_filter){.words = BYTES("INVOICE overd")}), 50,
            "by words, folded, begun");
    tap_int(found(store, (struct store_filter){.words = BYTES("\" OR * ( NEAR")}), 0,
            "syntax is no syntax");
    uint64_t sum = 0;
    store_counts(store, DIMENSION_FAMILY, 86400, 0, 0, sum_cell, &sum, &err);
    tap_int((int64_t)sum, 75, "counts by day add up");
    sum = 0;
    store_cross(store, DIMENSION_TECHNIQUE, DIMENSION_FAMILY, BYTES("IcedID"), 0, 0, sum_cell, &sum,
                &err);
    tap_int((int64_t)sum, 75, "and so does what comes together");
    struct bytes raw;
    store_raw(store, arena, sha_of(arena, 3), &raw, &err);
    tap_string(raw, "raw bytes", "raw bytes where they were handed over");
    store_raw(store, arena, sha_of(arena, 4), &raw, &err);
    tap_ok(raw.at == NULL, "and nowhere else");
    tap_ok(store_close(store, &err), "closed");
}

static void test_care(void *parent, struct arena *arena)
{
    struct error err;
    char *path = store_path(parent, "b.db");
    struct store *store = store_open(parent, path, &err);
    for (uint32_t i = 0; i < 2000; i++)
        store_add_seen(store, sample(arena, i), (int64_t)1700000000000000 + i, BYTES_NONE, &err);
    uint64_t forgotten = 0;
    tap_ok(store_prune(store, 1700000000000500, 0, &forgotten, &err), "retention by age");
    tap_int((int64_t)forgotten, 500, "forgets what is older");
    struct store_stats stats;
    store_stats(store, &stats, &err);
    uint64_t half = stats.bytes / 2;
    tap_ok(store_prune(store, 0, half, &forgotten, &err), "retention by size");
    store_stats(store, &stats, &err);
    tap_ok(stats.bytes <= half && stats.artifacts > 0 && stats.artifacts + forgotten == 1500,
           "keeps the newest that fit");
    struct text findings;
    text_init(&findings, arena, 0);
    tap_ok(store_check(store, &findings, &err), "the check runs");
    tap_bytes(text_bytes(&findings),
              text_bytes(&findings).len == 0 ? text_bytes(&findings) : BYTES(""),
              "and finds nothing wrong");
    tap_int(found(store, (struct store_filter){.words = BYTES("Invoice")}),
            found(store, (struct store_filter){0}) / 2, "words of what is forgotten are gone");
    tap_ok(store_vacuum(store, &err), "vacuum");
    store_close(store, &err);
    store = store_open_read(parent, path, &err);
    tap_ok(store != NULL && !store_add(store, sample(arena, 99999), BYTES_NONE, &err),
           "a store open for reading is not written");
    talloc_free(store);
    tap_ok(store_open_read(parent, store_path(parent, "none.db"), &err) == NULL,
           "no file is no store");
}

/* A child adds and tells each flushed number through a pipe, until it is killed in the middle:
 * WAIT_US after its start, or after its first word, however busy the machine is. */
static uint32_t killed_writer(void *parent, const char *path, uint32_t from, uint32_t wait_us,
                              bool after_word)
{
    int pipes[2];
    if (pipe(pipes) != 0)
        return 0;
    pid_t child = fork();
    if (child == 0) {
        struct error err;
        struct arena *arena = arena_new(parent);
        struct store *store = store_open(parent, path, &err);
        for (uint32_t n = from; store != NULL && n < from + 1000; n++) {
            if (!store_add(store, sample(arena, n), BYTES_NONE, &err))
                break;
            if (n % 7 == 0 && store_flush(store, &err)) {
                uint32_t told = n + 1;
                if (write(pipes[1], &told, sizeof told) != sizeof told)
                    break;
            }
            arena_reset(arena);
        }
        _exit(0);
    }
    close(pipes[1]);
    if (after_word)
        poll(&(struct pollfd){.fd = pipes[0], .events = POLLIN}, 1, FIRST_WORD_MS);
    usleep(wait_us);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    uint32_t last = from;
    while (read(pipes[0], &last, sizeof last) == sizeof last)
        ;
    close(pipes[0]);
    return last;
}

static void test_kill(void *parent, struct arena *arena)
{
    struct error err;
    char *path = store_path(parent, "kill.db");
    uint32_t lost = 0, broken = 0, promised = 0;
    for (uint32_t round = 0; round < KILLS; round++) {
        uint32_t from = round * 1000;
        uint32_t last = killed_writer(parent, path, from, 5000 + round * 9000, round % 2 == 1);
        struct store *store = store_open(parent, path, &err);
        struct text findings;
        text_init(&findings, arena, 0);
        if (store == NULL || !store_check(store, &findings, &err) || findings.len > 0)
            broken++;
        for (uint32_t n = from; n < last; n++)
            lost += found(store, (struct store_filter){.sha256 = sha_of(arena, n)}) != 1;
        promised += last - from;
        store_close(store, &err);
        arena_reset(arena);
    }
    tap_ok(promised >= KILLS / 2, "%u writes were told to be safe before the kill", promised);
    tap_int(broken, 0, "no store was broken by kill -9");
    tap_int(lost, 0, "nothing told to be safe was lost");
}

static void test_two_writers(void *parent, struct arena *arena)
{
    char *path = store_path(parent, "two.db");
    struct error err;
    store_close(store_open(parent, path, &err), &err);
    pid_t child[3];
    for (uint32_t c = 0; c < 3; c++) {
        child[c] = fork();
        if (child[c] != 0)
            continue;
        struct store *store = store_open(parent, path, &err);
        bool ok = store != NULL;
        for (uint32_t n = 0; ok && n < 600; n++) /* a third is added by all of them */
            ok = store_add(store, sample(arena, n < 200 ? n : c * 1000 + n), BYTES_NONE, &err);
        _exit(ok && store_close(store, &err) ? 0 : 1);
    }
    int bad = 0;
    for (uint32_t c = 0; c < 3; c++) {
        int status = 1;
        waitpid(child[c], &status, 0);
        bad += status != 0;
    }
    struct store *store = store_open_read(parent, path, &err);
    tap_int(bad, 0, "three writers wait for each other");
    tap_int(found(store, (struct store_filter){0}), 200 + 3 * 400, "and store everything once");
    talloc_free(store);
}

int main(void)
{
    snprintf(folder, sizeof folder, "%s/noroshi-store-XXXXXX",
             getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
    void *parent = talloc_new(NULL);
    struct arena *arena = arena_new(parent);
    if (mkdtemp(folder) == NULL)
        return 1;
    test_round_trip(parent, arena);
    test_care(parent, arena);
    test_kill(parent, arena);
    test_two_writers(parent, arena);
    talloc_free(parent);
    char *remove = talloc_asprintf(NULL, "rm -r '%s'", folder);
    int status = system(remove);
    talloc_free(remove);
    return tap_end() != 0 || status != 0;
}
