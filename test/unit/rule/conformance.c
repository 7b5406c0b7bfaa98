/* SPDX-License-Identifier: Apache-2.0
 * test/rule/conformance.tsv: every row as a query over test/rule/model.json, as written and fast. */
#include "base/json_read.h"
#include "base/text.h"
#include "observe/from_json.h"
#include "rule/rule.h"
#include "tap.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <talloc.h>
#include <unistd.h>

static void write_list(const char *folder, const char *name, const char *content)
{
    char *path = talloc_asprintf(NULL, "%s/%s.txt", folder, name);
    FILE *file = fopen(path, "w");
    if (file == NULL || fputs(content, file) < 0 || fclose(file) != 0)
        exit(1);
    talloc_free(path);
}

/* What RESULT says, as the file writes it. */
static struct bytes told(struct arena *arena, const struct rule_result *result)
{
    struct text out;
    struct json json;
    text_init(&out, arena, 0);
    json_init(&json, &out, 0);
    if (result->undecided_count > 0)
        return BYTES("unknown");
    if (result->hit_count == 0)
        return BYTES("null");
    schema_json(&json, result->hit[0].value);
    return text_bytes(&out);
}

static void one_row(struct bytes line, struct bytes model_text, const char *lists)
{
    struct bytes source, name, expression, expected;
    bytes_next_field(&line, '\t', &source);
    bytes_next_field(&line, '\t', &name);
    bytes_next_field(&line, '\t', &expression);
    bytes_next_field(&line, '\t', &expected);
    struct arena *arena = arena_new(NULL);
    struct text rule;
    text_init(&rule, arena, 0);
    text_add_string(&rule, "name: row\ntype: query\nsource: |\n  ");
    text_add(&rule, expression);
    text_add_byte(&rule, '\n');
    struct rule_options options = {.list_path = &lists, .list_path_count = 1};
    struct error err;
    struct rule_set *set = rule_set_read(arena, &options, text_bytes(&rule), "row", &err);
    if (bytes_equal(expected, BYTES("error")) || rule_set_count(set) == 0) {
        bool refused = rule_set_count(set) == 0;
        if (!tap_ok(refused == bytes_equal(expected, BYTES("error")), "%.*s: refused", BYTES_FMT(name)) && refused)
            printf("#   %s\n", rule_set_problem(set, 0)->err.message);
        talloc_free(arena);
        return;
    }
    for (int naive = 0; naive < 2; naive++) {
        struct model *model = model_from_json(arena, TYPE_Message, json_read(arena, model_text, &err));
        struct rule_run_options run = {.naive = naive != 0};
        struct rule_result result;
        char label[200];
        rule_set_run(set, model, arena, &run, &result);
        snprintf(label, sizeof label, "%.*s: %.*s%s", BYTES_FMT(source), BYTES_FMT(name),
                 naive != 0 ? " (as written)" : "");
        tap_bytes(told(arena, &result), expected, label);
    }
    talloc_free(arena);
}

int main(void)
{
    char folder[] = P_tmpdir "/noroshi-lists-XXXXXX";
    if (mkdtemp(folder) == NULL)
        return 1;
    write_list(folder, "friends", "# comment\nexample.test\nfriend.test\n");
    write_list(folder, "empty", "\n");
    write_list(folder, "org_vips", "Alice Example <alice@here.test>\nBob\n");
    struct bytes rows = tap_read("test/rule/conformance.tsv"), model = tap_read("test/rule/model.json"), line;
    while (bytes_next_line(&rows, &line))
        if (line.len > 0 && line.at[0] != '#')
            one_row(line, model, folder);
    static const char *const names[] = {"friends", "empty", "org_vips"};
    for (int i = 0; i < 3; i++) {
        char *path = talloc_asprintf(NULL, "%s/%s.txt", folder, names[i]);
        unlink(path);
        talloc_free(path);
    }
    rmdir(folder);
    return tap_end();
}
