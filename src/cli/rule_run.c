/* SPDX-License-Identifier: Apache-2.0
 * `noroshi rule run RULES PATH...`: NDJSON, one line an artifact. */
#include "cli/rule.h"

#include "base/json.h"
#include "cli/rule_mail.h"
#include "cli/verb.h"

#include <stdio.h>
#include <talloc.h>

struct runner {
    const struct rule_command *command;
    const struct rule_set *set;
    bool found;
};

static void leaf_json(struct json *json, const struct rule_leaf *leaf)
{
    json_begin_map(json);
    json_key(json, "condition");
    json_string(json, leaf->condition);
    if (leaf->path.at != NULL) {
        json_key(json, "path");
        json_string(json, leaf->path);
    }
    struct bytes shown = leaf->match.at != NULL ? leaf->match : leaf->value;
    if (shown.at != NULL) {
        json_key(json, leaf->match.at != NULL ? "match" : "value");
        json_string(json, bytes_sub(shown, 0, 160));
    }
    json_end_map(json);
}

static void hit_json(struct json *json, const struct rule_hit *hit)
{
    json_begin_map(json);
    json_key(json, "rule");
    json_string(json, hit->rule->name);
    if (hit->rule->severity.at != NULL) {
        json_key(json, "severity");
        json_string(json, hit->rule->severity);
    }
    if (hit->rule->type == RULE_TYPE_query) {
        json_key(json, "value");
        schema_json(json, hit->value);
    }
    json_key(json, "evidence");
    json_begin_list(json);
    for (uint32_t i = 0; i < hit->leaf_count; i++)
        leaf_json(json, &hit->leaf[i]);
    json_end_list(json);
    json_end_map(json);
}

static bool run_one(void *self, const struct rule_mail *mail)
{
    struct runner *runner = self;
    struct rule_result result;
    struct rule_run_options options = {.naive = runner->command->naive, .want_conditions = true};
    rule_set_run(runner->set, mail->model, mail->arena, &options, &result);
    struct text out;
    struct json json;
    text_init(&out, mail->arena, 0);
    json_init(&json, &out, 0);
    json_begin_map(&json);
    json_key(&json, "path");
    json_string(&json, mail->name);
    json_key(&json, "matched");
    json_begin_list(&json);
    for (uint32_t i = 0; i < result.hit_count; i++)
        hit_json(&json, &result.hit[i]);
    json_end_list(&json);
    json_key(&json, "undecided");
    json_begin_list(&json);
    for (uint32_t i = 0; i < result.undecided_count; i++) {
        json_begin_map(&json);
        json_key(&json, "rule");
        json_string(&json, result.undecided[i].rule->name);
        json_key(&json, "needs");
        json_string(&json, result.undecided[i].text);
        json_end_map(&json);
    }
    json_end_list(&json);
    json_end_map(&json);
    text_add_byte(&out, '\n');
    runner->found = runner->found || result.hit_count > 0;
    return fwrite(out.at, 1, out.len, stdout) == out.len;
}

int rule_run(const struct rule_command *command)
{
    struct rule_command load = *command;
    load.run_only = !command->naive;
    struct rule_set *set = rule_command_load(&load, NULL, 1);
    if (set == NULL)
        return EXIT_ERROR;
    struct runner runner = {.command = command, .set = set};
    bool ok = true;
    for (uint32_t i = 1; i < command->path_count; i++)
        ok = rule_mail_walk(command->path[i], set, run_one, &runner) && ok;
    talloc_free(set);
    if (!ok)
        return EXIT_ERROR;
    return runner.found ? EXIT_FOUND : EXIT_CLEAN;
}
