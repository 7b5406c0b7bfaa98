/* SPDX-License-Identifier: Apache-2.0
 *
 * The verbs under `noroshi rule`: one row of rule.def and one function each.
 *
 * Options every one of them knows are read here; what is left are the paths. */
#ifndef NOROSHI_CLI_RULE_H
#define NOROSHI_CLI_RULE_H

#include "base/json.h"
#include "base/text.h"
#include "rule/rule.h"

#define RULE_PATHS_MAX 64 /* of lists */

struct rule_command {
    const char *const *path; /* what is no option, in order */
    uint32_t path_count;
    const char *list_path[RULE_PATHS_MAX];
    uint32_t list_path_count;
    const char *ham, *bad, *cache;
    bool strict, kleene, json, naive, quiet, all, check;
    bool run_only; /* rules need no tree as written */
    uint32_t repeat;
};

#define RULE_VERB(name, function, least, words, accepts, what)                                     \
    int function(const struct rule_command *command);
#include "cli/rule.def"
#undef RULE_VERB

/* The set of COMMAND's first COUNT paths, every refusal told on stderr unless quiet; NULL: told too. */
struct rule_set *rule_command_load(const struct rule_command *command, const void *parent,
                                   uint32_t count);

/* One line of JSON on the standard output, for programs: begin, add keys, end. */
struct rule_line {
    struct text text;
    struct json json;
};
void rule_line_begin(struct rule_line *line);
void rule_line_string(struct rule_line *line, const char *key, struct bytes value);
void rule_line_int(struct rule_line *line, const char *key, int64_t value);
void rule_line_bool(struct rule_line *line, const char *key, bool value);
void rule_line_end(struct rule_line *line);
/* A problem or note as one: level, file, line, column, message, hint. */
void rule_line_note(const char *level, const char *file, uint32_t line, uint32_t column,
                    struct bytes message, struct bytes hint);

#endif
