/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/machine.h"
#include "shell/skim.h"

static void run_command(struct machine *m, const struct shell_command *c);

#define WEIGHED_STEPS 16 /* memory is looked at once in so many */

/* Whether this script has taken more memory than one may. */
static bool is_heavy(const struct machine *m)
{
    return arena_used_bytes(m->arena) - m->arena_from > m->budget->most[LIMIT_EVAL_BYTES] ||
           budget_room(m->budget) == 0;
}

/* One step of the budget; false where it is spent. */
static bool step(struct machine *m, uint32_t amount)
{
    enum limit passed = LIMIT_COUNT;
    if (m->stopped)
        return false;
    if (!budget_take(m->budget, LIMIT_EVAL_STEPS, amount))
        passed = LIMIT_EVAL_STEPS;
    else if (m->budget->used[LIMIT_EVAL_STEPS] % WEIGHED_STEPS == 0 && is_heavy(m))
        passed = LIMIT_EVAL_BYTES;
    else if (m->budget->used[LIMIT_EVAL_STEPS] % 512 == 0 && !budget_time_left(m->budget))
        passed = LIMIT_MILLISECONDS;
    m->stopped = passed != LIMIT_COUNT;
    m->report->limits |= m->stopped ? 1U << passed : 0;
    return !m->stopped;
}

/* Read what stands once for all worlds; MOST as it was before. */
static void world_fixed(struct machine *m, uint32_t most)
{
    m->one_world |= m->world_most > 1;
    m->world_most = most > m->world_most ? most : m->world_most;
}

static void assign(struct machine *m, const struct shell_word *word)
{
    uint32_t most = m->world_most;
    m->world_most = 1;
    const struct shell_part *part = word->first;
    size_t equals = bytes_find_byte(part->text, '=', 0);
    struct bytes name = bytes_sub(part->text, 0, equals);
    bool append = name.len > 0 && name.at[name.len - 1] == '+';
    if (append)
        name.len--;
    struct shell_part head = *part; /* the value without its name */
    struct shell_word rest = *word;
    head.text = bytes_from(part->text, equals + 1);
    rest.first = head.text.len == 0 && part->next != NULL ? part->next : &head;
    struct shell_string value = string_pass(m, expand_single(m, &rest));
    world_fixed(m, most);
    variable_set(m, name, value, append);
    sense_assign(m, name, value);
}

/* name=(a b c): the elements one by one and, under the name itself, all of them. */
static void assign_array(struct machine *m, const struct shell_word *word)
{
    struct bytes name = bytes_sub(word->first->text, 0, word->first->text.len - 1);
    struct strings elements = {0};
    uint32_t most = m->world_most;
    m->world_most = 1;
    bool append = name.len > 0 && name.at[name.len - 1] == '+';
    if (append)
        name.len--;
    for (const struct shell_word *w = word->next; w != NULL; w = w->next)
        expand_word(m, w, &elements);
    world_fixed(m, most);
    for (uint32_t i = 0; i < elements.count && i < 256; i++)
        variable_set(m, arena_printf(m->arena, "%.*s[%u]", BYTES_FMT(name), i), elements.at[i],
                     false);
    struct shell_string all =
        elements.count == 0 ? string_of(BYTES("")) : strings_join(m, elements.at, elements.count);
    const struct variable *old = append ? variable_find(m, name) : NULL;
    if (old != NULL && old->count > 0)
        all = string_join(m, string_of(BYTES(" ")), all);
    variable_set(m, name, string_pass(m, all), append);
    sense_text(m, all.text, ROLE_TEXT);
}

/* cat <<EOF with nobody behind it: a text for whoever sits before the terminal. */
static bool is_printed(const struct call *call)
{
    if (call->count != 1 || !bytes_equal(call->arg[0].text, BYTES("cat")) || call->m->capture != NULL ||
        call->command->pipe != NULL)
        return false;
    for (const struct shell_redirect *r = call->command->redirects; r != NULL; r = r->next)
        if (r->kind == REDIRECT_WRITE || r->kind == REDIRECT_APPEND || r->kind == REDIRECT_DUP)
            return false;
    return true;
}

/* Where input comes from and output goes to, by COMMAND's redirections. */
static void redirects_apply(struct call *call, const struct shell_redirect *redirect,
                            bool *append_out)
{
    struct machine *m = call->m;
    bool out_null = false, err_null = false;
    for (; redirect != NULL; redirect = redirect->next) {
        if (redirect->target == NULL)
            continue;
        struct shell_string target = expand_single(m, redirect->target);
        bool null = bytes_starts(target.text, BYTES("/dev/null"));
        switch (redirect->kind) {
        case REDIRECT_HERE:
        case REDIRECT_STRING:
            call->in = target, call->has_in = true;
            m->printing = is_printed(call);
            sense_text(m, target.text, ROLE_USED);
            m->printing = false;
            break;
        case REDIRECT_READ:
        case REDIRECT_BOTH:
            call->has_in = true;
            call->in = string_of(string_hole(m->arena, "$(<", target.text, ")"));
            struct file *file = file_find(m, target.text);
            if (file != NULL && file->content.text.at != NULL)
                call->in = file->content;
            call->in.taint |= target.taint,
                call->in.step = target.taint != 0 ? target.step : call->in.step;
            sense_path_read(call, target.text, &call->in);
            if (redirect->kind == REDIRECT_READ)
                break;
            /* fallthrough */
        case REDIRECT_WRITE:
        case REDIRECT_APPEND:
            if (redirect->fd == 2) {
                err_null |= null;
            } else {
                out_null |= null, err_null |= null && redirect->all;
                call->write_path = target.text;
                *append_out = redirect->kind == REDIRECT_APPEND;
            }
            break;
        case REDIRECT_DUP:
            if (redirect->input && m->socket_open && target.text.len > 0) {
                call->in =
                    string_taint(m, string_of(string_hole(m->arena, "$(<&", target.text, ")")),
                                 TAINT_BIT(FETCHED));
                struct shell_step *step_made = NULL;
                memcpy(&step_made, &call->in.step, sizeof step_made); /* made just now */
                step_made->fetch = m->socket_fetch;
                call->has_in = true;
            } else if (redirect->fd == 2 && bytes_equal(target.text, BYTES("1")))
                err_null |= out_null;
            else if (redirect->fd <= 1 && m->socket_open && target.text.len == 1 &&
                     target.text.at[0] >= '3' && target.text.at[0] <= '9')
                call->to_socket = true;
            else if (redirect->fd <= 1 &&
                     !ascii_is_digit(target.text.len > 0 ? target.text.at[0] : '0'))
                call->write_path = target.text;
            break;
        }
    }
    call->silent = m->hushed || (out_null && err_null);
    m->report->style |= out_null && err_null ? 1U : 0U;
}

/* Output that goes nowhere in particular: to whoever captures, or lost. */
static void capture_add(struct machine *m, struct shell_string s)
{
    if (m->capture == NULL)
        return;
    bool hole = s.text.len > 0 && s.text.at[0] == 0;
    if (hole && m->capture->len > 0 && m->capture->at[m->capture->len - 1] != '\n')
        text_add_byte(m->capture, '\n');
    text_add(m->capture, s.text);
    if (hole)
        text_add_byte(m->capture, '\n');
    if (s.taint != 0 &&
        (m->capture_taint == 0 || (s.taint & taint_secrets() & ~m->capture_taint) != 0))
        m->capture_step = s.step;
    m->capture_taint |= s.taint;
}

static void simple_world(struct machine *m, const struct shell_command *c,
                         const struct shell_word *first, struct shell_string in, bool has_in,
                         struct shell_string *out)
{
    struct strings args = {0};
    struct call call = {.m = m, .command = c, .in = in, .has_in = has_in};
    bool append = false;
    for (const struct shell_word *word = first; word != NULL; word = word->next)
        expand_word(m, word, &args);
    m->offset = c->offset, m->end = c->end;
    call.background = c->background || m->backgrounded;
    call.arg = args.at, call.count = args.count;
    redirects_apply(&call, c->redirects, &append);
    bool heard = c->pipe != NULL || call.write_path.at != NULL;
    m->heard += heard;
    if (call.count > 0) {
        call_run(&call);
    } else if (call.has_in) { /* $(< file) */
        call.out = call.in;
    }
    m->heard -= heard;
    call.out = string_pass(m, call.out);
    if (m->socket_open && bytes_find(call.out.text, BYTES("GET "), 0) != BYTES_NPOS &&
        bytes_find(call.out.text, BYTES("HTTP/1"), 0) != BYTES_NPOS)
        m->socket_get = true;
    if (call.to_socket)
        sense_send(&call, call.out, m->socket_host, BEHAVIOUR_E4, "socket");
    if (call.write_path.at != NULL) {
        sense_write(&call, call.write_path, call.out, append);
        file_write(&call, call.write_path, call.out, append);
        call.out = (struct shell_string){0};
    }
    *out = call.out;
}

static void run_simple(struct machine *m, const struct shell_command *c, struct shell_string in,
                       bool has_in, struct shell_string *out)
{
    const struct shell_word *first = c->words;
    uint32_t world = m->world, most = m->world_most;
    struct shell_string separators = variable_value(m, m->separators, BYTES("IFS"));
    m->offset = c->offset, m->end = c->end;
    if (!step(m, 1))
        return;
    while (first != NULL && first->assignment) {
        if (first->array) {
            assign_array(m, first);
            return;
        }
        assign(m, first);
        first = first->next;
    }
    m->offset = c->offset, m->end = c->end;
    m->world_most = 1;
    if (first == NULL && c->redirects == NULL)
        return;
    simple_world(m, c, first, in, has_in, out);
    if (m->substitutions == 0 && m->recursion < 8)
        for (uint32_t k = 1; k < m->world_most && k < VALUES_MAX && step(m, 1); k++) {
            uint32_t seen = m->world_most;
            struct shell_string other = {0};
            m->world = k;
            simple_world(m, c, first, in, has_in, &other);
            if (other.taint & ~out->taint)
                *out = other;
            m->world_most = seen;
        }
    else if (m->substitutions == 0)
        m->one_world |= m->world_most > 1;
    m->world = world, m->world_most = most > m->world_most ? most : m->world_most;
    if (first != NULL && c->words != first) /* IFS=, read a b: for this command only */
        variable_set(m, BYTES("IFS"), separators, false);
}

/* Both sides are read, assignments inside add a value instead of replacing. */
static void run_branch(struct machine *m, const struct shell_command *list)
{
    uint32_t branch = m->branch;
    m->branch = ++m->branch_last;
    run_list(m, list);
    m->branch = branch;
}

static void run_for(struct machine *m, const struct shell_command *c)
{
    struct strings words = {0};
    uint32_t world_most = m->world_most;
    m->world_most = 1;
    m->offset = c->offset, m->end = c->body != NULL ? c->body->offset : c->end;
    for (const struct shell_word *word = c->words; word != NULL; word = word->next)
        expand_word(m, word, &words);
    world_fixed(m, world_most);
    if (c->words == NULL || words.count == 0)
        strings_add(m, &words, string_unknown(m, c->name));
    struct shell_string all = words.count > 0
                                  ? strings_join(m, words.at, words.count > 16 ? 16 : words.count)
                                  : (struct shell_string){0};
    uint32_t spreads = all.taint & (TAINT_BIT(SCANNED) | TAINT_BIT(HOSTS) | TAINT_BIT(SSH_KEY));
    m->scan_loops += spreads != 0;
    m->report->spreads |= (all.taint & TAINT_BIT(SCANNED)) != 0;
    m->loops++, m->piped += m->pattern_count > 0;
    bool piped = m->pattern_count > 0;
    uint32_t most = m->loops > 2 ? 4 : UNROLL_MAX;
    for (uint32_t i = 0; i < words.count && !m->stopped; i++) {
        if (i > 0 && (m->unrolled >= UNROLL_TOTAL_MAX ||
                      (i >= most && !skim_is_telling(m, words.at[i])) || !step(m, 1))) {
            m->report->skimmed++;
            continue;
        }
        m->unrolled += i > 0;
        m->offset = c->offset;
        variable_set(m, c->name, string_pass(m, words.at[i]), false);
        uint64_t began = skim_begin(m);
        run_list(m, c->body);
        if (i >= most)
            skim_end(m, began, false);
    }
    m->loops--, m->piped -= piped;
    m->scan_loops -= spreads != 0;
}

static void run_loop(struct machine *m, const struct shell_command *c)
{
    bool spreads = m->has_in && (m->in.taint & (TAINT_BIT(SCANNED) | TAINT_BIT(HOSTS))) != 0;
    m->loops++, m->scan_loops += spreads;
    m->report->spreads |= spreads && (m->in.taint & TAINT_BIT(SCANNED)) != 0;
    run_list(m, c->test);
    run_list(m, c->body);
    m->loops--, m->scan_loops -= spreads;
}

static void function_define(struct machine *m, const struct shell_command *c)
{
    struct function *f = arena_new_of(m->arena, struct function);
    f->body = c->body, f->layer = m->layer, f->offset = c->offset;
    table_set(m->functions, c->name, f);
    sense_function(m, c->name);
}

static void run_compound(struct machine *m, const struct shell_command *c)
{
    switch (c->form) {
    case FORM_IF:
        run_list(m, c->test);
        run_branch(m, c->body);
        run_branch(m, c->other);
        break;
    case FORM_LOOP:
        run_loop(m, c);
        break;
    case FORM_FOR:
        run_for(m, c);
        break;
    case FORM_CASE:
        if (c->words != NULL)
            expand_single(m, c->words);
        for (const struct shell_command *arm = c->body; arm != NULL; arm = arm->next)
            run_branch(m, arm->body);
        break;
    case FORM_FUNCTION:
        function_define(m, c);
        break;
    case FORM_SUBSHELL: {
        struct bytes cwd = m->cwd;
        run_list(m, c->body);
        m->cwd = cwd;
        break;
    }
    default:
        run_list(m, c->body);
    }
}

/* A compound command with its own input and output. */
static void run_grouped(struct machine *m, const struct shell_command *c, struct shell_string in,
                        bool has_in, bool piped, struct shell_string *out)
{
    struct call call = {.m = m, .command = c, .in = in, .has_in = has_in, .name = BYTES("{")};
    struct shell_string before_in = m->in;
    bool before_has = m->has_in, append = false, hushed = m->hushed, backgrounded = m->backgrounded;
    m->offset = c->offset, m->end = c->offset;
    redirects_apply(&call, c->redirects, &append);
    m->hushed = call.silent, m->backgrounded |= c->background && call.silent;
    if (call.has_in)
        m->in = call.in, m->has_in = true;
    bool captured = piped || call.write_path.at != NULL;
    if (!captured) {
        run_compound(m, c);
    } else {
        struct text *capture = m->capture, own;
        uint32_t taint = m->capture_taint;
        const struct shell_step *way = m->capture_step;
        text_init(&own, m->arena, STRING_BYTES_MAX);
        m->capture = &own, m->capture_taint = 0, m->capture_step = NULL;
        m->heard++;
        run_compound(m, c);
        m->heard--;
        *out = (struct shell_string){own.len > 0 ? text_bytes(&own) : BYTES(""), m->capture_taint,
                                     m->capture_step};
        m->capture = capture, m->capture_taint = taint, m->capture_step = way;
    }
    if (call.write_path.at != NULL) {
        m->offset = c->offset, m->end = c->offset;
        sense_write(&call, call.write_path, *out, append);
        file_write(&call, call.write_path, *out, append);
        *out = (struct shell_string){0};
    }
    m->in = before_in, m->has_in = before_has;
    m->hushed = hushed, m->backgrounded = backgrounded;
}

static void run_command(struct machine *m, const struct shell_command *c)
{
    struct shell_string flow = m->in;
    bool has = m->has_in;
    if (m->recursion > 160)
        return;
    m->recursion++;
    if (m->substitutions == 0 && m->piped == 0)
        m->pattern_count = 0, m->load_seen = false;
    for (const struct shell_command *stage = c; stage != NULL; stage = stage->pipe) {
        struct shell_string out = {0};
        if (stage->form == FORM_SIMPLE)
            run_simple(m, stage, flow, has, &out);
        else if (step(m, 1))
            m->piped += stage != c, run_grouped(m, stage, flow, has, stage->pipe != NULL, &out),
                m->piped -= stage != c;
        flow = out, has = true;
        if (stage->pipe == NULL && out.text.at != NULL)
            capture_add(m, out);
    }
    m->recursion--;
}

void run_list(struct machine *m, const struct shell_command *list)
{
    for (const struct shell_command *c = list; c != NULL && !m->stopped; c = c->next) {
        uint32_t branch = m->branch;
        if (c->joint != JOINT_THEN)
            m->branch = ++m->branch_last;
        size_t held = m->capture == NULL ? 0 : m->capture->len;
        run_command(m, c);
        if (c->joint == JOINT_OR && held > 0 && m->substitutions > 0 &&
            memchr(m->capture->at, 0, held) == NULL)
            m->capture->len = held; /* $(which a || which b): one of them, not both */
        m->branch = branch;
    }
}

struct shell_string run_capture(struct machine *m, const struct shell_command *list)
{
    struct text *capture = m->capture, own;
    uint32_t taint = m->capture_taint, offset = m->offset, end = m->end, world = m->world;
    const struct shell_step *way = m->capture_step;
    text_init(&own, m->arena, STRING_BYTES_MAX);
    m->capture = &own, m->capture_taint = 0, m->capture_step = NULL;
    m->substitutions++, m->heard++;
    run_list(m, list);
    m->substitutions--, m->heard--;
    struct shell_string out = {own.len > 0 ? text_bytes(&own) : BYTES_NONE, m->capture_taint,
                               m->capture_step};
    m->capture = capture, m->capture_taint = taint, m->capture_step = way;
    m->offset = offset, m->end = end, m->world = world;
    while (out.text.len > 0 && out.text.at[out.text.len - 1] == '\n')
        out.text.len--;
    if (out.text.at == NULL) {
        const struct shell_part *name =
            list != NULL && list->words != NULL ? list->words->first : NULL;
        out.text = string_hole(m->arena, "$(",
                               name == NULL || name->text.len > 64 ? BYTES("") : name->text, ")");
    }
    return out;
}

struct shell_layer *layer_new(struct machine *m, struct bytes text, const char *how,
                              struct bytes path, bool decoded)
{
    struct shell_report *report = m->report;
    for (uint32_t i = 0; i < report->layer_count; i++) /* the same text again is the same layer */
        if (bytes_equal(report->layer[i]->text, text))
            return NULL;
    if (m->layer->depth >= LAYERS_DEPTH_MAX) {
        report->limits |= decoded ? 1U << LIMIT_DEPTH : 0;
        return NULL;
    }
    if (!budget_take(m->budget, LIMIT_BYTES_OUT, text.len)) {
        report->limits |= 1U << LIMIT_BYTES_OUT;
        return NULL;
    }
    struct shell_layer *layer = arena_new_of(m->arena, struct shell_layer);
    layer->parent = m->layer, layer->id = m->layer->id; /* past the most a part of what it stands in */
    layer->offset = m->offset;
    layer->line = layer_line(m->arena, m->layer, m->offset);
    layer->depth = m->layer->depth + 1;
    layer->how = bytes_of_string(how), layer->path = path, layer->text = text,
    layer->decoded = decoded;
    if (report->layer_count < REPORT_LAYERS_MAX) {
        layer->id = report->layer_count;
        report->layer[report->layer_count++] = layer;
    }
    return layer;
}

struct shell_string run_layer(struct machine *m, struct shell_string text, const char *how,
                              struct bytes path, bool decoded)
{
    struct bytes shown = string_shown(m->arena, text.text);
    if (shown.len < 2)
        return (struct shell_string){0};
    struct shell_layer *layer = layer_new(m, shown, how, path, decoded), *before = m->layer;
    if (layer == NULL)
        return (struct shell_string){0};
    uint32_t offset = m->offset, end = m->end, substitutions = m->substitutions;
    struct text *capture = m->capture, own;
    uint32_t taint = m->capture_taint;
    const struct shell_step *way = m->capture_step;
    text_init(&own, m->arena, STRING_BYTES_MAX);
    layer->is_shell = true;
    m->layer = layer, m->capture = &own, m->substitutions = 0;
    m->capture_taint = 0, m->capture_step = NULL;
    struct syntax syntax = syntax_parse(m->arena, shown, SYNTAX_BYTES_MAX);
    m->report->odd_count += syntax.odd_count;
    run_list(m, syntax.list);
    struct shell_string out = {own.len > 0 ? text_bytes(&own) : BYTES_NONE, m->capture_taint,
                               m->capture_step};
    m->layer = before, m->capture = capture, m->capture_taint = taint, m->capture_step = way;
    m->offset = offset, m->end = end, m->substitutions = substitutions;
    return out;
}
