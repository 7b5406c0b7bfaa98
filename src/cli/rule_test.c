/* SPDX-License-Identifier: Apache-2.0
 * `noroshi rule test RULES TESTS...`: each line of a tests file is a fixture and what a rule must say.
 *
 *     RULE <tab> hit|miss|undecided <tab> FILE
 *
 * RULE is a name, an id or a file name without .yml; FILE is a mail, or a model as JSON (.json), beside
 * the tests file.  '#' begins a comment. */
#include "cli/rule.h"

#include "base/json_read.h"
#include "cli/rule_mail.h"
#include "cli/verb.h"
#include "observe/from_json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <talloc.h>

struct testing {
    const struct rule_set *set;
    const struct rule *rule;
    const char *outcome; /* of the fixture just run */
    uint32_t passed, failed;
    uint8_t *seen; /* by rule: 1 a hit, 2 a miss */
    bool quiet;
};

static void run_fixture(struct testing *testing, struct model *model, struct arena *arena)
{
    struct rule_result result;
    struct rule_run_options options = {.only = testing->rule, .no_evidence = true};
    rule_set_run(testing->set, model, arena, &options, &result);
    testing->outcome = result.hit_count > 0         ? "hit"
                       : result.undecided_count > 0 ? "undecided"
                                                    : "miss";
}

static bool mail_fixture(void *self, const struct rule_mail *mail)
{
    run_fixture(self, mail->model, mail->arena);
    return false;
}

static void json_fixture(struct testing *testing, const char *path)
{
    struct arena *arena = arena_new(NULL);
    FILE *file = fopen(path, "rbe");
    struct text text;
    text_init(&text, arena, 0);
    for (size_t n; file != NULL && (n = fread(text_reserve(&text, 65536), 1, 65536, file)) > 0;)
        text.len += n;
    struct error err = {0};
    struct value json =
        file == NULL ? (struct value){0} : json_read(arena, text_bytes(&text), &err);
    if (json.tag == VALUE_MAP)
        run_fixture(testing, model_from_json(arena, testing->rule->root, json), arena);
    else
        fprintf(stderr, "%s:%u: error: %s\n", path, err.line,
                file == NULL ? "cannot be read" : err.message);
    if (file != NULL)
        fclose(file);
    talloc_free(arena);
}

static void one_line(struct testing *testing, const char *tests, uint32_t number, struct bytes line)
{
    struct bytes rule, expected, name;
    struct bytes folder = bytes_of_string(tests);
    size_t slash = bytes_find_last_byte(folder, '/');
    folder = bytes_sub(folder, 0, slash == BYTES_NPOS ? 0 : slash + 1);
    bool whole = bytes_next_field(&line, '\t', &rule) && bytes_next_field(&line, '\t', &expected) &&
                 bytes_next_field(&line, '\t', &name);
    testing->rule = whole ? rule_set_find(testing->set, rule) : NULL;
    if (testing->rule == NULL) {
        testing->failed++;
        if (whole)
            fprintf(stderr, "%s:%u: error: no rule '%.*s'\n", tests, number, BYTES_FMT(rule));
        else
            fprintf(stderr, "%s:%u: error: RULE<tab>hit|miss|undecided<tab>FILE expected\n", tests,
                    number);
        return;
    }
    char *path = talloc_asprintf(NULL, "%.*s%.*s", BYTES_FMT(folder), BYTES_FMT(name));
    testing->outcome = "unreadable";
    if (bytes_ends(name, BYTES(".json")))
        json_fixture(testing, path);
    else
        rule_mail_walk(path, testing->set, mail_fixture, testing);
    bool ok = bytes_equal(bytes_of_string(testing->outcome), expected);
    testing->seen[testing->rule->number] |= bytes_equal(expected, BYTES("hit")) ? 1 : 2;
    testing->passed += ok;
    testing->failed += !ok;
    if (!ok)
        printf("%s:%u: failed: %.*s: %s, not %.*s\n", tests, number, BYTES_FMT(testing->rule->name),
               testing->outcome, BYTES_FMT(expected));
    talloc_free(path);
}

static bool one_file(struct testing *testing, const char *path)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;
    if (file == NULL) {
        fprintf(stderr, "noroshi: error: cannot read %s: %s\n", path, strerror(errno));
        return false;
    }
    uint32_t number = 0;
    for (ssize_t len; (len = getline(&line, &room, file)) >= 0;) {
        struct bytes text = bytes_trim(bytes_of(line, (size_t)len));
        number++;
        if (text.len > 0 && text.at[0] != '#')
            one_line(testing, path, number, text);
    }
    free(line);
    fclose(file);
    return true;
}

int rule_test(const struct rule_command *command)
{
    struct rule_set *set = rule_command_load(command, NULL, 1);
    if (set == NULL)
        return EXIT_ERROR;
    struct testing testing = {.set = set, .quiet = command->quiet};
    testing.seen = talloc_zero_array(set, uint8_t, rule_set_count(set) + 1);
    bool ok = true;
    for (uint32_t i = 1; i < command->path_count; i++)
        ok = one_file(&testing, command->path[i]) && ok;
    uint32_t bare = 0;
    for (uint32_t i = 0; i < rule_set_count(set); i++) {
        const struct rule *rule = rule_set_rule(set, i);
        if (testing.seen[i] == 3 || rule->type == RULE_TYPE_query)
            continue;
        bare++;
        if (command->all)
            printf("%.*s: no %s\n", BYTES_FMT(rule->name),
                   testing.seen[i] == 1   ? "near miss"
                   : testing.seen[i] == 2 ? "hit"
                                          : "fixture");
    }
    printf("%u fixtures passed, %u failed; %u rules without a hit and a miss\n", testing.passed,
           testing.failed, bare);
    talloc_free(set);
    return ok && testing.failed == 0 ? EXIT_CLEAN : EXIT_ERROR;
}
