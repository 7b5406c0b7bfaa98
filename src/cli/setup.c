/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/setup.h"

#include "cli/cache_path.h"
#include "cli/data.h"
#include "cli/problem.h"
#include "know/family.h"
#include "observe/brand_load.h"
#include "observe/lure.h"
#include "open/yara.h"
#include "rule/rule.h"
#include "verdict/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>
#include <time.h>

#define LIMIT_LINES 512u /* as many as are tried per locked archive */

static struct bytes *lowered(const void *parent, const char *const *list, uint32_t count)
{
    struct bytes *out = talloc_array(parent, struct bytes, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        char *copy = talloc_strdup(out, list[i]);
        for (char *c = copy; *c != 0; c++)
            *c = (char)ascii_lower((uint8_t)*c);
        out[i] = bytes_of_string(copy);
    }
    return out;
}

static bool setup_rules(const void *parent, const struct scan_option *option,
                        struct scan_settings *settings, struct error *err)
{
    const char *shipped[1] = {NULL}, *lists[1] = {data_path(parent, "knowledge/lists", err)};
    struct rule_options rules = {.path = option->rules,
                                 .path_count = option->rule_count,
                                 .list_path = lists,
                                 .list_path_count = lists[0] != NULL,
                                 .cache_path = option->cache,
                                 .run_only = true};
    if (option->rule_count == 0) {
        shipped[0] = data_path(parent, "rules", err);
        if (shipped[0] == NULL)
            return false;
        rules.path = shipped;
        rules.path_count = 1;
    }
    if (option->cache == NULL)
        rules.cache_path = cache_path(parent, rules.path, rules.path_count);
    else if (strcmp(option->cache, "none") == 0)
        rules.cache_path = NULL;
    struct rule_set *set = rule_set_load(parent, &rules, err);
    if (set == NULL)
        return false;
    problem_print_all(set);
    settings->rules = set;
    if (rule_set_count(set) > 0)
        return true;
    error_set(err, ERROR_INPUT, "no rule could be loaded, so nothing could be judged");
    error_hint(err, "'noroshi rule check' tells every problem in its place");
    return false;
}

/* What the user's own mail taught of senders and conversations, and what was released. */
static bool setup_history(const void *parent, const struct scan_option *option,
                          struct scan_settings *settings, struct error *err)
{
    int64_t now_us = (int64_t)time(NULL) * 1000000;
    settings->senders = option->senders == NULL ? NULL : senders_load(parent, option->senders, err);
    if (option->senders != NULL && settings->senders == NULL)
        return false;
    settings->profile =
        settings->senders == NULL ? NULL : history_source(parent, settings->senders);
    settings->threads = option->threads == NULL ? NULL : threads_load(parent, option->threads, err);
    if (option->threads != NULL && settings->threads == NULL)
        return false;
    settings->allow = option->allow == NULL ? NULL : allow_load(parent, option->allow, now_us, err);
    return option->allow == NULL || settings->allow != NULL;
}

/* Candidates, one a line; and YARA rules, compiled before any worker is forked. */
static bool setup_files(const void *parent, const struct scan_option *option,
                        struct scan_settings *settings, struct error *err)
{
    struct bytes text, line;
    if (option->yara != NULL && !yara_load(option->yara, err))
        return false;
    if (option->passwords == NULL)
        return true;
    if (!data_read(parent, option->passwords, &text, err))
        return false;
    struct bytes *list = talloc_array(parent, struct bytes, LIMIT_LINES);
    while (settings->password_count < LIMIT_LINES && bytes_next_line(&text, &line))
        if (line.len > 0)
            list[settings->password_count++] = line;
    settings->password = list;
    return true;
}

bool setup_scan(const void *parent, const struct scan_option *option,
                struct scan_settings *settings, struct error *err)
{
    *settings = (struct scan_settings){
        .observe.org_domain = lowered(parent, option->org_domains, option->org_domain_count),
        .observe.org_domain_count = option->org_domain_count,
        .observe.authserv_id = lowered(parent, option->authserv_ids, option->authserv_id_count),
        .observe.authserv_id_count = option->authserv_id_count,
        .memory_bytes = option->memory_bytes,
        .want_model = option->want_model,
        .want_nodes = option->format == SCAN_JSON,
        .want_drawing = option->want_tree && option->format == SCAN_TEXT,
        .want_facts = option->store != NULL,
        .want_raw = option->keep_raw && option->store != NULL,
        .want_fingerprint = option->want_campaigns || option->store != NULL,
        .want_siblings = true,
    };
    if (option->dkim_keys != NULL &&
        !data_read(parent, option->dkim_keys, &settings->observe.dkim_keys, err))
        return false;
    if (option->model_file != NULL) {
        settings->learned = learned_load(parent, option->model_file, true, err);
        if (settings->learned == NULL)
            return false;
    }
    if (!setup_history(parent, option, settings, err))
        return false;
    char *brands = data_path(parent, "knowledge/brands.yml", err);
    char *lexicon = data_path(parent, "knowledge/lexicon.yml", err);
    if (brands == NULL || lexicon == NULL)
        return false;
    settings->observe.brands = brand_load(parent, brands, err);
    const struct lexicon *words = lexicon_load(parent, lexicon, err);
    if (settings->observe.brands == NULL || words == NULL)
        return false;
    settings->observe.lures = lure_index_new(parent, words);
    char *families = data_path(parent, "knowledge/families.yml", err);
    if (families == NULL)
        return false;
    settings->families = families_load(parent, families, err);
    char *scripts = data_path(parent, "knowledge/script_families.yml", err);
    if (scripts == NULL)
        return false;
    settings->script_families = script_families_load(parent, scripts, err);
    return settings->families != NULL && settings->script_families != NULL &&
           setup_files(parent, option, settings, err) && setup_rules(parent, option, settings, err);
}

void setup_learn(const void *parent, const struct scan_option *option,
                 struct scan_settings *settings)
{
    *settings = (struct scan_settings){
        .observe.org_domain = lowered(parent, option->org_domains, option->org_domain_count),
        .observe.org_domain_count = option->org_domain_count,
        .want_lesson = true,
    };
}

bool setup_extract(const void *parent, const struct scan_option *option,
                   struct scan_settings *settings, struct error *err)
{
    *settings = (struct scan_settings){0};
    return setup_files(parent, option, settings, err);
}
