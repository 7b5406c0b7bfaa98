/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"
#include "report/terminal.h"

#include <math.h>

#define REASONS 3u
#define SNIPPET_CODEPOINTS 72u

/* The words a report is made of, English and Japanese. */
static const char *const words[][2] = {
    {"clean", "問題なし"},
    {"unscannable", "検査不能"},
    {"suspicious", "疑わしい"},
    {"malicious", "悪性"},
};
static const char *const class_colour[] = {"\033[32m", "\033[33m", "\033[33;1m", "\033[31;1m"};

static const char *say(const struct report_style *style, const char *english, const char *japanese)
{
    return style->language == LANGUAGE_JA ? japanese : english;
}

static void add_foreign(struct text *out, struct arena *arena, struct bytes s, size_t most,
                        const struct report_style *style)
{
    if (style->redact)
        s = terminal_redact(arena, s);
    if (style->defang)
        s = terminal_defang(arena, s);
    terminal_add(out, s, most);
}

static void add_head(struct text *out, struct arena *arena, const struct verdict *v,
                     const struct report_style *style)
{
    terminal_add(out, v->path, 0);
    text_add_string(out, ": ");
    if (style->colour)
        text_add_string(out, class_colour[v->class]);
    text_add_string(out, words[v->class][style->language]);
    if (style->colour)
        text_add_string(out, "\033[0m");
    if (v->class == VERDICT_UNSCANNABLE)
        text_add_format(out, ":%.*s", BYTES_FMT(v->reason));
    if (v->category.len > 0)
        text_add_format(out, " - %.*s", BYTES_FMT(tr_bytes(style->language, v->category)));
    if (v->class >= VERDICT_SUSPICIOUS)
        text_add_format(out, " (%.0f %%)", floor(v->probability * 1000) / 10);
    if (v->subject.len > 0) {
        text_add_string(out, say(style, "  \"", "  「"));
        add_foreign(out, arena, v->subject, 60, style);
        text_add_string(out, say(style, "\"", "」"));
    }
    text_add_byte(out, '\n');
}

static void add_evidence(struct text *out, struct arena *arena, const struct evidence *e,
                         const struct report_style *style)
{
    if (e->capped)
        text_add_string(out, say(style, "  also  ", "  ほか  "));
    else
        text_add_format(out, "  %+.1f  ", e->weight);
    text_add(out, e->sentence[style->language]);
    for (uint32_t i = 0; i < e->technique_count; i++)
        text_add_format(out, "%s%.*s", i == 0 ? " [" : " ", BYTES_FMT(e->technique[i]));
    text_add_string(out, e->technique_count > 0 ? "]\n" : "\n");
    for (uint32_t i = 0; i < e->chain_count; i++) {
        text_add_string(out, "        ");
        add_foreign(out, arena, e->chain[i], SNIPPET_CODEPOINTS, style);
        text_add_byte(out, '\n');
    }
    if (e->snippet.len == 0 || e->chain_count > 0)
        return;
    text_add_format(out, "        %.*s", BYTES_FMT(e->field.len > 0 ? e->field : e->path));
    text_add_format(out, "+%zu: ", e->offset);
    add_foreign(out, arena, e->snippet, SNIPPET_CODEPOINTS, style);
    text_add_byte(out, '\n');
}

/* In short, the strongest: those that add weight, then those whose kind has added all it may. */
static void add_reasons(struct text *out, struct arena *arena, const struct verdict *v,
                        const struct report_style *style)
{
    uint32_t shown = 0;
    for (uint32_t i = 0; style->verbose && i < v->evidence_count; i++, shown++)
        add_evidence(out, arena, &v->evidence[i], style);
    for (int capped = 0; !style->verbose && capped <= 1; capped++)
        for (uint32_t i = 0; i < v->evidence_count && shown < REASONS; i++) {
            const struct evidence *e = &v->evidence[i];
            bool dual = v->class < VERDICT_SUSPICIOUS && v->category.len > 0 && /* no threat, but named */
                        bytes_starts(e->rule, BYTES("script."));
            if (capped ? !e->capped || dual : e->weight <= 0 && !dual)
                continue;
            add_evidence(out, arena, e, style);
            shown++;
        }
    if (v->evidence_count > shown)
        text_add_format(out, "  ... %s %u (-v)\n", say(style, "more:", "ほか"),
                        v->evidence_count - shown);
    if (v->class >= VERDICT_SUSPICIOUS)
        text_add_format(out, "  %s %s\n",
                        say(style, "without the strongest reason:", "最も強い根拠がなければ:"),
                        words[v->without_strongest][style->language]);
}

static void add_who(struct text *out, const struct verdict *v, const struct report_style *style)
{
    for (uint32_t i = 0; i < v->attribution_count; i++) {
        const struct attribution *a = &v->attribution[i];
        if (!a->named && i > 0 && !style->verbose)
            continue;
        text_add_format(out, "  %s %.*s (%.*s): ",
                        a->named ? say(style, "who:", "帰属:") : say(style, "resembles:", "類似:"),
                        BYTES_FMT(a->name), BYTES_FMT(tr_bytes(style->language, a->kind)));
        for (uint32_t j = 0; j < a->evidence_kind_count; j++)
            text_add_format(out, "%s%.*s", j == 0 ? "" : ", ",
                            BYTES_FMT(tr_bytes(style->language, a->evidence_kind[j])));
        text_add_byte(out, '\n');
        struct bytes follows = a->follows[style->language == LANGUAGE_JA && a->follows[1].len > 0];
        if (a->named && follows.len > 0)
            text_add_format(out, "  %s %.*s\n",
                            say(style, "usually followed by:", "続いて起きやすいこと:"),
                            BYTES_FMT(follows));
    }
    if (v->campaign.len > 0)
        text_add_format(out, "  %s %.*s\n", say(style, "campaign:", "キャンペーン:"),
                        BYTES_FMT(v->campaign));
}

static void add_unread(struct text *out, struct arena *arena, const struct verdict *v,
                       const struct report_style *style)
{
    uint32_t most = style->verbose ? v->coverage.not_read_count : 3;
    for (uint32_t i = 0; i < v->coverage.not_read_count && i < most; i++) {
        text_add_string(out, say(style, "  not looked at: ", "  未検査: "));
        add_foreign(out, arena, v->coverage.not_read[i], 100, style);
        text_add_byte(out, '\n');
    }
    if (!style->verbose)
        return;
    for (uint32_t i = 0; i < v->anomaly_count; i++) {
        const struct anomaly_report *a = &v->anomaly[i];
        text_add_format(out, "  %s %.*s+%zu %.*s", say(style, "anomaly:", "異常:"),
                        BYTES_FMT(a->path), a->offset, BYTES_FMT(a->name));
        if (a->detail.len > 0) {
            text_add_string(out, " - ");
            add_foreign(out, arena, a->detail, 80, style);
        }
        text_add_byte(out, '\n');
    }
    for (uint32_t i = 0; i < v->coverage.undecided_count; i++)
        text_add_format(out, "  %s %.*s\n", say(style, "undecided:", "判定保留:"),
                        BYTES_FMT(v->coverage.undecided[i]));
}

void report_text(struct text *out, struct arena *arena, const struct verdict *v,
                 const struct report_style *style)
{
    add_head(out, arena, v, style);
    add_reasons(out, arena, v, style);
    add_who(out, v, style);
    add_unread(out, arena, v, style);
    struct bytes drawing = v->drawing, line;
    while (bytes_next_line(&drawing, &line)) {
        text_add_string(out, "  ");
        add_foreign(out, arena, line, 0, style);
        text_add_byte(out, '\n');
    }
    if (v->extra.len > 0) {
        text_add(out, v->extra);
        text_add_byte(out, '\n');
    }
}
