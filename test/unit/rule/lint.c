/* SPDX-License-Identifier: Apache-2.0
 * What the linter tells, and what it leaves alone: a row per kind, with the nearest thing that is right. */
#include "rule/explain.h"
#include "rule/rule.h"
#include "tap.h"

#include <talloc.h>

static const struct {
    const char *source, *note; /* NULL: nothing to tell */
} rows[] = {
    /* never true */
    {"type.inbound or subject.subject == null", "a comparison with null"},
    {"subject.subject is null", NULL},
    {"type.inbound and subject.subject == \"a\" and subject.subject == \"b\"", "never true"},
    {"type.inbound and (subject.subject == \"a\" or subject.subject == \"b\")", NULL},
    {"subject.subject == \"a\" and subject.base == \"b\"", NULL},
    {"any(body.links, .parser == \"a\" and .parser == \"b\")", "never true"},
    {"type.inbound and true", "a constant condition"},
    /* whole-text matches that look like beginnings */
    {"regex.imatch(subject.subject, '(re|fwd?)\\s?:')", "a match of the whole text"},
    {"regex.imatch(subject.subject, '(re|fwd?)\\s?:.*')", NULL},
    {"regex.match(subject.subject, '^invoice')", "a match of the whole text"},
    {"regex.contains(subject.subject, '^inv[o0]ice')", NULL},
    /* doubled escapes */
    {"regex.contains(subject.subject, 'a\\\\.b+')", "a doubled backslash"},
    {"regex.contains(subject.subject, 'a\\.b+')", NULL},
    /* wildcards in literal functions */
    {"strings.contains(subject.subject, \"*foo*\")", "a wildcard in a function"},
    {"strings.icontains(subject.subject, \"foo*\")", "a wildcard in a function"},
    {"strings.contains(subject.subject, \"plain\", \"*foo\")", "a wildcard in a function"},
    {"strings.contains(subject.subject, \"f*o\")", "a wildcard in a function"},
    {"strings.starts_with(subject.subject, \"colo?r\")", "a wildcard in a function"},
    {"strings.iends_with(sender.email.domain.domain, \"*.test\")", "a wildcard in a function"},
    {"strings.contains(subject.subject, \"?oo\")", "a wildcard in a function"},
    {"strings.contains(body.current_thread.text, \"*\")", NULL},
    {"strings.contains(body.current_thread.text, \"/*\")", NULL},
    {"strings.contains(body.current_thread.text, \"$H+H*\")", NULL},
    {"strings.contains(body.current_thread.text, \"*** important ***\")", NULL},
    {"strings.icontains(subject.subject, \"forgot your password?\")", NULL},
    {"any(body.links, strings.contains(.href_url.url, \"/track?rid=\"))", NULL},
    {"any(body.links, strings.contains(.href_url.url, \"?ai=xd\"))", NULL},
    {"strings.icontains(subject.subject, \"account.*created\")", "a pattern in a function"},
    {"strings.icontains(subject.subject, 'docu.?sign')", "a pattern in a function"},
    {"strings.icontains(subject.subject, '\\bopen')", "a pattern in a function"},
    {"strings.icontains(subject.subject, '^Fed-ex')", "a pattern in a function"},
    {"strings.icontains(body.current_thread.text, 'C:\\Users')", NULL},
    {"strings.icontains(body.current_thread.text, 'a.b? (c) [d]')", NULL},
    {"subject.subject == \"*foo*\"", "a wildcard in a comparison"},
    {"subject.subject in (\"a\", \"b*\")", "a wildcard in a comparison"},
    {"subject.subject in (\"a\", \"b?c\")", NULL},
    {"strings.ilike(subject.subject, \"*foo*bar*\")", NULL},
    {"strings.ilike(subject.subject, \"foo\")", "a pattern without * or ?"},
    /* costly forms with the cheaper twin */
    {"strings.ilike(subject.subject, \"*foo*\")", "*literal* is a search for a literal"},
    {"regex.icontains(subject.subject, 'invoice')", "a pattern without anything but literals"},
    {"regex.contains(subject.subject, '.*inv[o0]ice')", "a search that begins with .*"},
    {"length(filter(body.links, .parser == \"a\")) == 0", "length(filter(...)) == 0"},
    {"length(filter(body.links, .parser == \"a\")) == 1", NULL},
    {"any(body.links, type.inbound)", "this does not depend on the item"},
    {"strings.contains(subject.subject, \"a\", \"b\", \"a\")", "given twice"},
};

int main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *arena = arena_new(NULL);
        struct rule_options options = {.check_only = false};
        struct error err = {0};
        struct bytes text = arena_printf(
            arena, "name: row\ntype: rule\nseverity: low\nsource: |\n  %s\n", rows[i].source);
        struct rule_set *set = rule_set_read(arena, &options, text, "row", &err);
        struct rule_note *note = NULL;
        uint32_t count = 0;
        if (tap_ok(set != NULL && rule_set_count(set) == 1, "%s: is a rule", rows[i].source))
            count = rule_lint(set, rule_set_rule(set, 0), arena, &note);
        bool right = rows[i].note == NULL ? count == 0 : count == 1 && bytes_starts(note[0].text, bytes_of_string(rows[i].note));
        tap_ok(right, "%s: %s", rows[i].source, rows[i].note == NULL ? "nothing to tell" : rows[i].note);
        for (uint32_t k = 0; !right && k < count; k++)
            printf("#   %.*s\n", BYTES_FMT(note[k].text));
        talloc_free(arena);
    }
    return tap_end();
}
