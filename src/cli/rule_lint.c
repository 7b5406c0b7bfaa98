/* SPDX-License-Identifier: Apache-2.0
 * `noroshi rule lint RULES`: what types cannot see. */
#include "cli/rule.h"

#include "cli/verb.h"
#include "rule/explain.h"

#include <stdio.h>
#include <talloc.h>

int rule_lint_verb(const struct rule_command *command)
{
    struct rule_set *set = rule_command_load(command, NULL, command->path_count);
    if (set == NULL)
        return EXIT_ERROR;
    struct arena *arena = arena_new(set);
    uint32_t notes = 0, rules = 0;
    for (uint32_t i = 0; i < rule_set_count(set); i++) {
        const struct rule *rule = rule_set_rule(set, i);
        struct rule_note *note;
        uint32_t count = rule_lint(set, rule, arena, &note);
        rules += count > 0;
        notes += count;
        for (uint32_t k = 0; k < count && command->json; k++)
            rule_line_note("note", (const char *)rule->file.at, note[k].line, note[k].column,
                           note[k].text, note[k].hint);
        for (uint32_t k = 0; k < count && !command->quiet && !command->json; k++)
            printf("%.*s:%u:%u: note: %.*s\n  hint: %.*s\n", BYTES_FMT(rule->file), note[k].line,
                   note[k].column, BYTES_FMT(note[k].text), BYTES_FMT(note[k].hint));
        arena_reset(arena);
    }
    if (!command->json)
        printf("%u rules, %u notes in %u of them\n", rule_set_count(set), notes, rules);
    bool refused = rule_set_problem_count(set) > 0;
    talloc_free(set);
    if (refused)
        return EXIT_ERROR;
    return notes > 0 ? EXIT_FOUND : EXIT_CLEAN;
}
