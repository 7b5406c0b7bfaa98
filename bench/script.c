/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads shell scripts below the directories named, prints what they were judged and the speed.
 *
 *     build/bench-script [-v] DIRECTORY...
 *
 * -v: one line per script that is not clean, with its behaviours. */
#include "shell/shell.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static struct {
    uint64_t files, bytes, odd, limits;
    uint64_t class[4];
    uint64_t behaviour[BEHAVIOUR_COUNT];
    double seconds;
    bool verbose;
} total;

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void show(const char *path, const struct shell_report *report)
{
    printf("%s\t%s\t", shell_class_names[report->class], path);
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
    total.files++, total.bytes += len, total.class[report->class]++;
    total.odd += report->odd_count > 0, total.limits += report->limits != 0;
    for (int b = 0; b < BEHAVIOUR_COUNT; b++)
        total.behaviour[b] += report_count(report, (enum behaviour)b) > 0;
    if (total.verbose && report->class != SHELL_CLEAN)
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
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "-v") == 0)
            total.verbose = true;
        else
            read_tree(argv[i], 0);
    printf("scripts %llu, %.1f MB, %.2f s CPU, %.1f MB/s\n", (unsigned long long)total.files, (double)total.bytes / 1e6,
           total.seconds, (double)total.bytes / 1e6 / (total.seconds > 0 ? total.seconds : 1));
    for (int c = 3; c >= 0; c--)
        printf("%-10s %6llu  %.3f %%\n", shell_class_names[c], (unsigned long long)total.class[c],
               100.0 * (double)total.class[c] / (double)(total.files > 0 ? total.files : 1));
    printf("broken syntax stepped over in %llu, limits passed in %llu\n", (unsigned long long)total.odd, (unsigned long long)total.limits);
    for (int b = 0; b < BEHAVIOUR_COUNT; b++)
        if (total.behaviour[b] > 0)
            printf("  %-4s %-24s %llu\n", behaviour_rows[b].id, behaviour_rows[b].name, (unsigned long long)total.behaviour[b]);
    return 0;
}
