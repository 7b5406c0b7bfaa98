/* SPDX-License-Identifier: Apache-2.0 */
#include "shell/function.h"
#include "shell/skim.h"

#define CALLS_DEPTH_MAX 6
#define READING_LISTS 32
#define CALLS_MAX 32 /* readings of one function ... */
#define CALLS_LONG_MAX 8 /* ... once COMMANDS_LONG commands were read */
#define COMMANDS_LONG 1500
#define CALLS_FEW 4 /* of one that only prints */
#define AGAIN_MAX 4
#define HANDS_DEPTH_MAX 16 /* compounds in a function among which its arguments are sought */
#define HASHED_BYTES 65536
#define EFFECTS_MAX 256
#define INPUTS_MAX 1024
#define LEVEL_NONE UINT32_MAX

/* Something a function depended on: how much was known of it when it was first looked at. */
struct reading_input {
    const struct knowledge *of;
    uint32_t version;
};

/* A variable was given VALUE, or FILE became AFTER. */
struct reading_effect {
    struct variable *variable;
    struct shell_string value;
    struct file *file, *after;
    uint32_t branch;
};

/* What reading a function once came to. */
struct function_reading {
    struct function_reading *next;
    uint64_t words, around, signs; /* words and input, circumstances, what the machine had noticed */
    uint32_t calls, recursion; /* nesting: what lies deeper is read less far */
    uint32_t world, world_most, branch;
    bool one_world; /* it would come to something else in another world */
    uint32_t input, input_count, effect, effect_count;
    struct bytes cwd;
    struct shell_string out;
};

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9E3779B97F4A7C15u;
    return hash ^ hash >> 32;
}

/* Long texts are the same where they lie at the same place. */
static uint64_t text_mix(uint64_t hash, struct bytes text)
{
    return mix(hash, text.len <= HASHED_BYTES ? bytes_slot(text) : (uintptr_t)text.at ^ text.len);
}

static void *array_grow(struct arena *arena, const void *old, size_t used, size_t size)
{
    void *grown = arena_alloc_raw(arena, size);
    if (used > 0)
        memcpy(grown, old, used);
    return grown;
}

static void facts_grow(struct machine *m)
{
    uint32_t capacity = m->fact_capacity == 0 ? 64 : m->fact_capacity * 2;
    uint64_t *old = m->fact;
    m->fact = arena_array_of(m->arena, capacity, uint64_t);
    for (uint32_t i = 0; i < m->fact_capacity; i++) {
        uint64_t slot = old[i] & (capacity - 1);
        while (old[i] != 0 && m->fact[slot] != 0)
            slot = (slot + 1) & (capacity - 1);
        if (old[i] != 0)
            m->fact[slot] = old[i];
    }
    m->fact_capacity = capacity;
}

bool machine_learn(struct machine *m, struct knowledge *of, struct shell_string value)
{
    uint64_t fact = mix(text_mix(mix((uintptr_t)of, value.taint), value.text), 1) | 1U;
    if (m->fact_count * 2 >= m->fact_capacity)
        facts_grow(m);
    uint64_t slot = fact & (m->fact_capacity - 1);
    for (; m->fact[slot] != 0; slot = (slot + 1) & (m->fact_capacity - 1))
        if (m->fact[slot] == fact)
            return false;
    m->fact[slot] = fact;
    m->fact_count++, of->version++;
    return true;
}

void machine_depends(struct machine *m, struct knowledge *of)
{
    if (m->calls == 0 || of->frame == m->frame)
        return;
    of->frame = m->frame;
    if (m->input_count == m->input_capacity) {
        uint32_t capacity = m->input_capacity == 0 ? 64 : m->input_capacity * 2;
        m->input = array_grow(m->arena, m->input, m->input_count * sizeof *m->input,
                              capacity * sizeof *m->input);
        m->input_capacity = capacity;
    }
    m->input[m->input_count++] = (struct reading_input){of, of->version};
}

static void effect_add(struct machine *m, struct reading_effect effect)
{
    if (m->calls == 0)
        return;
    if (m->effect_count == m->effect_capacity) {
        uint32_t capacity = m->effect_capacity == 0 ? 64 : m->effect_capacity * 2;
        m->effect = array_grow(m->arena, m->effect, m->effect_count * sizeof *m->effect,
                               capacity * sizeof *m->effect);
        m->effect_capacity = capacity;
    }
    effect.branch = m->branch;
    m->effect[m->effect_count++] = effect;
}

void variable_assigned(struct machine *m, struct variable *v, struct shell_string before,
                       struct shell_string value)
{
    struct shell_string added = value; /* list="$list $more" grows for ever: new is what was added */
    if (before.text.len > 0 && bytes_starts(value.text, before.text))
        added.text = bytes_from(value.text, before.text.len);
    else if (before.text.len > 0 && bytes_ends(value.text, before.text))
        added.text = bytes_sub(value.text, 0, value.text.len - before.text.len);
    machine_learn(m, &v->known, added);
    m->kept_bytes += value.text.len;
    if (m->branch == m->frame_branch) /* its own from here on */
        v->known.frame = m->frame;
    effect_add(m, (struct reading_effect){.variable = v, .value = value});
}

void file_written(struct machine *m, struct file *file, struct shell_string added)
{
    machine_learn(m, &file->known, added);
    m->kept_bytes += file->content.text.len;
    if (m->calls == 0)
        return;
    struct file *after = arena_alloc_raw(m->arena, sizeof *after);
    *after = *file;
    effect_add(m, (struct reading_effect){.file = file, .after = after});
}

/* What the machine noticed that changes what commands mean later on. */
static uint64_t signs_of(const struct machine *m)
{
    const bool sign[] = {
        m->kill_seen,      m->silenced,   m->socket_get,      m->carries_keys,    m->detached,
        m->account_made,   m->fifo_made,  m->account_opened,  m->encrypts,        m->founds,
        m->found_old,      m->narrowed,   m->keys_cleared,    m->table_cleared,   m->root_twin,
        m->account_asked,  m->private_listed, m->token_read, m->runtime_fetched,
        m->repository_made, m->packages_listed};
    uint64_t signs = 0;
    for (size_t i = 0; i < sizeof sign / sizeof sign[0]; i++)
        signs = signs << 1 | sign[i];
    signs = mix(signs, m->cloud_kinds);
    signs = mix(signs, m->cloud_service_set);
    signs = mix(signs, (uint64_t)m->functions->count << 32 | m->tools->count);
    return mix(signs, (uint64_t)m->key_homes << 32 ^ m->cloud_grants << 16 ^ m->tools_moved);
}

/* CALL's words and input. */
static uint64_t call_words(const struct call *call)
{
    const struct machine *m = call->m;
    uint64_t key = call->count;
    for (uint32_t i = 1; i < call->count; i++)
        key = mix(text_mix(key, call->arg[i].text), call->arg[i].taint);
    if (call->has_in)
        key = mix(text_mix(key, call->in.text), call->in.taint + 1ULL);
    else if (m->has_in)
        key = mix(text_mix(key, m->in.text), m->in.taint + 2ULL);
    return key;
}

/* The circumstances that change what a body means. */
static uint64_t call_around(const struct machine *m)
{
    uint64_t around = (m->loops > 3 ? 3 : m->loops) | (m->scan_loops > 0) << 2 | (m->piped > 0) << 3 |
                      (m->substitutions > 0) << 4 | m->socket_open << 5 | m->printing << 6 |
                      m->load_listed << 7 | m->load_seen << 8 | m->found_wide << 9;
    uint64_t key = text_mix(around, m->cwd);
    for (uint32_t i = 0; i < m->pattern_count; i++)
        key = text_mix(key, m->pattern[i]);
    return key;
}

/* Whether nothing was learnt of what reading R depended on. */
static bool is_current(const struct machine *m, const struct function_reading *r)
{
    for (uint32_t i = r->input; i < r->input + r->input_count; i++)
        if (m->input[i].of->version != m->input[i].version)
            return false;
    return true;
}

/* Where readings of F with these WORDS are, among others; the last one first. */
static const struct function_reading *readings_of(const struct function *f, uint64_t words)
{
    return f->readings == NULL ? NULL : f->readings[words % READING_LISTS];
}

/* The reading of F that would come to the same as CALL with its WORDS; failing that the last one since
 * which nothing was learnt, where the circumstances were others often enough. */
static const struct function_reading *reading_find(const struct call *call, const struct function *f,
                                          uint64_t words)
{
    const struct machine *m = call->m;
    const struct function_reading *last = NULL;
    uint64_t signs = signs_of(m), around = call_around(m);
    uint32_t again = 0;
    for (const struct function_reading *r = readings_of(f, words); r != NULL; r = r->next) {
        if (r->words != words || !is_current(m, r))
            continue;
        if (r->around == around && r->signs == signs && m->calls >= r->calls &&
            m->recursion >= r->recursion && (r->world == m->world || (r->world == 0 && !r->one_world)))
            return r;
        last = last == NULL ? r : last, again++;
    }
    return again >= AGAIN_MAX ? last : NULL;
}

/* What reading the function again would come to: its effects, its output. */
static void reading_repeat(struct call *call, const struct function_reading *r)
{
    struct machine *m = call->m;
    uint32_t branch = m->branch, last = r->branch;
    for (uint32_t i = r->input; i < r->input + r->input_count; i++) {
        struct reading_input input = m->input[i];
        struct knowledge *of = NULL;
        memcpy(&of, &input.of, sizeof of);
        machine_depends(m, of);
    }
    for (uint32_t i = r->effect; i < r->effect + r->effect_count; i++) {
        struct reading_effect effect = m->effect[i];
        if (effect.branch != last)
            m->branch = effect.branch == r->branch ? branch : ++m->branch_last;
        last = effect.branch;
        if (effect.file != NULL) {
            struct knowledge known = effect.file->known;
            *effect.file = *effect.after, effect.file->known = known;
            effect_add(m, effect);
        } else {
            variable_set(m, effect.variable->name, effect.value, false);
        }
    }
    m->branch = branch;
    m->world_most = m->world_most > r->world_most ? m->world_most : r->world_most;
    m->cwd = r->cwd, m->one_world |= r->one_world;
    call->out = r->out;
}

/* F's body with CALL's words as $1, $2 and so on; what it prints goes to CALL's output. */
static void body_read(struct call *call, struct function *f)
{
    struct machine *m = call->m;
    struct shell_string *positional = m->positional;
    uint32_t count = m->positional_count, offset = m->offset, end = m->end, world = m->world;
    struct shell_layer *layer = m->layer;
    struct text *capture = m->capture, own;
    uint32_t taint = m->capture_taint;
    uint32_t frame = m->frame, frame_branch = m->frame_branch;
    const struct shell_step *way = m->capture_step;
    text_init(&own, m->arena, STRING_BYTES_MAX);
    m->capture = &own, m->capture_taint = 0, m->capture_step = NULL;
    struct shell_string before_in = m->in;
    bool before_has = m->has_in;
    if (call->has_in)
        m->in = call->in, m->has_in = true;
    for (uint32_t i = 1; i < call->count; i++)
        call->arg[i] = string_pass(m, call->arg[i]);
    m->positional = call->arg + 1, m->positional_count = call->count - 1;
    m->layer = f->layer, f->level = ++m->calls, f->calls++, f->active = true;
    m->frame = ++m->frame_last, m->frame_branch = m->branch;
    run_list(m, f->body);
    m->frame = frame, m->frame_branch = frame_branch;
    f->active = false, m->calls--;
    m->positional = positional, m->positional_count = count, m->layer = layer;
    m->offset = offset, m->end = end, m->world = world;
    m->in = before_in, m->has_in = before_has;
    call->out = (struct shell_string){own.len > 0 ? text_bytes(&own) : BYTES_NONE, m->capture_taint,
                                      m->capture_step};
    m->capture = capture, m->capture_taint = taint, m->capture_step = way;
}

/* Whether LIST has a command that is the function's own arguments: run() { "$@"; }. */
static bool hands_on(const struct shell_command *list, unsigned depth)
{
    for (const struct shell_command *c = list; c != NULL && depth < HANDS_DEPTH_MAX; c = c->next) {
        const struct shell_part *part =
            c->form == FORM_SIMPLE && c->words != NULL ? c->words->first : NULL;
        while (part != NULL && part->kind == PART_LITERAL && part->text.len == 0)
            part = part->next;
        if (part != NULL && part->kind == PART_VARIABLE &&
            (bytes_equal(part->text, BYTES("@")) || bytes_equal(part->text, BYTES("*"))))
            return true;
        if (hands_on(c->pipe, depth + 1) || hands_on(c->test, depth + 1) ||
            hands_on(c->body, depth + 1) || hands_on(c->other, depth + 1))
            return true;
    }
    return false;
}

static bool words_known(const struct function *f, uint64_t words)
{
    const struct function_reading *r = readings_of(f, words);
    while (r != NULL && r->words != words)
        r = r->next;
    return r != NULL;
}

bool function_call(struct call *call)
{
    struct machine *m = call->m;
    struct function *f = table_get(m->functions, call->name);
    if (f == NULL)
        return false;
    if (f->active && f->level < m->cut_level)
        m->cut_level = f->level; /* what lies between the two calls is not read whole */
    if (f->active || m->calls >= CALLS_DEPTH_MAX)
        return true;
    uint64_t words = call_words(call);
    const struct function_reading *before = reading_find(call, f, words);
    if (before != NULL) {
        reading_repeat(call, before);
        return true;
    }
    if (f->calls >= CALLS_FEW && skim_is_said(call, f))
        return true;
    bool is_long = m->report->command_count >= COMMANDS_LONG;
    bool often = f->calls >= (is_long ? CALLS_LONG_MAX : CALLS_MAX);
    if (often && !skim_is_due(call, f, call->count == 1 || words_known(f, words))) {
        if (hands_on(f->body, 0)) /* what is asked of it still runs */
            call_inner(call, 1);
        return true;
    }
    struct function_reading r = {.words = words,
                        .around = call_around(m),
                        .signs = signs_of(m),
                        .calls = m->calls,
                        .recursion = m->recursion,
                        .world = m->world,
                        .input = m->input_count,
                        .effect = m->effect_count,
                        .branch = m->branch};
    uint32_t most = m->world_most, cut = m->cut_level;
    bool one_world = m->one_world;
    m->world_most = 1, m->cut_level = LEVEL_NONE, m->one_world = false;
    uint64_t began = skim_begin(m);
    body_read(call, f);
    if (often)
        skim_end(m, began, f->is_short);
    r.world_most = m->world_most;
    r.one_world = m->one_world || (m->substitutions > 0 && m->world_most > 1);
    m->one_world = r.one_world || one_world;
    r.input_count = m->input_count - r.input, r.effect_count = m->effect_count - r.effect;
    r.cwd = m->cwd, r.out = call->out;
    bool whole = m->cut_level >= f->level && !m->stopped && r.effect_count <= EFFECTS_MAX &&
                 r.input_count <= INPUTS_MAX;
    m->cut_level = m->cut_level >= f->level || m->cut_level > cut ? cut : m->cut_level;
    m->world_most = most > m->world_most ? most : m->world_most;
    if (whole) {
        struct function_reading *kept = arena_new_of(m->arena, struct function_reading);
        *kept = r;
        if (f->readings == NULL)
            f->readings = arena_array_of(m->arena, READING_LISTS, struct function_reading *);
        kept->next = f->readings[words % READING_LISTS];
        f->readings[words % READING_LISTS] = kept;
    }
    return true;
}
