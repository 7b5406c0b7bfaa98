/* SPDX-License-Identifier: Apache-2.0
 *
 * CPU time of the openers: bench-open FILE..., one row a kind: files, MB/s over all of them, median and
 * 99th percentile of one file's time.  Every file is opened with everything below it, five times; the
 * fastest counts. */
#include "open/opener.h"
#include "open/picture_memo.h"
#include "tap.h"

#include <talloc.h>
#include <time.h>

#define ROUNDS 5
#define FILES_MAX 20000

struct row {
    double seconds[FILES_MAX];
    size_t count, bytes;
};

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double open_once(struct bytes content, const char *name, enum kind *kind_out)
{
    struct arena *arena = arena_new(NULL);
    struct budget budget;
    picture_memo_clear();
    double start = cpu_seconds();
    budget_init(&budget);
    struct tree *tree = tree_new(arena, &budget, content, bytes_of_string(name));
    open_tree(tree->root);
    double seconds = cpu_seconds() - start;
    *kind_out = tree->root->kind;
    talloc_free(arena);
    return seconds;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
    static struct row *rows[KIND_COUNT];
    for (int i = 1; i < argc; i++) {
        struct bytes content = tap_read(argv[i]);
        enum kind kind = KIND_UNKNOWN;
        double best = open_once(content, argv[i], &kind);
        for (int round = 1; round < ROUNDS; round++) {
            double seconds = open_once(content, argv[i], &kind);
            best = seconds < best ? seconds : best;
        }
        if (rows[kind] == NULL)
            rows[kind] = calloc(1, sizeof *rows[kind]);
        if (rows[kind] != NULL && rows[kind]->count < FILES_MAX) {
            rows[kind]->seconds[rows[kind]->count++] = best;
            rows[kind]->bytes += content.len;
        }
        free((void *)(uintptr_t)content.at);
    }
    printf("%-10s %6s %10s %10s %12s %12s\n", "kind", "files", "MB", "MB/s", "median ms", "p99 ms");
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        struct row *row = rows[kind];
        if (row == NULL)
            continue;
        double total = 0;
        for (size_t i = 0; i < row->count; i++)
            total += row->seconds[i];
        qsort(row->seconds, row->count, sizeof row->seconds[0], by_value);
        printf("%-10s %6zu %10.2f %10.1f %12.3f %12.3f\n", kind_rows[kind].name, row->count,
               (double)row->bytes / 1e6, (double)row->bytes / 1e6 / total, row->seconds[row->count / 2] * 1e3,
               row->seconds[row->count * 99 / 100] * 1e3);
        free(row);
    }
    return 0;
}
