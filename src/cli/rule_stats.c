/* SPDX-License-Identifier: Apache-2.0
 * `noroshi rule stats --ham DIR --bad DIR RULES`: hits, precision and overlap of each rule. */
#include "cli/rule.h"

#include "cli/rule_mail.h"
#include "cli/verb.h"

#include <stdio.h>
#include <stdlib.h>
#include <talloc.h>

struct tally {
    uint32_t hits[2], undecided[2]; /* ham, bad */
    uint32_t alone;                 /* bad mail no other rule hit */
};

struct stats {
    const struct rule_set *set;
    bool json;
    struct tally *tally; /* by rule */
    uint32_t mails[2], hit[2];
    int side;
};

static bool count_one(void *self, const struct rule_mail *mail)
{
    struct stats *stats = self;
    struct rule_result result;
    struct rule_run_options options = {.no_evidence = true};
    rule_set_run(stats->set, mail->model, mail->arena, &options, &result);
    stats->mails[stats->side]++;
    uint32_t hits = 0;
    for (uint32_t i = 0; i < result.hit_count; i++) {
        const struct rule *rule = result.hit[i].rule;
        hits += rule->type != RULE_TYPE_query;
        stats->tally[rule->number].hits[stats->side]++;
    }
    stats->hit[stats->side] += hits > 0;
    for (uint32_t i = 0; i < result.hit_count && hits == 1 && stats->side == 1; i++)
        if (result.hit[i].rule->type != RULE_TYPE_query)
            stats->tally[result.hit[i].rule->number].alone++;
    for (uint32_t i = 0; i < result.undecided_count; i++)
        stats->tally[result.undecided[i].rule->number].undecided[stats->side]++;
    return true;
}

static const struct tally *tally_for_sort;
static int by_hits(const void *a, const void *b)
{
    const struct tally *x = &tally_for_sort[*(const uint32_t *)a],
                       *y = &tally_for_sort[*(const uint32_t *)b];
    if (x->hits[1] != y->hits[1])
        return x->hits[1] > y->hits[1] ? -1 : 1;
    return x->hits[0] > y->hits[0] ? -1 : x->hits[0] < y->hits[0];
}

static void print_table(const struct stats *stats)
{
    uint32_t count = rule_set_count(stats->set), *order = talloc_array(NULL, uint32_t, count + 1);
    if (order == NULL)
        abort();
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    tally_for_sort = stats->tally;
    qsort(order, count, sizeof *order, by_hits);
    if (!stats->json)
        printf("%6s %6s %9s %6s %9s  rule\n", "bad", "ham", "precision", "alone", "undecided");
    for (uint32_t i = 0; i < count; i++) {
        const struct tally *tally = &stats->tally[order[i]];
        uint32_t hits = tally->hits[0] + tally->hits[1];
        if (hits == 0)
            break;
        if (stats->json) {
            struct rule_line line;
            rule_line_begin(&line);
            rule_line_string(&line, "rule", rule_set_rule(stats->set, order[i])->name);
            rule_line_int(&line, "bad", tally->hits[1]);
            rule_line_int(&line, "ham", tally->hits[0]);
            rule_line_int(&line, "alone", tally->alone);
            rule_line_int(&line, "undecided", tally->undecided[0] + tally->undecided[1]);
            rule_line_end(&line);
            continue;
        }
        printf("%6u %6u %8.1f%% %6u %9u  %.*s\n", tally->hits[1], tally->hits[0],
               100.0 * tally->hits[1] / hits, tally->alone,
               tally->undecided[0] + tally->undecided[1],
               BYTES_FMT(rule_set_rule(stats->set, order[i])->name));
    }
    talloc_free(order);
}

int rule_stats(const struct rule_command *command)
{
    if (command->ham == NULL || command->bad == NULL) {
        fprintf(stderr, "noroshi: error: ordinary and bad mail are needed\n"
                        "  hint: noroshi rule stats --ham ham/ --bad bad/ rules/\n");
        return EXIT_USAGE;
    }
    struct rule_set *set = rule_command_load(command, NULL, command->path_count);
    if (set == NULL)
        return EXIT_ERROR;
    struct stats stats = {.set = set,
                          .json = command->json,
                          .tally = talloc_zero_array(set, struct tally, rule_set_count(set) + 1)};
    bool ok = rule_mail_walk(command->ham, set, count_one, &stats);
    stats.side = 1;
    ok = rule_mail_walk(command->bad, set, count_one, &stats) && ok;
    if (!command->quiet || stats.json)
        print_table(&stats);
    if (!stats.json)
        printf("bad: %u of %u hit by some rule (%.1f %%); ham: %u of %u (%.2f %%)\n", stats.hit[1],
               stats.mails[1], stats.mails[1] > 0 ? 100.0 * stats.hit[1] / stats.mails[1] : 0,
               stats.hit[0], stats.mails[0],
               stats.mails[0] > 0 ? 100.0 * stats.hit[0] / stats.mails[0] : 0);
    talloc_free(set);
    return ok ? EXIT_CLEAN : EXIT_ERROR;
}
