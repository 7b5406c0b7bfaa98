/* SPDX-License-Identifier: Apache-2.0
 *
 * Each bomb is opened in a process of its own, whose memory and CPU time are then asked for. */
#include "fixture/fixture.h"

#include <sys/resource.h>
#include <sys/wait.h>

#define MEMORY_MAX_KB (256 * 1024)

/* The sanitisers' shadow memory is not ours to count. */
#if defined(__SANITIZE_ADDRESS__)
#define MEMORY_COUNTS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MEMORY_COUNTS 0
#endif
#endif
#ifndef MEMORY_COUNTS
#define MEMORY_COUNTS 1
#endif
#define SECONDS_MAX (MEMORY_COUNTS ? 10 : 40) /* and their instructions cost time */

/* Open DIR/NAME with the default budget; 0 where "blocks" is not asked for or holds. */
static int open_bomb(const char *dir, const char *name)
{
    char path[4096];
    void *parent = talloc_new(NULL);
    struct arena *arena = arena_new(parent);
    struct budget budget;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    struct bytes content = tap_read(path);
    snprintf(path, sizeof path, "%s/%s.expect", dir, name);
    struct bytes expect = tap_read(path);
    budget_init(&budget);
    struct tree *tree = tree_new(arena, &budget, content, bytes_of_string(name));
    open_tree(tree->root);
    return bytes_starts(expect, BYTES("blocks")) && !fixture_blocks(tree);
}

static void check(const char *dir, const char *name)
{
    struct rusage used;
    int status = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        _exit(open_bomb(dir, name));
    if (child < 0 || wait4(child, &status, 0, &used) != child) {
        tap_ok(false, "%s: no process", name);
        return;
    }
    double seconds = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                     (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    bool small = !MEMORY_COUNTS || used.ru_maxrss <= MEMORY_MAX_KB;
    tap_ok(WIFEXITED(status) && WEXITSTATUS(status) == 0 && seconds <= SECONDS_MAX && small,
           "%s: %.2f s, %ld MB, status %x", name, seconds, used.ru_maxrss / 1024, (unsigned)status);
}

int main(void)
{
    fixture_run("test/fixture/bombs.py", check);
    return tap_end();
}
