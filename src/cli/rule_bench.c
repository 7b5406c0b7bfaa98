/* SPDX-License-Identifier: Apache-2.0
 * `noroshi rule bench RULES MAIL...`: what rules cost, in CPU time, beside opening and facts. */
#include "cli/rule.h"

#include "cli/rule_mail.h"
#include "cli/verb.h"
#include "rule/cost.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <talloc.h>

#define DEAREST 40 /* rows told */

struct bench {
    const struct rule_command *command;
    const struct rule_set *set;
    uint64_t mails, bytes, started, hits, undecided;
    double rule_seconds, slowest_seconds;
    char slowest[200];
    struct rule_costs *costs; /* with --all */
};

static bool bench_one(void *self, const struct rule_mail *mail)
{
    struct bench *bench = self;
    struct rule_result result;
    struct rule_run_options options = {.naive = bench->command->naive, .costs = bench->costs};
    double before = rule_cpu_seconds();
    rule_set_run(bench->set, mail->model, mail->arena, &options, &result);
    double spent = rule_cpu_seconds() - before;
    bench->mails++;
    bench->bytes += mail->bytes;
    bench->started += result.started;
    bench->hits += result.hit_count;
    bench->undecided += result.undecided_count;
    bench->rule_seconds += spent;
    if (spent > bench->slowest_seconds) {
        bench->slowest_seconds = spent;
        snprintf(bench->slowest, sizeof bench->slowest, "%.*s", BYTES_FMT(mail->name));
    }
    return true;
}

static const double *own_for_sort;
static int by_own(const void *a, const void *b)
{
    double x = own_for_sort[*(const uint32_t *)a], y = own_for_sort[*(const uint32_t *)b];
    return x > y ? -1 : x < y;
}

/* What the dearest rules add: the time of what only they ask. */
static void print_rules(const struct bench *bench)
{
    uint32_t count = rule_set_count(bench->set), *order = talloc_array(NULL, uint32_t, count + 1);
    double *own = talloc_array(order, double, count + 1);
    if (order == NULL || own == NULL)
        abort();
    rule_costs_own(bench->costs, bench->set, own);
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    own_for_sort = own;
    qsort(order, count, sizeof *order, by_own);
    for (uint32_t i = 0; i < count && i < DEAREST; i++)
        printf("%9.2f us  %.*s\n", own[order[i]] / (double)bench->mails * 1e6,
               BYTES_FMT(rule_set_rule(bench->set, order[i])->name));
    talloc_free(order);
}

static void print_expression(void *self, struct bytes text, const struct cost_row *row)
{
    const struct bench *bench = self;
    printf("%9.2f us  %5.1f times  %.*s\n", row->seconds / (double)bench->mails * 1e6,
           (double)row->count / (double)bench->mails, BYTES_FMT(text));
}

int rule_bench(const struct rule_command *command)
{
    double begin = rule_cpu_seconds();
    struct rule_set *set = rule_command_load(command, NULL, 1);
    if (set == NULL)
        return EXIT_ERROR;
    double load_seconds = rule_cpu_seconds() - begin;
    struct bench bench = {.command = command, .set = set};
    if (command->all)
        bench.costs = rule_costs_new(set, set);
    bool ok = true;
    begin = rule_cpu_seconds();
    for (uint32_t n = 0; n < command->repeat; n++)
        for (uint32_t i = 1; i < command->path_count; i++)
            ok = rule_mail_walk(command->path[i], set, bench_one, &bench) && ok;
    double all = rule_cpu_seconds() - begin, mails = bench.mails > 0 ? (double)bench.mails : 1;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    if (command->all) {
        puts("what rules add:");
        print_rules(&bench);
        puts("expressions, without what is below them:");
        rule_costs_each(bench.costs, DEAREST, print_expression, &bench);
    }
    printf("rules      %u, loaded in %.0f ms\n", rule_set_count(set), load_seconds * 1e3);
    printf("mail       %.0f artifacts, %.1f KB each\n", mails, (double)bench.bytes / mails / 1024);
    if (!command->all)
        printf("whole      %.0f msg/s (read, open, facts and rules)\n", mails / all);
    printf("rules      %.0f msg/s alone, %.1f us a message, %.1f of %u started, %.2f hits, %.1f "
           "undecided\n",
           mails / bench.rule_seconds, bench.rule_seconds / mails * 1e6,
           (double)bench.started / mails, rule_set_count(set), (double)bench.hits / mails,
           (double)bench.undecided / mails);
    printf("slowest    %.1f ms: %s\n", bench.slowest_seconds * 1e3, bench.slowest);
    printf("memory     %ld MB at most\n", usage.ru_maxrss / 1024);
    talloc_free(set);
    return ok ? EXIT_CLEAN : EXIT_ERROR;
}
