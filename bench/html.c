/* SPDX-License-Identifier: Apache-2.0
 *
 * CPU time of the HTML reader over a folder of pages: bench-html FOLDER.  Files that are mails
 * count with what stands after their first blank line; best take a folder of decoded HTML parts.
 * Prints MB/s for one memchr pass (what the memory gives), tokens only, the whole reading, the
 * reading with the thread split, and the tree. */
#include "observe/thread.h"
#include "open/html_tree.h"
#include "tap.h"

#include <dirent.h>
#include <talloc.h>
#include <time.h>

#define ROUNDS 5

struct pages {
    struct bytes *page;
    size_t count, room, bytes;
};

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void read_folder(struct pages *pages, const char *folder)
{
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        printf("cannot read %s\n", folder);
        exit(2);
    }
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (pages->count == pages->room) {
            pages->room = pages->room == 0 ? 1024 : pages->room * 2;
            pages->page = realloc(pages->page, pages->room * sizeof *pages->page);
        }
        struct bytes page = tap_read(path);
        pages->page[pages->count++] = page;
        pages->bytes += page.len;
    }
    closedir(dir);
}

static size_t run_memory(struct arena *arena, struct bytes page)
{
    (void)arena;
    size_t found = 0;
    for (size_t at = 0; (at = bytes_find_byte(page, '<', at)) != BYTES_NPOS; at++)
        found++;
    return found;
}

static size_t run_tokens(struct arena *arena, struct bytes page)
{
    struct html_tokenizer tokenizer;
    struct html_token token;
    size_t count = 0;
    html_tokenizer_init(&tokenizer, arena, page, 128);
    while (html_token_next(&tokenizer, &token))
        count++;
    return count;
}

static size_t run_read(struct arena *arena, struct bytes page)
{
    return html_read(arena, NULL, page, false)->display_text.len;
}

static size_t run_thread(struct arena *arena, struct bytes page)
{
    const struct html_doc *doc = html_read(arena, NULL, page, false);
    return thread_split(arena, doc->display_text, doc)->text.len;
}

static size_t run_tree(struct arena *arena, struct bytes page)
{
    return html_tree_of(html_read(arena, NULL, page, false))->count;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        size_t (*run)(struct arena *arena, struct bytes page);
    } rows[] = {{"memchr", run_memory},
                {"tokens", run_tokens},
                {"reading", run_read},
                {"reading + threads", run_thread},
                {"reading + tree", run_tree}};
    struct pages pages = {0};
    if (argc != 2) {
        printf("usage: bench-html FOLDER\n");
        return 64;
    }
    read_folder(&pages, argv[1]);
    printf("%zu pages, %.1f MB, best of %d rounds, CPU time\n", pages.count,
           (double)pages.bytes / 1e6, ROUNDS);
    struct arena *arena = arena_new(NULL);
    double first = 0;
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        double best = 1e9;
        size_t sum = 0;
        for (int round = 0; round < ROUNDS; round++) {
            double start = cpu_seconds();
            for (size_t i = 0; i < pages.count; i++) {
                sum += rows[r].run(arena, pages.page[i]);
                arena_reset(arena);
            }
            double taken = cpu_seconds() - start;
            best = taken < best ? taken : best;
        }
        first = r == 0 ? best : first;
        printf("%-18s %8.1f MB/s  %8.0f pages/s  %5.1f x memchr  (%zu)\n", rows[r].name,
               (double)pages.bytes / best / 1e6, (double)pages.count / best, best / first, sum);
    }
    talloc_free(arena);
    return 0;
}
