/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/rule.h"

#include "cli/problem.h"
#include "cli/verb.h"

#include <stdio.h>
#include <talloc.h>

int rule_check(const struct rule_command *command)
{
    struct rule_options load = {.path = command->path,
                                .path_count = command->path_count,
                                .list_path = command->list_path,
                                .list_path_count = command->list_path_count,
                                .strict = command->strict,
                                .check_only = true};
    struct error err = {0};
    struct rule_set *set = rule_set_load(NULL, &load, &err);
    if (set == NULL) {
        error_print(&err);
        return EXIT_ERROR;
    }
    uint32_t retired = 0, refused = 0;
    for (uint32_t i = 0; i < rule_set_problem_count(set); i++) {
        const struct rule_problem *problem = rule_set_problem(set, i);
        retired += problem->retired;
        refused += !problem->retired;
        const struct error *e = &problem->err;
        if (command->json)
            rule_line_note(problem->retired ? "retired" : "error", e->file, e->line, e->column,
                           bytes_of_string(e->message), bytes_of_string(e->hint));
        else if (!command->quiet)
            problem_print(e);
    }
    uint32_t accepted = rule_set_count(set);
    if (!command->json)
        printf("%u rules read, %u accepted, %u refused, %u retired\n", accepted + refused + retired,
               accepted, refused, retired);
    talloc_free(set);
    return refused > 0 ? EXIT_ERROR : EXIT_CLEAN;
}
