/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/shell.h"

#include "shell/judge.h"
#include "shell/machine.h"

#include <talloc.h>

static void report_init(struct arena *arena, struct shell_report *report)
{
    report->fetch_end = &report->fetch;
    report->flow_end = &report->flow;
    report->span_end = &report->span;
    report->kill = arena_array_of(arena, 256, struct bytes);
    for (int role = 0; role < ROLE_COUNT; role++)
        report->behaviour[role] = arena_array_of(arena, BEHAVIOUR_COUNT, struct shell_behaviour);
}

/* NUL bytes would be holes: a shell drops them, here they become blanks so that offsets stay. */
static struct bytes without_nul(struct arena *arena, struct bytes text)
{
    if (text.len == 0 || memchr(text.at, 0, text.len) == NULL)
        return text;
    uint8_t *copy = arena_alloc(arena, text.len);
    for (size_t i = 0; i < text.len; i++)
        copy[i] = text.at[i] == 0 ? ' ' : text.at[i];
    return bytes_of(copy, text.len);
}

/* Functions nobody called are read once, with unknown arguments: libraries, dispatch by "$@". */
static void uncalled_run(struct machine *m)
{
    for (uint32_t i = 0; i < m->functions->count && !m->stopped; i++) {
        struct function *f = m->functions->row[i].value;
        if (f->calls > 0)
            continue;
        f->calls++, f->active = true;
        m->layer = f->layer;
        m->positional = NULL, m->positional_count = 0;
        m->branch = ++m->branch_last;
        run_list(m, f->body);
        f->active = false;
    }
}

struct shell_report *shell_analyze(struct arena *arena, struct budget *budget, struct bytes text,
                                   const struct shell_options *options)
{
    static const struct shell_options none = {0};
    struct shell_report *report = arena_new_of(arena, struct shell_report);
    struct shell_layer *layer = arena_new_of(arena, struct shell_layer);
    void *tables = talloc_new(NULL);
    report_init(arena, report);
    layer->text = without_nul(arena, text), layer->is_shell = true;
    report->layer[report->layer_count++] = layer;
    struct machine m = {.arena = arena,
                        .budget = budget,
                        .options = options == NULL ? &none : options,
                        .report = report,
                        .layer = layer};
    m.variables = table_new(tables), m.functions = table_new(tables), m.files = table_new(tables);
    m.tools = table_new(tables), m.kills = table_new(tables), m.fetch_urls = table_new(tables);
    variable_set(&m, BYTES("HOME"), string_of(BYTES("~")), false);
    variable_set(&m, BYTES("IFS"), string_of(BYTES(" ")), false);
    if (text.len > 0) {
        struct syntax syntax = syntax_parse(arena, layer->text);
        report->odd_count = syntax.odd_count;
        if (syntax.too_deep)
            report->limits |= 1U << LIMIT_DEPTH;
        run_list(&m, syntax.list);
        uncalled_run(&m);
        m.layer = layer;
        sense_end(&m);
    }
    talloc_free(tables);
    shell_judge(report);
    return report;
}

int shell_looks_like(struct bytes text)
{
    static const char *const words[] = {
        "\nfi\n", "\ndone", "then\n", "; then",  "; do\n",    "$(",        "#!/bin/", "curl ",
        "wget ",  "chmod ", "echo ",  "export ", "/dev/null", "rm -rf",    "| grep",  "crontab",
        "nohup ", "pkill ", "|bash",  "| bash",  "| sh",      "base64 -d", "sudo "};
    struct bytes head = bytes_sub(text, 0, 4096);
    int score = 0;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        score += bytes_find(head, bytes_of_string(words[i]), 0) != BYTES_NPOS ? 15 : 0;
    return score > 100 ? 100 : score;
}
