/* SPDX-License-Identifier: Apache-2.0
 * test/rule/surface.tsv: every field and function of the public language is known, typed and compiled,
 * and a message can be asked for it, as written and through the graph. */
#include "open/opener.h"
#include "rule/rule.h"
#include "tap.h"

#include <talloc.h>

static const char MAIL[] = "From: a@example.test\r\nTo: b@example.test\r\nSubject: s\r\n"
                           "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
                           "--x\r\nContent-Type: text/html\r\n\r\n<a href=\"http://c.test/?k=v\">d</a>"
                           "\r\n--x\r\nContent-Type: text/calendar; name=e.ics\r\n"
                           "Content-Disposition: attachment; filename=e.ics\r\n\r\nBEGIN:VCALENDAR\r\n"
                           "BEGIN:VEVENT\r\nSUMMARY:f\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n--x--\r\n";

static void write_rule(FILE *out, unsigned number, struct bytes name, struct bytes source)
{
    fprintf(out, "- name: '%u %.*s'\n  type: query\n  severity: low\n  id: s%u\n  source: |\n    %.*s\n",
            number, BYTES_FMT(name), number, BYTES_FMT(source));
}

/* The table as one text of rules; how many there are. */
static unsigned rules_of(struct bytes table, char **text, size_t *len)
{
    FILE *out = open_memstream(text, len);
    unsigned count = 0;
    struct bytes line;
    while (bytes_next_line(&table, &line)) {
        struct bytes rest = line, name, source;
        if (line.len == 0 || line.at[0] == '#' || !bytes_next_field(&rest, '\t', &name) ||
            !bytes_next_field(&rest, '\t', &source))
            continue;
        write_rule(out, count++, name, source);
    }
    fclose(out);
    return count;
}

int main(void)
{
    char *text;
    size_t len;
    static const struct settings settings;
    struct arena *arena = arena_new(NULL);
    unsigned count = rules_of(tap_read("test/rule/surface.tsv"), &text, &len);
    struct rule_options options = {.strict = true};
    struct error err;
    struct rule_set *set = rule_set_read(arena, &options, bytes_of(text, len), "surface", &err);
    for (uint32_t i = 0; i < rule_set_problem_count(set); i++)
        printf("#   %.*s: %s\n", BYTES_FMT(rule_set_problem(set, i)->rule),
               rule_set_problem(set, i)->err.message);
    tap_ok(count > 500 && rule_set_count(set) == count, "%u of %u fields and functions are known",
           rule_set_count(set), count);
    struct budget budget;
    budget_init(&budget);
    struct tree *tree = tree_new(arena, &budget, bytes_of(MAIL, sizeof MAIL - 1), BYTES("mail"));
    open_tree(tree->root);
    for (int naive = 0; naive < 2; naive++) {
        struct rule_result result;
        struct rule_run_options run = {.naive = naive == 1};
        rule_set_run(set, model_new(tree, tree->root, &settings), arena, &run, &result);
        tap_ok(result.hit_count + result.undecided_count > 100, "they can be asked %s (%u, %u undecided)",
               naive ? "as written" : "through the graph", result.hit_count, result.undecided_count);
    }
    talloc_free(arena);
    free(text);
    return tap_end();
}
