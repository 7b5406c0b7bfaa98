/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads shell scripts below the directories named, prints the behaviours seen, the speed, and as a
 * yardstick the speed of libyara on the same bytes with a hundred rules of three words each.
 *
 *     build/bench-script [-v] DIRECTORY...
 *
 * -v: one line per script with behaviours. */
#include "shell/shell.h"

#include <yara.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static struct {
    uint64_t files, bytes, odd, limits, seen;
    uint64_t behaviour[BEHAVIOUR_COUNT];
    double seconds, yara_seconds;
    bool verbose;
} total;

static YR_RULES *yardstick;

static int match_ignore(YR_SCAN_CONTEXT *context, int message, void *data, void *own)
{
    (void)context, (void)message, (void)data, (void)own;
    return CALLBACK_CONTINUE;
}

/* A hundred rules of three words each, two of which must be there: the words of the engine's own table. */
static void yardstick_make(void)
{
    static const char *const words[] = {
#define WORD(word, behaviour, mode) word,
#include "shell/word.def"
#undef WORD
    };
    static const size_t count = sizeof words / sizeof words[0];
    YR_COMPILER *compiler = NULL;
    yr_initialize();
    yr_compiler_create(&compiler);
    for (size_t i = 0; i < 100; i++) {
        char rule[1024], *at = rule;
        at += sprintf(at, "rule r%zu { strings: ", i);
        for (size_t k = 0; k < 3; k++) {
            at += sprintf(at, "$%c = \"", (char)('a' + k));
            for (const char *c = words[(i + k * 17) % count]; *c != 0; c++)
                at += sprintf(at, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
            at += sprintf(at, "\" nocase ");
        }
        sprintf(at, "condition: 2 of them }");
        if (yr_compiler_add_string(compiler, rule, NULL) != 0)
            exit(1);
    }
    yr_compiler_get_rules(compiler, &yardstick);
    yr_compiler_destroy(compiler);
}

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void show(const char *path, const struct shell_report *report)
{
    printf("%s\t", path);
    for (int b = 0; b < BEHAVIOUR_COUNT; b++)
        if (report_count(report, (enum behaviour)b) > 0) {
            const struct shell_place *place = &report->behaviour[ROLE_USED][b].place[0];
            printf(" %s@%u[%.*s]", behaviour_rows[b].id, place->line, BYTES_FMT(bytes_sub(place->detail, 0, 60)));
        }
    putchar('\n');
}

static void read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return;
    static uint8_t content[8 << 20];
    size_t len = fread(content, 1, sizeof content, file);
    fclose(file);
    static struct arena *arena;
    struct budget budget;
    if (arena == NULL)
        arena = arena_new(NULL);
    arena_reset(arena);
    budget_init(&budget);
    double start = cpu_seconds();
    struct shell_options options = {.name = bytes_of_string(path)};
    struct shell_report *report = shell_analyze(arena, &budget, bytes_of(content, len), &options);
    total.seconds += cpu_seconds() - start;
    start = cpu_seconds();
    yr_rules_scan_mem(yardstick, content, len, 0, match_ignore, NULL, 60);
    total.yara_seconds += cpu_seconds() - start;
    total.files++, total.bytes += len, total.seen += report->tactics != 0;
    total.odd += report->odd_count > 0, total.limits += report->limits != 0;
    for (int b = 0; b < BEHAVIOUR_COUNT; b++)
        total.behaviour[b] += report_count(report, (enum behaviour)b) > 0;
    if (total.verbose && report->tactics != 0)
        show(path, report);
    if (total.verbose && report->limits != 0)
        printf("limit %x\t%s\n", report->limits, path);
}

static void read_tree(const char *path, int depth)
{
    struct stat st;
    if (lstat(path, &st) != 0 || depth > 16)
        return;
    if (S_ISREG(st.st_mode)) {
        read_file(path);
        return;
    }
    DIR *dir = S_ISDIR(st.st_mode) ? opendir(path) : NULL;
    if (dir == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char below[4096];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        read_tree(below, depth + 1);
    }
    closedir(dir);
}

int main(int argc, char **argv)
{
    yardstick_make();
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "-v") == 0)
            total.verbose = true;
        else
            read_tree(argv[i], 0);
    printf("scripts %llu, %.1f MB, %.2f s CPU, %.1f MB/s\n", (unsigned long long)total.files, (double)total.bytes / 1e6,
           total.seconds, (double)total.bytes / 1e6 / (total.seconds > 0 ? total.seconds : 1));
    printf("libyara, 100 rules: %.1f MB/s\n",
           (double)total.bytes / 1e6 / (total.yara_seconds > 0 ? total.yara_seconds : 1));
    printf("behaviours seen in %llu\n", (unsigned long long)total.seen);
    printf("broken syntax stepped over in %llu, limits passed in %llu\n", (unsigned long long)total.odd, (unsigned long long)total.limits);
    for (int b = 0; b < BEHAVIOUR_COUNT; b++)
        if (total.behaviour[b] > 0)
            printf("  %-4s %-24s %llu\n", behaviour_rows[b].id, behaviour_rows[b].name, (unsigned long long)total.behaviour[b]);
    return 0;
}
