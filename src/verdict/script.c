/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict/script.h"

#include "base/text.h"
#include "base/utf8.h"
#include "observe/script.h"
#include "open/shell.h"
#include "verdict/combine.h"
#include "verdict/judge.h"

#define SNIPPET_BYTES 160u
#define FLOW_STEPS_MAX 64u
#define SUSPICIOUS_WEIGHT 4.6 /* lifts the prior just past an even chance, never to malicious */

/* What the rules say each behaviour can carry; kept for the set that was asked about last. */
struct strengths {
    const struct rule_set *of;
    uint32_t rule_count;
    enum rule_strength rank[BEHAVIOUR_COUNT];
    const char *name[BEHAVIOUR_COUNT];
    bool own; /* the set has rules over scripts that stand for no behaviour */
};

/* One script and what the rules saw in it. */
struct judging {
    struct verdict *v;
    struct model *model;
    const struct rule_set *rules;
    const struct strengths *strengths;
    struct node *node;
    struct shell_report *report;
    const struct rule *rule[BEHAVIOUR_COUNT]; /* that matched */
    const struct rule **own;                  /* matched, standing for no behaviour */
    uint32_t own_count;
};

/* The behaviour the rule "script.X1.pipe_to_shell_ip" stands for; BEHAVIOUR_COUNT where none. */
static enum behaviour behaviour_of(const struct rule *rule)
{
    struct bytes rest = rule->name, part;
    if (rule->x.strength == RULE_STRENGTH_none || !bytes_next_field(&rest, '.', &part) ||
        !bytes_next_field(&rest, '.', &part))
        return BEHAVIOUR_COUNT;
    enum behaviour b = 0;
    while (b < BEHAVIOUR_COUNT && !bytes_equal(part, bytes_of_string(behaviour_rows[b].id)))
        b++;
    return b;
}

static const struct strengths *strengths_of(const struct rule_set *rules)
{
    static const char *const names[] = {"weak", "weak", "odd", "strong", "link", "flow"};
    static struct strengths kept;
    if (kept.of == rules && kept.rule_count == rule_set_count(rules))
        return &kept;
    kept = (struct strengths){.of = rules, .rule_count = rule_set_count(rules)};
    for (enum behaviour b = 0; b < BEHAVIOUR_COUNT; b++)
        kept.name[b] = names[RULE_STRENGTH_weak];
    for (uint32_t i = 0; i < kept.rule_count; i++) {
        const struct rule *rule = rule_set_rule(rules, i);
        enum behaviour b = behaviour_of(rule);
        if (b < BEHAVIOUR_COUNT)
            kept.rank[b] = rule->x.strength, kept.name[b] = names[rule->x.strength];
        else if (rule->root == TYPE_Script && rule->x.decides.at == NULL &&
                 rule->x.category.at == NULL)
            kept.own = true;
    }
    return &kept;
}

/* How much B can carry here: everything where no honest script has it, little where one may. */
static enum rule_strength strength_of(const struct judging *j, enum behaviour b)
{
    const struct shell_behaviour *seen = &j->report->behaviour[ROLE_USED][b];
    return seen->sure   ? RULE_STRENGTH_flow
           : seen->hard ? j->strengths->rank[b]
                        : RULE_STRENGTH_weak;
}

/* Weight of a behaviour; CARRIES: it is the strongest one behind the class. */
static double weight_of(const struct judging *j, enum behaviour b, bool carries)
{
    static const double malicious[] = {0.3, 0.3, 0.6, 1.0, 1.5, 2.5};
    if (j->report->class == SHELL_MALICIOUS)
        return carries ? COMBINE_CONCLUSIVE + 0.5 : malicious[strength_of(j, b)];
    if (j->report->class == SHELL_SUSPICIOUS)
        return carries ? SUSPICIOUS_WEIGHT : 0.1;
    return 0;
}

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

/* The command of LEN bytes at OFFSET of LAYER, as far as it is shown. */
static struct bytes command_of(const struct shell_layer *layer, uint32_t offset, uint32_t len)
{
    return utf8_cut(bytes_trim(bytes_sub(layer->text, offset, len)), SNIPPET_BYTES);
}

/* Where E is: the command, or the line of the nearest text around it that is bytes of a node. */
static void place_evidence(struct judging *j, struct evidence *e, const struct shell_place *place)
{
    const struct shell_layer *layer = place->layer;
    uint32_t from = place->offset, len = place->len;
    for (; layer != NULL; layer = layer->parent) {
        struct bytes shown = command_of(layer, from, len);
        const struct node *node = shell_layer_node(j->node, layer);
        size_t offset;
        if (shown.len > 0 && bytes_inside(node->content, shown, &offset)) {
            e->path = node_path(j->model->arena, node);
            e->offset = offset, e->len = shown.len, e->snippet = shown;
            return;
        }
        if (layer->parent == NULL)
            return;
        size_t end = bytes_find_byte(layer->parent->text, '\n', layer->offset);
        from = layer->offset, len = (uint32_t)(end == BYTES_NPOS ? layer->parent->text.len : end) - from;
    }
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

/* STATE of a file of an image in Japanese: "removed in layer 3, still shipped" and its like. */
static struct bytes state_ja(struct arena *arena, struct bytes state)
{
    size_t at = bytes_find(state, BYTES("layer "), 0);
    if (at == BYTES_NPOS)
        return BYTES("最終ファイルシステムに存在");
    struct bytes rest = bytes_from(state, at + 6), number;
    bytes_next_field(&rest, ',', &number);
    return arena_printf(arena, "レイヤー %.*s で%sが配布物に残存", BYTES_FMT(number),
                        bytes_starts(state, BYTES("removed")) ? "削除された" : "置換された");
}

/* "; /usr/bin/x in layer 2: COPY . /, removed in layer 3, still shipped": for files of images; else nothing. */
static struct bytes image_place(struct judging *j, bool japanese)
{
    struct arena *arena = j->model->arena;
    const struct node *node = j->node;
    while (node != NULL && value_bytes(node_get(node, FACT_IMAGE_STATE)).len == 0)
        node = node->parent;
    if (node == NULL || node->parent == NULL)
        return BYTES("");
    struct bytes state = value_bytes(node_get(node, FACT_IMAGE_STATE)), layer = node->parent->name;
    if (!japanese)
        return arena_printf(arena, "; %.*s in %.*s, %.*s", BYTES_FMT(node->name), BYTES_FMT(layer),
                            BYTES_FMT(state));
    bool plain = bytes_starts(layer, BYTES("layer "));
    return arena_printf(arena, "; %.*s、%s%.*s、%.*s", BYTES_FMT(node->name),
                        plain ? "レイヤー " : "", BYTES_FMT(bytes_from(layer, plain ? 6 : 0)),
                        BYTES_FMT(state_ja(arena, state)));
}

/* SAYS, then where and with what: "the script runs what a bare address serves (line 3: http://..)". */
static struct bytes sentence_of(struct judging *j, struct bytes says, bool japanese,
                                const struct shell_place *place)
{
    struct bytes line = line_path(j, place->layer, place->line);
    struct bytes detail = utf8_cut(place->detail, 100), image = image_place(j, japanese);
    return arena_printf(j->model->arena, "%.*s (%s%.*s%s%s%.*s%.*s)", BYTES_FMT(says),
                        japanese ? "" : "line ", BYTES_FMT(line), japanese ? " 行目" : "",
                        detail.len > 0 ? ": " : "", BYTES_FMT(detail), BYTES_FMT(image));
}

static void add_behaviour(struct judging *j, enum behaviour b, bool carries)
{
    const struct behaviour_row *row = &behaviour_rows[b];
    const struct shell_place *place = &j->report->behaviour[ROLE_USED][b].place[0];
    const struct rule *rule = j->rule[b];
    struct arena *arena = j->model->arena;
    struct evidence e = {
        .rule = rule->name, .kind = BYTES("behaviour"), .weight = weight_of(j, b, carries)};
    struct bytes english =
        rule->x.say[0].len > 0 ? rule->x.say[0] : arena_printf(arena, "the script %s", row->what);
    struct bytes japanese = rule->x.say[1].len > 0 ? rule->x.say[1] : english;
    struct bytes reason = ignored(place->layer, place->line, row->id);
    if (reason.at != NULL && rule->x.strength != RULE_STRENGTH_flow) {
        e.weight = 0;
        english =
            arena_printf(arena, "ignored (%.*s): %.*s", BYTES_FMT(reason), BYTES_FMT(english));
        japanese =
            arena_printf(arena, "除外指定 (%.*s): %.*s", BYTES_FMT(reason), BYTES_FMT(japanese));
    }
    e.sentence[0] = sentence_of(j, english, false, place);
    e.sentence[1] = sentence_of(j, japanese, true, place);
    e.technique = rule->x.technique, e.technique_count = rule->x.technique_count;
    place_evidence(j, &e, place);
    judge_add(j->v, arena, &e);
}

/* A rule of the user's that stands for no behaviour: as it says. */
static void add_own(struct judging *j, const struct rule *rule)
{
    struct evidence e = {.rule = rule->name, .kind = rule->x.kind, .weight = rule->x.weight};
    if (e.kind.at == NULL)
        e.kind = BYTES("script");
    e.sentence[0] = rule->x.say[0].at != NULL ? rule->x.say[0] : rule->name;
    e.sentence[1] = rule->x.say[1].at != NULL ? rule->x.say[1] : e.sentence[0];
    e.technique = rule->x.technique, e.technique_count = rule->x.technique_count;
    e.path = node_path(j->model->arena, j->node);
    judge_add(j->v, j->model->arena, &e);
}

/* The way of a secret: source, every line, sink. */
static void add_flow(struct judging *j, const struct shell_flow *flow)
{
    struct arena *arena = j->model->arena;
    struct text way;
    text_init(&way, arena, 4096);
    const struct shell_step *steps[FLOW_STEPS_MAX];
    uint32_t count = 0;
    for (const struct shell_step *s = flow->step; s != NULL && count < FLOW_STEPS_MAX;
         s = step_before(s, flow->source))
        steps[count++] = s;
    struct bytes *chain = arena_array_of(arena, count, struct bytes);
    uint32_t lines = 0;
    for (uint32_t i = count; i-- > 0;) {
        struct bytes path = line_path(j, steps[i]->layer, steps[i]->line);
        if (i + 1 < count && steps[i]->layer == steps[i + 1]->layer &&
            steps[i]->line == steps[i + 1]->line)
            continue;
        text_add_format(&way, "%s%.*s", way.len > 0 ? " -> " : "", BYTES_FMT(path));
        chain[lines++] = arena_printf(arena, "%.*s: %.*s", BYTES_FMT(path),
                                      BYTES_FMT(command_of(steps[i]->layer, steps[i]->offset,
                                                           steps[i]->len)));
    }
    struct evidence e = {.rule = BYTES("script.flow"),
                         .kind = BYTES("behaviour"),
                         .chain = chain,
                         .chain_count = lines,
                         .weight = COMBINE_CONCLUSIVE + 0.6};
    struct bytes image[2] = {image_place(j, false), image_place(j, true)};
    e.sentence[0] = arena_printf(arena, "%s: lines %.*s, sent by %.*s to %.*s%.*s",
                                 taint_rows[flow->source].what[0], BYTES_FMT(text_bytes(&way)),
                                 BYTES_FMT(flow->sink), BYTES_FMT(flow->destination),
                                 BYTES_FMT(image[0]));
    e.sentence[1] = arena_printf(arena, "%sが流出: %.*s 行目, %.*s により %.*s へ送信%.*s",
                                 taint_rows[flow->source].what[1], BYTES_FMT(text_bytes(&way)),
                                 BYTES_FMT(flow->sink), BYTES_FMT(flow->destination),
                                 BYTES_FMT(image[1]));
    struct shell_place place = {.layer = flow->step->layer,
                                .line = flow->step->line,
                                .offset = flow->step->offset,
                                .len = flow->step->len};
    place_evidence(j, &e, &place);
    judge_add(j->v, arena, &e);
}

static void judge_one(struct judging *j)
{
    for (uint32_t i = 0; i < j->own_count; i++)
        add_own(j, j->own[i]);
    if (j->report->class == SHELL_CLEAN)
        return;
    for (const struct shell_flow *flow = j->report->flow; flow != NULL; flow = flow->next)
        add_flow(j, flow);
    enum behaviour best = BEHAVIOUR_COUNT;
    for (enum behaviour b = 0; b < BEHAVIOUR_COUNT; b++)
        if (j->rule[b] != NULL && report_count(j->report, b) > 0 &&
            (best == BEHAVIOUR_COUNT || strength_of(j, b) > strength_of(j, best)))
            best = b;
    if (best < BEHAVIOUR_COUNT)
        add_behaviour(j, best, true);
    for (enum behaviour b = 0; b < BEHAVIOUR_COUNT; b++)
        if (b != best && j->rule[b] != NULL && report_count(j->report, b) > 0)
            add_behaviour(j, b, false);
    if (j->report->category.at != NULL &&
        (j->v->category.len == 0 || j->report->class >= SHELL_SUSPICIOUS))
        j->v->category = j->report->category;
}

static enum shell_class class_named(struct bytes name)
{
    enum shell_class class = SHELL_CLEAN;
    while (class < SHELL_MALICIOUS && !bytes_equal(name, bytes_of_string(shell_class_names[class])))
        class ++;
    return class;
}

/* What the rules make of the script: the first that decides gives its class, the first with a
 * category (the deciding one before all) its category. */
static void decide(struct judging *j)
{
    struct shell_report *report = j->report;
    const struct rule_run_options options = {.no_queries = true, .no_evidence = true};
    struct rule_result result;
    const struct rule *by = NULL;
    report->class = SHELL_CLEAN, report->category = BYTES_NONE, j->own_count = 0;
    if (j->rules == NULL || (report->tactics == 0 && !j->strengths->own))
        return;
    const char *strength[BEHAVIOUR_COUNT];
    memcpy(strength, j->strengths->name, sizeof strength);
    for (int round = 0; round < 2; round++) { /* a behaviour whose own rule does not match is weak */
        struct model *script = script_model_new(j->node->tree, j->node, j->model->settings);
        script->behaviour_strength = strength;
        rule_set_run(j->rules, script, j->model->arena, &options, &result);
        for (uint32_t i = 0; i < result.hit_count; i++) {
            enum behaviour b = behaviour_of(result.hit[i].rule);
            if (b < BEHAVIOUR_COUNT)
                j->rule[b] = result.hit[i].rule;
        }
        for (enum behaviour b = 0; b < BEHAVIOUR_COUNT; b++)
            strength[b] = j->rule[b] != NULL ? j->strengths->name[b] : "weak";
    }
    j->own = arena_array_of(j->model->arena, result.hit_count, const struct rule *);
    for (uint32_t i = 0; i < result.hit_count; i++) {
        const struct rule *rule = result.hit[i].rule;
        enum behaviour b = behaviour_of(rule);
        if (rule->x.decides.at != NULL)
            by = by == NULL ? rule : by;
        else if (b == BEHAVIOUR_COUNT && rule->x.category.at == NULL)
            j->own[j->own_count++] = rule;
        else if (b == BEHAVIOUR_COUNT && report->category.at == NULL)
            report->category = rule->x.category;
    }
    report->class = by == NULL ? SHELL_CLEAN : class_named(by->x.decides);
    if (by == NULL || report->class == SHELL_CLEAN)
        report->category = BYTES_NONE;
    else if (by->x.category.at != NULL)
        report->category = by->x.category;
}

/* The category J's script has beside a malicious one; absent where it needs no neighbour or has none. */
static struct bytes category_beside(struct judging *j)
{
    enum shell_class class = j->report->class;
    struct bytes category = j->report->category, beside = BYTES_NONE;
    if (class >= SHELL_SUSPICIOUS || j->report->tactics == 0)
        return beside;
    j->report->beside = true;
    decide(j);
    if (j->report->class >= SHELL_SUSPICIOUS)
        beside = j->report->category;
    j->report->beside = false, j->report->class = class, j->report->category = category;
    return beside;
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

/* Whether enough of the scripts beside ALL[AT] are malicious for them to be a set. */
static bool lies_in_set(const struct judging *all, uint32_t count, uint32_t at)
{
    uint32_t scripts = 0, malicious = 0;
    for (uint32_t i = 0; i < count; i++)
        if (beside(all[at].node, all[i].node)) {
            scripts++;
            malicious += all[i].report->class == SHELL_MALICIOUS && !all[i].report->beside;
        }
    return script_set_is_hostile(malicious, scripts);
}

static void judge_neighbours(struct judging *all, uint32_t count)
{
    uint32_t looked = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (all[i].report->class != SHELL_MALICIOUS || all[i].report->beside ||
            all[i].node->parent == NULL || ++looked > 256 || !lies_in_set(all, count, i))
            continue;
        for (uint32_t k = 0; k < count; k++)
            if (all[k].report->class < SHELL_SUSPICIOUS && !all[k].report->beside &&
                beside(all[i].node, all[k].node))
                all[k].report->beside = true, decide(&all[k]);
    }
}

void judge_scripts(struct verdict *v, struct model *model, const struct rule_set *rules)
{
    struct tree *tree = model->tree;
    struct judging *all = NULL;
    uint32_t count = 0;
    for (uint32_t i = 0; i < tree->count; i++) {
        struct shell_report *report = shell_report_of(tree->node[i]);
        if (report == NULL)
            continue;
        if (all == NULL)
            all = arena_array_of(model->arena, tree->count - i, struct judging);
        all[count] = (struct judging){
            .v = v, .model = model, .rules = rules, .node = tree->node[i], .report = report};
        all[count].strengths = rules == NULL ? NULL : strengths_of(rules);
        decide(&all[count++]);
    }
    judge_neighbours(all, count);
    for (uint32_t i = 0; i < count; i++) {
        judge_one(&all[i]);
        node_fact_string(all[i].node, FACT_SHELL_CLASS,
                         bytes_of_string(shell_class_names[all[i].report->class]));
        const struct node *node = all[i].node; /* the file, or the commands of a unit, a table, a workflow */
        bool file = node->parent == NULL || (node->is_view && node->parent->parent == NULL);
        if (file && v->beside.len == 0)
            v->beside = category_beside(&all[i]);
    }
}
