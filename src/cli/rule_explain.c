/* SPDX-License-Identifier: Apache-2.0
 * `noroshi rule explain RULES RULE MAIL`: why a rule said what it said. */
#include "cli/rule.h"

#include "cli/rule_mail.h"
#include "cli/verb.h"
#include "rule/explain.h"

#include <stdio.h>
#include <talloc.h>

struct explaining {
    const struct rule_set *set;
    const struct rule *rule;
    bool matched;
};

static bool explain_one(void *self, const struct rule_mail *mail)
{
    struct explaining *explaining = self;
    struct rule_result result;
    struct rule_run_options options = {.only = explaining->rule};
    struct text out;
    text_init(&out, mail->arena, (size_t)4 << 20);
    rule_set_run(explaining->set, mail->model, mail->arena, &options, &result);
    const char *outcome = result.hit_count > 0         ? "matched"
                          : result.undecided_count > 0 ? "undecided"
                                                       : "not matched";
    text_add_format(&out, "%.*s\n  %.*s: %s", BYTES_FMT(mail->name),
                    BYTES_FMT(explaining->rule->name), outcome);
    if (result.undecided_count > 0)
        text_add_format(&out, ", needs %.*s", BYTES_FMT(result.undecided[0].text));
    text_add_string(&out, "\n  + true  - false  . null  ? unknown\n\n");
    rule_explain(explaining->set, explaining->rule, mail->model, mail->arena, &out);
    for (uint32_t i = 0; i < (result.hit_count > 0 ? result.hit[0].leaf_count : 0); i++) {
        const struct rule_leaf *leaf = &result.hit[0].leaf[i];
        if (leaf->match.at != NULL)
            text_add_format(&out, "%s  %.*s: \"%.*s\"\n", i == 0 ? "\n" : "", BYTES_FMT(leaf->path),
                            BYTES_FMT(bytes_sub(leaf->match, 0, 120)));
    }
    explaining->matched = explaining->matched || result.hit_count > 0;
    for (size_t i = 0; i < out.len; i++) /* what a mail says must not steer a terminal */
        if ((out.at[i] < 0x20 && out.at[i] != '\n') || out.at[i] == 0x7F)
            out.at[i] = '.';
    return fwrite(out.at, 1, out.len, stdout) == out.len;
}

int rule_explain_mail(const struct rule_command *command)
{
    struct rule_command quiet = *command;
    quiet.quiet = true;
    struct rule_set *set = rule_command_load(&quiet, NULL, 1);
    if (set == NULL)
        return EXIT_ERROR;
    struct explaining explaining = {.set = set,
                                    .rule = rule_set_find(set, bytes_of_string(command->path[1]))};
    if (explaining.rule == NULL) {
        fprintf(stderr,
                "noroshi: error: no rule '%s' in %s\n"
                "  hint: give its name, its id or its file name without .yml\n",
                command->path[1], command->path[0]);
        talloc_free(set);
        return EXIT_ERROR;
    }
    bool ok = true;
    for (uint32_t i = 2; i < command->path_count; i++)
        ok = rule_mail_walk(command->path[i], set, explain_one, &explaining) && ok;
    talloc_free(set);
    if (!ok)
        return EXIT_ERROR;
    return explaining.matched ? EXIT_FOUND : EXIT_CLEAN;
}
