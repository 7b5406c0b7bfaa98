/* SPDX-License-Identifier: Apache-2.0
 * `noroshi rule coverage RULES`: which rules this installation can decide, and what the others need. */
#include "cli/rule.h"

#include "cli/verb.h"
#include "rule/explain.h"

#include <stdio.h>
#include <talloc.h>

/* "list:org_vips, whois" */
static struct bytes needs_text(struct arena *arena, const struct rule_need *need)
{
    struct text text;
    text_init(&text, arena, 0);
    text_reserve(&text, 1);
    for (int i = 0; i < CAPABILITY_COUNT; i++) {
        if (!(need->capabilities >> i & 1))
            continue;
        text_add_string(&text, text.len == 0 ? "" : ", ");
        text_add(&text,
                 i == CAPABILITY_LIST ? need->lists : bytes_of_string(capability_rows[i].name));
    }
    return text_bytes(&text);
}

static void print_rule(const struct rule_command *command, const struct rule *rule,
                       const struct rule_need *need)
{
    struct arena *arena = arena_new(NULL);
    struct bytes needs = needs_text(arena, need);
    struct rule_line line;
    if (command->json) {
        rule_line_begin(&line);
        rule_line_string(&line, "rule", rule->name);
        rule_line_bool(&line, "decidable", need->capabilities == 0);
        rule_line_bool(&line, "can_fire", need->can_fire);
        rule_line_string(&line, "needs", needs);
        rule_line_end(&line);
    } else if (need->capabilities != 0 && !command->quiet) {
        printf("%s  %.*s: needs %.*s\n", need->can_fire ? "can fire " : "undecided",
               BYTES_FMT(rule->name), BYTES_FMT(needs));
    }
    talloc_free(arena);
}

int rule_coverage(const struct rule_command *command)
{
    struct rule_set *set = rule_command_load(command, NULL, command->path_count);
    if (set == NULL)
        return EXIT_ERROR;
    uint32_t count = rule_set_count(set), decided = 0, can_fire = 0;
    uint32_t per[CAPABILITY_COUNT] = {0}, alone[CAPABILITY_COUNT] = {0};
    for (uint32_t i = 0; i < count; i++) {
        const struct rule *rule = rule_set_rule(set, i);
        struct rule_need need = rule_needs(rule);
        decided += need.capabilities == 0;
        can_fire += need.can_fire;
        for (int c = 0; c < CAPABILITY_COUNT; c++) {
            per[c] += need.capabilities >> c & 1;
            alone[c] += need.capabilities == UINT32_C(1) << c;
        }
        print_rule(command, rule, &need);
    }
    double all = count > 0 ? count / 100.0 : 1;
    if (command->json) {
        talloc_free(set);
        return EXIT_CLEAN;
    }
    printf("%-16s %6s %10s\n", "needs", "rules", "only that");
    for (int c = 0; c < CAPABILITY_COUNT; c++)
        if (per[c] > 0)
            printf("%-16s %6u %10u   %s\n", capability_rows[c].name, per[c], alone[c],
                   capability_rows[c].what);
    printf("%u rules: %u (%.1f %%) fully decidable, %u (%.1f %%) can fire\n", count, decided,
           decided / all, can_fire, can_fire / all);
    talloc_free(set);
    return EXIT_CLEAN;
}
