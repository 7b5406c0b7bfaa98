/* SPDX-License-Identifier: Apache-2.0
 * `noroshi rule format PATH...`: rules laid out for reading, in place; --check only tells. */
#include "cli/rule.h"

#include "base/file.h"
#include "cli/problem.h"
#include "cli/verb.h"
#include "rule/file.h"
#include "rule/format.h"

#include <stdio.h>
#include <talloc.h>

#define FILE_MAX_BYTES ((size_t)16 * 1024 * 1024)

/* Whether FILE is not laid out as it should be; it is then, unless only CHECK is wanted. */
static bool format_one(struct arena *arena, const struct rule_file *file, bool check, bool *ok)
{
    const char *name = (const char *)file->name.at;
    struct bytes before, after = BYTES_NONE;
    struct error err = {0};
    if (file_load(arena, name, FILE_MAX_BYTES, &before, &err))
        after = rule_format(arena, before, name, &err);
    bool differs = after.at != NULL && !bytes_equal(before, after);
    if (after.at == NULL || (differs && !check && !file_save(name, after, &err))) {
        problem_print(&err);
        *ok = false;
    }
    return differs;
}

int rule_format_verb(const struct rule_command *command)
{
    struct rule_files files = {0};
    struct error err = {0};
    void *all = talloc_new(NULL);
    struct arena *names = arena_new(all), *arena = arena_new(all);
    uint32_t changed = 0;
    bool ok = true;
    for (uint32_t i = 0; i < command->path_count; i++)
        if (!rule_files_find(all, names, &files, command->path[i], &err)) {
            error_print(&err);
            talloc_free(all);
            return EXIT_ERROR;
        }
    for (uint32_t i = 0; i < files.count; i++, arena_reset(arena)) {
        bool differs = format_one(arena, &files.file[i], command->check, &ok);
        changed += differs;
        if (differs && !command->quiet)
            printf("%s\n", (const char *)files.file[i].name.at);
    }
    printf("%u files, %u %s\n", files.count, changed,
           command->check ? "to be laid out anew" : "laid out anew");
    talloc_free(all);
    if (!ok)
        return EXIT_ERROR;
    return command->check && changed > 0 ? EXIT_FOUND : EXIT_CLEAN;
}
