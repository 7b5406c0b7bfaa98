/* SPDX-License-Identifier: Apache-2.0
 *
 * Every behaviour of the catalogue with a script that shows it and one that only looks like it.
 *
 * The scripts are written for this test, inert (hosts under .test, addresses of RFC 5737) and show one thing
 * each.  NAME=@WALLET is replaced by a well-formed address of no one. */
#include "scan.h"

#include "base/arena.h"
#include "base/text.h"
#include "shell/shell.h"
#include "shell/wallet.h"
#include "tap.h"

#include <talloc.h>

static const struct {
    enum behaviour behaviour;
    const char *hit, *near;
} rows[] = {
#define ROW(id, hit, near) {BEHAVIOUR_##id, hit, near},
#include "pair.def"
#undef ROW
};

static struct scan_settings settings;

static struct bytes written(struct arena *arena, const char *script)
{
    struct text text;
    uint8_t key[65] = {18};
    char wallet[96];
    for (int i = 1; i < 65; i++)
        key[i] = (uint8_t)(i * 7);
    wallet_write(key, wallet);
    text_init(&text, arena, 0);
    struct bytes rest = bytes_of_string(script);
    for (size_t at; (at = bytes_find(rest, BYTES("@WALLET"), 0)) != BYTES_NPOS; rest = bytes_from(rest, at + 7)) {
        text_add(&text, bytes_sub(rest, 0, at));
        text_add_string(&text, wallet);
    }
    text_add(&text, rest);
    return text_bytes(&text);
}

static struct shell_report *analyze_as(void *parent, const char *script, const struct shell_options *as)
{
    struct budget budget;
    struct arena *arena = arena_new(parent);
    budget_init(&budget);
    return shell_analyze(arena, &budget, written(arena, script), as);
}

static struct shell_report *analyze(void *parent, const char *script)
{
    return analyze_as(parent, script, NULL);
}

static bool is_clean(const char *script)
{
    struct arena *arena = arena_new(NULL);
    const struct verdict *v = scan_bytes(arena, &settings, written(arena, script), BYTES("near.sh"), false);
    bool clean = v->class == VERDICT_CLEAN;
    talloc_free(arena);
    return clean;
}

static void show(struct arena *arena, const struct shell_report *report)
{
    report_spans_fill(arena, report);
    for (int b = 0; b < BEHAVIOUR_COUNT; b++)
        if (report_count(report, (enum behaviour)b) > 0)
            printf("#   seen %s %.*s\n", behaviour_rows[b].id, BYTES_FMT(report->behaviour[ROLE_USED][b].place[0].detail));
    for (const struct shell_span *s = report->span; s != NULL; s = s->next)
        printf("#   %u: %.*s\n", s->line, BYTES_FMT(s->text));
}

int main(void)
{
    void *parent = talloc_new(NULL);
    struct error err = {0};
    const char *rules = "rules/script", *lists = "knowledge/lists";
    settings.rules = rule_set_load(parent,
                                   &(struct rule_options){.path = &rules,
                                                          .path_count = 1,
                                                          .list_path = &lists,
                                                          .list_path_count = 1},
                                   &err);
    tap_ok(settings.rules != NULL, "rules are loaded");
    bool covered[BEHAVIOUR_COUNT] = {false};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct behaviour_row *row = &behaviour_rows[rows[i].behaviour];
        struct shell_report *hit = analyze(parent, rows[i].hit), *near = analyze(parent, rows[i].near);
        covered[rows[i].behaviour] = true;
        if (!tap_ok(report_count(hit, rows[i].behaviour) > 0, "%s %s is seen", row->id, row->name))
            show(arena_new(parent), hit);
        bool soft = report_count(near, rows[i].behaviour) == 0 || !near->behaviour[ROLE_USED][rows[i].behaviour].hard;
        if (!tap_ok(soft && is_clean(rows[i].near), "%s: its look-alike is not", row->id))
            show(arena_new(parent), near);
    }
    const struct shell_options build = {.builds = true};
    tap_ok(report_count(analyze_as(parent, "rm -rf /etc\n", &build), BEHAVIOUR_M6) == 0,
           "a step of a build removes what it likes");
    tap_ok(report_count(analyze_as(parent, "rm -rf /\n", &build), BEHAVIOUR_M6) > 0, "but not everything");
    tap_ok(report_count(analyze(parent, "rm -rf /etc\n"), BEHAVIOUR_M6) > 0, "a script may not");
    for (int b = 0; b < BEHAVIOUR_COUNT; b++)
        tap_ok(covered[b], "%s has a row", behaviour_rows[b].id);
    talloc_free(parent);
    return tap_end();
}
