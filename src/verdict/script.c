/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict/script.h"

#include "base/text.h"
#include "base/utf8.h"
#include "observe/script.h"
#include "open/shell.h"
#include "shell/judge.h"
#include "verdict/combine.h"
#include "verdict/judge.h"

#define SNIPPET_BYTES 160u
#define SUSPICIOUS_WEIGHT 4.6 /* lifts the prior just past an even chance, never to malicious */

/* Weight of a behaviour that does not carry the class. */
static double weight_of(const struct shell_report *report, enum behaviour b, bool carries)
{
    static const double malicious[] = {0.3, 0.6, 1.0, 1.5, 2.5};
    if (report->class == SHELL_MALICIOUS)
        return carries ? COMBINE_CONCLUSIVE + 0.5 : malicious[behaviour_rows[b].strength];
    if (report->class == SHELL_SUSPICIOUS)
        return carries ? SUSPICIOUS_WEIGHT : 0.1;
    return 0;
}

struct judging {
    struct verdict *v;
    struct model *model;
    const struct rule_set *rules;
    struct node *node;
    struct shell_report *report;
};

/* `# noroshi: ignore X2 reason` on LINE or the one before: the reason; absent where nothing is ignored. */
static struct bytes ignored(const struct shell_layer *layer, uint32_t line, const char *id)
{
    struct bytes rest = layer->text, text;
    for (uint32_t n = 1; n <= line && bytes_next_line(&rest, &text); n++) {
        if (n + 1 < line)
            continue;
        size_t at = bytes_find(text, BYTES("# noroshi: ignore "), 0);
        if (at == BYTES_NPOS)
            continue;
        struct bytes after = bytes_from(text, at + 18);
        size_t end = bytes_find_byte(after, ' ', 0);
        struct bytes name = end == BYTES_NPOS ? after : bytes_sub(after, 0, end);
        struct bytes reason = end == BYTES_NPOS ? BYTES("") : bytes_trim(bytes_from(after, end));
        if (reason.len > 0 &&
            (bytes_equal_fold(name, bytes_of_string(id)) || bytes_equal(name, BYTES("all"))))
            return reason;
    }
    return BYTES_NONE;
}

static void place_evidence(struct judging *j, struct evidence *e, const struct shell_place *place)
{
    struct bytes command = bytes_sub(place->layer->text, place->offset, place->len);
    struct bytes shown = utf8_cut(bytes_trim(command), SNIPPET_BYTES);
    struct node *node = shell_layer_node(j->node, place->layer);
    size_t offset;
    if (shown.len > 0 && bytes_inside(node->content, shown, &offset)) {
        e->path = node_path(j->model->arena, node);
        e->offset = offset, e->len = shown.len, e->snippet = shown;
        return;
    }
    e->path = node_path(j->model->arena, j->node);
    e->field = arena_printf(j->model->arena, "line %.*s",
                            BYTES_FMT(layer_path(j->model->arena, place->layer, place->line)));
}

/* The way to LINE; of commands inside another file (a Dockerfile's RUN) in that file's lines. */
static struct bytes line_path(struct judging *j, const struct shell_layer *layer, uint32_t line)
{
    struct value first = node_get(j->node, FACT_SHELL_LINE);
    struct bytes path = layer_path(j->model->arena, layer, line);
    size_t digits = 0;
    int64_t n = 0;
    while (digits < path.len && ascii_is_digit(path.at[digits]))
        digits++;
    if (first.tag != VALUE_INT || !bytes_to_int(bytes_sub(path, 0, digits), 1, INT32_MAX, &n))
        return path;
    return arena_printf(j->model->arena, "%lld%.*s", (long long)(n + first.as.integer - 1),
                        BYTES_FMT(bytes_from(path, digits)));
}

/* ", /usr/bin/x in layer 2: COPY . /, removed in layer 3, still shipped": for files of images; else nothing. */
static struct bytes image_place(struct judging *j)
{
    const struct node *node = j->node;
    while (node != NULL && value_bytes(node_get(node, FACT_IMAGE_STATE)).len == 0)
        node = node->parent;
    if (node == NULL || node->parent == NULL)
        return BYTES("");
    return arena_printf(j->model->arena, "; %.*s in %.*s, %.*s", BYTES_FMT(node->name),
                        BYTES_FMT(node->parent->name),
                        BYTES_FMT(value_bytes(node_get(node, FACT_IMAGE_STATE))));
}

/* SENTENCE, then where and with what: "the script runs what a bare address serves (line 3: http://..)". */
static struct bytes sentence_of(struct judging *j, struct bytes sentence,
                                const struct shell_place *place)
{
    struct bytes line = line_path(j, place->layer, place->line);
    struct bytes detail = utf8_cut(place->detail, 100);
    struct bytes image = image_place(j);
    return detail.len > 0
               ? arena_printf(j->model->arena, "%.*s (line %.*s: %.*s%.*s)", BYTES_FMT(sentence),
                              BYTES_FMT(line), BYTES_FMT(detail), BYTES_FMT(image))
               : arena_printf(j->model->arena, "%.*s (line %.*s%.*s)", BYTES_FMT(sentence),
                              BYTES_FMT(line), BYTES_FMT(image));
}

static void add_behaviour(struct judging *j, enum behaviour b, bool carries)
{
    const struct behaviour_row *row = &behaviour_rows[b];
    const struct shell_place *place = &j->report->behaviour[ROLE_USED][b].place[0];
    struct arena *arena = j->model->arena;
    struct bytes name = arena_printf(arena, "script.%s.%s", row->id, row->name);
    const struct rule *rule = j->rules == NULL ? NULL : rule_set_find(j->rules, name);
    struct evidence e = {
        .rule = name, .kind = BYTES("behaviour"), .weight = weight_of(j->report, b, carries)};
    struct bytes english = rule != NULL && rule->x.say[0].len > 0
                               ? rule->x.say[0]
                               : arena_printf(arena, "the script %s", row->what);
    struct bytes japanese = rule != NULL && rule->x.say[1].len > 0 ? rule->x.say[1] : english;
    struct bytes reason = ignored(place->layer, place->line, row->id);
    if (reason.at != NULL && row->strength != STRENGTH_FLOW) {
        e.weight = 0;
        english =
            arena_printf(arena, "ignored (%.*s): %.*s", BYTES_FMT(reason), BYTES_FMT(english));
        japanese =
            arena_printf(arena, "除外指定 (%.*s): %.*s", BYTES_FMT(reason), BYTES_FMT(japanese));
    }
    e.sentence[0] = sentence_of(j, english, place), e.sentence[1] = sentence_of(j, japanese, place);
    if (rule != NULL)
        e.technique = rule->x.technique, e.technique_count = rule->x.technique_count;
    place_evidence(j, &e, place);
    judge_add(j->v, arena, &e);
}

/* The way of a secret: source, every line, sink. */
static void add_flow(struct judging *j, const struct shell_flow *flow)
{
    struct arena *arena = j->model->arena;
    struct text way;
    text_init(&way, arena, 4096);
    const struct shell_step *steps[64];
    uint32_t count = 0;
    for (const struct shell_step *s = flow->step; s != NULL && count < 64; s = s->before)
        steps[count++] = s;
    for (uint32_t i = count; i-- > 0;) {
        struct bytes path = line_path(j, steps[i]->layer, steps[i]->line);
        if (i + 1 < count && steps[i]->layer == steps[i + 1]->layer &&
            steps[i]->line == steps[i + 1]->line)
            continue;
        text_add_format(&way, "%s%.*s", way.len > 0 ? " -> " : "", BYTES_FMT(path));
    }
    struct evidence e = {.rule = BYTES("script.flow"),
                         .kind = BYTES("behaviour"),
                         .weight = COMBINE_CONCLUSIVE + 0.6};
    e.sentence[0] = arena_printf(arena, "%s: lines %.*s, sent by %.*s to %.*s",
                                 taint_rows[flow->source].what, BYTES_FMT(text_bytes(&way)),
                                 BYTES_FMT(flow->sink), BYTES_FMT(flow->destination));
    e.sentence[1] = arena_printf(arena, "秘密情報 (%s) の流出: 行 %.*s, %.*s により %.*s へ送信",
                                 taint_rows[flow->source].name, BYTES_FMT(text_bytes(&way)),
                                 BYTES_FMT(flow->sink), BYTES_FMT(flow->destination));
    struct shell_place place = {.layer = flow->step->layer,
                                .line = flow->step->line,
                                .offset = flow->step->offset,
                                .len = flow->step->len};
    place_evidence(j, &e, &place);
    judge_add(j->v, arena, &e);
}

static void judge_one(struct judging *j)
{
    if (j->report->class == SHELL_CLEAN)
        return;
    for (const struct shell_flow *flow = j->report->flow; flow != NULL; flow = flow->next)
        add_flow(j, flow);
    add_behaviour(j, j->report->decisive, true);
    for (uint32_t b = 0; b < BEHAVIOUR_COUNT; b++)
        if (b != j->report->decisive && report_count(j->report, (enum behaviour)b) > 0)
            add_behaviour(j, (enum behaviour)b, false);
    if (j->report->category != NULL &&
        (j->v->category.len == 0 || j->report->class >= SHELL_SUSPICIOUS))
        j->v->category = bytes_of_string(j->report->category);
}

/* Whether two nodes lie in the same directory: same parent, same name up to the last slash. */
static bool beside(const struct node *a, const struct node *b)
{
    size_t slash_a = bytes_find_last_byte(a->name, '/'),
           slash_b = bytes_find_last_byte(b->name, '/');
    struct bytes dir_a = slash_a == BYTES_NPOS ? BYTES("") : bytes_sub(a->name, 0, slash_a);
    struct bytes dir_b = slash_b == BYTES_NPOS ? BYTES("") : bytes_sub(b->name, 0, slash_b);
    return a->parent == b->parent && !a->is_view && !b->is_view && bytes_equal(dir_a, dir_b);
}

static void judge_neighbours(struct tree *tree)
{
    uint32_t looked = 0;
    for (uint32_t i = 0; i < tree->count; i++) {
        const struct shell_report *report = shell_report_of(tree->node[i]);
        if (report == NULL || report->class != SHELL_MALICIOUS || tree->node[i]->parent == NULL ||
            ++looked > 256)
            continue;
        for (struct node *other = tree->node[i]->parent->first_child; other != NULL;
             other = other->next) {
            struct shell_report *near = shell_report_of(other);
            if (near != NULL && beside(tree->node[i], other))
                shell_judge_beside(near);
        }
    }
}

void judge_scripts(struct verdict *v, struct model *model, const struct rule_set *rules)
{
    struct tree *tree = model->tree;
    judge_neighbours(tree);
    for (uint32_t i = 0; i < tree->count; i++) {
        struct judging j = {.v = v, .model = model, .rules = rules, .node = tree->node[i]};
        j.report = shell_report_of(j.node);
        if (j.report != NULL)
            judge_one(&j);
        if (j.report != NULL && i == 0)
            v->beside = bytes_of_string(shell_judge_alone(j.report));
    }
}
