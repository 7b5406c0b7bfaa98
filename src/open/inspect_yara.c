/* SPDX-License-Identifier: Apache-2.0
 *
 * The one file that wraps libyara. */
#include "open/inspect.h"
#include "open/yara.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <yara.h>

#define TIMEOUT_S 2
#define FILES_MAX 4096
#define MATCHES_MAX 256
#define CONTENT_MIN 8

static YR_RULES *loaded;
static uint32_t loaded_count;

static void on_message(int level, const char *file, int line, const YR_RULE *rule,
                       const char *message, void *own)
{
    struct error *err = own;
    (void)rule;
    if (level == YARA_ERROR_LEVEL_ERROR && err->message[0] == 0)
        error_set_at(err, file == NULL ? "" : file, (uint32_t)line, 0, "%s", message);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_rule_file(const char *name)
{
    struct bytes b = bytes_of_string(name);
    return bytes_ends(b, BYTES(".yar")) || bytes_ends(b, BYTES(".yara"));
}

/* Add each file in name order; each is a namespace of its own. */
static bool add_files(YR_COMPILER *compiler, const char *dir, struct error *err)
{
    char *names[FILES_MAX];
    int count = 0;
    bool ok = true;
    DIR *folder = opendir(dir);
    if (folder == NULL)
        return error_set_errno(err, ERROR_INPUT, "cannot read folder '%s'", dir);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL && count < FILES_MAX;)
        if (is_rule_file(entry->d_name))
            names[count++] = strdup(entry->d_name);
    closedir(folder);
    qsort(names, (size_t)count, sizeof names[0], by_name);
    for (int i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        FILE *file = ok ? fopen(path, "re") : NULL;
        if (ok && file == NULL)
            ok = error_set_errno(err, ERROR_INPUT, "cannot read '%s'", path);
        if (file != NULL) {
            ok = yr_compiler_add_file(compiler, file, names[i], path) == 0;
            fclose(file);
        }
        free(names[i]);
    }
    if (!ok && err->message[0] == 0)
        error_set(err, ERROR_SYNTAX, "YARA rules in '%s' do not compile", dir);
    return ok;
}

bool yara_load(const char *dir, struct error *err)
{
    YR_COMPILER *compiler = NULL;
    YR_RULE *rule;
    memset(err, 0, sizeof *err);
    yara_unload();
    if (yr_initialize() != ERROR_SUCCESS || yr_compiler_create(&compiler) != ERROR_SUCCESS)
        abort();
    yr_compiler_set_callback(compiler, on_message, err);
    bool ok = add_files(compiler, dir, err);
    if (ok && yr_compiler_get_rules(compiler, &loaded) != ERROR_SUCCESS)
        abort();
    yr_compiler_destroy(compiler);
    if (!ok) {
        yr_finalize();
        return false;
    }
    yr_rules_foreach(loaded, rule)
    {
        loaded_count++;
    }
    return true;
}

void yara_unload(void)
{
    if (loaded == NULL)
        return;
    yr_rules_destroy(loaded);
    yr_finalize();
    loaded = NULL;
    loaded_count = 0;
}

uint32_t yara_rule_count(void)
{
    return loaded_count;
}

struct matches {
    struct node *node;
    uint32_t count;
};

static int on_match(YR_SCAN_CONTEXT *context, int message, void *data, void *own)
{
    struct matches *matches = own;
    (void)context;
    if (message == CALLBACK_MSG_RULE_MATCHING) {
        const YR_RULE *rule = data;
        node_fact_add(matches->node, FACT_YARA_MATCHES,
                      arena_copy(matches->node->tree->arena, bytes_of_string(rule->identifier)));
        if (++matches->count >= MATCHES_MAX)
            return CALLBACK_ABORT;
    }
    return CALLBACK_CONTINUE;
}

void inspect_yara(struct node *node)
{
    struct matches matches = {.node = node};
    bool body = node->kind == KIND_MAIL || node->kind == KIND_MULTIPART;
    if (loaded == NULL || body || node->content.len < CONTENT_MIN)
        return;
    int status = yr_rules_scan_mem(loaded, node->content.at, node->content.len,
                                   SCAN_FLAGS_NO_TRYCATCH | SCAN_FLAGS_REPORT_RULES_MATCHING,
                                   on_match, &matches, TIMEOUT_S);
    if (status == ERROR_SCAN_TIMEOUT)
        node_limit(node, LIMIT_MILLISECONDS);
}
