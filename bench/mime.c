/* SPDX-License-Identifier: Apache-2.0
 *
 * Parse, decode and read as UTF-8 every mail of a folder: ours, then GMime, in one process.
 *
 *     bench-mime FOLDER [ROUNDS [ours]]      (ours: without GMime, for a profiler)
 *
 * The mails are in memory first; what is counted is CPU time of this thread, the best of the rounds.
 * Both do the same work: split header and parts, decode every field's value, undo every leaf's transfer
 * encoding, turn every text leaf into UTF-8.  The sums printed behind the times show that. */
#include "artifact/node_text.h"
#include "base/charset.h"
#include "input/input.h"
#include "open/mime.h"
#include "open/opener.h"
#include "oracle/gmime_mail.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <talloc.h>
#include <time.h>

struct work {
    uint64_t mails, fields, leaves, decoded_bytes, text_bytes;
};

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void work_ours(struct bytes mail, struct arena *arena, struct work *sum)
{
    struct budget budget;
    budget_init(&budget);
    struct tree *tree = tree_new(arena, &budget, mail, BYTES_NONE);
    tree->root->kind = KIND_MAIL;
    sum->mails++;
    for (struct node *n = tree->root; n != NULL; n = node_walk(tree->root, n)) {
        if (n->kind == KIND_MAIL || n->kind == KIND_MULTIPART) {
            open_node(n);
            const struct mime_message *message = mime_message(n);
            for (uint32_t i = 0; message != NULL && i < message->header.count; i++) {
                header_text(&message->header, &message->header.field[i]);
                sum->fields++;
            }
        } else if (n->part != NULL) {
            sum->leaves++;
            sum->decoded_bytes += n->content.len;
            if (bytes_starts(n->type, BYTES("text/")))
                sum->text_bytes += node_text(n).len;
        }
    }
}

static void work_gmime(struct bytes mail, struct arena *arena, struct work *sum)
{
    (void)arena;
    struct gmime_counts counts = {0};
    gmime_mail_count(mail, &counts);
    sum->mails++;
    sum->fields += counts.fields;
    sum->leaves += counts.leaves;
    sum->decoded_bytes += counts.decoded_bytes;
    sum->text_bytes += counts.text_bytes;
}

static double run(const char *name, void (*work)(struct bytes, struct arena *, struct work *),
                  const struct bytes *mail, size_t count, uint64_t bytes, int rounds)
{
    struct arena *arena = arena_new(NULL);
    double best = 1e9;
    struct work sum = {0};
    for (int round = 0; round < rounds; round++) {
        sum = (struct work){0};
        double start = cpu_seconds();
        for (size_t i = 0; i < count; i++) {
            work(mail[i], arena, &sum);
            arena_reset(arena);
        }
        double seconds = cpu_seconds() - start;
        best = seconds < best ? seconds : best;
    }
    talloc_free(arena);
    printf("%-6s %8.3f s %9.0f mail/s %8.1f MB/s   %" PRIu64 " fields, %" PRIu64 " leaves, %.1f MB decoded, %.1f MB text\n",
           name, best, (double)count / best, (double)bytes / best / 1e6, sum.fields, sum.leaves,
           (double)sum.decoded_bytes / 1e6, (double)sum.text_bytes / 1e6);
    return best;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fputs("usage: bench-mime FOLDER [ROUNDS [ours]]\n", stderr);
        return 64;
    }
    struct error err;
    struct input_item item;
    void *parent = talloc_new(NULL);
    struct arena *arena = arena_new(parent);
    struct input *input = input_open(parent, argv[1], &err);
    if (input == NULL) {
        error_print(&err);
        return 2;
    }
    struct bytes *mail = NULL;
    size_t count = 0, capacity = 0;
    uint64_t bytes = 0;
    while (input_next(input, &item, &err) == INPUT_ITEM) {
        if (count == capacity) {
            capacity = capacity == 0 ? 1024 : capacity * 2;
            mail = realloc(mail, capacity * sizeof *mail);
            if (mail == NULL)
                abort();
        }
        mail[count++] = arena_copy(arena, item.content);
        bytes += item.content.len;
    }
    int rounds = argc > 2 ? atoi(argv[2]) : 3;
    printf("%zu mails, %.1f MB, best of %d rounds, CPU time of one thread\n", count, (double)bytes / 1e6, rounds);
    charset_preload();
    gmime_mail_start();
    double ours = run("ours", work_ours, mail, count, bytes, rounds);
    if (argc < 4) {
        double theirs = run("gmime", work_gmime, mail, count, bytes, rounds);
        printf("ratio  %.1f times GMime's speed\n", theirs / ours);
    }
    free(mail);
    talloc_free(parent);
    return 0;
}
