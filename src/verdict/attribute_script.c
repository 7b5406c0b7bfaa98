/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict/attribute_script.h"

#include "base/text.h"
#include "open/shell.h"
#include "verdict/combine.h"
#include "verdict/judge.h"

#include <math.h>
#include <stdlib.h>

#define NAMED_SCORE 0.6 /* two kinds that count in full, or three weaker ones */
#define MARKED_WEIGHT 4.6 /* suspicious, as a hostile act alone is */
#define RESEMBLES_SCORE 0.3
#define MADE_BYTES_MORE ((size_t)128 * 1024)
#define SHOWN_MAX 6u
#define COMMON_PATH 6u /* "/d.sh": others think of such a name, too */
#define ATTRIBUTED_MAX 3u

/* What one kind of evidence can add, and what its first mark is worth (the next half, and so on). */
static const struct {
    double cap, first;
} kind_worth[MARK_KIND_COUNT] = {
    [MARK_INFRASTRUCTURE] = {0.5, 0.4}, [MARK_KEY] = {0.6, 0.6},    [MARK_NAME] = {0.4, 0.3},
    [MARK_STRUCTURE] = {0.3, 0.18},     [MARK_STYLE] = {0.2, 0.12},
};

struct score {
    const struct script_family *family;
    double total, kind[MARK_KIND_COUNT];
    struct bytes own[SHOWN_MAX], rival[SHOWN_MAX];
    uint32_t own_count, rival_count, kinds;
};

static bool word_byte(uint8_t c)
{
    return ascii_is_alnum(c) || c == '_';
}

/* A mark that is a word must stand as one: "hilde" is not in "hildegard". */
static bool stands_alone(struct bytes text, size_t at, struct bytes mark)
{
    bool head = word_byte(mark.at[0]), tail = word_byte(mark.at[mark.len - 1]);
    if (mark.len > 8)
        return true;
    if (head && at > 0 && word_byte(text.at[at - 1]))
        return false;
    return !(tail && at + mark.len < text.len && word_byte(text.at[at + mark.len]));
}

/* The words of a script by the role they stand in, made once for all marks. */
struct roles {
    const struct shell_report *report;
    uint8_t *role[REPORT_LAYERS_MAX]; /* per byte of the layer's text: enum shell_role */
    struct bytes made; /* what commands in use amount to where it is not written so, one a line */
    struct bytes hostile; /* the same of commands that remove or look for something */
};

/* Wider stretches first; of the same stretch what is removed or looked for last, to stay on top. */
static int span_before(const void *left, const void *right)
{
    const struct shell_span *a = *(const struct shell_span *const *)left,
                            *b = *(const struct shell_span *const *)right;
    uint32_t la = a->end - a->offset, lb = b->end - b->offset;
    if (la != lb)
        return la > lb ? -1 : 1;
    if (a->offset != b->offset)
        return a->offset < b->offset ? -1 : 1;
    bool hostile_a = a->role == ROLE_REMOVED || a->role == ROLE_SEARCHED;
    bool hostile_b = b->role == ROLE_REMOVED || b->role == ROLE_SEARCHED;
    return hostile_a == hostile_b ? 0 : hostile_a ? 1 : -1;
}

/* O(spans log spans + bytes); a command read many times (loops) is painted once. */
static struct roles roles_make(struct arena *arena, const struct shell_report *report)
{
    struct roles roles = {.report = report};
    uint32_t count = 0;
    size_t made_most = report->layer[0]->text.len + MADE_BYTES_MORE;
    struct text made, hostile;
    text_init(&made, arena, 0);
    text_init(&hostile, arena, 0);
    for (uint32_t i = 0; i < report->layer_count; i++) {
        roles.role[i] = arena_alloc(arena, report->layer[i]->text.len + 1);
        memset(roles.role[i], ROLE_TEXT, report->layer[i]->text.len + 1);
    }
    for (const struct shell_span *span = report->span; span != NULL; span = span->next)
        count++;
    const struct shell_span **order = arena_array_of(arena, count, const struct shell_span *);
    count = 0;
    for (const struct shell_span *span = report->span; span != NULL; span = span->next) {
        order[count++] = span;
        struct bytes source = bytes_sub(span->layer->text, span->offset, span->end - span->offset);
        struct text *to = span->role == ROLE_USED ? &made : &hostile;
        if (span->role != ROLE_TEXT && to->len < made_most && !bytes_equal(span->text, source)) {
            text_add(to, span->text);
            text_add_byte(to, '\n');
        }
    }
    qsort(order, count, sizeof(const struct shell_span *), span_before);
    for (uint32_t i = 0; i < count; i++) {
        const struct shell_span *span = order[i];
        bool again = i > 0 && order[i - 1]->layer == span->layer &&
                     order[i - 1]->offset == span->offset && order[i - 1]->end == span->end &&
                     order[i - 1]->role == span->role;
        if (!again && report->layer[span->layer->id] == span->layer && span->end > span->offset &&
            span->end <= span->layer->text.len)
            memset(roles.role[span->layer->id] + span->offset, (int)span->role,
                   span->end - span->offset);
    }
    roles.made = text_bytes(&made), roles.hostile = text_bytes(&hostile);
    return roles;
}

/* The word of TEXT that holds AT. */
static struct bytes word_around(struct bytes text, size_t at)
{
    size_t start = at, end = at;
    while (start > 0 && !ascii_is_space(text.at[start - 1]) && strchr("\"'=|;(<>`", text.at[start - 1]) == NULL)
        start--;
    while (end < text.len && !ascii_is_space(text.at[end]) && strchr("\"'|;)<>`", text.at[end]) == NULL)
        end++;
    return bytes_sub(text, start, end - start);
}

/* Whether the mark at AT says anything of its own: a part of another mark that counts already does not, nor
 * does a name as a path of this machine where one of a server is meant. */
static bool is_own_evidence(const struct score *score, int kind, struct bytes text, size_t at,
                            struct bytes mark)
{
    struct bytes word = word_around(text, at);
    bool served = kind == MARK_INFRASTRUCTURE && mark.len > 1 && mark.at[0] == '/' &&
                  ascii_is_alnum(mark.at[1]);
    bool local = served && (word.at[0] == '/' || word.at[0] == '.' || word.at[0] == '~');
    for (uint32_t i = 0; local && i < score->family->mark_count[MARK_NAME]; i++)
        if (bytes_find_fold(mark, score->family->mark[MARK_NAME][i], 0) != BYTES_NPOS)
            return false; /* a file called so: the name says it */
    for (uint32_t i = 0; i < score->own_count; i++) {
        struct bytes own = score->own[i];
        size_t within = own.len > mark.len ? bytes_find_fold(own, mark, 0) : BYTES_NPOS;
        if (within != BYTES_NPOS && at >= within &&
            bytes_equal_fold(bytes_sub(text, at - within, own.len), own))
            return false;
    }
    return true;
}

/* Whether MARK is the script's own (1), a rival's (-1) or absent (0). */
static int mark_seen(const struct score *score, int kind, const struct roles *roles, struct bytes mark)
{
    int seen = 0;
    bool said = false; /* in words no command is known to use */
    for (uint32_t i = 0; i < roles->report->layer_count; i++) {
        struct bytes text = roles->report->layer[i]->text;
        uint32_t found = 0;
        for (size_t at = 0; found < 32 && (at = bytes_find_fold(text, mark, at)) != BYTES_NPOS;
             at++, found++) {
            if (!stands_alone(text, at, mark) || !is_own_evidence(score, kind, text, at, mark))
                continue;
            if (roles->role[i][at] == ROLE_USED)
                return 1;
            said |= roles->role[i][at] == ROLE_TEXT;
            seen = roles->role[i][at] == ROLE_TEXT ? seen : -1;
        }
    }
    size_t made = seen == 0 ? bytes_find_fold(roles->made, mark, 0) : BYTES_NPOS;
    if (made != BYTES_NPOS && is_own_evidence(score, kind, roles->made, made, mark))
        return 1; /* put together from pieces */
    if (said) /* a word list whose every word is removed is a rivals' list */
        return bytes_find_fold(roles->hostile, mark, 0) == BYTES_NPOS ? 1 : -1;
    return seen;
}

/* A name in the list of what is killed is a rival's wherever it stands (for p in a b c; do pkill $p). */
static bool is_killed(const struct shell_report *report, struct bytes mark)
{
    for (uint32_t i = 0; i < report->kill_count && i < KILLS_MAX; i++)
        if (bytes_find_fold(report->kill[i], mark, 0) != BYTES_NPOS)
            return true;
    return false;
}

static void score_script(struct score *score, const struct roles *roles)
{
    const struct script_family *family = score->family;
    for (int kind = 0; kind < MARK_KIND_COUNT; kind++) {
        double worth = kind_worth[kind].first;
        for (uint32_t i = 0; i < family->mark_count[kind]; i++) {
            struct bytes mark = family->mark[kind][i];
            int seen = mark_seen(score, kind, roles, mark);
            if (seen > 0 && kind != MARK_INFRASTRUCTURE && kind != MARK_STYLE &&
                is_killed(roles->report, mark))
                seen = -1;
            if (seen > 0) {
                bool common = kind == MARK_INFRASTRUCTURE && mark.at[0] == '/' && mark.len <= COMMON_PATH;
                score->kind[kind] =
                    fmin(score->kind[kind] + (common ? worth / 2 : worth), kind_worth[kind].cap);
                worth /= 2;
                if (score->own_count < SHOWN_MAX)
                    score->own[score->own_count++] = mark;
            } else if (seen < 0 && score->rival_count < SHOWN_MAX) {
                score->rival[score->rival_count++] = mark;
            }
        }
    }
}

static void total_up(struct score *score)
{
    for (int kind = 0; kind < MARK_KIND_COUNT; kind++) {
        score->total += score->kind[kind];
        score->kinds += score->kind[kind] > 0;
    }
}

static void add_attribution(struct verdict *v, struct arena *arena, const struct score *score,
                            const struct score *best)
{
    struct attribution *a = &v->attribution[v->attribution_count++];
    *a = (struct attribution){
        .name = score->family->name, .kind = score->family->kind, .score = fmin(score->total, 1.0)};
    a->named = score == best && score->kinds >= 2 && score->total >= NAMED_SCORE;
    a->evidence_kind = arena_array_of(arena, MARK_KIND_COUNT, struct bytes);
    for (int kind = 0; kind < MARK_KIND_COUNT; kind++)
        if (score->kind[kind] > 0)
            a->evidence_kind[a->evidence_kind_count++] = bytes_of_string(mark_kind_names[kind]);
    a->for_it = arena_array_of(arena, SHOWN_MAX + 1, struct bytes);
    for (uint32_t i = 0; i < score->own_count; i++)
        a->for_it[a->for_count++] = arena_printf(arena, "uses '%.*s'", BYTES_FMT(score->own[i]));
    a->against_it = arena_array_of(arena, SHOWN_MAX + 2, struct bytes);
    for (uint32_t i = 0; i < score->rival_count; i++)
        a->against_it[a->against_count++] =
            arena_printf(arena, "removes or looks for '%.*s'", BYTES_FMT(score->rival[i]));
    if (score != best)
        a->against_it[a->against_count++] =
            arena_printf(arena, "%.*s fits better", BYTES_FMT(best->family->name));
    for (uint32_t i = 0;
         score == best && i < score->family->lineage_count && a->for_count <= SHOWN_MAX; i++) {
        a->for_it[a->for_count++] = arena_printf(arena, "shares templates and hosts with %.*s",
                                                 BYTES_FMT(score->family->lineage[i]));
        break;
    }
}

/* What does half of an attacker's work under two kinds of his marks is his. */
static void add_evidence(struct verdict *v, struct arena *arena, struct bytes name, bool half)
{
    struct evidence e = {.rule = BYTES("script.family"),
                         .kind = BYTES("behaviour"),
                         .weight = half ? COMBINE_CONCLUSIVE + 0.5 : MARKED_WEIGHT};
    e.sentence[0] =
        arena_printf(arena, "the script does part of an attacker's work and bears several kinds of marks of %.*s",
                     BYTES_FMT(name));
    e.sentence[1] =
        arena_printf(arena, "攻撃の一部を行うスクリプトで、%.*s の特徴が複数の種類で一致する", BYTES_FMT(name));
    judge_add(v, arena, &e);
}

void attribute_scripts(struct verdict *v, struct model *model,
                       const struct script_families *families)
{
    struct tree *tree = model->tree;
    struct score *score =
        families == NULL ? NULL : arena_array_of(model->arena, families->count, struct score);
    uint32_t scripts = 0;
    bool found = false, half = false; /* a script is suspicious or worse; suspicious, and no removal tool */
    for (uint32_t i = 0; families != NULL && i < tree->count && scripts < 64; i++) {
        const struct shell_report *report = shell_report_of(tree->node[i]);
        if (report == NULL || report->class == SHELL_DUAL_USE || report->tactics == 0)
            continue;
        scripts++;
        found |= report->class >= SHELL_SUSPICIOUS;
        half |= report->class == SHELL_SUSPICIOUS && !report->beside &&
                !(report_count(report, BEHAVIOUR_M3) > 0 && report_count(report, BEHAVIOUR_V6) > 0);
        report_spans_fill(model->arena, report);
        struct roles roles = roles_make(model->arena, report);
        for (uint32_t f = 0; f < families->count; f++)
            score[f].family = &families->item[f], score_script(&score[f], &roles);
    }
    if (scripts == 0)
        return;
    const struct score *order[ATTRIBUTED_MAX] = {NULL};
    for (uint32_t f = 0; f < families->count; f++)
        total_up(&score[f]);
    for (uint32_t n = 0; n < ATTRIBUTED_MAX; n++)
        for (uint32_t f = 0; f < families->count; f++) {
            bool taken = false;
            for (uint32_t k = 0; k < n; k++)
                taken |= order[k] == &score[f];
            if (!taken && score[f].total >= RESEMBLES_SCORE &&
                (order[n] == NULL || score[f].total > order[n]->total))
                order[n] = &score[f];
        }
    bool named = order[0] != NULL && order[0]->kinds >= 2 && order[0]->total >= NAMED_SCORE;
    if (!found && !named)
        return;
    struct attribution *grown =
        arena_array_of(model->arena, v->attribution_count + ATTRIBUTED_MAX, struct attribution);
    if (v->attribution_count > 0)
        memcpy(grown, v->attribution, v->attribution_count * sizeof *grown);
    v->attribution = grown;
    for (uint32_t n = 0; n < ATTRIBUTED_MAX && order[n] != NULL; n++)
        add_attribution(v, model->arena, order[n], order[0]);
    if (named && (half || !found))
        add_evidence(v, model->arena, order[0]->family->name, half);
}
